/**
 * What may run next, for the strategies that choose among threads (PCT, POS, SURW).
 *
 * A *thread* is a cpu, or a store buffer: threads 0 … cpus-1 are the cpus, and, where memory has buffers, cpus + c is the
 * buffer of cpu c. Each has one next *event*, of which it is known which location it touches, and how: the next access of
 * the routine under way; or something that the cpu begins, which touches nothing; or the oldest store that waits.
 *
 * What a cpu begins is its *program*: so many beginnings, drawn from a stream of random numbers of the cpu's own. Of one
 * program there are as many schedules as the driver asks for; what a cpu begins in them differs only where the state that it
 * finds itself in does.
 */

import { ACTION_FLUSH, ACTION_STALE, ACTION_STEP, MEMORY_SC, OP_LOAD, OP_RMW, OP_STORE } from '../../src/abi';
import { Action, copyAction, frameOn } from '../actions';
import { nextAddr, nextOp } from '../kernel/next';
import { config, cpus } from '../layout';
import { waiting, waitingAddr } from '../memory';
import { between, goOnRandom, random, randomState, seedRandom } from '../rng';
import { beginBeginnings, interrupts, makesStale, proposeBeginning } from './random_walk';

/** Worlds with more cpus than this have no such schedules. */
const THREAD_CPUS: i32 = 64;
export const THREADS_MAX: i32 = 2 * THREAD_CPUS;

/** A thread. 24 bytes. */
@unmanaged
class Thread {
  /** Its next event. */
  action: Action;
  addr: u32;
  op: u8;
  /** `action` stands. Else it is drawn when it is asked for. */
  drawn: bool;
  /** Its program has come to its end. */
  done: bool;
  /** Beginnings left. */
  left: i32;
  /** Its stream. */
  random: u64;
}
const THREAD_SIZE: usize = 24;
const THREADS: usize = memory.data(<i32>(THREAD_SIZE * THREADS_MAX), 8);
const ACTIONS_OF_THREADS: usize = memory.data(16 * THREADS_MAX, 8);

/** The fewest and the most beginnings of a cpu's program. */
const PROGRAM_MIN: i32 = 4;
const PROGRAM_MAX: i32 = 40;

/** Streams of a program: one for what they have in common, then one a cpu. */
const STREAM_PROGRAM: u64 = 16;

export let threads: i32 = 0;
let tasks: i32 = 0;
let mms: i32 = 0;

function threadAt(t: i32): Thread {
  return changetype<Thread>(THREADS + <usize>t * THREAD_SIZE);
}

/** Whether there is room for this world's threads. */
export function hasThreads(): bool {
  return cpus <= THREAD_CPUS;
}

/**
 * A schedule of program number `program` begins.
 *
 * @param begins false: no cpu begins anything, what is under way comes to its end
 */
export function beginThreads(seed: u64, program: u64, begins: bool): void {
  const choices = randomState();
  threads = config.memory == MEMORY_SC ? cpus : 2 * cpus;
  seedRandom(seed, STREAM_PROGRAM, program);
  beginBeginnings();
  const length = begins ? between(PROGRAM_MIN, PROGRAM_MAX) : 0;
  for (let t = 0; t < threads; t++) {
    const thread = threadAt(t);
    thread.action = changetype<Action>(ACTIONS_OF_THREADS + ((<usize>t) << 4));
    thread.drawn = false;
    thread.done = false;
    thread.left = length;
    seedRandom(seed, STREAM_PROGRAM + 1 + t, program);
    thread.random = randomState();
  }
  goOnRandom(choices);
}

/** Names in use, for what forks and execs bring. */
export function setNames(tasksInUse: i32, mmsInUse: i32): void {
  tasks = tasksInUse;
  mms = mmsInUse;
}

/** Whether thread t has a next event now; it is drawn where it has not been. */
export function hasEvent(t: i32): bool {
  if (t >= cpus) return hasStore(t);
  const thread = threadAt(t);
  if (thread.drawn) return true;
  if (thread.done) return false;
  const choices = randomState();
  goOnRandom(thread.random);
  drawEvent(t, thread);
  thread.random = randomState();
  goOnRandom(choices);
  return thread.drawn;
}

/** The oldest store of a buffer: looked up each time, for an access of the cpu may have drained it. */
function hasStore(t: i32): bool {
  const c = t - cpus;
  if (waiting(c) == 0) return false;
  const thread = threadAt(t);
  thread.addr = waitingAddr(c, 0);
  thread.op = <u8>OP_STORE;
  const a = thread.action;
  a.op = <u8>ACTION_FLUSH;
  a.cpu = <u16>c;
  a.arg = 0;
  return true;
}

function drawEvent(c: i32, thread: Thread): void {
  assert(tasks <= config.tasksTotal && mms <= config.mmsTotal, 'the names are those of this world');
  const a = thread.action;
  const f = frameOn(c);
  const bits = random();
  a.cpu = <u16>c;
  a.skipped = false;
  thread.addr = 0;
  thread.op = <u8>OP_LOAD;
  if (f !== null && !(thread.left > 0 && interrupts(c, f, bits))) {
    thread.drawn = true;
    if (config.memory != MEMORY_SC && makesStale(a, c, bits >> 8)) return;
    a.op = <u8>ACTION_STEP;
    a.arg = 1;
    thread.addr = <u32>nextAddr(c, f);
    thread.op = <u8>nextOp(c, f);
    return;
  }
  if (thread.left == 0) {
    thread.done = true;
    return;
  }
  proposeBeginning(a, c, f, bits, tasks, mms);
  thread.drawn = true;
}

/** Copies thread t's next event to `a`. It is gone from the thread: what comes of it is told by `ran`. */
export function takeEvent(t: i32, a: Action): void {
  const thread = threadAt(t);
  copyAction(a, thread.action);
  thread.drawn = false;
  // Tried or not: a program that asks for what is not possible comes to its end as well.
  if (t < cpus && a.op != ACTION_STEP && a.op != ACTION_STALE) thread.left -= 1;
}

/** The location that t's next event touches, 0 for none; valid after hasEvent. */
export function eventAddr(t: i32): u32 {
  return threadAt(t).addr;
}

/** Whether the events that touched `addr` by `op`, and t's next one, are in a race: one location, and one of them writes. */
export function races(t: i32, addr: u32, op: i32): bool {
  const thread = threadAt(t);
  return addr != 0 && thread.addr == addr && (writes(op) || writes(thread.op));
}

export function eventOp(t: i32): i32 {
  return threadAt(t).op;
}

function writes(op: i32): bool {
  return op == OP_STORE || op == OP_RMW;
}
