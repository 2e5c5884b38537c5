/**
 * The page of a running campaign, kept up to date: runs in a browser, imports nothing, and asks only where it came from. All
 * texts are set as texts; the charts are drawings of the server's.
 */
import type { Shown } from '../shown.js';

const EVERY_MS = 2000;
/** A campaign that does not answer for so long has gone, or its machine stands still. */
const GIVE_UP_MS = 10_000;

const byId = (id: string): HTMLElement => document.getElementById(id)!;

/** Changes a text only where it is another one: what is selected stays so. */
function say(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Has a list as many children as there are texts, each saying one; children are made of one tag after the other. */
function list(parent: Element, tags: readonly string[], texts: readonly string[]): void {
  while (parent.children.length > texts.length) parent.lastElementChild!.remove();
  for (let i = parent.children.length; i < texts.length; i++) {
    parent.append(document.createElement(tags[i % tags.length]!));
  }
  for (const [i, text] of texts.entries()) say(parent.children[i]!, text);
}

function showFigures({ figures }: Shown): void {
  for (const [group, all] of Object.entries(figures) as [string, Shown['figures']['time']][]) {
    list(
      byId(group),
      ['dt', 'dd'],
      all.flatMap(({ label, value }) => [label, value]),
    );
  }
}

function showFindings({ findings }: Shown): void {
  const parent = byId('findings');
  byId('nothing').hidden = findings.length > 0;
  while (parent.children.length > findings.length) parent.lastElementChild!.remove();
  for (const [i, { name, kind, about, race, sentence }] of findings.entries()) {
    let item = parent.children[i];
    if (item === undefined) {
      item = document.createElement('li');
      for (const tag of ['strong', 'span', 'p', 'ul']) item.append(document.createElement(tag));
      parent.append(item);
    }
    const [head, more, what, where] = [...item.children] as [Element, Element, Element, Element];
    say(head, kind);
    say(more, ` ${about}, findings/${name}`);
    say(what, sentence);
    list(where, ['li'], race);
  }
}

function ask(path: string): Promise<Response> {
  return fetch(path, { signal: AbortSignal.timeout(GIVE_UP_MS) });
}

/** Drawings by name, as they came: a page that is the same is left alone. */
const drawn = new Map<string, string>();

async function showCharts(): Promise<void> {
  for (const figure of document.querySelectorAll<HTMLElement>('figure[data-chart]')) {
    const name = figure.dataset.chart!;
    const answer = await ask(`charts/${name}.svg`);
    const drawing = answer.ok ? await answer.text() : '';
    if (drawing === '' || drawing === drawn.get(name)) continue;
    drawn.set(name, drawing);
    figure.innerHTML = drawing;
  }
}

async function update(): Promise<void> {
  const shown = (await (await ask('view.json')).json()) as Shown;
  document.body.className = shown.state;
  say(byId('state'), shown.state);
  showFigures(shown);
  showFindings(shown);
  list(byId('messages'), ['li'], shown.messages.toReversed());
  await showCharts();
}

async function keepUp(): Promise<void> {
  // Nobody looks: the campaign need not draw.
  if (!document.hidden) {
    try {
      await update();
    } catch {
      document.body.className = 'gone';
      say(byId('state'), 'no answer: the campaign has ended, or this page cannot reach it');
    }
  }
  setTimeout(() => void keepUp(), EVERY_MS);
}

void keepUp();
