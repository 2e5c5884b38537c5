/**
 * POS, partial order sampling: Yuan, Yang, Gu, "Partial Order Aware Concurrency Sampling" (CAV 2018). Each event gets a
 * random priority when it becomes a thread's next one, and the event with the highest is made; then those that were in a
 * race with it draw anew, for only their order to it was decided.
 *
 * Departures: a thread is a cpu, or a store buffer (threads.ts); a thread that spins draws anew, as after any event. A
 * buffer whose oldest store its cpu drains (a barrier, an rmw) keeps its priority for the next one.
 */

import { random } from '../rng';
import { hasEvent, races, THREADS_MAX, threads } from './threads';

const PRIORITIES: usize = memory.data(8 * THREADS_MAX, 8);

function priorityOf(t: i32): u64 {
  return load<u64>(PRIORITIES + ((<usize>t) << 3));
}

function draw(t: i32): void {
  store<u64>(PRIORITIES + ((<usize>t) << 3), random());
}

export function beginPos(): void {
  for (let t = 0; t < threads; t++) draw(t);
}

/** The thread that goes on; -1 where none can. */
export function choosePos(): i32 {
  let best = -1;
  for (let t = 0; t < threads; t++) {
    if (hasEvent(t) && (best < 0 || priorityOf(t) > priorityOf(best))) best = t;
  }
  return best;
}

/** Thread t has run: an event that touched `addr` by `op`. */
export function ranPos(t: i32, addr: u32, op: i32): void {
  draw(t);
  for (let other = 0; other < threads; other++) {
    if (other != t && hasEvent(other) && races(other, addr, op)) draw(other);
  }
}
