/**
 * The page of a running campaign, kept up to date: runs in a browser, imports nothing, and asks only where it came from. All
 * texts are set as texts; the charts are drawings of the server's.
 */
import type { Shown } from '../shown.js';

const EVERY_MS = 2000;

const byId = (id: string): HTMLElement => document.getElementById(id)!;

/** Changes a text only where it is another one: what is selected stays so. */
function say(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Has a list as many children as there are texts, each saying one. */
function list(parent: HTMLElement, tag: string, texts: readonly string[]): void {
  while (parent.children.length > texts.length) parent.lastElementChild!.remove();
  while (parent.children.length < texts.length) parent.append(document.createElement(tag));
  for (const [i, text] of texts.entries()) say(parent.children[i]!, text);
}

function showFigures({ figures }: Shown): void {
  for (const [group, all] of Object.entries(figures)) {
    const words = all.flatMap(({ label, value }: { label: string; value: string }) => [label, value]);
    const parent = byId(group);
    while (parent.children.length > words.length) parent.lastElementChild!.remove();
    for (let i = parent.children.length; i < words.length; i++) {
      parent.append(document.createElement(i % 2 === 0 ? 'dt' : 'dd'));
    }
    for (const [i, text] of words.entries()) say(parent.children[i]!, text);
  }
}

function showFindings({ findings }: Shown): void {
  const parent = byId('findings');
  byId('nothing').hidden = findings.length > 0;
  while (parent.children.length > findings.length) parent.lastElementChild!.remove();
  for (const [i, { name, kind, met, race, sentence }] of findings.entries()) {
    let item = parent.children[i];
    if (item === undefined) {
      item = document.createElement('li');
      for (const tag of ['strong', 'span', 'p', 'code']) item.append(document.createElement(tag));
      parent.append(item);
    }
    const [head, count, what, where] = [...item.children] as [Element, Element, Element, Element];
    say(head, kind);
    say(count, ` met ${met.toLocaleString('en').replaceAll(',', '\u2009')} times, findings/${name}`);
    say(what, sentence);
    say(where, race.join('  |  '));
  }
}

async function update(): Promise<void> {
  const shown = (await (await fetch('view.json')).json()) as Shown;
  say(byId('state'), shown.state);
  showFigures(shown);
  showFindings(shown);
  list(
    byId('messages'),
    'li',
    shown.messages.toReversed().map((message) => message),
  );
  for (const figure of document.querySelectorAll<HTMLElement>('figure[data-chart]')) {
    const answer = await fetch(`charts/${figure.dataset.chart}.svg`);
    if (answer.ok) figure.innerHTML = await answer.text();
  }
}

async function keepUp(): Promise<void> {
  try {
    await update();
    document.body.classList.remove('gone');
  } catch {
    document.body.classList.add('gone');
    say(byId('state'), 'no answer: the campaign has ended, or this page cannot reach it');
  }
  setTimeout(() => void keepUp(), EVERY_MS);
}

void keepUp();
