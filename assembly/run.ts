/** One scenario from ACTIONS, with events if asked for. Ends at a violation, the end, or the step budget. */

import {
  ACTION_ADVANCE,
  ACTION_FLUSH,
  ACTION_MIGRATE,
  ACTION_STEP,
  KIND_NONE,
  ROUTINE_TICK,
} from '../src/abi';
import { EVENT_CAPACITY, RUN_DONE, RUN_PAUSED, RUN_WATCHDOG } from '../src/engine/addresses';
import { Action, actionAt, apply } from './actions';
import { placeOf } from './causes';
import { judge, judgeEnd } from './checks';
import { beginCover, coverEnd, coverGo, covering, coverPause, coverTurn } from './coverage';
import { nextAddr, nextOp } from './kernel/next';
import { step } from './kernel/step';
import { config, cpuAt, cpuFrame, Frame, result, world } from './layout';
import { drainEverything, flush, flushedPc, mayFlush } from './memory';
import { lastEventIs, setActor, traceFull, tracing } from './trace';
import { setUpWorld } from './world';

let budget: u64 = 0;
/** Where `goOn` goes on: the action that comes next, and of the `step` before it the micro-steps left, frame and cpu. */
let next: i32 = 0;
let left: u64 = 0;
let stepped: Frame = changetype<Frame>(0);
let lastCpu: i32 = 0;
/** Events or coverage are to be told of every step. */
let watched: bool = false;

/** The end of ACTIONS is not the end of the run: more of them will come. */
let open: bool = false;

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
  watched = tracing;
  if (watched) world.wrong += 1;
  if (covering) beginCover();
}

/** Runs ACTIONS[0 … config.actions-1] from the start of a fresh world, for at most `steps` micro-steps. */
export function startRun(steps: u64): i32 {
  open = false;
  setUpWorld();
  return runOn(steps);
}

/** Begins a run whose actions come in pieces ({@link goOnWith}), in a fresh world. */
export function startOpen(): void {
  open = true;
  setUpWorld();
  beginRun();
  budget = u64.MAX_VALUE;
}

/** Goes on with ACTIONS[0 … actions-1], as `goOn` does. */
export function goOnWith(actions: i32): i32 {
  config.actions = actions;
  next = 0;
  return goOn();
}

/** The same from the start of the world that is set up. */
export function runOn(steps: u64): i32 {
  beginRun();
  budget = steps;
  return goOn();
}

/** What next.ts foretold of the step under way. */
let foretoldOp: i32 = 0;
let foretoldAddr: usize = 0;

/** Frame f on cpu c is about to make a step, in a run that is watched: whose event it is. */
function beforeStep(c: i32, f: Frame): void {
  setActor(f.routine, f == cpuFrame(c) && f.routine != ROUTINE_TICK ? f.task : cpuAt(c).current);
  foretoldOp = nextOp(c, f);
  foretoldAddr = nextAddr(c, f);
}

/** After a step at `pc` where there is something to look at: whether it violates something. */
function stopsAfter(c: i32, f: Frame, pc: i32): bool {
  if (tracing) {
    assert(lastEventIs(foretoldOp, foretoldAddr), 'next.ts foretells another access than the one made');
  }
  if (judge(c) != KIND_NONE) {
    result.pc = placeOf(pc);
    return true;
  }
  // Of the next step, if the burst goes on.
  if (watched && f.routine != 0) beforeStep(c, f);
  return false;
}

/**
 * Steps frame f on cpu c at most `most` times, until its routine ends or a step violates something (then
 * result.kind and result.pc say what and where). Returns how many steps were made. The only caller of `step`, which
 * is therefore a part of this loop in the release build; one test a step tells whether there is more to do.
 */
export function burst(c: i32, f: Frame, most: i32): i32 {
  if (covering) coverGo(c, f);
  if (watched) beforeStep(c, f);
  let made = 0;
  do {
    const pc = f.pc;
    step(c, f);
    made += 1;
    if (world.wrong != 0 && stopsAfter(c, f, pc)) break;
  } while (made < most && f.routine != 0);
  if (covering) coverPause(f);
  result.steps += made;
  return made;
}

/** How many micro-steps of `more` may be made at once: as many as the budget, and EVENTS, have room for. */
function bounded(more: u64): i32 {
  const most = min<u64>(more, budget - result.steps);
  return <i32>(tracing ? min<u64>(most, EVENT_CAPACITY - result.events) : most);
}

/** Goes on to the end of the run, or of the budget, or (traced) until EVENTS is full. */
export function goOn(): i32 {
  const actions = config.actions;
  // What every action changes is in locals. Only a traced run is gone on with, and finds it again.
  let at = next;
  let more = left;
  let f = stepped;
  let c = lastCpu;
  let code = RUN_DONE;
  for (;;) {
    if (more == 0) {
      if (at == actions) {
        if (!open) endRun(c);
        break;
      }
      const a = actionAt(at);
      const op = <i32>a.op;
      if (op == ACTION_FLUSH && tracing && traceFull() && mayFlush(a.cpu, <i32>a.arg)) {
        code = RUN_PAUSED;
        break;
      }
      at += 1;
      result.action = at;
      if (op == ACTION_STEP) {
        const under = cpuAt(a.cpu).under;
        const busy = under.routine != 0;
        a.skipped = !busy;
        if (!busy) continue;
        f = under;
        c = a.cpu;
        more = a.arg;
        result.applied += 1;
      } else if (op == ACTION_FLUSH) {
        const flushes = mayFlush(a.cpu, <i32>a.arg);
        a.skipped = !flushes;
        if (!flushes) continue;
        result.applied += 1;
        // The watchdog ends the run at a flush, which counts as applied as a step does that it stops.
        if (result.steps == budget) {
          code = RUN_WATCHDOG;
          break;
        }
        c = a.cpu;
        result.stepAction = at;
        drain(c, <i32>a.arg);
        if (result.kind != KIND_NONE) break;
        continue;
      } else {
        const applied = applyCovered(a);
        a.skipped = !applied;
        result.applied += <i32>applied;
        continue;
      }
    }
    if (tracing && traceFull()) {
      code = RUN_PAUSED;
      break;
    }
    if (result.steps == budget) {
      code = RUN_WATCHDOG;
      break;
    }
    result.stepAction = at;
    const made = burst(c, f, bounded(more));
    if (result.kind != KIND_NONE) break;
    more = f.routine == 0 ? 0 : more - made;
  }
  next = at;
  left = more;
  stepped = f;
  lastCpu = c;
  return code;
}

/** What still waits reaches memory; then the checks of the end. `last`: the cpu that made the last step. */
export function endRun(last: i32): void {
  if (covering) coverEnd();
  drainEverything();
  judgeEnd(last);
}

/** Applies an action that is no `step` and no `flush`, and tells coverage whose it was: time and the load balancer are no cpu's. */
export function applyCovered(a: Action): bool {
  if (!apply(a)) return false;
  if (covering) coverTurn(a.op == ACTION_ADVANCE || a.op == ACTION_MIGRATE ? -1 : <i32>a.cpu);
  return true;
}

/** `flush c i`: a step without a frame. False where nothing may drain. */
export function drain(c: i32, i: i32): bool {
  if (!mayFlush(c, i)) return false;
  if (covering) coverTurn(c);
  const pc = flushedPc(c, i);
  flush(c, i);
  result.steps += 1;
  if (judge(c) != KIND_NONE) result.pc = placeOf(pc);
  return true;
}
