/**
 * What a strategy is: it begins a schedule, proposes one action after the other, and is told of the end. The
 * driver (fuzz.ts) applies what is proposed and logs it where its need is met; a proposal that is not applied
 * costs an attempt and leaves no trace.
 *
 * A strategy sees the world through actions.ts (`frameOn`, `maySwitchTo`, …) and, of a frame, which location it
 * will touch next and how (kernel/next.ts). It knows of no routine and of no slot value.
 */

import { Action } from '../actions';
import { beginRandomWalk, proposeRandomWalk } from './random_walk';

/** Begins a schedule; the random numbers are seeded and the world is set up. */
export function beginSchedule(): void {
  beginRandomWalk();
}

/** Fills `a` with the next action. `introduced`: how many task and mm names are in use (for fork and exec). */
export function propose(a: Action, tasks: i32, mms: i32): void {
  proposeRandomWalk(a, tasks, mms);
}
