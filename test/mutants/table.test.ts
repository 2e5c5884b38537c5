import { describe, expect, it } from 'vitest';
import { type Figures, figuresOf } from '../../src/mutants/figures.js';
import { type Harmless, harmlessUnder, machinesText, reasonFor } from '../../src/mutants/harmless.js';
import { cellsOf, type Plan } from '../../src/mutants/plan.js';
import { tableLines } from '../../src/mutants/table.js';
import { grouped } from '../../src/numbers.js';
import { found } from './found.js';
import { PLAN } from './plans.js';

const plan: Plan = {
  ...PLAN,
  rows: ['none', 'no-entry-mb', 'late-curr', 'racy-set'],
  memories: ['sc', 'tso'],
  arches: ['x86', 'arm64'],
  runs: 200_000,
};
const harmless: Harmless[] = [
  { mutants: ['no-entry-mb'], memories: ['sc'], arches: ['x86', 'arm64'], reason: 'sc reorders nothing' },
  { mutants: ['no-entry-mb'], memories: ['tso'], arches: ['x86'], reason: 'something else orders it' },
  { mutants: ['racy-set'], memories: ['tso'], arches: ['arm64'], reason: 'a wrong reason' },
];
const text = (figures: readonly (Figures | null)[]) =>
  tableLines({ plan, figures, harmless, grouped }).join('\n');

describe('the table', () => {
  const cells = cellsOf(plan);
  const seeds = (...schedules: (number | null)[]) =>
    schedules.map((n) => (n === null ? null : found('freed-in-use', n - 1)));
  const figures: Figures[] = cells.map((cell) => {
    const findings =
      cell.row === 'racy-set' && cell.arch === 'arm64'
        ? seeds(12, 3456, 7, 99, 1000)
        : cell.row === 'late-curr' && cell.memory === 'sc'
          ? seeds(5, null, 123_456, null, cell.arch === 'x86' ? 77_777 : null)
          : seeds(null, null, null, null, null);
    return figuresOf(cell, findings);
  });

  it('has a row a mutant, a group of columns a machine, and below what nothing found and why', () => {
    expect(text(figures)).toBe(`\
rfc-v6, preempt full; worlds of 2-3 cpus, 2-6 tasks, 1-2 mms
seeds 1 to 5, at most 200 000 schedules each; figures: the schedule that finds it, median of the seeds

mutant        sc x86                     sc arm64                    tso x86   tso arm64
none          -                          -                           -         -
no-entry-mb   -                          -                           -         -
late-curr     freed-in-use 123 456 3/5   freed-in-use >200 000 2/5   -         -
racy-set      -                          freed-in-use       99       -         freed-in-use 99

Not found:
  no-entry-mb, sc x86 and arm64: sc reorders nothing
  no-entry-mb, tso x86: something else orders it
  no-entry-mb, tso arm64: nothing found, and no reason known
  late-curr, tso x86 and arm64: nothing found, and no reason known
  racy-set, sc x86, tso x86: nothing found, and no reason known

Found against a reason not to (src/mutants/harmless.ts):
  racy-set, tso arm64: freed-in-use, against: a wrong reason`);
  });

  it('marks what is not known, and gives no reason for it', () => {
    const cut = text(figures.map((row, i) => (i < 6 ? row : null)));
    expect(cut).toMatch(/^late-curr +\? +\? +\? +\?$/m);
    expect(cut).toContain('  no-entry-mb, sc x86 and arm64: sc reorders nothing');
    expect(cut).not.toContain('no reason known');
  });

  it('ends where everything was found', () => {
    const all = cells.map((cell) => figuresOf(cell, seeds(1, 1, 1, 1, 1)));
    const lines = tableLines({ plan, figures: all, harmless: [], grouped });
    expect(lines.at(-1)).toMatch(/^racy-set /);
  });
});

describe('reasons', () => {
  it('are those of the first entry that speaks of the cell', () => {
    const cell = { row: 'no-entry-mb', memory: 'sc', arch: 'x86' } as const;
    expect(reasonFor(cell, harmless)).toBe('sc reorders nothing');
    expect(reasonFor({ ...cell, memory: 'weak' }, harmless)).toBeNull();
    expect(reasonFor({ ...cell, row: 'late-curr' }, harmless)).toBeNull();
    expect(reasonFor({ ...cell, row: 'none' }, harmless)).toBeNull();
  });

  it('say of every barrier that sc orders nothing by it, and of nothing else', () => {
    const named = harmlessUnder('rfc-v6')
      .filter(({ memories }) => memories.includes('sc'))
      .flatMap(({ mutants }) => mutants);
    expect(named.every((name) => name.includes('-mb'))).toBe(true);
    expect(named).toHaveLength(7);
  });

  it('know of the repaired algorithm, that its checks of age and use are for economy', () => {
    const cell = { row: 'no-age-check', memory: 'sc', arch: 'x86' } as const;
    expect(reasonFor(cell, harmlessUnder('rfc-v6'))).toBeNull();
    expect(reasonFor(cell, harmlessUnder('rfc-v6-fixed'))).toMatch(/young slot/);
  });

  it('name machines in few words', () => {
    const on = (memory: 'sc' | 'tso' | 'weak', arch: 'x86' | 'arm64') =>
      ({ row: 'late-curr', memory, arch }) as const;
    expect(machinesText([on('weak', 'arm64'), on('sc', 'x86'), on('sc', 'arm64')])).toBe(
      'sc x86 and arm64, weak arm64',
    );
  });
});
