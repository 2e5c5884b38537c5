/**
 * What a strategy is: it begins a schedule, proposes one action after the other, and is told what came of each. The driver
 * (fuzz.ts) applies what is proposed and logs it where its need is met; a proposal that is not applied costs an attempt and
 * leaves no trace.
 *
 * There are two sorts. The random walk, and guided search, which goes on with it, propose what they like. PCT, POS and SURW
 * choose among threads, each of which has one next event (threads.ts).
 *
 * A strategy sees the world through actions.ts (`frameOn`, `maySwitchTo`, …) and, of an event, which location it touches and
 * how (kernel/next.ts). It knows of no routine and of no slot value.
 */

import { ACTION_EXEC, ACTION_FORK_PROCESS, ACTION_FORK_THREAD, ACTION_STEP } from '../../src/abi';
import {
  STRATEGIES,
  STRATEGY_GUIDED,
  STRATEGY_PCT,
  STRATEGY_POS,
  STRATEGY_RANDOM_WALK,
  STRATEGY_SURW,
} from '../../src/engine/addresses';
import { Action } from '../actions';
import { beginGuided, proposeGuided } from './guided';
import { beginPct, choosePct, ranPct } from './pct';
import { beginPos, choosePos, ranPos } from './pos';
import { beginRandomWalk, proposeRandomWalk } from './random_walk';
import { beginSurw, chooseSurw, ranSurw } from './surw';
import { beginThreads, eventAddr, eventOp, setNames, takeEvent } from './threads';
import { beginWindow, proposeWindow, ranWindow } from './window';

/** No strategy that can be asked for: where there are seeds, it is what the random walk does, and guided search without a parent. */
export const WINDOW: i32 = STRATEGIES;

/** STRATEGY_* of the schedule under way; that of the portfolio never is. */
let current: i32 = STRATEGY_RANDOM_WALK;

/** The thread whose event was proposed last, and what it touches. */
let thread: i32 = 0;
let addr: u32 = 0;
let op: i32 = 0;

/** What a schedule is one of. */
export class Plan {
  static seed: u64 = 0;
  /** The program of a schedule that chooses among threads. */
  static program: u64 = 0;
  /** Whether it is the first schedule of its program. */
  static first: bool = false;
  /** Whether cpus begin anything, or only finish what is under way. */
  static begins: bool = true;
}

/** Whether a strategy chooses among threads. */
export function choosesThreads(strategy: i32): bool {
  return strategy == STRATEGY_PCT || strategy == STRATEGY_POS || strategy == STRATEGY_SURW;
}

/**
 * Begins a schedule; the random numbers are seeded and the world is set up.
 *
 * @param isChild of what guided search keeps
 * @param tasks, mms how many names are in use
 */
export function beginSchedule(strategy: i32, isChild: bool, tasks: i32, mms: i32): void {
  current = strategy;
  if (choosesThreads(current)) {
    // SURW draws first events here.
    setNames(tasks, mms);
    beginThreads(Plan.seed, Plan.program, Plan.begins);
  }
  switch (current) {
    case STRATEGY_GUIDED:
      beginGuided(isChild);
      break;
    case STRATEGY_PCT:
      beginPct();
      break;
    case STRATEGY_POS:
      beginPos();
      break;
    case STRATEGY_SURW:
      beginSurw(Plan.first);
      break;
    case WINDOW:
      beginWindow();
      break;
    default:
      beginRandomWalk();
  }
}

/**
 * Fills `a` with the next action; false where nothing can go on any more.
 *
 * @param tasks, mms how many names are in use: fork and exec take the next ones
 */
export function propose(a: Action, tasks: i32, mms: i32): bool {
  if (choosesThreads(current)) {
    setNames(tasks, mms);
    if (!proposeThread(a)) return false;
  } else if (current == STRATEGY_GUIDED) {
    proposeGuided(a, tasks, mms);
  } else if (current == WINDOW) {
    if (!proposeWindow(a, tasks, mms)) return false;
  } else {
    proposeRandomWalk(a, tasks, mms);
    return true;
  }
  // It may have been drawn when others were free.
  if (a.op == ACTION_FORK_THREAD || a.op == ACTION_FORK_PROCESS) a.task = <u16>tasks;
  if (a.op == ACTION_FORK_PROCESS || a.op == ACTION_EXEC) a.mm = <u16>mms;
  return true;
}

function proposeThread(a: Action): bool {
  if (current == STRATEGY_PCT) thread = choosePct();
  else if (current == STRATEGY_POS) thread = choosePos();
  else thread = chooseSurw();
  if (thread < 0) return false;
  addr = eventAddr(thread);
  op = eventOp(thread);
  takeEvent(thread, a);
  return true;
}

/** The action proposed last was applied. `spins`: it was a step that has to be made again. */
export function performed(spins: bool): void {
  if (current == STRATEGY_PCT) ranPct(thread, spins);
  else if (current == STRATEGY_POS) ranPos(thread, addr, op);
  else if (current == STRATEGY_SURW) ranSurw(thread, addr);
  else if (current == WINDOW) ranWindow();
}

/** Whether a step that is proposed may be logged with the one before it: only where each is chosen on its own. */
export function joinsSteps(a: Action): bool {
  return choosesThreads(current) && a.op == ACTION_STEP;
}
