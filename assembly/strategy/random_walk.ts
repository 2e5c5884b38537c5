/**
 * A random walk with bursts, and swarm testing: Groce, Zhang, Eide, Chen, Regehr, "Swarm Testing" (ISSTA 2012).
 * Each schedule switches some kinds of action off and draws the weights of the others, so that rare kinds get
 * schedules in which they are not drowned by the common ones.
 *
 * Departures: the paper takes a feature in or out with probability 1/2; here the kinds without which little
 * happens stay in three times out of four. A schedule draws its rhythm too: how long a cpu goes on before the
 * next one is chosen, and how often a routine is interrupted where it may be.
 */

import {
  ACTION_ADVANCE,
  ACTION_EXEC,
  ACTION_EXEC_FAIL,
  ACTION_EXIT,
  ACTION_FORK_PROCESS,
  ACTION_FORK_THREAD,
  ACTION_MIGRATE,
  ACTION_STEP,
  ACTION_SWITCH,
  ACTION_TICK,
  ACTION_WORK,
  NS_PER_JIFFY,
  PERIOD_NS,
} from '../../src/abi';
import { IDLE_TASK } from '../../src/engine/addresses';
import { Action, frameOn, irqsOn, maySwitchTo } from '../actions';
import { cpus, NO_MM, taskAt } from '../layout';
import { currentOf } from '../memory';
import { below, random, scale } from '../rng';

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
let cpu: i32 = 0;

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
  tickets = draw(tickets, ACTION_EXEC, 1, 5);
  tickets = draw(tickets, ACTION_EXEC_FAIL, 1, 5);
  tickets = draw(tickets, ACTION_FORK_THREAD, 1, 5);
  inUser = draw(tickets, ACTION_FORK_PROCESS, 1, 6);
  inQueued = draw(inUser, ACTION_WORK, 8, 1);
  const bits = random();
  burst = (bits & 7) == 0 ? LONG_BURST : 2 << scale(bits, 4, 3);
  stay = (bits >> 20) & 15;
  interrupt = (bits >> 24) & 15;
  cpu = scale(bits, 32, cpus);
}

/** How many of the tickets are for what cpu c is doing; it is in no routine. */
function ticketsOf(c: i32): i32 {
  const task = taskAt(currentOf(c));
  // A dead task has no mm.
  if (task.mm == NO_MM) return anywhere;
  return task.queued ? inQueued : inUser;
}

/** A length of time: around the period that decides what is old, or anything up to half as much again. */
function drawAdvance(): u64 {
  switch (below(4)) {
    case 0:
      return PERIOD_NS;
    case 1:
      return (1 + below(150)) * NS_PER_JIFFY;
    default:
      return PERIOD_NS + NS_PER_JIFFY;
  }
}

/** No task that the cpu may switch to. */
const NOBODY: i32 = -1;

/** A task that cpu c may switch to, looking from task `from` on; `tasks` is its own idle task. */
function drawTask(c: i32, from: i32, tasks: i32): i32 {
  let t = from;
  for (let i = 0; i <= tasks; i++) {
    if (maySwitchTo(c, t < tasks ? cpus + t : c)) return t;
    t = t == tasks ? 0 : t + 1;
  }
  return NOBODY;
}

export function proposeRandomWalk(a: Action, tasks: i32, mms: i32): void {
  const bits = random();
  // Choices that no branch predictor can guess are made without branches.
  cpu = select<i32>(scale(bits, 4, cpus), cpu, (bits & 15) >= stay);
  a.cpu = <u16>cpu;
  a.skipped = false;
  const f = frameOn(cpu);
  if (f !== null && <i32>(((bits >> 20) & 15) >= interrupt) | <i32>!irqsOn(cpu)) {
    a.op = <u8>ACTION_STEP;
    a.arg = 1 + (<i32>(bits >> 24) & (burst - 1));
    return;
  }
  const kind = <i32>load<u8>(TICKETS + scale(bits, 24, f !== null ? anywhere : ticketsOf(cpu)));
  a.op = <u8>kind;
  a.task = 0;
  a.mm = 0;
  a.arg = 0;
  switch (kind) {
    case ACTION_SWITCH: {
      const t = drawTask(cpu, scale(bits, 40, tasks + 1), tasks);
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
