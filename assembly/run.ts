/** One scenario from ACTIONS, with events if asked for. Ends at a violation, the end, or the step budget. */

import { ACTION_FLUSH, ACTION_STEP, KIND_NONE, ROUTINE_TICK } from '../src/abi';
import { RUN_DONE, RUN_PAUSED, RUN_WATCHDOG } from '../src/engine/addresses';
import { Action, actionAt, apply, frameOn } from './actions';
import { judge, judgeEnd } from './checks';
import { beginCover, coverGo, covering, coverState, coverStop, setCoverActor } from './coverage';
import { nextAddr, nextOp } from './kernel/next';
import { step } from './kernel/step';
import { config, cpuAt, cpuFrame, Frame, result } from './layout';
import { drainEverything, flush, flushedPc, mayFlush } from './memory';
import { lastEventIs, setActor, traceFull, tracing } from './trace';
import { setUpWorld } from './world';

let budget: u64 = 0;
let next: i32 = 0;
/** Micro-steps left of the `step` under way. */
let left: u64 = 0;
let under: Frame = changetype<Frame>(0);
let lastCpu: i32 = 0;

/** A fresh RESULT for a run of the world as it stands. */
export function beginRun(): void {
  result.kind = KIND_NONE;
  result.cpu = -1;
  result.mm = -1;
  result.cid = -1;
  result.steps = 0;
  result.action = 0;
  result.stepAction = 0;
  result.applied = 0;
  result.pc = 0;
  result.events = 0;
  next = 0;
  left = 0;
  lastCpu = 0;
  if (covering) beginCover();
}

/** A step whose event tells whose it is, and shows that `next.ts` knew what it would touch. */
function tracedStep(c: i32, f: Frame): void {
  setActor(f.routine, f == cpuFrame(c) && f.routine != ROUTINE_TICK ? f.task : cpuAt(c).current);
  const op = nextOp(c, f);
  const addr = nextAddr(c, f);
  step(c, f);
  assert(lastEventIs(op, addr), 'next.ts foretells another access than the one made');
}

/** Runs ACTIONS[0 … config.actions-1] from the start of a fresh world, for at most `steps` micro-steps. */
export function startRun(steps: u64): i32 {
  setUpWorld();
  beginRun();
  budget = steps;
  return goOn();
}

/**
 * Steps frame f on cpu c at most `most` times, until its routine ends or a step violates something (then
 * result.kind and result.pc say what and where). Returns how many steps were made.
 */
export function burst(c: i32, f: Frame, most: i32): i32 {
  if (covering) return coveredBurst(c, f, most);
  let made = 0;
  do {
    const pc = f.pc;
    step(c, f);
    made += 1;
    if (judge(c) != KIND_NONE) {
      result.pc = pc;
      break;
    }
  } while (made < most && f.routine != 0);
  result.steps += made;
  return made;
}

/** The same, and tells coverage whose steps they are. */
function coveredBurst(c: i32, f: Frame, most: i32): i32 {
  let made = 0;
  coverGo(f);
  do {
    const pc = f.pc;
    setCoverActor(c, pc);
    step(c, f);
    made += 1;
    if (judge(c) != KIND_NONE) {
      result.pc = pc;
      break;
    }
  } while (made < most && f.routine != 0);
  setCoverActor(c, 0);
  if (f.routine != 0) coverStop(c, f);
  result.steps += made;
  return made;
}

/** The same with an event for each step: as many as EVENTS has room for. */
function tracedBurst(c: i32, f: Frame, most: i32): i32 {
  let made = 0;
  while (made < most && !traceFull()) {
    made += 1;
    result.steps += 1;
    const pc = f.pc;
    tracedStep(c, f);
    if (judge(c) != KIND_NONE) {
      result.pc = pc;
      break;
    }
    if (f.routine == 0) break;
  }
  return made;
}

export function goOn(): i32 {
  for (;;) {
    if (left > 0) {
      if (tracing && traceFull()) return RUN_PAUSED;
      if (result.steps == budget) return RUN_WATCHDOG;
      lastCpu = <i32>actionAt(next - 1).cpu;
      result.stepAction = next;
      const most = <i32>min<u64>(left, budget - result.steps);
      const made = tracing ? tracedBurst(lastCpu, under, most) : burst(lastCpu, under, most);
      if (result.kind != KIND_NONE) return RUN_DONE;
      left = under.routine == 0 ? 0 : left - made;
      continue;
    }
    if (next == config.actions) break;
    const a = actionAt(next);
    if (a.op == ACTION_FLUSH && mayFlush(a.cpu, <i32>a.arg)) {
      if (tracing && traceFull()) return RUN_PAUSED;
      if (result.steps == budget) return stopAtFlush(a);
    }
    if (covering) coverState();
    next += 1;
    result.action = next;
    begin(a);
    if (result.kind != KIND_NONE) return RUN_DONE;
  }
  endRun(lastCpu);
  return RUN_DONE;
}

/** The watchdog ends the run at a flush, which counts as applied as a step does that it stops. */
function stopAtFlush(a: Action): i32 {
  result.action = next + 1;
  result.applied += 1;
  a.skipped = false;
  return RUN_WATCHDOG;
}

/** What still waits reaches memory; then the checks of the end. `last`: the cpu that made the last step. */
export function endRun(last: i32): void {
  drainEverything();
  judgeEnd(last);
}

/** `flush c i`: a step without a frame. False where nothing may drain. */
export function drain(c: i32, i: i32): bool {
  if (!mayFlush(c, i)) return false;
  const pc = flushedPc(c, i);
  flush(c, i);
  result.steps += 1;
  if (judge(c) != KIND_NONE) result.pc = pc;
  return true;
}

function begin(a: Action): void {
  let applied = false;
  if (a.op == ACTION_STEP) {
    const f = frameOn(a.cpu);
    if (f !== null) {
      under = f;
      left = a.arg;
      applied = true;
    }
  } else if (a.op == ACTION_FLUSH) {
    applied = drain(a.cpu, <i32>a.arg);
    if (applied) {
      lastCpu = a.cpu;
      result.stepAction = next;
    }
  } else {
    applied = apply(a);
  }
  a.skipped = !applied;
  if (applied) result.applied += 1;
}
