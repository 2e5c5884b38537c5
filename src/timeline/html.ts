import { escaped, pageOf } from '../chart/page.js';
import { columnsOf } from '../report/columns.js';
import { ROUTINE_TITLES } from './colors.js';
import { clientData, openedAt, scriptJson } from './data.js';
import { overviewSvg } from './overview.js';
import { panelHtml } from './panel.js';
import type { TimelineRow } from './rows.js';
import { timelineScript } from './script.js';
import { PAGE_STYLE, TIMELINE_STYLE } from './style.js';
import type { Timeline } from './timeline.js';

export { timelineScript } from './script.js';
export { TIMELINE_STYLE } from './style.js';

/**
 * A timeline as a part of a page: what was run and what broke, the overview, the state at the cursor and the table. The
 * page needs {@link TIMELINE_STYLE} and {@link timelineScript} once; without the script it is a table and the state at
 * the violation. `id` must be an HTML id that no other part of the page has, or begins with.
 */
export async function timelineSection(timeline: Timeline, id: string): Promise<string> {
  const { facts, legend, reordered, sentence, violated, rows, cpus, buffers } = timeline;
  const columns = columnsOf(timeline);
  const lanes = columns.titles.length;
  const lines = rows.map((row) => rowHtml(row, id, row.cpu === null ? 0 : columns.of(row)));
  const look = [
    'timeline',
    `tl-lanes-${lanes === cpus.length ? lanes : 0}`,
    ...(rows.length > LONG ? ['tl-long'] : []),
    ...(cpus.length > MOST_NAMES ? ['tl-many'] : []),
    ...(buffers ? ['tl-waiting'] : []),
  ];
  const list = (texts: readonly string[]) => texts.map((text) => `<li>${escaped(text)}</li>`).join('');
  const names = cpus.map((cpu) => `<span>CPU${cpu}</span>`).join('');
  return `<section class="${look.join(' ')}" id="${id}" tabindex="-1" aria-label="Timeline${
    timeline.file === null ? '' : ` of ${escaped(timeline.file)}`
  }">
<div class="tl-about">
<p class="tl-sentence${violated ? ' tl-violated' : ''}">${escaped(sentence)}</p>
${reordered.length === 0 ? '' : `<ul class="tl-reordered">${list(reordered)}</ul>\n`}<ul class="tl-facts">${list(facts)}</ul>
<details class="tl-legend"><summary>How to read it</summary><p>${escaped(legend.join(' '))}</p>
<p>${KEYS}</p></details>
<p class="tl-key" aria-hidden="true">${keyOf(timeline)}</p>
</div>
<div class="tl-head">
<div class="tl-strip"><div class="tl-names" aria-hidden="true">${names}</div><div class="tl-map">${await overviewSvg(
    timeline,
  )}<div class="tl-cursor" hidden></div></div></div>
<div class="tl-bar"><div class="tl-buttons" role="toolbar" aria-label="Steps" hidden>${buttons(timeline)}</div>
<p class="tl-at" role="status">${escaped(atWords(timeline))}</p>
</div>
<div class="tl-state" role="group" aria-live="polite" aria-label="State">
${panelHtml(timeline)}
</div>
<div class="tl-row tl-titles" aria-hidden="true"><span class="tl-step">step</span>${columns.titles
    .map((title, lane) => `<span class="tl-text tl-l${lane}">${title}</span>`)
    .join('')}<span class="tl-changes">what changed</span></div>
</div>
<div class="tl-rows">
${inBlocks(lines)}
</div>
<script type="application/json">${scriptJson(clientData(timeline))}</script>
</section>`;
}

/** A page that needs nothing but itself. */
export async function timelinePage(timeline: Timeline): Promise<string> {
  const title = timeline.file ?? 'Timeline';
  return pageOf({
    title: `${title}: timeline`,
    style: PAGE_STYLE + TIMELINE_STYLE,
    body: `<h1>${escaped(title)}</h1>\n${await timelineSection(timeline, 'timeline')}`,
    script: await timelineScript(),
  });
}

const KEYS = [
  'Keys: ← → or k j one step, Page Up and Page Down (or Shift with an arrow) ten, Home and End the first and the last,',
  '[ and ] the previous and the next step on the same cpu, v the violation. A line, or a place of the overview, is gone',
  'to by a click.',
].join(' ');

/** With more lines than that the browser leaves out blocks of lines that are not on the screen, or steps take it long. */
const LONG = 1000;
const BLOCK = 50;

/** The overview names so many lanes; of more, the first and the last. */
const MOST_NAMES = 8;

/** What each button does, as the client names it; its keys, and what it says. */
const BUTTONS = [
  ['first', 'Home', '⇤', 'First step'],
  ['back', 'Page Up', '−10', 'Ten steps back'],
  ['lane-previous', '[', '← cpu', 'Previous step on this cpu'],
  ['previous', '← or k', '←', 'Previous step'],
  ['next', '→ or j', '→', 'Next step'],
  ['lane-next', ']', 'cpu →', 'Next step on this cpu'],
  ['on', 'Page Down', '+10', 'Ten steps on'],
  ['last', 'End', '⇥', 'Last step'],
] as const;

function buttons({ violation }: Timeline): string {
  const all = BUTTONS.map(([go, key, text, title]) => button(go, key, text, title));
  if (violation !== null) all.push(button('violation', 'v', 'violation', 'To the violation'));
  return all.join('');
}

function button(go: string, key: string, text: string, title: string): string {
  return `<button type="button" data-go="${go}" title="${title} (${key})" aria-label="${title}">${text}</button>`;
}

/** Where the timeline is opened; the client says the same of other positions. */
function atWords(timeline: Timeline): string {
  const at = openedAt(timeline);
  return at > timeline.marks.length ? 'End of the run' : `Step ${at} of ${timeline.marks.length}`;
}

/** What the colours stand for. */
function keyOf({ marks, stores, violation }: Timeline): string {
  const met = new Set(marks.map(({ routine }) => routine));
  return [
    ...ROUTINE_TITLES.filter(([routine]) => met.has(routine)).map(
      ([routine, title]) => `<span class="tl-r-${routine}">${title}</span>`,
    ),
    ...(stores.length > 0 ? ['<span class="tl-r-waits">a store waits</span>'] : []),
    ...(violation !== null ? ['<span class="tl-r-red">violation</span>'] : []),
  ].join('');
}

function inBlocks(lines: readonly string[]): string {
  const blocks: string[] = [];
  for (let from = 0; from < lines.length; from += BLOCK) {
    blocks.push(`<ol>${lines.slice(from, from + BLOCK).join('\n')}</ol>`);
  }
  return blocks.join('\n');
}

function rowHtml(row: TimelineRow, id: string, lane: number): string {
  const { step, cpu, kind, depth, text, changes, broken, routine } = row;
  const where = cpu === null ? 'tl-all' : `tl-l${lane}`;
  const look = `tl-row tl-${kind}${broken ? ' tl-broken' : ''}${cpu === null ? ' tl-free' : ''}`;
  const target = step === null ? '' : ` id="${id}-${step}" data-step="${step}"`;
  const number =
    step === null ? '' : `<a class="tl-step" href="#${id}-${step}">${cpu === null ? 'end' : step}</a>`;
  const tag = cpu === null ? '' : `<span class="tl-cpu">CPU${cpu}</span>`;
  const told = changes.map((change) => `<span>${escaped(change)}</span>`).join('');
  const mark = broken ? '<b>violated here</b>' : '';
  const beside = told + mark === '' ? '' : `<span class="tl-changes">${told}${mark}</span>`;
  const color = routine === null || routine === '-' ? '' : ` tl-r-${routine}`;
  return `<li class="${look}"${target}>${number}${tag}<code class="tl-text ${where} tl-d${depth}${color}">${escaped(
    text,
  )}</code>${beside}</li>`;
}
