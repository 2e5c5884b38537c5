import { describe, expect, it } from 'vitest';
import { MARKS, type Mark } from '../../src/reference/marks.js';
import { loadVectors } from '../vectors/load.js';
import { runActions, runText, type Setting, switchTo } from './run-text.js';
import {
  A_IS_FORCING,
  FIVE_THREADS,
  OLD_SLOT_IN_USE,
  OLD_SLOT_OF_Y,
  TO_CLEAR,
  TO_FIRST_CMPXCHG,
  TO_LAST_CMPXCHG,
  TO_SECOND_CHECK,
} from './scenes.js';

interface Scene {
  readonly mark: Mark;
  readonly actions: readonly string[];
  readonly setting?: Setting;
}

const threads = Array.from({ length: 65 }, (_, index) => index);

/** What no vector comes by. */
const SCENES: readonly Scene[] = [
  {
    // y comes back after the first check, so the slot gets lazy in use, and clear-old sees y leave again.
    mark: 'mm_cid_put_lazy: cmpxchg fails',
    actions: [
      ...OLD_SLOT_OF_Y,
      TO_FIRST_CMPXCHG,
      ...switchTo(0, 'y'),
      'step 1 1',
      'switch 0 idle',
      'step 0 5',
      'step 1 3',
      'step 0 9',
    ],
  },
  {
    mark: 'mm_cid_get: lazy, cmpxchg fails',
    // z has seen idle0 before y became current, so y sees the lazy flag.
    actions: [...OLD_SLOT_OF_Y, TO_LAST_CMPXCHG, 'switch 0 y', 'step 0 5', 'step 1 2', 'step 0 9'],
  },
  {
    mark: '__mm_cid_get: with lock, lost',
    actions: [...A_IS_FORCING, 'switch 2 c', 'step 2 6', 'step 0 9', 'step 2 2', 'step 3 2', 'step 2 1'],
    setting: FIVE_THREADS,
  },
  {
    mark: '__mm_cid_get: forcing, lost again',
    actions: [...A_IS_FORCING, 'step 0 1', 'step 3 2', 'step 0 1'],
    setting: FIVE_THREADS,
  },
  {
    mark: 'spin_lock: found held',
    actions: [...A_IS_FORCING, 'switch 2 c', 'step 2 8', 'step 0 9', 'step 2 9'],
    setting: FIVE_THREADS,
  },
  {
    mark: 'try_get: mask full, spins',
    actions: [...OLD_SLOT_OF_Y, TO_CLEAR, 'switch 0 y', 'step 0 9', 'step 1 1', 'step 0 9'],
  },
  {
    mark: 'first_zero: word full, on to the next',
    actions: threads.flatMap((index) => switchTo(index, `t${index}`)),
    setting: { cpus: 65, tasks: threads.map((index) => `t${index} A ${index}`) },
  },
  {
    mark: 'mm_cid_put: unset, nothing to put',
    actions: [...OLD_SLOT_IN_USE, 'exit 0', 'step 0 1', 'step 1 12', 'step 0 9'],
  },
  {
    mark: 'mm_cid_put: cmpxchg finds lazy',
    actions: [...OLD_SLOT_IN_USE, 'exit 0', 'step 0 3', TO_SECOND_CHECK, 'step 0 9'],
  },
  {
    mark: 'mm_cid_put: lazy to unset',
    actions: [...OLD_SLOT_IN_USE, 'exit 0', 'step 0 2', TO_SECOND_CHECK, 'step 0 9'],
  },
  {
    mark: 'mm_cid_put: cmpxchg finds unset',
    actions: [...OLD_SLOT_IN_USE, 'exit 0', 'step 0 3', TO_CLEAR, 'step 0 9'],
  },
  {
    mark: 'clear-old: first cmpxchg fails',
    actions: [...OLD_SLOT_IN_USE, 'exit 0', 'step 0 1', TO_FIRST_CMPXCHG, 'step 0 9', 'step 1 1'],
  },
  {
    mark: 'fixed switch: user to user, same mm, not both active',
    actions: [...switchTo(0, 'y'), 'exit 0', 'step 0 5', ...switchTo(0, 'w')],
    setting: { algo: 'rfc-v6-fixed', tasks: ['y A 0', 'w A 0'] },
  },
  {
    mark: 'fixed switch: user to user, another mm, arm64',
    actions: [...switchTo(0, 'y'), ...switchTo(0, 'w')],
    setting: { algo: 'rfc-v6-fixed', tasks: ['y A 0', 'w B 0'], header: ['arch arm64'] },
  },
  {
    mark: 'fixed switch: inactive prev with an mm',
    actions: [...switchTo(0, 'y'), 'exit 0', 'step 0 5', ...switchTo(0, 'idle')],
    setting: { algo: 'rfc-v6-fixed' },
  },
  {
    mark: 'fixed clear-old: second check, another task has come',
    actions: [...OLD_SLOT_OF_Y, TO_SECOND_CHECK, 'step 1 2', ...switchTo(0, 'y'), 'step 1 4'],
    setting: { algo: 'rfc-v6-fixed' },
  },
  {
    mark: 'fixed work: the scan is over',
    actions: [...OLD_SLOT_OF_Y, 'step 1 99'],
    setting: { algo: 'rfc-v6-fixed' },
  },
  {
    mark: 'fixed fork: process, next_scan is 0',
    actions: [...switchTo(0, 'y'), 'fork 0 process x C'],
    setting: { algo: 'rfc-v6-fixed' },
  },
];

describe('coverage marks', () => {
  it.each(SCENES)('$mark', ({ mark, actions, setting }) => {
    const marks = new Set<Mark>();
    const { kind, result } = runActions(actions, setting, { marks });
    expect([...marks]).toContain(mark);
    // These are the algorithm's own branches, and none of them is a mistake of it.
    expect(kind).toBe('none');
    expect(result.skipped).toEqual([]);
  });

  it('every mark can be reached', () => {
    const marks = new Set<Mark>();
    for (const { text } of loadVectors('sc')) runText(text, { marks });
    for (const { actions, setting } of SCENES) runActions(actions, setting, { marks });
    expect(Object.keys(MARKS).filter((name) => !marks.has(name as Mark))).toEqual([]);
  });

  it('are not collected unless asked for, and change nothing', () => {
    const plain = runActions(OLD_SLOT_OF_Y);
    expect(runActions(OLD_SLOT_OF_Y, {}, { marks: new Set() }).lines).toEqual(plain.lines);
  });
});
