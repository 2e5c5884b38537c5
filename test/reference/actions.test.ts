import { describe, expect, it } from 'vitest';
import { runActions, type Setting, switchTo, tick } from './run-text.js';
import { OLD_SLOT_OF_Y, TO_CLEAR, TO_LAST_CMPXCHG } from './scenes.js';

/** Runs `before`, which all applies, then one action; tells whether that one is applied. */
function applies(action: string, before: readonly string[] = [], setting?: Setting): boolean {
  const { skipped } = runActions([...before, action], setting).result;
  expect(skipped.filter((number) => number <= before.length)).toEqual([]);
  return skipped.length === 0;
}

const NO_PREEMPT: Setting = { header: ['preempt none'] };
const WITH_KTHREAD: Setting = { tasks: ['y A 0', 'k - 0'] };
const Y_RUNS = switchTo(0, 'y');

describe('switch needs', () => {
  it('irqs on: no switch, no tick and no irqs-off part of a routine under way', () => {
    expect(applies('switch 0 y')).toBe(true);
    expect(applies('switch 0 idle', ['switch 0 y'])).toBe(false);
    expect(applies('switch 0 y', ['tick 0'])).toBe(false);
    expect(applies('switch 0 idle', [...Y_RUNS, 'exit 0', 'step 0 1'])).toBe(false);
    expect(applies('switch 1 idle', [...OLD_SLOT_OF_Y, TO_CLEAR])).toBe(false);
  });

  it('a task that is live, at home, off cpu, and neither current nor claimed', () => {
    expect(applies('switch 0 z')).toBe(false);
    expect(applies('switch 0 idle')).toBe(false);
    expect(applies('switch 0 y', Y_RUNS)).toBe(false);
    expect(applies('switch 0 y', [...Y_RUNS, 'exit 0', 'step 0 9', ...switchTo(0, 'idle')])).toBe(false);
    // y is claimed until its on_cpu is 0.
    expect(applies('switch 0 y', [...Y_RUNS, 'switch 0 idle', 'step 0 6', 'tick 1'])).toBe(true);
    expect(applies('switch 0 y', [...Y_RUNS, 'switch 0 idle', 'step 0 5'])).toBe(false);
    const { result } = runActions(['fork 0 thread x', 'switch 0 x']);
    expect(result.skipped).toEqual([1, 2]);
  });

  it('under preempt full, any point with irqs on', () => {
    expect(applies('switch 0 idle', [...Y_RUNS, 'exit 0'])).toBe(true);
    expect(applies('switch 1 idle', [...OLD_SLOT_OF_Y, TO_LAST_CMPXCHG])).toBe(true);
    expect(applies('switch 0 idle', [...Y_RUNS, 'exec 0 C', 'step 0 4', 'step 0 1'])).toBe(true);
  });

  it('under preempt none, a gap', () => {
    expect(applies('switch 0 idle', [...Y_RUNS, 'exit 0'], NO_PREEMPT)).toBe(false);
    expect(applies('switch 1 idle', [...OLD_SLOT_OF_Y, TO_LAST_CMPXCHG], NO_PREEMPT)).toBe(false);
    const exec = [...Y_RUNS, 'exec 0 C'];
    const gaps = [1, 2, 3, 4, 5, 6, 7, 8].filter((n) =>
      applies('switch 0 idle', [...exec, `step 0 ${n}`], NO_PREEMPT),
    );
    // S active, MB, L cid, RMW cid, RMW mask: gap; S mm: gap.
    expect(gaps).toEqual([5, 6]);
    const fail = [...Y_RUNS, 'exec-fail 0'];
    expect([4, 5, 6].filter((n) => applies('switch 0 idle', [...fail, `step 0 ${n}`], NO_PREEMPT))).toEqual([
      5,
    ]);
    const exit = [...Y_RUNS, 'exit 0'];
    expect([4, 5, 6].filter((n) => applies('switch 0 idle', [...exit, `step 0 ${n}`], NO_PREEMPT))).toEqual([
      5, 6,
    ]);
  });
});

describe('irqs go off with the access after that point', () => {
  it('so a task preempted before it carries on elsewhere, on the slot of that cpu', () => {
    const { lines, kind } = runActions(
      [...Y_RUNS, 'exit 0', ...switchTo(0, 'idle'), 'migrate y 1', ...switchTo(1, 'y'), 'step 1 9'],
      { header: ['mutant exit-stays-active', 'mutant no-exit-mb', 'oracle lock-leak'] },
    );
    expect(kind).toBe('none');
    expect(lines.filter((line) => line.includes(' exit '))).toEqual([
      '1 y exit load cid[A][1] 1 - - -',
      '1 y exit rmw cid[A][1] 1 unset true -',
      '1 y exit rmw mask[A][0] 0x3 0x1 true 1',
      '1 y exit store mm[y] none - - -',
    ]);
  });

  it('so v6.3 puts the cid that the task has by then', () => {
    const { lines } = runActions(
      [
        ...switchTo(0, 'y'),
        'exit 0',
        ...switchTo(0, 'idle'),
        ...switchTo(1, 'z'),
        ...switchTo(0, 'y'),
        'step 0 1',
        'step 0 1',
        'step 0 1',
        'step 0 1',
        'step 0 1',
      ],
      { algo: 'v6.3' },
    );
    expect(lines.filter((line) => line.includes(' exit '))).toEqual([
      '0 y exit rmw cid_lock[A] 0 1 true -',
      '0 y exit store mask[A][0] 0x1 - - -',
      '0 y exit store cid_lock[A] 0 - - -',
      '0 y exit store active[y] 0 - - -',
      '0 y exit store mm[y] none - - -',
    ]);
  });
});

describe('the other actions', () => {
  it('tick needs irqs on, in a routine too', () => {
    expect(applies('tick 0', ['tick 0'])).toBe(false);
    expect(applies('tick 0', [...Y_RUNS, 'exit 0'])).toBe(true);
    expect(applies('tick 0', [...Y_RUNS, 'exit 0', 'step 0 1'])).toBe(false);
    expect(applies('tick 0', [...Y_RUNS, 'exit 0', 'step 0 6'])).toBe(true);
  });

  it('work needs user mode and queued work', () => {
    expect(applies('work 0', Y_RUNS)).toBe(false);
    expect(applies('work 0', [...Y_RUNS, ...tick(0)])).toBe(true);
    expect(applies('work 0', [...Y_RUNS, ...tick(0), 'work 0', 'step 0 99'])).toBe(false);
    expect(applies('work 0', [...Y_RUNS, ...tick(0), 'exit 0'])).toBe(false);
  });

  it('exit, exec and fork need user mode and an mm', () => {
    for (const action of ['exit 0', 'exec 0 C', 'exec-fail 0', 'fork 0 thread x', 'fork 0 process x C']) {
      expect(applies(action, Y_RUNS), action).toBe(true);
      expect(applies(action), action).toBe(false);
      expect(applies(action, switchTo(0, 'k'), WITH_KTHREAD), action).toBe(false);
      expect(applies(action, [...Y_RUNS, 'exit 0'], WITH_KTHREAD), action).toBe(false);
      expect(applies(action, [...Y_RUNS, 'exit 0', 'step 0 9'], WITH_KTHREAD), action).toBe(false);
      expect(applies(action, [...Y_RUNS, 'tick 0'], WITH_KTHREAD), action).toBe(false);
    }
  });

  it('migrate needs a task off cpu, and another home', () => {
    expect(applies('migrate y 1')).toBe(true);
    expect(applies('migrate y 0')).toBe(false);
    expect(applies('migrate y 1', Y_RUNS)).toBe(false);
    expect(applies('migrate y 1', [...Y_RUNS, 'switch 0 idle', 'step 0 5'])).toBe(false);
    expect(applies('migrate y 1', [...Y_RUNS, ...switchTo(0, 'idle')])).toBe(true);
    expect(applies('migrate y 1', [...Y_RUNS, 'exit 0', 'step 0 9', ...switchTo(0, 'idle')])).toBe(false);
  });

  it('step needs something to do, and is cut short at the end of a routine', () => {
    expect(applies('step 0 1')).toBe(false);
    const { result, lines } = runActions([...Y_RUNS, 'exit 0', 'tick 0', 'step 0 99', 'step 0 1']);
    expect(lines.slice(-2)).toEqual([
      '0 y tick store clock[0] 10000000000 - - -',
      '0 y exit store active[y] 0 - - -',
    ]);
    expect(result).toMatchObject({ applied: 6, skipped: [] });
  });

  it('a fork puts off the scan of an mm with one user, and gives a process a copy of it', () => {
    const actions = [...Y_RUNS, 'fork 0 process x C 1', 'fork 0 thread w', 'fork 0 thread v'];
    const later = ['advance 50ms', ...switchTo(1, 'x'), ...tick(1), ...tick(0)];
    const { lines } = runActions([...actions, ...later], { tasks: ['y A 0'] });
    // The process was forked when y was alone; the first thread was too; the second was not.
    expect(lines).toContain('1 x tick load next_scan[C] 10100 - - -');
    expect(lines).toContain('0 y tick load next_scan[A] 10100 - - -');
  });
});

describe('a run', () => {
  it('is stopped by the watchdog', () => {
    const stopped = runActions([...Y_RUNS, ...tick(0)], {}, { maxSteps: 5 });
    expect(stopped.events).toHaveLength(5);
    expect(stopped.result).toEqual({ violation: null, steps: 5, applied: 2, skipped: [], watchdog: true });
    const whole = runActions(Y_RUNS, {}, { maxSteps: 11 });
    expect(whole.result).toMatchObject({ steps: 11, watchdog: false });
  });

  it('yields fresh events', () => {
    const { events } = runActions(Y_RUNS);
    expect(new Set(events).size).toBe(events.length);
    expect(events[0]).toEqual({
      action: 2,
      cpu: 0,
      task: 0,
      routine: 1,
      op: 3,
      loc: 0,
      a: 0,
      b: 0,
      value: 0,
      after: 0,
      ok: false,
      bit: -1,
    });
  });

  it('ignores mutants under v6.3', () => {
    const plain = runActions([...Y_RUNS, 'exit 0', 'step 0 9'], { algo: 'v6.3' });
    const mutants = ['no-entry-mb', 'late-curr', 'no-mb-kernel-user', 'exit-stays-active'];
    const mutated = runActions([...Y_RUNS, 'exit 0', 'step 0 9'], {
      algo: 'v6.3',
      header: mutants.map((name) => `mutant ${name}`),
    });
    expect(mutated.lines).toEqual(plain.lines);
  });
});
