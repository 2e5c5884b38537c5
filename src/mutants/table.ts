import { rangeWord } from '../fuzz/config.js';
import type { Arch, Memory } from '../words.js';
import type { Figures } from './figures.js';
import { type Harmless, machinesText, reasonFor } from './harmless.js';
import { type Cell, cellsOf, type Plan, SEEDS } from './plan.js';

/** What a table is made of. */
export interface Table {
  readonly plan: Plan;
  /** Of the plan's cells in their order; null for one that is not known. */
  readonly figures: readonly (Figures | null)[];
  readonly harmless: readonly Harmless[];
  /** How numbers are written. */
  readonly grouped: (n: number) => string;
}

/** What a cell shows: the kind, the median, and of how many seeds where not all found something. */
type Shown = readonly [kind: string, schedules: string, share: string];

function shownOf({ plan, grouped }: Table, figures: Figures | null): Shown {
  if (figures === null) return ['?', '', ''];
  const { found, schedules, seeds } = figures;
  if (found === null) return ['-', '', ''];
  const median = schedules === null ? `>${grouped(plan.runs)}` : grouped(schedules);
  return [found, median, seeds === SEEDS ? '' : `${seeds}/${SEEDS}`];
}

/**
 * The table, a line each: what was measured and with what budget, a row a mutant, and below it what nothing
 * found, with the reason that `harmless` gives, and what was found though `harmless` knows why it cannot be.
 */
export function tableLines(table: Table): string[] {
  return [
    ...budgetLines(table),
    '',
    ...gridLines(table),
    ...notFoundLines(table),
    ...againstReasonLines(table),
  ];
}

function budgetLines({ plan, grouped }: Table): string[] {
  const { seed, runs, base } = plan;
  const { algo, preempt, cpus, tasks, mms } = base;
  return [
    `${algo}, preempt ${preempt}; worlds of ${rangeWord(cpus)} cpus, ${rangeWord(tasks)} tasks, ${rangeWord(mms)} mms`,
    `seeds ${seed} to ${seed + SEEDS - 1}, at most ${grouped(runs)} schedules each; figures: the schedule that finds it, median of the seeds`,
  ];
}

function gridLines(table: Table): string[] {
  const { rows, memories, arches } = table.plan;
  const machines = memories.flatMap((memory) => arches.map((arch): [Memory, Arch] => [memory, arch]));
  const names = block([['mutant'], ...rows.map((row) => [row])]);
  const groups = machines.map(([memory, arch], m) => {
    const shown = rows.map((_, r) => shownOf(table, table.figures[r * machines.length + m]!));
    return [`${memory} ${arch}`, ...block(shown)];
  });
  return names.map((name, line) => {
    const cells = groups.map((group) => group[line]!.padEnd(Math.max(...group.map(({ length }) => length))));
    return [name, ...cells].join('   ').trimEnd();
  });
}

/** Texts in columns, each row a line of the same length: the first column to the left, the others to the right. */
function block(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) =>
    row
      .map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!)))
      .filter((_, i) => widths[i]! > 0)
      .join(' '),
  );
}

const UNKNOWN = 'nothing found, and no reason known';

/** A line for each mutant and reason. That nothing is found without a mutant is as it should be. */
function notFoundLines({ plan, figures, harmless }: Table): string[] {
  const unfound = cellsOf(plan).filter(({ row }, i) => row !== 'none' && figures[i]?.found === null);
  const lines = plan.rows.flatMap((row) => {
    const byReason = new Map<string, Cell[]>();
    for (const cell of unfound.filter((cell) => cell.row === row)) {
      const reason = reasonFor(cell, harmless) ?? UNKNOWN;
      byReason.set(reason, [...(byReason.get(reason) ?? []), cell]);
    }
    return [...byReason].map(([reason, cells]) => `  ${row}, ${machinesText(cells)}: ${reason}`);
  });
  return lines.length === 0 ? [] : ['', 'Not found:', ...lines];
}

/** A reason that a finding refutes: the list of them is wrong. */
function againstReasonLines({ figures, harmless }: Table): string[] {
  const lines = figures.flatMap((figure) => {
    if (figure === null || figure.found === null) return [];
    const { mutant, memory, arch, found } = figure;
    const reason = reasonFor({ row: mutant, memory, arch }, harmless);
    return reason === null ? [] : [`  ${mutant}, ${memory} ${arch}: ${found}, against: ${reason}`];
  });
  return lines.length === 0 ? [] : ['', 'Found against a reason not to (src/mutants/harmless.ts):', ...lines];
}
