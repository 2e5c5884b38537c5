import { describe, expect, it } from 'vitest';
import { KIND_LIVELOCK, KIND_OWNERSHIP, OP_DRAIN, ROUTINE_NONE, ROUTINE_WORK } from '../../src/abi.js';
import { checksOf, type Finding } from '../../src/reference/check.js';
import { Frame } from '../../src/reference/frame.js';
import { cidLock, cidmaskWord, pcpuCid } from '../../src/reference/location.js';
import type { ReachedStore, StaleLoad } from '../../src/reference/memory.js';
import { stepFlush } from '../../src/reference/step.js';
import { createWorld, type World } from '../../src/reference/world.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { type Run, runActions, type Setting, scenarioText, switchTo, tick } from './run-text.js';
import {
  A_IS_FORCING,
  FIVE_THREADS,
  OLD_SLOT_IN_USE,
  OLD_SLOT_OF_Y,
  TO_CLEAR,
  TO_FIRST_CMPXCHG,
  TO_LAST_CMPXCHG,
} from './scenes.js';

const TSO: Setting = { header: ['memory tso'] };
const WEAK: Setting = { header: ['memory weak'] };

/** y runs on cpu 0: with a buffer, its time, its slot and on_cpu of idle0 are left waiting. */
const Y_RUNS = switchTo(0, 'y');
const Y_WAITS = ['time[A][0] 10000000000', 'cid[A][0] 0', 'on_cpu[idle0] 0'];

/** The drains of a run, without the values that a drain has not. */
const drains = ({ lines }: Run): string[] =>
  lines.filter((line) => line.includes(' drain ')).map((line) => line.replace(/ - - -$/, ''));

describe('flush', () => {
  it('under tso drains the oldest store of the cpu, as a step of its own', () => {
    const run = runActions([...Y_RUNS, 'flush 0', 'flush 0', 'flush 0', 'flush 0'], TSO);
    expect(drains(run)).toEqual(Y_WAITS.map((store) => `0 - - drain ${store}`));
    expect(run.result).toMatchObject({ steps: 14, applied: 5, skipped: [6] });
    expect(run.events[11]).toMatchObject({
      action: 3,
      cpu: 0,
      routine: ROUTINE_NONE,
      op: OP_DRAIN,
      ok: false,
    });
  });

  it('is skipped under sc, for another than the oldest under tso, and where nothing waits', () => {
    expect(runActions([...Y_RUNS, 'flush 0']).result).toMatchObject({ steps: 11, skipped: [3] });
    expect(runActions([...Y_RUNS, 'flush 0 1', 'flush 1'], TSO).result.skipped).toEqual([3, 4]);
  });

  it('under weak drains whichever store may', () => {
    // on_cpu is a release: it waits for both.
    const run = runActions([...Y_RUNS, 'flush 0 2', 'flush 0 1', 'flush 0 1', 'flush 0', 'flush 0'], WEAK);
    expect(drains(run)).toEqual([
      '0 - - drain cid[A][0] 0',
      '0 - - drain time[A][0] 10000000000',
      '0 - - drain on_cpu[idle0] 0',
    ]);
    expect(run.result).toMatchObject({ steps: 14, skipped: [3, 5] });
  });

  it('counts for the watchdog', () => {
    const stopped = runActions([...Y_RUNS, 'flush 0'], TSO, { maxSteps: 11 });
    expect(stopped.events).toHaveLength(11);
    expect(stopped.result).toEqual({ violation: null, steps: 11, applied: 3, skipped: [], watchdog: true });
    expect(runActions([...Y_RUNS, 'flush 0 1'], TSO, { maxSteps: 11 }).result.watchdog).toBe(false);
    expect(runActions([...Y_RUNS, 'flush 0'], TSO, { maxSteps: 12 }).result.watchdog).toBe(false);
  });

  it('is a step of its own: what the step before it met is over', () => {
    const world = createWorld(parseScenario(scenarioText([], TSO), 'test.cid'), null);
    world.memory.place(cidmaskWord(0, 0), 0b11n);
    world.memory.store(1, cidmaskWord(0, 0), 0b11n, 'plain');
    world.noted.maskFullIn = 0;
    world.noted.spunOn = cidLock;
    stepFlush(world, 1, 0, 1);
    expect(checksOf(world).afterStep()?.kind).not.toBe(KIND_LIVELOCK);
    expect(world.noted).toEqual({ badCidIn: -1, nullMm: false, maskFullIn: -1, spunOn: null });
  });

  it('may be the step that breaks', () => {
    const { kind, result, lines } = runActions([...RACE, 'flush 0', 'flush 1'], RACY);
    expect(kind).toBe('ownership');
    expect(result.violation).toMatchObject({ step: result.steps, action: RACE.length + 2, cpu: 1, cid: 0 });
    expect(lines.at(-1)).toBe('1 - - drain mask[A][0] 0x1 - - -');
  });
});

/** Both y and z see bit 0 free, and store it; y goes on to store its time. Nothing of it is in memory. */
const RACE = ['switch 0 y', 'step 0 10', 'switch 1 z', 'step 1 9'];
const RACY: Setting = { header: ['memory tso', 'mutant racy-set', 'oracle ownership'] };

describe('what a cpu sees', () => {
  it('switch takes a task whose on_cpu = 0 waits in the own buffer, migrate does not', () => {
    const off = [...Y_RUNS, ...switchTo(0, 'idle')];
    const { result } = runActions([...off, 'migrate y 1', 'flush 0', 'migrate y 1'], TSO);
    expect(result.skipped).toEqual([5]);
    expect(runActions([...off, 'switch 0 y'], TSO).result.skipped).toEqual([]);
  });

  it('migrate does not where on_cpu is 0 in memory and a store to it waits', () => {
    // The switch to y places on_cpu = 1; the 0 that still waits from before drains with its MB.
    const again = [...Y_RUNS, ...switchTo(0, 'idle'), ...Y_RUNS, ...switchTo(0, 'idle')];
    const { result, lines } = runActions([...again, 'migrate y 1'], TSO);
    expect(result.skipped).toEqual([again.length + 1]);
    expect(lines.at(-1)).toBe('0 idle0 switch store on_cpu[y] 0 - - -');
  });

  it('what a switch stores waits for what the cpu stored before its start', () => {
    const setting: Setting = { header: ['memory weak', 'arch arm64', 'mutant no-entry-mb'] };
    const { result, lines } = runActions(
      [...Y_RUNS, 'switch 0 idle', 'step 0 1', 'flush 0 3', 'flush 0'],
      setting,
    );
    expect(lines.at(-2)).toBe('0 idle0 switch store clock[0] 10000000000 - - -');
    expect(result.skipped).toEqual([5]);
  });

  it('clear-old finds an old clock until the tick of that cpu has drained', () => {
    const waits = runActions([...OLD_SLOT_OF_Y, 'step 1 9'], TSO);
    expect(waits.lines).toContain('1 z work load clock[0] 10000000000 - - -');
    const drained = runActions([...OLD_SLOT_OF_Y, 'flush 0', 'step 1 9'], TSO);
    expect(drained.lines).toContain('1 z work load clock[0] 10200000000 - - -');
  });
});

describe('the end of a run', () => {
  it('drains all buffers, without events', () => {
    const run = runActions(Y_RUNS, TSO, { endState: true });
    expect(run.events).toHaveLength(11);
    expect(run.result.endState!.mms[0]!.cid[0]).toBe(0);
  });

  it('drains nothing where a violation or the watchdog is the end', () => {
    const stopped = runActions([...Y_RUNS, 'tick 0', 'step 0 1'], TSO, { endState: true, maxSteps: 11 });
    expect(stopped.result.endState!.mms[0]!.cid[0]).toBe(0xffffffff);
    const broken = runActions([...RACE, 'flush 0', 'flush 1'], RACY, { endState: true });
    expect(broken.kind).toBe('ownership');
    expect(broken.result.endState!.mms[0]!.time).toEqual([0, 0]);
  });

  it('looks at the locks after that', () => {
    const { kind, lines } = runActions([...A_IS_FORCING, 'step 0 99'], { ...FIVE_THREADS, ...TSO });
    expect(lines).toContain('0 a switch store cid_lock 0 - - -');
    expect(kind).toBe('none');
  });
});

describe('stale', () => {
  /** z's clear-old, on its way to load curr[0], with y current there; then y leaves. */
  const Y_LEAVES = [...OLD_SLOT_IN_USE, 'flush 0', 'step 1 5', ...switchTo(0, 'idle')];

  it('makes the next load return an older value', () => {
    const fresh = runActions([...Y_LEAVES, 'step 1 1'], WEAK);
    expect(fresh.lines.at(-1)).toBe('1 z work load curr[0] idle0 - - -');
    const stale = runActions([...Y_LEAVES, 'stale 1 1', 'step 1 2'], WEAK);
    expect(stale.lines.slice(-2)).toEqual([
      '1 z work load curr[0] y - - -',
      '1 z work load active[y] 1 - - -',
    ]);
    expect(stale.result.skipped).toEqual([]);
    expect(stale.result.steps).toBe(fresh.result.steps + 1);
  });

  it('is skipped where there is no such value, or the model has none', () => {
    const skips = (action: string, before: readonly string[], setting: Setting): boolean => {
      const { skipped } = runActions([...before, action], setting).result;
      expect(skipped.filter((number) => number <= before.length)).toEqual([]);
      return skipped.length > 0;
    };
    expect(skips('stale 1 1', Y_LEAVES, WEAK)).toBe(false);
    // y, and before the window idle0.
    expect(skips('stale 1 2', Y_LEAVES, WEAK)).toBe(true);
    expect(skips('stale 1 1', Y_LEAVES, TSO)).toBe(true);
    expect(skips('stale 1 1', [...OLD_SLOT_IN_USE, 'step 1 5', ...switchTo(0, 'idle')], {})).toBe(true);
    expect(skips('stale 0 1', Y_LEAVES, WEAK)).toBe(true); // in user mode
    expect(skips('stale 1 1', [...Y_LEAVES, 'step 1 1'], WEAK)).toBe(true); // active[idle0] was never set
    expect(skips('stale 0 1', ['switch 0 y'], WEAK)).toBe(true); // the next access is a barrier
  });

  it('is skipped at a point before irqs go off, and where an own store waits', () => {
    const NO_MB = [
      'memory weak',
      'arch arm64',
      'mutant exit-stays-active',
      'mutant no-exit-mb',
      'oracle lock-leak',
    ];
    const before = [...Y_RUNS, 'flush 0', 'flush 0'];
    // The next access is the load of cid[A][0], which was unset and is 0.
    const { result } = runActions([...before, 'exit 0', 'stale 0 1'], { header: NO_MB });
    expect(result.skipped).toEqual([6]);
    // y's slot waits in the own buffer when the same cpu loads it.
    const own = runActions([...Y_RUNS, 'exit 0', 'step 0 1', 'stale 0 1'], {
      header: ['memory weak', 'arch arm64', 'mutant no-exit-mb'],
    });
    expect(own.lines.at(-1)).toBe('0 y exit store active[y] 0 - - -');
    expect(own.result.skipped).toEqual([5]);
  });

  it('stays armed over a flush, and over steps of other cpus', () => {
    // z's clock and curr still wait when it looks for a free bit.
    const { lines, result } = runActions(
      ['switch 1 z', 'step 1 5', ...Y_RUNS, 'stale 1 1', 'flush 1', 'tick 0', 'step 0 1', 'step 1 1'],
      { header: ['memory weak', 'mutant no-mb-kernel-user'] },
    );
    expect(lines.slice(-3)).toEqual([
      '1 - - drain clock[1] 10000000000 - - -',
      '0 y tick store clock[0] 10000000000 - - -',
      '1 z switch load mask[A][0] 0x0 - - -',
    ]);
    expect(result.skipped).toEqual([]);
  });

  it('is lost with the next step of its cpu, whatever that is', () => {
    const back = switchTo(0, 'y');
    const armed = runActions([...Y_LEAVES, ...tick(1), ...back, 'stale 1 1', 'step 1 1'], WEAK);
    expect(armed.lines.at(-1)).toBe('1 z work load curr[0] idle0 - - -');
    const lost = runActions([...Y_LEAVES, 'stale 1 1', ...tick(1), ...back, 'step 1 1'], WEAK);
    expect([lost.lines.at(-1), lost.result.skipped]).toEqual(['1 z work load curr[0] y - - -', []]);
  });

  it('of another age takes the place of the first', () => {
    const twice = [...OLD_SLOT_IN_USE, 'flush 0', 'step 1 5', ...switchTo(0, 'idle'), ...switchTo(0, 'y')];
    const { lines } = runActions([...twice, 'stale 1 2', 'stale 1 1', 'step 1 1'], WEAK);
    expect(lines.at(-1)).toBe('1 z work load curr[0] idle0 - - -');
    const older = runActions([...twice, 'stale 1 1', 'stale 1 2', 'step 1 1'], WEAK);
    expect(older.lines.at(-1)).toBe('1 z work load curr[0] y - - -');
  });

  describe('cannot make what clear-old reads through curr older than curr', () => {
    /** z is about to load curr[0]; y, there, does `what`, leaves, and comes back. */
    const meanwhile = (...what: string[]) => [
      ...OLD_SLOT_IN_USE,
      'flush 0',
      'step 1 5',
      ...what,
      ...switchTo(0, 'idle'),
      ...switchTo(0, 'y'),
    ];

    it('active', () => {
      const actions = [...meanwhile('exec-fail 0', 'step 0 5'), 'step 1 1'];
      const { lines, result } = runActions([...actions, 'stale 1 1', 'step 1 1'], WEAK);
      expect(lines.slice(-2)).toEqual(['1 z work load curr[0] y - - -', '1 z work load active[y] 0 - - -']);
      expect(result.skipped).toEqual([actions.length + 1]);
    });

    it('mm', () => {
      const actions = [...meanwhile('exec 0 C', 'step 0 99'), 'step 1 2'];
      const { lines, result } = runActions([...actions, 'stale 1 1', 'step 1 1'], WEAK);
      expect(lines.slice(-2)).toEqual(['1 z work load active[y] 1 - - -', '1 z work load mm[y] C - - -']);
      expect(result.skipped).toEqual([actions.length + 1]);
    });

    it('but through an older curr they may be', () => {
      const actions = [
        ...meanwhile('exec-fail 0', 'step 0 5'),
        'stale 1 2',
        'step 1 1',
        'stale 1 1',
        'step 1 1',
      ];
      const { lines, result } = runActions(actions, WEAK);
      expect(lines.slice(-2)).toEqual(['1 z work load curr[0] y - - -', '1 z work load active[y] 1 - - -']);
      expect(result.skipped).toEqual([]);
    });
  });
});

describe('checks with buffers', () => {
  /** The finding in a world at its start, after `prepare`. */
  function found(prepare: (world: World) => void, setting: Setting = TSO): Finding | null {
    const world = createWorld(parseScenario(scenarioText([], setting), 'test.cid'), null);
    prepare(world);
    return checksOf(world).afterStep();
  }
  const mask = cidmaskWord(0, 0);
  const slot = pcpuCid(0, 0);

  it('a task may hold a cid whose slot waits: its own cpu sees it, and it owns the bit', () => {
    for (const setting of [TSO, WEAK]) {
      const run = runActions(Y_RUNS, setting);
      expect([run.kind, run.lines.filter((line) => line.includes('drain'))]).toEqual(['none', []]);
    }
  });

  it('freed-in-use goes by what the cpu of the task sees', () => {
    const { kind, lines } = runActions([...Y_RUNS, 'exit 0', 'step 0 99'], {
      header: ['memory tso', 'mutant exit-stays-active', 'oracle freed-in-use'],
    });
    expect(kind).toBe('freed-in-use');
    expect(lines.at(-1)).toBe('0 y exit rmw cid[A][0] 0 unset true -');
  });

  it('ownership: a valid cid that waits in the own buffer for the own slot is an owner, no other store is', () => {
    const waits = (cpu: number, loc = slot, value = 0) =>
      found(({ memory }) => {
        memory.place(mask, 1n);
        memory.store(cpu, loc, value, 'plain');
      });
    expect(waits(0)).toBeNull();
    expect(waits(1, pcpuCid(0, 1))).toBeNull();
    for (const other of [
      waits(1),
      waits(0, pcpuCid(0, 1)),
      waits(0, pcpuCid(1, 0)),
      waits(0, slot, 0x80000000),
    ]) {
      expect(other).toMatchObject({ kind: KIND_OWNERSHIP, mm: 0, cid: 0 });
    }
  });

  it('ownership: each such store is one, and so is the slot in memory', () => {
    const twice = found(({ memory }) => {
      memory.place(mask, 1n);
      memory.store(0, slot, 0, 'plain');
      memory.store(0, slot, 0, 'plain');
    });
    expect(twice).toMatchObject({ kind: KIND_OWNERSHIP, cid: 0 });
    const both = found(({ memory }) => {
      memory.place(mask, 1n);
      memory.place(slot, 0);
      memory.store(0, slot, 0, 'plain');
    });
    expect(both).toMatchObject({ kind: KIND_OWNERSHIP, cid: 0 });
  });

  it('ownership: a mask word to which a store waits is not judged, its other words are', () => {
    const wide: Setting = { ...TSO, cpus: 65 };
    const broken = (word: number) =>
      found(({ memory }) => {
        memory.place(cidmaskWord(0, 1), 1n);
        memory.store(3, cidmaskWord(0, word), 0n, 'plain');
      }, wide);
    expect(broken(1)).toBeNull();
    expect(broken(0)).toMatchObject({ kind: KIND_OWNERSHIP, mm: 0, cid: 64 });
  });

  it('ownership: a frame owns the bit only from when its UNSET has reached memory', () => {
    const plain = (memory: string): Setting => ({ header: [`memory ${memory}`, 'mutant plain-unset'] });
    const scene = [...OLD_SLOT_OF_Y, 'flush 0', TO_LAST_CMPXCHG, 'step 1 1'];
    const waits = runActions(scene, plain('tso'));
    expect([waits.kind, waits.lines.at(-1)]).toEqual(['none', '1 z work store cid[A][0] unset - - -']);
    // The clear drains the UNSET under tso; or it is flushed before.
    expect(runActions([...scene, 'step 1 1'], plain('tso')).kind).toBe('none');
    const flushed = runActions([...scene, 'flush 1', 'step 1 1'], plain('tso'));
    expect([flushed.kind, flushed.lines.at(-2)]).toEqual(['none', '1 - - drain cid[A][0] unset - - -']);
    // Under weak the clear may be first: then the slot names a cid that is free.
    const early = runActions([...scene, 'step 1 1'], plain('weak'));
    expect([early.kind, early.lines.at(-1)]).toEqual(['ownership', '1 z work rmw mask[A][0] 0x3 0x2 true 0']);
    expect(runActions([...scene, 'flush 1', 'step 1 1'], plain('weak')).kind).toBe('none');
  });

  it('livelock: not while a store to the full mask waits', () => {
    const spins = (waiting: boolean) =>
      found(
        ({ memory, noted }) => {
          memory.place(mask, 0b11n);
          noted.maskFullIn = 0;
          if (waiting) memory.store(1, mask, 0b1n, 'plain');
        },
        { header: ['memory tso', 'oracle livelock'] },
      );
    expect(spins(false)).toMatchObject({ kind: KIND_LIVELOCK, mm: 0 });
    expect(spins(true)).toBeNull();
  });

  it('livelock: a frame whose UNSET waits owns no bit of the full mask yet', () => {
    const spins = (waiting: boolean) =>
      found(
        (world) => {
          world.memory.place(mask, 0b11n);
          world.noted.maskFullIn = 0;
          const frame = new Frame(world, ROUTINE_WORK, 1, 1, true);
          frame.owns = { mm: 0, cid: 0, slot };
          world.tasks[1]!.frame = frame;
          world.memory.store(waiting ? 1 : 0, slot, 0xffffffff, 'plain');
        },
        { header: ['memory tso', 'oracle livelock'] },
      );
    expect(spins(true)).toMatchObject({ kind: KIND_LIVELOCK, mm: 0 });
    expect(spins(false)).toBeNull();
  });

  it('livelock: not while the unlock of the lock waits', () => {
    // a's test-and-set drains its use_cid_lock = 1; c sees it, and a goes on to its end.
    const scene = [...A_IS_FORCING, 'step 0 2', 'switch 2 c', 'step 2 6', 'step 0 99', 'step 2 1'];
    const { kind, lines } = runActions(scene, { ...FIVE_THREADS, ...TSO });
    expect([kind, lines.at(-1)]).toEqual(['none', '2 c switch spin cid_lock - - - -']);
    const held = (waiting: boolean) =>
      found(
        ({ memory, noted }) => {
          memory.place(cidLock, 1);
          noted.spunOn = cidLock;
          if (waiting) memory.store(1, cidLock, 0, 'release');
        },
        { header: ['memory weak', 'oracle livelock'] },
      );
    expect([held(false)?.kind, held(true)]).toEqual([KIND_LIVELOCK, null]);
  });

  it('v6.3: an mm is not judged until its unlock has reached memory', () => {
    const setting: Setting = { algo: 'v6.3', ...TSO };
    const run = runActions(['switch 0 y', 'step 0 7', 'flush 0', 'flush 0'], setting);
    expect([run.kind, drains(run)]).toEqual([
      'none',
      ['0 - - drain mask[A][0] 0x1', '0 - - drain cid_lock[A] 0'],
    ]);
    // Before its unlock: the bit is set in memory, and y has no cid yet.
    expect(runActions(['switch 0 y', 'step 0 6', 'flush 0'], setting).kind).toBe('none');
  });
});

describe('what explains a run', () => {
  it('tells where each store that waited reached memory', () => {
    const reached: ReachedStore[] = [];
    const options = { onReached: (store: ReachedStore) => reached.push(store) };
    const run = runActions([...Y_RUNS, 'flush 0', 'tick 1', 'step 1 1'], TSO, options);
    const steps = run.lines.length;
    const told = reached.map(({ cpu, issued, reached: at }) => [cpu, run.lines[issued - 1], at]);
    expect(told).toEqual([
      // The barrier of kernel to user.
      [0, '0 y switch store clock[0] 10000000000 - - -', 4],
      [0, '0 y switch store curr[0] y - - -', 4],
      [0, '0 y switch store time[A][0] 10000000000 - - -', 12],
      [0, '0 y switch store cid[A][0] 0 - - -', steps + 1],
      [0, '0 y switch store on_cpu[idle0] 0 - - -', steps + 1],
      [1, '1 idle1 tick store clock[1] 10000000000 - - -', steps + 1],
    ]);
  });

  it('tells of a load that is stale', () => {
    const stale: StaleLoad[] = [];
    const run = runActions(
      [...OLD_SLOT_IN_USE, 'flush 0', 'step 1 5', ...switchTo(0, 'idle'), 'stale 1 1', 'step 1 1'],
      WEAK,
      { onStale: (load) => stale.push(load) },
    );
    expect(stale).toEqual([{ step: run.result.steps, age: 1, newest: -1 }]);
  });

  it('changes nothing', () => {
    const actions = [...OLD_SLOT_OF_Y, TO_FIRST_CMPXCHG, ...Y_RUNS, TO_CLEAR];
    const silent = runActions(actions, WEAK);
    expect(runActions(actions, WEAK, { onReached: () => {}, onStale: () => {} }).lines).toEqual(silent.lines);
  });
});
