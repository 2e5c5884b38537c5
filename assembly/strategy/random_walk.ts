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
  ACTION_KINDS,
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
import { config, cpus } from '../layout';
import { below, random } from '../rng';

/** A burst that is to reach the end of a routine: longer than any that does not scan many cpus. */
const LONG_BURST: i32 = 64;
/** Rhythms: how a burst's length is drawn. */
const RHYTHM_SINGLE: i32 = 0;
const RHYTHM_SHORT: i32 = 1;
const RHYTHM_MIXED: i32 = 2;
const RHYTHM_LONG: i32 = 3;
const RHYTHMS: i32 = 4;

/** A weight for each kind of action. */
const WEIGHTS: usize = memory.data(ACTION_KINDS << 2);
let total: i32 = 0;
let rhythm: i32 = 0;
/** Chances in 16: to stay on the same cpu, and to interrupt a routine that may be interrupted. */
let stay: i32 = 0;
let interrupt: i32 = 0;
let cpu: i32 = 0;

/** weight 0 with `off` chances in 8, else `base` times 1, 2 or 4. */
function draw(kind: i32, base: i32, off: i32): void {
  const weight = below(8) < off ? 0 : base << below(3);
  store<i32>(WEIGHTS + ((<usize>kind) << 2), weight);
  total += weight;
}

function weightOf(kind: i32): i32 {
  return load<i32>(WEIGHTS + ((<usize>kind) << 2));
}

export function beginRandomWalk(): void {
  total = 0;
  draw(ACTION_SWITCH, 8, 0);
  draw(ACTION_TICK, 4, 2);
  draw(ACTION_WORK, 8, 2);
  draw(ACTION_ADVANCE, 4, 2);
  draw(ACTION_MIGRATE, 2, 2);
  draw(ACTION_EXIT, 1, 5);
  draw(ACTION_EXEC, 1, 5);
  draw(ACTION_EXEC_FAIL, 1, 5);
  draw(ACTION_FORK_THREAD, 1, 5);
  draw(ACTION_FORK_PROCESS, 1, 6);
  rhythm = below(RHYTHMS);
  stay = below(16);
  interrupt = below(16);
  cpu = below(cpus);
}

function drawKind(): i32 {
  let left = below(total);
  let kind = 0;
  for (; left >= weightOf(kind); kind++) left -= weightOf(kind);
  return kind;
}

function drawBurst(): i32 {
  switch (rhythm) {
    case RHYTHM_SINGLE:
      return 1;
    case RHYTHM_SHORT:
      return 1 + below(4);
    case RHYTHM_LONG:
      return below(8) == 0 ? 1 + below(8) : LONG_BURST;
    default: {
      const style = below(4);
      if (style == 0) return 1;
      return style == 1 ? 1 + below(8) : LONG_BURST;
    }
  }
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

/** A task that cpu c may switch to, looking from a random one on; its own idle task where there is none. */
function drawTask(c: i32, tasks: i32): u16 {
  let t = below(tasks + 1);
  for (let i = 0; i <= tasks; i++) {
    if (t < tasks && maySwitchTo(c, cpus + t)) return <u16>t;
    if (t == tasks && maySwitchTo(c, c)) return <u16>IDLE_TASK;
    t = t == tasks ? 0 : t + 1;
  }
  return <u16>IDLE_TASK;
}

export function proposeRandomWalk(a: Action, tasks: i32, mms: i32): void {
  if (below(16) >= stay) cpu = below(cpus);
  a.cpu = <u16>cpu;
  a.skipped = false;
  a.task = 0;
  a.mm = 0;
  a.arg = 0;
  if (frameOn(cpu) !== null && (below(16) >= interrupt || !irqsOn(cpu))) {
    a.op = <u8>ACTION_STEP;
    a.arg = drawBurst();
    return;
  }
  const kind = drawKind();
  a.op = <u8>kind;
  switch (kind) {
    case ACTION_SWITCH:
      a.task = drawTask(cpu, tasks);
      break;
    case ACTION_ADVANCE:
      a.cpu = 0;
      a.arg = drawAdvance();
      break;
    case ACTION_MIGRATE:
      if (tasks > 0) a.task = <u16>below(tasks);
      a.cpu = <u16>below(cpus);
      break;
    case ACTION_EXEC:
      a.mm = <u16>mms;
      break;
    case ACTION_FORK_PROCESS:
      a.mm = <u16>mms;
      a.task = <u16>tasks;
      a.arg = random() & 1 ? 1 + below(cpus) : 0;
      break;
    case ACTION_FORK_THREAD:
      a.task = <u16>tasks;
      a.arg = random() & 1 ? 1 + below(cpus) : 0;
      break;
  }
}
