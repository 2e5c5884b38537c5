import { RED, ROUTINE_COLORS } from './colors.js';

/** More lanes than that are never side by side (src/report/columns.ts). */
const MOST_LANES = 6;
/** What a lane, and all else of a line, need to be read: rem. */
const LANE_REM = 15;
const REST_REM = 14;

/** The page of one timeline is as wide as there is room. */
export const PAGE_STYLE = `
body { max-width: 100rem; margin: 1rem auto; }
h1 { font-size: 1.2rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
.timeline { margin: 0; }
`;

/** How timelines look, on light and on dark. Every rule is about what is in a timeline alone. */
export const TIMELINE_STYLE = `
.timeline { container-type: inline-size; --red: ${RED}; --red-back: #dc14401f; --now: #2f7de12b; --fresh: #ffd54a8c;
  --faint: #666; --back: #fff; --rule: #8885; font-size: 14px; line-height: 1.45; outline: none; }
@media (prefers-color-scheme: dark) { .timeline { --red: #ff6b81; --red-back: #ff6b8130; --now: #5a9cff3d;
  --fresh: #c79a0080; --faint: #aaa; --back: #121212; } }
.timeline code, .tl-state, .tl-changes, .tl-titles { font-family: ui-monospace, 'DejaVu Sans Mono', 'Liberation Mono', Menlo, Consolas, monospace;
  font-size: 13px; }
.timeline ul, .timeline ol { list-style: none; margin: 0; padding: 0; }
.timeline p { margin: 0; }
.tl-about { overflow-wrap: anywhere; }
.tl-about > * { margin: 0 0 .5rem !important; }
.tl-sentence { font-weight: 600; font-size: 1rem; }
.tl-violated { color: var(--red); border-left: 4px solid var(--red); padding-left: .6rem; }
.tl-legend, .tl-facts { color: var(--faint); }
.tl-legend summary { cursor: pointer; }
.tl-state { contain: layout; }
.tl-head { position: sticky; top: 0; z-index: 1; background: var(--back); border-bottom: 1px solid var(--rule);
  padding-top: .4rem; }
.tl-strip { display: flex; gap: .4rem; font-size: 12px; }
.tl-names { display: flex; flex-direction: column; color: var(--faint); }
.tl-names span { flex: 1; line-height: 20px; }
.tl-many .tl-strip { height: 10rem; }
.tl-many .tl-names { justify-content: space-between; }
.tl-many .tl-names span { flex: none; }
.tl-many .tl-names span:not(:first-child, :last-child) { display: none; }
.tl-map { position: relative; flex: 1; min-width: 0; }
.tl-map svg { display: block; position: absolute; inset: 0; width: 100%; height: 100%; contain: strict; will-change: transform; }
.tl-live .tl-map { cursor: pointer; touch-action: pan-y; }
.tl-cursor { position: absolute; top: -2px; bottom: -2px; width: 2px; margin-left: -1px; background: currentColor;
  box-shadow: 0 0 0 1px var(--back); pointer-events: none; will-change: left; }
.tl-cursor.tl-at-red { background: var(--red); width: 4px; margin-left: -2px; }
.tl-bar { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .8rem; padding: .35rem 0; }
.tl-buttons { display: flex; flex-wrap: wrap; gap: .25rem; }
.tl-buttons[hidden] { display: none; }
.tl-buttons button { font: inherit; min-width: 2.5rem; min-height: 2rem; padding: 0 .4rem; border: 1px solid var(--rule);
  border-radius: 4px; background: transparent; color: inherit; cursor: pointer; }
.tl-buttons button:hover { background: var(--now); }
.tl-buttons [data-go=violation] { color: var(--red); border-color: var(--red); }
.timeline :focus-visible { outline: 2px solid #3b8fd4; outline-offset: 1px; }
.tl-at { flex: 1 1 16rem; min-height: 1.45em; overflow-wrap: anywhere; font-weight: 600; }
.tl-key { display: flex; flex-wrap: wrap; gap: 0 .8rem; color: var(--faint); font-size: 12px; }
.tl-key span::before { content: ''; display: inline-block; width: .7em; height: .7em; margin-right: .3em;
  background: var(--routine); }
.tl-state { display: grid; box-sizing: border-box; gap: .4rem 1.5rem; align-items: start; align-content: start; max-height: 32vh; overflow-y: auto;
  border-top: 1px solid var(--rule); padding: .3rem 0; }
.tl-state table { border-collapse: collapse; justify-self: start; }
.tl-state th, .tl-state td { border: 0; padding: 0 .9rem 0 0; text-align: left; font-weight: normal;
  vertical-align: top; white-space: nowrap; }
.tl-state thead th, .tl-state small, .tl-mm li > span { color: var(--faint); font-size: 12px; }
.tl-state tbody th, .tl-state b, .tl-state .tl-fact > span { font-weight: 600; }
.tl-state i { color: var(--faint); font-style: normal; font-weight: 400; }
.tl-state .tl-buffer { white-space: normal; padding-right: 0; }
.tl-buffer span { display: inline-block; border: 1px solid var(--rule); border-radius: 3px; padding: 0 .25rem; }
.tl-mm p, .timeline .tl-mm ul { display: flex; flex-wrap: wrap; gap: 0 1rem; }
.tl-mm + .tl-mm { margin-top: .3rem; }
.tl-fact, .tl-mm li { white-space: nowrap; }
.tl-changed { background: var(--fresh); border-radius: 2px; box-shadow: 0 0 0 2px var(--fresh); }
.tl-blamed { color: var(--red); outline: 2px solid var(--red); outline-offset: 1px; border-radius: 2px; font-weight: 700; }
.timeline .tl-row { display: grid; grid-template-columns: 2.2rem 2.9rem minmax(0, 1fr); column-gap: .4rem; padding: 0 .3rem 0 0;
  scroll-margin-top: var(--head, 0); }
.tl-titles { color: var(--faint); border-top: 1px solid var(--rule); display: none !important; }
.tl-step { text-align: right; color: var(--faint); text-decoration: none; font-variant-numeric: tabular-nums;
  font-size: 13px; grid-column: 1; }
.tl-step:hover { text-decoration: underline; }
.tl-cpu { grid-column: 2; color: var(--faint); font-size: 12px; line-height: 1.6; }
.timeline code.tl-text { grid-column: 3; border-left: 3px solid var(--routine, transparent); padding-left: .5rem; }
.tl-text, .tl-changes { overflow-wrap: anywhere; min-width: 0; }
.timeline .tl-changes { grid-column: 3; padding-left: 1.4rem; }
.tl-changes span { font-weight: 600; }
.tl-changes span { display: block; }
.tl-changes b { background: var(--red); color: var(--back); border-radius: 3px; padding: 0 .35rem; }
.timeline code.tl-d1 { padding-left: .9rem; }
.timeline code.tl-d2 { padding-left: 1.3rem; }
.tl-routine code { font-weight: 700; }
.tl-call code, .tl-action code { color: var(--faint); }
.timeline .tl-free code { grid-column: 2 / -1; grid-row: 1; border: 0; font-style: italic; padding-left: 0; }
.timeline .tl-broken { background: var(--red-back); }
.tl-broken code, .tl-broken .tl-step { color: var(--red); font-weight: 700; }
.timeline:not(.tl-live) .tl-row:target, .tl-now { background: var(--now); box-shadow: inset 3px 0 0 #3b8fd4; }
.timeline:not(.tl-live) .tl-broken:target, .tl-broken.tl-now { background: linear-gradient(var(--now), var(--now)), var(--red-back); }
.tl-live .tl-row[data-step] { cursor: pointer; }
.tl-long .tl-rows > ol { content-visibility: auto; contain-intrinsic-size: auto 72em; }
${Object.entries(ROUTINE_COLORS)
  .filter(([routine]) => routine !== '-')
  .map(([routine, color]) => `.tl-r-${routine} { --routine: ${color}; }`)
  .join('\n')}
.tl-r-waits { --routine: #888; }
.tl-r-red { --routine: var(--red); }
${sideBySide()}
@container (max-width: 40rem) {
  .tl-buttons [data-go=back], .tl-buttons [data-go=on] { display: none; }
  .tl-buttons button { min-width: 2.3rem; min-height: 2.3rem; }
  .tl-state th, .tl-state td { padding-right: .6rem; }
  .tl-waiting .tl-cpus tr { display: grid; grid-template-columns: 3rem repeat(3, minmax(0, 1fr)); }
  .tl-waiting .tl-cpus { justify-self: stretch; }
  .tl-waiting .tl-cpus, .tl-waiting .tl-cpus :is(thead, tbody) { display: block; }
  .tl-waiting .tl-cpus thead th:last-child { display: none; }
  .tl-state .tl-buffer { grid-column: 2 / -1; }
  .tl-many .tl-strip { height: 6rem; }
  .tl-buffer::before { content: 'buffer '; color: var(--faint); font-size: 12px; }
}
@container (min-width: 34rem) {
  .tl-state { grid-template-columns: minmax(0, 1fr) max-content; }
  .tl-cpus { grid-column: 1 / -1; }
}
@container (min-width: 56rem) {
  .tl-cpus { grid-column: auto; }
  .tl-state { grid-template-columns: max-content minmax(0, 1fr) max-content; }
  .tl-waiting .tl-state { grid-template-columns: minmax(0, 3fr) minmax(0, 2fr) max-content; }
}
@media (prefers-reduced-motion: no-preference) { .tl-cursor { transition: left .08s linear; } }
@media print { .tl-head { position: static; } .tl-buttons { display: none; } }
`;

/** One lane a cpu wherever there is room for that; else the lines say whose they are. */
function sideBySide(): string {
  const rules: string[] = [];
  for (let lanes = 1; lanes <= MOST_LANES; lanes++) {
    const of = `.tl-lanes-${lanes}`;
    const places = Array.from(
      { length: lanes },
      (_, lane) => `  ${of} .tl-row .tl-l${lane}.tl-text { grid-column: ${lane + 2}; }`,
    );
    rules.push(`@container (min-width: ${lanes * LANE_REM + REST_REM}rem) {
  ${of} .tl-row { grid-template-columns: 3rem repeat(${lanes}, minmax(0, 3fr)) minmax(0, 2fr); }
  ${of} .tl-rows { background: ${edges(lanes)}; }
${places.join('\n')}
  ${of} .tl-cpu { display: none; }
  ${of} .tl-row .tl-changes { grid-column: ${lanes + 2}; padding-left: 0; grid-row: 1; }
  ${of} .tl-row.tl-free code { grid-column: 2 / -2; }
  ${of} .tl-titles { display: grid !important; }
  ${of} .tl-titles .tl-text { padding-left: calc(.5rem + 3px); }
}`);
  }
  return rules.join('\n');
}

/** A thin line at the left of each lane, and of what changed: the columns of the grid, as places of a background. */
function edges(lanes: number): string {
  const gap = '.4rem';
  const lane = `(100% - 3.3rem - ${lanes + 1} * ${gap}) * 3 / ${3 * lanes + 2}`;
  return Array.from({ length: lanes + 1 }, (_, i) => {
    const left = `calc(3rem + .5 * ${gap} + ${i} * (${lane} + ${gap}))`;
    return `linear-gradient(var(--rule), var(--rule)) ${left} 0 / 1px 100% no-repeat`;
  }).join(', ');
}
