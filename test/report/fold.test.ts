import { describe, expect, it } from 'vitest';
import { type Foldable, fold } from '../../src/report/fold.js';
import type { Scan } from '../../src/report/frames.js';
import type { Row } from '../../src/report/story.js';

let step = 0;
const access = (rest: Partial<Row> = {}, scan: Scan | null = null, spin: string | null = null): Foldable => {
  step++;
  const row = {
    kind: 'access',
    steps: [step, step],
    cpu: 0,
    depth: 2,
    text: 'x',
    changes: [],
    broken: false,
  };
  return { row: { ...row, ...rest } as Row, scan, spin };
};
const clearOld = (cpu: number, rejected: Scan['rejected']): Foldable[] => {
  const scan = { mm: 0, cpu, rejected };
  const heading = { ...access({ kind: 'call', steps: null }, scan) };
  step--;
  return [heading, access({}, scan), access({}, scan)];
};
const told = (rows: readonly Foldable[]) => fold(rows).map(({ text, steps }) => [steps, text]);

describe('fold', () => {
  it('tells four or more spins in one line', () => {
    step = 0;
    const spins = Array.from({ length: 300 }, () => access({ text: 'spins on cid_lock' }, null, 'spin'));
    expect(told(spins)).toEqual([[[1, 300], 'spins on cid_lock, 300 times']]);
    expect(told(spins.slice(0, 3))).toHaveLength(3);
  });

  it('keeps apart spins between which anything else happens', () => {
    step = 0;
    const spin = () => access({}, null, 'spin');
    expect(told([spin(), spin(), access({ cpu: 1 }), spin(), spin()])).toHaveLength(5);
    expect(told([spin(), spin(), { ...spin(), spin: 'other' }, spin(), spin()])).toHaveLength(5);
  });

  it('never folds the step that breaks', () => {
    step = 0;
    const spin = (rest: Partial<Row> = {}) => access(rest, null, 'spin');
    const rows = fold([spin(), spin(), spin(), spin(), spin({ broken: true })]);
    expect(rows.map((row) => [row.steps, row.broken])).toEqual([
      [[1, 4], false],
      [[5, 5], true],
    ]);
  });

  it('tells clear-olds that leave their slot alone in one line, with their reasons', () => {
    step = 0;
    const cpus = [0, 1, 2, 3].flatMap((cpu) => clearOld(cpu, 'not due'));
    expect(told(cpus)).toEqual([[[1, 8], 'clear-old of 4 cpus (0 to 3): not due']]);
    expect(told([...cpus, ...clearOld(4, 'unset')])).toEqual([
      [[1, 10], 'clear-old of 5 cpus (0 to 4): 4 not due, 1 unset'],
    ]);
  });

  it('shows a clear-old that clears, or that another cpu comes between', () => {
    step = 0;
    const three = [0, 1, 2].flatMap((cpu) => clearOld(cpu, 'not due'));
    expect(told([...three, ...clearOld(3, null)])).toHaveLength(12);
    const [heading, first, second] = clearOld(3, 'not due') as [Foldable, Foldable, Foldable];
    expect(told([...three, heading, first, access({ cpu: 1 }), second])).toHaveLength(13);
  });
});
