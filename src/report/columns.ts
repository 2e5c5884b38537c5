import type { Row, Story } from './story.js';

/** What stands beside each other in a table. */
export interface Columns {
  readonly titles: readonly string[];
  /** The column that a row stands in. */
  of(row: Pick<Row, 'cpu'>): number;
  /** What it says there, indented by `indent` for each call it is deep in. */
  text(row: Pick<Row, 'cpu' | 'depth' | 'text'>, indent: string): string;
}

/** With more acting cpus than that, a column for each is wider than any screen. */
const MOST_COLUMNS = 6;

/** One column a cpu; or a single one, where each line says whose it is. */
export function columnsOf({ cpus }: Pick<Story, 'cpus'>): Columns {
  if (cpus.length <= MOST_COLUMNS) {
    return {
      titles: cpus.map((cpu) => `CPU${cpu}`),
      of: (row) => cpus.indexOf(row.cpu ?? -1),
      text: (row, indent) => indent.repeat(row.depth) + row.text,
    };
  }
  const width = Math.max(...cpus.map((cpu) => `${cpu}`.length));
  return {
    titles: [`CPU0 to CPU${cpus.at(-1)}`],
    of: () => 0,
    text: (row, indent) => `CPU${`${row.cpu}`.padEnd(width)} ${indent.repeat(row.depth)}${row.text}`,
  };
}

/** The steps that a row stands for. */
export function stepWord({ steps }: Row): string {
  if (steps === null) return '';
  return steps[0] === steps[1] ? `${steps[0]}` : `${steps[0]}-${steps[1]}`;
}
