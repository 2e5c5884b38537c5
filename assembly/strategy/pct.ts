/**
 * PCT: Burckhardt, Kothari, Musuvathi, Nagarakatti, "A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs"
 * (ASPLOS 2010). Threads get random priorities, and the one with the highest that can run does; at d-1 events drawn at
 * random the one that is about to run falls behind all. A bug of depth d in a program of n threads and k events is met with
 * a probability of at least 1/(n·k^(d-1)).
 *
 * Departures: a thread is a cpu, or a store buffer (threads.ts), so that with a low priority a store waits long. k is what
 * the longest schedule of the batch has had until now (at the least EVENTS_FIRST): the bound does not hold for a schedule
 * that is longer. A thread that spins falls behind all, too: what it waits for must come from others. d is drawn for each
 * schedule, 1 to 4. The bound is that of one program (threads.ts), for the bugs in it; here each schedule has a new one.
 */

import { below } from '../rng';
import { hasEvent, THREADS_MAX, threads } from './threads';

const DEPTH_MAX: i32 = 4;
/** k, where nothing is known yet. */
const EVENTS_FIRST: i32 = 64;

const PRIORITIES: usize = memory.data(4 * THREADS_MAX, 4);
const CHANGES: usize = memory.data(4 * DEPTH_MAX, 4);

/** The most threads and events of a schedule of this batch: the n and k of the bound. */
export let pctThreads: i32 = 0;
export let pctEvents: i32 = 0;
let events: i32 = 0;
let changes: i32 = 0;
/** Lower than any priority there is. */
let lowest: i32 = 0;

function priorityOf(t: i32): i32 {
  return load<i32>(PRIORITIES + ((<usize>t) << 2));
}

function setPriority(t: i32, to: i32): void {
  store<i32>(PRIORITIES + ((<usize>t) << 2), to);
}

export function resetPct(): void {
  pctThreads = 0;
  pctEvents = 0;
}

export function beginPct(): void {
  // A random permutation (Fisher and Yates).
  for (let t = 0; t < threads; t++) {
    const other = below(t + 1);
    setPriority(t, t == other ? t : priorityOf(other));
    setPriority(other, t);
  }
  lowest = -DEPTH_MAX;
  events = 0;
  changes = below(DEPTH_MAX);
  const k = max(pctEvents, EVENTS_FIRST);
  for (let i = 0; i < changes; i++) store<i32>(CHANGES + ((<usize>i) << 2), 1 + below(k));
  pctThreads = max(pctThreads, threads);
  pctEvents = max(pctEvents, EVENTS_FIRST);
}

/** The thread that goes on; -1 where none can. */
export function choosePct(): i32 {
  let best = highest();
  for (let i = 0; i < changes && best >= 0; i++) {
    if (load<i32>(CHANGES + ((<usize>i) << 2)) != events + 1) continue;
    store<i32>(CHANGES + ((<usize>i) << 2), 0);
    // The changes' own priorities, whichever comes first: later ones need not fall behind earlier ones.
    setPriority(best, -1 - i);
    best = highest();
  }
  return best;
}

function highest(): i32 {
  let best = -1;
  for (let t = 0; t < threads; t++) {
    if (hasEvent(t) && (best < 0 || priorityOf(t) > priorityOf(best))) best = t;
  }
  return best;
}

function fallBehind(t: i32): void {
  setPriority(t, lowest);
  lowest -= 1;
}

/** Thread t has run. */
export function ranPct(t: i32, spins: bool): void {
  events += 1;
  pctEvents = max(pctEvents, events);
  if (spins) fallBehind(t);
}
