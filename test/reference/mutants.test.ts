import { describe, expect, it } from 'vitest';
import {
  LOC_CID_LOCK,
  LOC_MASK,
  LOC_ON_CPU,
  LOC_USE_CID_LOCK,
  OP_LOAD,
  OP_RMW,
  OP_STORE,
} from '../../src/abi.js';
import { applyAction } from '../../src/reference/actions.js';
import { cidmaskWord, useCidLock } from '../../src/reference/location.js';
import { stepFrame } from '../../src/reference/step.js';
import { createWorld } from '../../src/reference/world.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { MUTANTS, type Mutant } from '../../src/words.js';
import { runActions, type Setting, scenarioText, switchTo, tick } from './run-text.js';
import {
  OLD_SLOT_IN_USE,
  OLD_SLOT_OF_Y,
  TO_CLEAR,
  TO_FIRST_CMPXCHG,
  TO_LAST_CMPXCHG,
  TO_SECOND_CHECK,
} from './scenes.js';

interface Case {
  readonly mutant: Mutant;
  readonly actions: readonly string[];
  readonly tasks?: readonly string[];
  /** The last lines, without the mutant and with it. */
  readonly without: readonly string[];
  readonly with: readonly string[];
}

const Y_RUNS = switchTo(0, 'y');
const Y_GONE = [...OLD_SLOT_OF_Y, TO_FIRST_CMPXCHG, ...switchTo(0, 'y'), 'step 1 1'];

const CASES: readonly Case[] = [
  {
    mutant: 'no-entry-mb',
    actions: ['switch 0 y', 'step 0 2'],
    without: ['0 y switch mb - - - - -', '0 y switch store clock[0] 10000000000 - - -'],
    with: ['0 y switch store clock[0] 10000000000 - - -', '0 y switch store curr[0] y - - -'],
  },
  {
    mutant: 'no-mb-kernel-user',
    actions: ['switch 0 y', 'step 0 4'],
    without: ['0 y switch mb - - - - -'],
    with: ['0 y switch load cid[A][0] unset - - -'],
  },
  {
    mutant: 'no-mb-user-kernel',
    actions: [...Y_RUNS, 'switch 0 idle', 'step 0 4'],
    without: ['0 idle0 switch mb - - - - -'],
    with: ['0 idle0 switch load cid[A][0] 0 - - -'],
  },
  {
    mutant: 'no-mb-user-user',
    actions: [...Y_RUNS, 'switch 0 z', 'step 0 4'],
    tasks: ['y A 0', 'z B 0'],
    without: ['0 z switch mb - - - - -'],
    with: ['0 z switch load cid[A][0] 0 - - -'],
  },
  {
    mutant: 'late-curr',
    actions: [...Y_RUNS, 'switch 0 z', 'step 0 6'],
    tasks: ['y A 0', 'z A 0'],
    without: [
      '0 z switch store curr[0] z - - -',
      '0 z switch load cid[A][0] 0 - - -',
      '0 z switch load cid[A][0] 0 - - -',
      '0 z switch store on_cpu[y] 0 - - -',
    ],
    with: [
      '0 z switch load cid[A][0] 0 - - -',
      '0 z switch load cid[A][0] 0 - - -',
      '0 z switch store curr[0] z - - -',
      '0 z switch store on_cpu[y] 0 - - -',
    ],
  },
  {
    mutant: 'no-put-lazy',
    actions: [...Y_GONE, 'switch 0 idle', 'step 0 5'],
    without: ['0 idle0 switch load cid[A][0] lazy 0 - - -'],
    with: ['0 idle0 switch store on_cpu[y] 0 - - -'],
  },
  {
    mutant: 'lazy-is-valid',
    actions: [...OLD_SLOT_OF_Y, TO_LAST_CMPXCHG, 'switch 0 y', 'step 0 8'],
    without: [
      '0 y switch rmw cid[A][0] lazy 0 unset true -',
      '0 y switch rmw mask[A][0] 0x3 0x2 true 0',
      '0 y switch load use_cid_lock 0 - - -',
    ],
    // Older than the period, so time is stored; but there is no lower cid than 0.
    with: [
      '0 y switch load mask[A][0] 0x3 - - -',
      '0 y switch store time[A][0] 10200000000 - - -',
      '0 y switch store on_cpu[idle0] 0 - - -',
    ],
  },
  {
    mutant: 'no-age-check',
    actions: [...Y_RUNS, ...tick(0), 'work 0', 'step 0 3'],
    without: ['0 y work load clock[0] 10000000000 - - -'],
    with: ['0 y work load cid[A][0] 0 - - -'],
  },
  {
    mutant: 'no-first-check',
    actions: [...OLD_SLOT_OF_Y, 'step 1 6'],
    without: ['1 z work load curr[0] idle0 - - -'],
    with: ['1 z work rmw cid[A][0] 0 lazy 0 true -'],
  },
  {
    mutant: 'no-second-check',
    actions: [...OLD_SLOT_OF_Y, TO_SECOND_CHECK, 'step 1 1'],
    without: ['1 z work load curr[0] idle0 - - -'],
    with: ['1 z work rmw cid[A][0] lazy 0 unset true -'],
  },
  {
    mutant: 'plain-lazy',
    actions: [...OLD_SLOT_IN_USE, 'exit 0', 'step 0 1', TO_FIRST_CMPXCHG, 'step 0 9', 'step 1 1'],
    without: ['1 z work rmw cid[A][0] unset unset false -'],
    with: ['1 z work store cid[A][0] lazy 0 - - -'],
  },
  {
    mutant: 'plain-unset',
    actions: [...OLD_SLOT_OF_Y, TO_LAST_CMPXCHG, 'switch 0 y', 'step 0 6', 'step 1 2'],
    without: ['1 z work rmw cid[A][0] unset unset false -', '1 z work load clock[1] 10200000000 - - -'],
    with: ['1 z work store cid[A][0] unset - - -', '1 z work rmw mask[A][0] 0x3 0x2 true 0'],
  },
  {
    mutant: 'racy-set',
    actions: ['switch 0 y', 'step 0 9'],
    without: ['0 y switch rmw mask[A][0] 0x0 0x1 true 0', '0 y switch store time[A][0] 10000000000 - - -'],
    with: ['0 y switch load mask[A][0] 0x0 - - -', '0 y switch store mask[A][0] 0x1 - - -'],
  },
  {
    mutant: 'clear-before-unset',
    actions: [...Y_RUNS, 'exit 0', 'step 0 9'],
    without: [
      '0 y exit rmw cid[A][0] 0 unset true -',
      '0 y exit rmw mask[A][0] 0x1 0x0 true 0',
      '0 y exit store mm[y] none - - -',
    ],
    with: [
      '0 y exit rmw mask[A][0] 0x1 0x0 true 0',
      '0 y exit rmw cid[A][0] 0 unset true -',
      '0 y exit store mm[y] none - - -',
    ],
  },
  {
    mutant: 'exit-stays-active',
    actions: [...Y_RUNS, 'exit 0', 'step 0 1'],
    without: ['0 y exit store active[y] 0 - - -'],
    with: ['0 y exit mb - - - - -'],
  },
  {
    mutant: 'no-exit-mb',
    actions: [...Y_RUNS, 'exit 0', 'step 0 2'],
    without: ['0 y exit mb - - - - -'],
    with: ['0 y exit load cid[A][0] 0 - - -'],
  },
  {
    mutant: 'no-before-exec-mb',
    actions: [...Y_RUNS, 'exec 0 C', 'step 0 2'],
    without: ['0 y exec mb - - - - -'],
    with: ['0 y exec load cid[A][0] 0 - - -'],
  },
  {
    mutant: 'no-after-exec-mb',
    actions: [...Y_RUNS, 'exec 0 C', 'step 0 8'],
    without: ['0 y exec mb - - - - -'],
    with: ['0 y exec load cid[C][0] unset - - -'],
  },
  {
    mutant: 'full-mask-fails',
    actions: [...OLD_SLOT_OF_Y, TO_CLEAR, 'switch 0 y', 'step 0 8'],
    without: ['0 y switch load mask[A][0] 0x3 - - -'],
    with: ['0 y switch store on_cpu[idle0] 0 - - -'],
  },
  {
    mutant: 'no-scan-limit',
    actions: [...Y_RUNS, ...tick(0), 'work 0', 'step 0 2'],
    without: ['0 y work rmw next_scan[A] 10000 10100 true -'],
    with: ['0 y work load clock[0] 10000000000 - - -'],
  },
];

/** With the checks out of the way: what a mutant does is looked at here, not what it breaks. */
const quiet = (tasks: readonly string[] | undefined, ...mutants: Mutant[]): Setting => ({
  ...(tasks === undefined ? {} : { tasks }),
  header: [...mutants.map((name) => `mutant ${name}`), 'oracle lock-leak'],
});

describe('mutants', () => {
  it('have a case each', () => {
    expect(CASES.map(({ mutant }) => mutant)).toEqual(MUTANTS);
  });

  it.each(CASES)('$mutant', ({ mutant, actions, tasks, without, with: expected }) => {
    const plain = runActions(actions, quiet(tasks)).lines;
    const mutated = runActions(actions, quiet(tasks, mutant)).lines;
    expect(plain.slice(-without.length)).toEqual(without);
    expect(mutated.slice(-expected.length)).toEqual(expected);
  });

  it('add up', () => {
    const { lines } = runActions(
      ['switch 0 y', 'step 0 99'],
      quiet(undefined, 'no-entry-mb', 'no-mb-kernel-user'),
    );
    expect(lines.filter((line) => line.includes(' mb '))).toEqual([]);
  });

  it('full-mask-fails unlocks where due, when forcing', () => {
    // y loses bit 2 to x; bit 0 is its old one, not cleared yet, and bit 1 is z's.
    const { lines } = runActions(
      [...OLD_SLOT_OF_Y, TO_CLEAR, 'switch 0 y', 'step 0 7', ...switchTo(2, 'x'), 'step 0 99'],
      { cpus: 3, ...quiet(['y A 0', 'z A 1', 'x A 2'], 'full-mask-fails') },
    );
    expect(lines.slice(-7)).toEqual([
      '0 y switch rmw mask[A][0] 0x7 0x7 false 2',
      '0 y switch rmw cid_lock 0 1 true -',
      '0 y switch store use_cid_lock 1 - - -',
      '0 y switch load mask[A][0] 0x7 - - -',
      '0 y switch store use_cid_lock 0 - - -',
      '0 y switch store cid_lock 0 - - -',
      '0 y switch store on_cpu[idle0] 0 - - -',
    ]);
  });

  it('full-mask-fails unlocks where due, when the lock came first', () => {
    const scenario = parseScenario(scenarioText([], quiet(undefined, 'full-mask-fails')), 'test.cid');
    const world = createWorld(scenario, null);
    world.memory.place(useCidLock, 1);
    world.memory.place(cidmaskWord(0, 0), 0b11n);
    expect(applyAction(world, { op: 'switch', cpu: 0, task: 0 })).toBe(true);
    const frame = world.cpus[0]!.context!;
    const locs: (number | bigint)[][] = [];
    while (frame.pending !== null) {
      const { op, loc, value } = stepFrame(world, frame, 0, 1);
      locs.push([op, loc, value]);
    }
    expect(locs.slice(-5)).toEqual([
      [OP_LOAD, LOC_USE_CID_LOCK, 1],
      [OP_RMW, LOC_CID_LOCK, 0],
      [OP_LOAD, LOC_MASK, 0b11n],
      [OP_STORE, LOC_CID_LOCK, 0],
      [OP_STORE, LOC_ON_CPU, 0],
    ]);
    expect(frame.holdsLock).toBeNull();
  });
});
