/** Small schedules that bring a run to a narrow place; tests go on from there. */
import { switchTo, tick } from './run-text.js';

/** z runs on cpu 1 with its work queued; y's slot on cpu 0 holds cid 0, is old, and y is off cpu. */
export const OLD_SLOT_OF_Y: readonly string[] = [
  ...switchTo(0, 'y'),
  ...switchTo(1, 'z'),
  ...switchTo(0, 'idle'),
  'advance 200ms',
  ...tick(0),
  ...tick(1),
  'work 1',
];

/** The same, but y is current on cpu 0. */
export const OLD_SLOT_IN_USE: readonly string[] = [
  ...switchTo(0, 'y'),
  ...switchTo(1, 'z'),
  'advance 200ms',
  ...tick(0),
  ...tick(1),
  'work 1',
];

// How many steps from `work 1` to a point of clear-old(A, 0), when it sees an inactive task.
export const TO_FIRST_CMPXCHG = 'step 1 7';
export const TO_SECOND_CHECK = 'step 1 8';
export const TO_LAST_CMPXCHG = 'step 1 10';
export const TO_CLEAR = 'step 1 11';

/** Threads a to e of A, at home on cpus 0 to 4. */
export const FIVE_THREADS = { cpus: 5, tasks: ['a A 0', 'b A 1', 'c A 2', 'd A 3', 'e A 4'] };

/** a loses bit 0 to b, takes the lock and has set use_cid_lock; d and e have loaded it before, as 0. */
export const A_IS_FORCING: readonly string[] = [
  'switch 3 d',
  'step 3 6',
  'switch 4 e',
  'step 4 6',
  'switch 0 a',
  'step 0 7',
  'switch 1 b',
  'step 1 8',
  'step 0 3',
];
