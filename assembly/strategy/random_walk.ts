/**
 * A random walk with bursts, and swarm testing: Groce, Zhang, Eide, Chen, Regehr, "Swarm Testing" (ISSTA 2012).
 * Each schedule switches some kinds of action off and draws the weights of the others, so that rare kinds get
 * schedules in which they are not drowned by the common ones.
 *
 * Departures: the paper takes a feature in or out with probability 1/2; here the kinds without which little
 * happens stay in three times out of four. A schedule draws its rhythm too: how long a cpu goes on before the
 * next one is chosen, how often a routine is interrupted where it may be, how readily a cpu pulls tasks from others
 * or becomes idle, how likely long delays are (delay.ts), and, where memory has buffers, how often a waiting store
 * drains and a load returns an older value.
 */

import {
  ACTION_ADVANCE,
  ACTION_EXEC,
  ACTION_EXEC_FAIL,
  ACTION_EXIT,
  ACTION_FLUSH,
  ACTION_FORK_PROCESS,
  ACTION_FORK_THREAD,
  ACTION_MIGRATE,
  ACTION_STALE,
  ACTION_STEP,
  ACTION_SWITCH,
  ACTION_TICK,
  ACTION_WORK,
  MEMORY_SC,
  MEMORY_WEAK,
  NS_PER_JIFFY,
  PERIOD_NS,
} from '../../src/abi';
import { IDLE_TASK } from '../../src/engine/addresses';
import { Action, frameOn, irqsOn, maySwitchTo, oldest } from '../actions';
import { config, cpuAt, cpus, Frame, taskAt } from '../layout';
import { mayFlush, waiting } from '../memory';
import { below, random, scale } from '../rng';
import { awake, beginDelays, drawRate, isParked, mayFreeze, mayPark, NOBODY, noDelays } from './delay';

/** The most micro-steps of a burst that is to reach the end of a routine. */
const LONG_BURST: i32 = 64;

/**
 * The kinds that a schedule draws from, each with as many tickets as its weight says, 256 at most. What can be
 * applied at all depends on what the chosen cpu is doing, so it draws from a beginning of them only: in a
 * routine, dead or without an mm from the first `anywhere`, in user mode from the first `inUser`, with task work
 * queued from all `inQueued`.
 */
const TICKETS: usize = memory.data(256);
let anywhere: i32 = 0;
let inUser: i32 = 0;
let inQueued: i32 = 0;
/** The most micro-steps of a burst; a power of 2. */
let burst: i32 = 0;
/** Chances in 16: to stay on the same cpu, and to interrupt a routine that may be interrupted. */
let stay: u64 = 0;
let interrupt: u64 = 0;
/** The same at a gap, where a task may be for long: exec reads the new program, exit gives everything back. */
let linger: u64 = 0;
/** Chances in 16: for a cpu to pull a task from another one, or to become idle, where it switches. */
let pull: i32 = 0;
let idle: i32 = 0;
/** Chances in 16: to drain a waiting store, to make a load stale. */
let drain: i32 = 0;
let stale: i32 = 0;
let cpu: i32 = 0;
/** The task that `cpu` has just pulled and switches to next, or NOBODY. */
let pulled: i32 = NOBODY;

/** Adds no ticket with `off` chances in 8, else `base` times 1, 2 or 4; returns how many there are then. */
function draw(tickets: i32, kind: i32, base: i32, off: i32): i32 {
  const bits = random();
  if (<i32>(bits & 7) < off) return tickets;
  const end = tickets + (base << scale(bits, 8, 3));
  assert(end <= 256);
  for (let i = tickets; i < end; i++) store<u8>(TICKETS + i, <u8>kind);
  return end;
}

export function beginRandomWalk(): void {
  let tickets = draw(0, ACTION_SWITCH, 8, 0);
  tickets = draw(tickets, ACTION_TICK, 4, 1);
  tickets = draw(tickets, ACTION_ADVANCE, 2, 1);
  anywhere = draw(tickets, ACTION_MIGRATE, 1, 4);
  tickets = draw(anywhere, ACTION_EXIT, 1, 5);
  // An exec that succeeds takes its task to an mm of its own, where it meets nobody: one is enough to spend what a schedule
  // has come to, so those that fail get more.
  tickets = draw(tickets, ACTION_EXEC, 1, 5);
  tickets = draw(tickets, ACTION_EXEC_FAIL, 4, 5);
  tickets = draw(tickets, ACTION_FORK_THREAD, 1, 5);
  inUser = draw(tickets, ACTION_FORK_PROCESS, 1, 6);
  inQueued = draw(inUser, ACTION_WORK, 8, 1);
  const bits = random();
  burst = (bits & 7) == 0 ? LONG_BURST : 2 << scale(bits, 4, 3);
  stay = (bits >> 20) & 15;
  interrupt = (bits >> 24) & 15;
  cpu = scale(bits, 32, cpus);
  pulled = NOBODY;
  if (bits >> 63) beUneven(bits);
  else beEven();
  if (config.memory == MEMORY_SC) return;
  drain = drawRate(bits >> 54);
  stale = config.memory == MEMORY_WEAK && (bits >> 57) & 1 ? 4 << (<i32>((bits >> 58) & 1)) : 0;
  // Only a load that comes next can be made stale.
  if (stale > 0) burst = 1 << scale(bits, 44, 2);
}

/** Half of the schedules: at every point of every routine the same chances. */
function beEven(): void {
  linger = interrupt;
  pull = idle = 0;
  noDelays();
}

/** The other half: long delays, long gaps, tasks that are pulled about and cpus that become idle. */
function beUneven(bits: u64): void {
  linger = 8 + ((bits >> 28) & 7);
  pull = (bits >> 48) & 3 ? 2 << (<i32>((bits >> 50) & 3)) : 0;
  idle = 1 << (<i32>((bits >> 52) & 3));
  beginDelays(random());
}

/** A schedule of which something else chooses who goes on: only what cpus begin is drawn here. */
export function beginBeginnings(): void {
  beginRandomWalk();
  beEven();
  stale = config.memory == MEMORY_WEAK && random() & 1 ? 1 : 0;
}

/** Whether a cpu is to interrupt routine f before its next step: seldom, for it is asked at each step. */
export function interrupts(c: i32, f: Frame, bits: u64): bool {
  return (bits & 127) < (f.gap ? linger : interrupt) && irqsOn(c);
}

/** Whether a load of cpu c is to return an older value; then `a` is the action that has it do so. */
export function makesStale(a: Action, c: i32, bits: u64): bool {
  return <i32>(bits & 15) < stale && proposeStale(a, c, <i32>(bits >> 4) & 0xff);
}

/** How many of the tickets are for what cpu c is doing; it is in no routine. */
function ticketsOf(c: i32): i32 {
  const task = taskAt(cpuAt(c).current);
  // A dead task has no mm.
  if (task.ownMm < 0) return anywhere;
  return task.queued ? inQueued : inUser;
}

/**
 * A length of time: around the period that decides what is old (MM_CID_PERIOD_NS: the patch does nothing before it has passed),
 * or anything up to half as much again.
 */
export function drawAdvance(): u64 {
  switch (below(4)) {
    case 0:
      return PERIOD_NS;
    case 1:
      return (1 + below(150)) * NS_PER_JIFFY;
    default:
      return PERIOD_NS + NS_PER_JIFFY;
  }
}

/** A task that cpu c may switch to, looking from task `from` on; `tasks` is its own idle task. */
function drawTask(c: i32, from: i32, tasks: i32): i32 {
  let t = from;
  for (let i = 0; i <= tasks; i++) {
    if (!isParked(t) && maySwitchTo(c, t < tasks ? cpus + t : c)) return t;
    t = t == tasks ? 0 : t + 1;
  }
  return NOBODY;
}

/** `flush`: some waiting store of cpu c that may drain; false where there is none. */
function proposeFlush(a: Action, c: i32, from: i32): bool {
  const count = waiting(c);
  if (count == 0) return false;
  let i = from % count;
  // The oldest may always drain.
  if (!mayFlush(c, i)) i = 0;
  a.op = <u8>ACTION_FLUSH;
  a.arg = i;
  return true;
}

/** `stale`: the load that cpu c makes next returns one of the older values that it may. */
function proposeStale(a: Action, c: i32, bits: i32): bool {
  const ages = oldest(c);
  if (ages == 0) return false;
  a.op = <u8>ACTION_STALE;
  a.arg = 1 + (bits % ages);
  return true;
}

/** `migrate`, to switch to it next: a task that waits on another cpu. */
function proposePull(a: Action, c: i32, from: i32, tasks: i32): bool {
  let t = from;
  for (let i = 0; i < tasks; i++) {
    t = t == 0 ? tasks - 1 : t - 1;
    const task = taskAt(cpus + t);
    if (isParked(t) || !task.mayRun() || task.home == c || task.onCpu != 0) continue;
    a.op = <u8>ACTION_MIGRATE;
    a.task = <u16>t;
    pulled = t;
    return true;
  }
  return false;
}

/** `switch` to the task that was pulled; false where that is not possible any more. */
function proposePulled(a: Action): bool {
  const t = pulled;
  pulled = NOBODY;
  if (!maySwitchTo(cpu, cpus + t)) return false;
  a.op = <u8>ACTION_SWITCH;
  a.cpu = <u16>cpu;
  a.task = <u16>t;
  a.skipped = false;
  return true;
}

/** `flush` or `stale` on cpu c, as likely as the schedule has it. */
export function proposeOfMemory(a: Action, c: i32): bool {
  const chance = random();
  a.cpu = <u16>c;
  a.skipped = false;
  if (<i32>(chance & 15) < drain && proposeFlush(a, c, <i32>(chance >> 8) & 7)) return true;
  return <i32>((chance >> 4) & 15) < stale && proposeStale(a, c, <i32>(chance >> 16) & 0xff);
}

export function proposeRandomWalk(a: Action, tasks: i32, mms: i32): void {
  if (pulled != NOBODY && proposePulled(a)) return;
  const bits = random();
  // Choices that no branch predictor can guess are made without branches.
  cpu = select<i32>(scale(bits, 4, cpus), cpu, (bits & 15) >= stay);
  cpu = awake(cpu, bits >> 56);
  a.cpu = <u16>cpu;
  a.skipped = false;
  if (config.memory != MEMORY_SC && proposeOfMemory(a, cpu)) return;
  const f = frameOn(cpu);
  if (f !== null && <i32>(((bits >> 20) & 15) >= (f.gap ? linger : interrupt)) | <i32>!irqsOn(cpu)) {
    a.op = <u8>ACTION_STEP;
    a.arg = 1 + (<i32>(bits >> 24) & (burst - 1));
    mayFreeze(cpu, bits >> 58);
    return;
  }
  proposeBeginning(a, cpu, f, bits, tasks, mms);
}

/**
 * Something that cpu c begins, drawn from what it may do: interrupting routine `f`, or, where that is null, from user mode
 * (or dead, or without an mm).
 */
export function proposeBeginning(a: Action, c: i32, f: Frame | null, bits: u64, tasks: i32, mms: i32): void {
  const kind = <i32>load<u8>(TICKETS + scale(bits, 24, f !== null ? anywhere : ticketsOf(c)));
  a.op = <u8>kind;
  a.task = 0;
  a.mm = 0;
  a.arg = 0;
  switch (kind) {
    case ACTION_SWITCH: {
      const more = random();
      if (<i32>(more & 15) < pull && proposePull(a, c, scale(bits, 40, tasks), tasks)) break;
      if (f !== null) mayPark(cpuAt(c).current - cpus, more >> 4);
      const t = drawTask(c, <i32>((more >> 10) & 15) < idle ? tasks : scale(bits, 40, tasks + 1), tasks);
      // A cpu with nobody to switch to ticks.
      if (t == NOBODY) a.op = <u8>ACTION_TICK;
      else a.task = t < tasks ? <u16>t : <u16>IDLE_TASK;
      break;
    }
    case ACTION_ADVANCE:
      a.cpu = 0;
      a.arg = drawAdvance();
      break;
    case ACTION_MIGRATE:
      a.task = <u16>scale(bits, 40, tasks);
      a.cpu = <u16>below(cpus);
      break;
    case ACTION_EXEC:
      a.mm = <u16>mms;
      break;
    case ACTION_FORK_PROCESS:
    case ACTION_FORK_THREAD:
      if (kind == ACTION_FORK_PROCESS) a.mm = <u16>mms;
      a.task = <u16>tasks;
      a.arg = bits >> 63 ? 1 + scale(bits, 40, cpus) : 0;
      break;
  }
}
