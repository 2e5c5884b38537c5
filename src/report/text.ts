import { columnsOf, stepWord } from './columns.js';
import type { Row, Story } from './story.js';

const RED = '\u001b[31m';
const BOLD = '\u001b[1m';
const DIM = '\u001b[2m';
const RESET = '\u001b[0m';
const MARK = '>>>';
/** Wide enough for a name and a few words, so that a short column does not look squeezed. */
const NARROWEST_COLUMN = 24;

/** The story as a table for a terminal: nothing is wrapped, columns are as wide as their longest line. */
export function textOf(story: Story, color: boolean): string {
  const paint = (code: string, text: string) => (color && code !== '' ? `${code}${text}${RESET}` : text);
  const parts = [story.facts, story.legend.map((words) => paint(DIM, words))];
  if (story.rows.length > 0) parts.push(tableOf(story, paint));
  parts.push(
    ['In the end', ...story.end.map((words) => `  ${words}`)],
    ...(story.reordered.length > 0 ? [['Reordered', ...story.reordered.map((words) => `  ${words}`)]] : []),
    [paint(story.violated ? RED : BOLD, story.sentence)],
  );
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function tableOf(story: Story, paint: (code: string, text: string) => string): string[] {
  const { rows } = story;
  const columns = columnsOf(story);
  const indented = (row: Row) => columns.text(row, ' ');

  const steps = Math.max(1, ...rows.map((row) => stepWord(row).length));
  const leadWidth = Math.max('step'.length, story.violated ? MARK.length + 1 + steps : steps);
  const widths = columns.titles.map((title) => Math.max(NARROWEST_COLUMN, title.length));
  let changeWidth = 'what changed'.length;
  for (const row of rows) {
    for (const change of row.changes) changeWidth = Math.max(changeWidth, change.length);
    if (row.cpu === null) continue;
    const column = columns.of(row);
    widths[column] = Math.max(widths[column]!, indented(row).length);
  }

  const lead = (mark: string, step: string) => mark + step.padStart(leadWidth - mark.length);
  const none = columns.titles.map(() => '');
  const line = (start: string, cells: readonly string[], change: string) =>
    [start, ...cells.map((cell, i) => cell.padEnd(widths[i]!)), change].join(' │ ').trimEnd();
  const rule = (cross: string) =>
    [leadWidth, ...widths, changeWidth].map((width) => '─'.repeat(width)).join(`─${cross}─`);

  const lines = [paint(BOLD, line(lead('', 'step'), columns.titles, 'what changed')), rule('┼')];
  for (const row of rows) {
    if (row.cpu === null) {
      lines.push(paint(DIM, `${lead('', '')} ┈ ${row.text}`));
      continue;
    }
    const [first = '', ...more] = row.changes;
    const code = row.broken ? RED : row.kind === 'routine' ? BOLD : '';
    const cells = none.with(columns.of(row), indented(row));
    lines.push(paint(code, line(lead(row.broken ? MARK : '', stepWord(row)), cells, first)));
    for (const change of more) lines.push(paint(code, line(lead('', ''), none, change)));
  }
  lines.push(rule('┴'));
  return lines;
}
