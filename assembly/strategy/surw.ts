/**
 * SURW: Zhao, Wolff, Mathur, Roychoudhury, "Selectively Uniform Concurrency Testing" (ASPLOS 2025). Where each thread is
 * chosen in proportion to the events that it has left, all interleavings have the same probability. To be uniform in what
 * matters, only the *interesting* events count: the thread that makes the next interesting one is drawn in proportion to
 * those left, the others may go on only up to one of theirs.
 *
 * Departures: a thread is a cpu, or a store buffer (threads.ts). How many events a thread has is taken from the first
 * schedule of its program, which chooses evenly; it is exact where no branch depends on the others and nothing spins. In
 * one of four schedules all events are interesting, in the others those on one location, drawn among those that two
 * threads touched; locations are told apart by six bits of their addresses, so now and then it is two. A buffer without a
 * store counts as one that has nothing left, so under tso and weak it is uniform in the cpus' events at the most.
 */

import { below } from '../rng';
import { eventAddr, hasEvent, THREADS_MAX, threads } from './threads';

/** Locations are told apart by so many bits of their addresses. */
const LOCATIONS: i32 = 64;
/** Every event is interesting. */
const ALL: i32 = -1;
const NOBODY: i32 = -1;

/** Of the first schedule: events of each thread, and those on each location. */
const TOTALS: usize = memory.data(4 * THREADS_MAX, 4);
const COUNTS: usize = memory.data(4 * THREADS_MAX * LOCATIONS, 4);
/** Interesting events that each thread has left. */
const LEFT: usize = memory.data(4 * THREADS_MAX, 4);

let profiling: bool = false;
let interesting: i32 = ALL;
/** The thread that makes the next interesting event. */
let intended: i32 = NOBODY;

function locationOf(addr: u32): i32 {
  return <i32>((addr >> 3) ^ (addr >> 9)) & (LOCATIONS - 1);
}

function countAddr(t: i32, location: i32): usize {
  return COUNTS + ((<usize>(t * LOCATIONS + location)) << 2);
}

function totalAddr(t: i32): usize {
  return TOTALS + ((<usize>t) << 2);
}

function leftAddr(t: i32): usize {
  return LEFT + ((<usize>t) << 2);
}

/** A schedule begins; `first`: of its program. */
export function beginSurw(first: bool): void {
  profiling = first;
  interesting = ALL;
  intended = NOBODY;
  if (first) {
    memory.fill(TOTALS, 0, (<usize>threads) << 2);
    memory.fill(COUNTS, 0, (<usize>(threads * LOCATIONS)) << 2);
    return;
  }
  if (below(4) != 0) interesting = sharedLocation();
  for (let t = 0; t < threads; t++) {
    store<i32>(leftAddr(t), load<i32>(interesting == ALL ? totalAddr(t) : countAddr(t, interesting)));
  }
  intend();
}

/** One of the locations that two threads touched, each as likely; ALL where there is none. */
function sharedLocation(): i32 {
  let shared = 0;
  let drawn = ALL;
  for (let location = 0; location < LOCATIONS; location++) {
    let touching = 0;
    for (let t = 0; t < threads; t++) touching += <i32>(load<i32>(countAddr(t, location)) > 0);
    if (touching < 2) continue;
    // A reservoir of one.
    shared += 1;
    if (below(shared) == 0) drawn = location;
  }
  return drawn;
}

/** Draws who makes the next interesting event. */
function intend(): void {
  let sum = 0;
  for (let t = 0; t < threads; t++) sum += leftOf(t);
  intended = NOBODY;
  if (sum == 0) return;
  let at = below(sum);
  for (let t = 0; t < threads; t++) {
    at -= leftOf(t);
    if (at < 0) {
      intended = t;
      return;
    }
  }
}

/** Of a thread that has come to its end, whatever was expected of it: none. */
function leftOf(t: i32): i32 {
  return hasEvent(t) ? load<i32>(leftAddr(t)) : 0;
}

function isInteresting(t: i32): bool {
  return interesting == ALL || (eventAddr(t) != 0 && locationOf(eventAddr(t)) == interesting);
}

/** The thread that goes on; -1 where none can. */
export function chooseSurw(): i32 {
  if (intended != NOBODY && !hasEvent(intended)) intend();
  const t = chooseAmong(intended != NOBODY);
  // Those that are left wait for one that does not come to it.
  return t != NOBODY ? t : chooseAmong(false);
}

/** Evenly, of those that can run; `held`: only the intended one makes an interesting event. */
function chooseAmong(held: bool): i32 {
  let able = 0;
  for (let t = 0; t < threads; t++) able += <i32>mayGo(t, held);
  if (able == 0) return NOBODY;
  let at = below(able);
  for (let t = 0; t < threads; t++) {
    if (!mayGo(t, held)) continue;
    if (at == 0) return t;
    at -= 1;
  }
  return NOBODY;
}

function mayGo(t: i32, held: bool): bool {
  return hasEvent(t) && (!held || t == intended || !isInteresting(t));
}

/** Thread t has run: an event that touched `addr`. */
export function ranSurw(t: i32, addr: u32): void {
  if (profiling) {
    store<i32>(totalAddr(t), load<i32>(totalAddr(t)) + 1);
    if (addr != 0) {
      const at = countAddr(t, locationOf(addr));
      store<i32>(at, load<i32>(at) + 1);
    }
    return;
  }
  if (interesting != ALL && (addr == 0 || locationOf(addr) != interesting)) return;
  const left = load<i32>(leftAddr(t));
  if (left > 0) store<i32>(leftAddr(t), left - 1);
  intend();
}
