import { describe, expect, it } from 'vitest';
import { MUTANTS } from '../../src/words.js';
import { type Run, runActions, type Setting, switchTo, tick } from './run-text.js';
import { OLD_SLOT_IN_USE, OLD_SLOT_OF_Y, TO_SECOND_CHECK } from './scenes.js';

/** The same schedule under the patch's algorithm and under the repaired one. */
function both(actions: readonly string[], setting: Setting = {}): { patch: Run; fixed: Run } {
  return {
    patch: runActions(actions, { ...setting, algo: 'rfc-v6' }),
    fixed: runActions(actions, { ...setting, algo: 'rfc-v6-fixed' }),
  };
}

const Y_RUNS = switchTo(0, 'y');
const MB = ' mb - - - - -';

describe('rfc-v6-fixed: one scan of an mm at a time', () => {
  /** z scans; long after, y looks whether a scan is due. */
  const MEANWHILE = [
    ...Y_RUNS,
    ...switchTo(1, 'z'),
    ...tick(1),
    'work 1',
    'step 1 3',
    'advance 200ms',
    ...tick(0),
    'work 0',
    'step 0 2',
  ];

  it('a running scan keeps others from being due', () => {
    const { patch, fixed } = both(MEANWHILE);
    expect(patch.lines.at(-1)).toBe('0 y work rmw next_scan[A] 10100 10300 true -');
    expect(fixed.lines).toContain('1 z work rmw next_scan[A] 10000 9007199254740991 true -');
    expect(fixed.lines.at(-1)).toBe('0 y tick load next_scan[A] 9007199254740991 - - -');
    expect(fixed.result.skipped).toEqual([MEANWHILE.length - 1, MEANWHILE.length]);
  });

  it('its last step says when the next one is due, as of its start', () => {
    const { patch, fixed } = both([...MEANWHILE, 'step 1 99', ...tick(0)]);
    expect(patch.lines.filter((line) => line.includes('z work store'))).toEqual([]);
    expect(fixed.lines.slice(-3)).toEqual([
      '1 z work store next_scan[A] 10100 - - -',
      '0 y tick store clock[0] 10200000000 - - -',
      '0 y tick load next_scan[A] 10100 - - -',
    ]);
  });

  it('that store is a release: it waits for what the cpu stored before', () => {
    const late = [...OLD_SLOT_OF_Y, 'flush 0', 'step 1 99', 'flush 1', 'flush 1'];
    const { lines, kind } = runActions(late, {
      algo: 'rfc-v6-fixed',
      // Its scan leaves a plain S cid = lazy in the buffer.
      header: ['memory weak', 'mutant plain-lazy', 'mutant plain-unset', 'oracle lock-leak'],
    });
    expect(kind).toBe('none');
    expect(lines.filter((line) => / (drain|store) (cid\[A\]\[0\] [ul]|next_scan)/.test(line))).toEqual([
      '1 z work store cid[A][0] lazy 0 - - -',
      '1 z work store cid[A][0] unset - - -',
      '1 z work store next_scan[A] 10300 - - -',
      '1 - - drain cid[A][0] lazy 0 - - -',
      '1 - - drain cid[A][0] unset - - -',
    ]);
    const first = runActions([...late.slice(0, -2), 'flush 1 2'], {
      algo: 'rfc-v6-fixed',
      header: ['memory weak', 'mutant plain-lazy', 'mutant plain-unset', 'oracle lock-leak'],
    });
    expect(first.result.skipped).toEqual([late.length - 1]);
  });

  it('the first scan of a fresh mm is put off as before', () => {
    const { patch, fixed } = both([...Y_RUNS, 'exec 0 C', 'step 0 99', ...tick(0), 'work 0', 'step 0 9']);
    expect(fixed.lines.slice(-2)).toEqual([
      '0 y work load next_scan[C] 0 - - -',
      '0 y work rmw next_scan[C] 0 10100 true -',
    ]);
    expect(fixed.lines).toEqual(patch.lines);
  });

  it('no-scan-limit removes the claim and the last store', () => {
    const { patch, fixed } = both([...OLD_SLOT_OF_Y, 'step 1 99'], { header: ['mutant no-scan-limit'] });
    // The other repairs stay: here, one more look at rq->curr.
    const again = fixed.lines.lastIndexOf('1 z work load curr[0] idle0 - - -');
    expect(fixed.lines.toSpliced(again, 1)).toEqual(patch.lines);
    expect(fixed.lines.filter((line) => / (rmw|store) next_scan/.test(line))).toEqual([]);
  });
});

describe('rfc-v6-fixed: a switch within an mm', () => {
  const tasks = ['y A 0', 'z A 0'];
  /** y is in the gap of its exit: not active, with its mm. */
  const IN_EXIT = [...Y_RUNS, 'exit 0', 'step 0 5'];

  it('is a barrier if prev or next is not active', () => {
    const from = both([...IN_EXIT, 'switch 0 z', 'step 0 4'], { tasks });
    expect(from.fixed.lines.at(-1)).toBe(`0 z switch${MB}`);
    expect(from.patch.lines.at(-1)).not.toContain(MB);
    const to = both([...IN_EXIT, ...switchTo(0, 'z'), 'switch 0 y', 'step 0 4'], { tasks });
    expect(to.fixed.lines.at(-1)).toBe(`0 y switch${MB}`);
    expect(to.patch.lines.at(-1)).not.toContain(MB);
  });

  it('is none if both are active', () => {
    const { patch, fixed } = both([...Y_RUNS, ...switchTo(0, 'z')], { tasks });
    expect(fixed.lines).toEqual(patch.lines);
  });

  it('no-mb-user-user does not remove it', () => {
    const { fixed } = both([...IN_EXIT, 'switch 0 z', 'step 0 4'], {
      tasks,
      header: ['mutant no-mb-user-user'],
    });
    expect(fixed.lines.at(-1)).toBe(`0 z switch${MB}`);
  });
});

describe('rfc-v6-fixed: a switch to another mm', () => {
  const actions = [...Y_RUNS, 'switch 0 z', 'step 0 4'];
  const tasks = ['y A 0', 'z B 0'];

  it('is a barrier under arm64 too', () => {
    const { patch, fixed } = both(actions, { tasks, header: ['arch arm64'] });
    expect(fixed.lines.at(-1)).toBe(`0 z switch${MB}`);
    expect(patch.lines.at(-1)).toBe('0 z switch load cid[A][0] 0 - - -');
  });

  it.each(['x86', 'arm64'])('no-mb-user-user removes it under %s', (arch) => {
    const { fixed } = both(actions, { tasks, header: ['mutant no-mb-user-user', `arch ${arch}`] });
    expect(fixed.lines.at(-1)).toBe('0 z switch load cid[A][0] 0 - - -');
  });
});

describe('rfc-v6-fixed: the slot of a prev that is not active', () => {
  /** y, in the gap of its exit, is current on cpu 0, whose slot in A clear-old has just made lazy: w used it. */
  const LAZY = [
    ...Y_RUNS,
    'exit 0',
    'step 0 5',
    ...switchTo(0, 'w'),
    ...switchTo(1, 'z'),
    ...switchTo(0, 'y'),
    'advance 200ms',
    ...tick(0),
    ...tick(1),
    'work 1',
    TO_SECOND_CHECK,
    ...switchTo(0, 'idle'),
  ];
  const tasks = ['y A 0', 'z A 1', 'w A 0'];
  const puts = (run: Run): string[] =>
    run.lines.filter((line) => /^0 idle0 switch (load|rmw)/.test(line)).slice(-3);

  it('is put if it is lazy', () => {
    const { patch, fixed } = both(LAZY, { tasks });
    expect(puts(patch)).toEqual([]);
    expect(puts(fixed)).toEqual([
      '0 idle0 switch load cid[A][0] lazy 0 - - -',
      '0 idle0 switch rmw cid[A][0] lazy 0 unset true -',
      '0 idle0 switch rmw mask[A][0] 0x3 0x2 true 0',
    ]);
    expect([fixed.kind, fixed.result.skipped]).toEqual(['none', []]);
  });

  it('is only looked at if it is not', () => {
    const { fixed } = both(
      LAZY.filter((action) => action !== TO_SECOND_CHECK),
      { tasks },
    );
    expect(puts(fixed)).toEqual(['0 idle0 switch load cid[A][0] 0 - - -']);
  });

  it('no-put-lazy leaves it', () => {
    const { fixed } = both(LAZY, { tasks, header: ['mutant no-put-lazy'] });
    expect(puts(fixed)).toEqual([]);
  });

  it('of a prev without an mm there is none', () => {
    const dead = [...Y_RUNS, 'exit 0', 'step 0 9', ...switchTo(0, 'idle')];
    const { patch, fixed } = both(dead);
    expect(fixed.lines).toEqual(patch.lines);
  });
});

describe('rfc-v6-fixed: clear-old loads active with acquire', () => {
  // z loads curr, then y execs, then z loads active; may y's mm be older than that?
  const actions = [...OLD_SLOT_IN_USE, 'flush 0', 'step 1 6', 'exec 0 C', 'step 0 99', 'step 1 1'];
  const stale = [...actions, 'stale 1 1', 'step 1 1'];

  it('so the mm that goes with it is not older', () => {
    const { patch, fixed } = both(stale, { header: ['memory weak'] });
    expect(patch.lines.slice(-2)).toEqual(['1 z work load active[y] 1 - - -', '1 z work load mm[y] A - - -']);
    expect(patch.result.skipped).toEqual([]);
    expect(fixed.lines.slice(-2)).toEqual(['1 z work load active[y] 1 - - -', '1 z work load mm[y] C - - -']);
    expect(fixed.result.skipped).toEqual([actions.length + 1]);
  });

  it('is still a load', () => {
    const { patch, fixed } = both(actions, { header: ['memory weak'] });
    const loads = ({ lines }: Run) => lines.filter((line) => line.startsWith('1 z work load'));
    expect(loads(fixed)).toEqual(loads(patch));
  });
});

describe('rfc-v6-fixed: fork', () => {
  it('gives a process a scan that was never put off, and a thread what the mm has', () => {
    const { patch, fixed } = both([...Y_RUNS, 'fork 0 process x C 1', ...switchTo(1, 'x'), ...tick(1)]);
    expect(patch.lines.at(-1)).toBe('1 x tick load next_scan[C] 10000 - - -');
    expect(fixed.lines.at(-1)).toBe('1 x tick load next_scan[C] 0 - - -');
    const thread = both([...Y_RUNS, 'fork 0 thread x 1', ...switchTo(1, 'x'), ...tick(1)], {
      tasks: ['y A 0'],
    });
    expect(thread.fixed.lines).toEqual(thread.patch.lines);
    expect(thread.fixed.lines.at(-1)).toBe('1 x tick load next_scan[A] 10100 - - -');
  });
});

it.each(MUTANTS)('rfc-v6-fixed: takes the mutant %s', (mutant) => {
  const actions = [...OLD_SLOT_IN_USE, 'step 1 99', 'exit 0', 'step 0 99'];
  const header = ['oracle lock-leak'];
  const plain = both(actions, { header });
  const mutated = both(actions, { header: [`mutant ${mutant}`, ...header] });
  // What the mutant changes in the patch, it changes here.
  const changes = plain.patch.lines.join() !== mutated.patch.lines.join();
  expect(plain.fixed.lines.join() !== mutated.fixed.lines.join()).toBe(changes);
});

describe('rfc-v6-fixed: the second check looks at rq->curr again', () => {
  const SECOND = [...OLD_SLOT_OF_Y, TO_SECOND_CHECK];
  const looks = ({ lines }: Run, count: number) =>
    lines
      .flatMap((line) => (line.startsWith('1 z work ') ? [line.slice('1 z work '.length)] : []))
      .slice(-count);

  it('where the task that it saw is still there, the slot is unused', () => {
    const { patch, fixed } = both([...SECOND, 'step 1 3']);
    expect(looks(patch, 2)).toEqual(['load active[idle0] 0 - - -', 'rmw cid[A][0] lazy 0 unset true -']);
    expect(looks(fixed, 2)).toEqual(['load active[idle0] 0 - - -', 'load curr[0] idle0 - - -']);
    const { fixed: on } = both([...SECOND, 'step 1 4']);
    expect(looks(on, 1)).toEqual(['rmw cid[A][0] lazy 0 unset true -']);
  });

  it('where another one has come, that one is judged', () => {
    const { fixed } = both([...SECOND, 'step 1 2', ...switchTo(0, 'y'), 'step 1 3']);
    expect(looks(fixed, 3)).toEqual(['load curr[0] y - - -', 'load active[y] 1 - - -', 'load mm[y] A - - -']);
  });

  it('and that one must still be there, too', () => {
    const { fixed } = both([
      ...[...SECOND, 'step 1 2', ...switchTo(0, 'y'), 'step 1 1', 'exit 0', 'step 0 5', 'step 1 2'],
    ]);
    expect(looks(fixed, 3)).toEqual([
      'load curr[0] y - - -',
      'load active[y] 0 - - -',
      'load curr[0] y - - -',
    ]);
  });

  it('and not at an older one, when t->mm is new', () => {
    const actions = [
      ...[...OLD_SLOT_OF_Y, 'flush 0', TO_SECOND_CHECK, ...switchTo(0, 'y'), 'step 1 1'],
      ...[...switchTo(0, 'idle'), 'flush 0', 'migrate y 2', ...switchTo(2, 'y'), 'exec 2 C', 'step 2 99'],
      // Its mm_cid_active as it was before the exec, its mm as it is after.
      ...['stale 1 2', 'step 1 2', 'stale 1 1', 'step 1 1'],
    ];
    const { fixed } = both(actions, { cpus: 3, header: ['memory weak'] });
    expect(looks(fixed, 3)).toEqual([
      'load active[y] 1 - - -',
      'load mm[y] C - - -',
      'load curr[0] idle0 - - -',
    ]);
    expect(fixed.result.skipped).toEqual([actions.length - 1]);
  });
});
