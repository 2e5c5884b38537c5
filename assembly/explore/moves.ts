/**
 * The moves of a state: the actions whose needs are met, a `step` making one access. What a bound does not allow is
 * none. A move has a number, its place in the list, which is the same whenever the same packed state is expanded: so the way to
 * a state is a list of bytes.
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
  ACTION_STEP,
  ACTION_SWITCH,
  ACTION_TICK,
  ACTION_WORK,
  MEMORY_SC,
} from '../../src/abi';
import { IDLE_TASK, UNBOUNDED } from '../../src/engine/addresses';
import {
  Action,
  apply,
  frameOn,
  inUserMode,
  irqsOn,
  mayMigrate,
  maySwitchOut,
  maySwitchTo,
} from '../actions';
import { config, cpuAt, cpus, mmsTotal, onCpuAddr, taskAt, tasksTotal } from '../layout';
import { isWaiting, mayFlush, peek, waiting, waitsIn } from '../memory';
import { anyHome, bounds, explore, isUsed, left, setUsed, spend } from './config';
import { blocked } from './independent';
import { MOVES } from './places';
import { ADVANCE_NS, ages } from './time';

/** How many moves the state at hand has. */
export let moves: i32 = 0;

export function moveAt(i: i32): Action {
  return changetype<Action>(MOVES + ((<usize>i) << 4));
}

function add(op: i32, c: i32, task: i32, mm: i32, arg: u64): void {
  const a = moveAt(moves);
  a.op = <u8>op;
  a.skipped = false;
  a.cpu = <u16>c;
  a.task = <u16>task;
  a.mm = <u16>mm;
  a.arg = arg;
  moves += 1;
}

/** A task, and an mm, that nobody has used yet; -1: none is left. All of them are alike. */
function freshTask(): i32 {
  for (let t = cpus; t < tasksTotal; t++) {
    if (!taskAt(t).exists) return t - cpus;
  }
  return -1;
}

function freshMm(): i32 {
  for (let m = 0; m < mmsTotal; m++) {
    if (!isUsed(m)) return m;
  }
  return -1;
}

/** Lists the moves of the state at hand in the order of their ranks (independent.ts): those that wait for long come first. */
export function listMoves(): void {
  moves = 0;
  if (left.advances != 0 && ages()) add(ACTION_ADVANCE, 0, 0, 0, ADVANCE_NS);
  if (left.migrations != 0 && !anyHome()) listMigrations();
  for (let c = 0; c < cpus; c++) {
    if (left.switches != 0 && mayGo(c) && maySwitchOut(c)) listSwitches(c);
  }
  for (let c = 0; c < cpus; c++) {
    if (left.ticks != 0 && irqsOn(c) && mayGo(c)) add(ACTION_TICK, c, 0, 0, 0);
  }
  for (let c = 0; c < cpus; c++) {
    if (inUserMode(c) && mayGo(c)) listCalls(c);
  }
  if (config.memory != MEMORY_SC) {
    for (let c = 0; c < cpus; c++) {
      const count = waiting(c);
      for (let i = 0; i < count; i++) {
        if (mayFlush(c, i)) add(ACTION_FLUSH, c, 0, 0, i);
      }
    }
  }
  for (let c = 0; c < cpus; c++) {
    if (frameOn(c) !== null && mayGo(c)) add(ACTION_STEP, c, 0, 0, 1);
  }
}

/** Whether cpu c may make the next move of a cpu: always, or where preemptions are left, or where that is none. */
function mayGo(c: i32): bool {
  if (bounds.preemptions == UNBOUNDED) return true;
  return left.preemptions != 0 || !preempts(c);
}

/** Whether a move of cpu c makes the cpu that moved last wait in the middle of something that could go on. */
function preempts(c: i32): bool {
  const last = left.lastCpu;
  if (last == UNBOUNDED || <i32>last == c) return false;
  const f = frameOn(last);
  return f !== null && !blocked(last, f);
}

/**
 * As `maySwitchTo`, after a migration where one is due. A task whose on_cpu = 0 waits in a buffer may not migrate, and is at
 * home on that cpu.
 */
function mayComeTo(c: i32, t: i32): bool {
  const addr = onCpuAddr(t);
  if (!taskAt(t).mayRun() || peek(c, addr) != 0) return false;
  return !isWaiting(addr) || waitsIn(c, addr);
}

function listSwitches(c: i32): void {
  if (maySwitchTo(c, c)) add(ACTION_SWITCH, c, IDLE_TASK, 0, 0);
  for (let t = cpus; t < tasksTotal; t++) {
    if (anyHome() ? mayComeTo(c, t) : maySwitchTo(c, t)) add(ACTION_SWITCH, c, t - cpus, 0, 0);
  }
}

/** What the current task of cpu c begins from user mode. The works of all cpus have a rank; the others never sleep. */
function listCalls(c: i32): void {
  const task = taskAt(cpuAt(c).current);
  if (left.works != 0 && task.queued) add(ACTION_WORK, c, 0, 0, 0);
  if (task.ownMm < 0) return;
  if (left.exits != 0) add(ACTION_EXIT, c, 0, 0, 0);
  if (left.execs != 0) {
    const mm = freshMm();
    if (mm >= 0) add(ACTION_EXEC, c, 0, mm, 0);
  }
  if ((left.execs | left.execFails) != 0) add(ACTION_EXEC_FAIL, c, 0, 0, 0);
  if ((left.forks | left.threadForks) != 0) listForks(c);
}

function listForks(c: i32): void {
  const task = freshTask();
  if (task < 0) return;
  const mm = freshMm();
  const homes = anyHome() ? 1 : cpus;
  for (let home = 0; home < homes; home++) {
    add(ACTION_FORK_THREAD, c, task, 0, home + 1);
    if (left.forks != 0 && mm >= 0) add(ACTION_FORK_PROCESS, c, task, mm, home + 1);
  }
}

function listMigrations(): void {
  for (let t = cpus; t < tasksTotal; t++) {
    for (let c = 0; c < cpus; c++) {
      if (mayMigrate(t, c)) add(ACTION_MIGRATE, c, t - cpus, 0, 0);
    }
  }
}

/** Of two bounds that allow a move, the narrower one pays. */
function spendNarrow(a: Action): void {
  switch (<i32>a.op) {
    case ACTION_EXEC_FAIL:
      if (left.execFails != 0) left.execFails = spend(left.execFails);
      else left.execs = spend(left.execs);
      break;
    case ACTION_FORK_THREAD:
      if (left.threadForks != 0) left.threadForks = spend(left.threadForks);
      else left.forks = spend(left.forks);
      break;
    case ACTION_EXEC:
      left.execs = spend(left.execs);
      break;
    case ACTION_FORK_PROCESS:
      left.forks = spend(left.forks);
      break;
  }
}

function pay(a: Action): void {
  switch (<i32>a.op) {
    case ACTION_SWITCH:
      left.switches = spend(left.switches);
      break;
    case ACTION_TICK:
      left.ticks = spend(left.ticks);
      break;
    case ACTION_WORK:
      left.works = spend(left.works);
      break;
    case ACTION_EXIT:
      left.exits = spend(left.exits);
      break;
    case ACTION_MIGRATE:
      left.migrations = spend(left.migrations);
      break;
    case ACTION_ADVANCE:
      left.advances = spend(left.advances);
      break;
    default:
      spendNarrow(a);
  }
}

/** Before a move by cpu c, where preemptions are counted. */
export function payTurn(c: i32): void {
  if (bounds.preemptions == UNBOUNDED) return;
  if (preempts(c)) left.preemptions = spend(left.preemptions);
  left.lastCpu = <u8>c;
}

/** Begins what a move that is no step and no flush begins. */
export function applyMove(a: Action): void {
  if (a.op != ACTION_MIGRATE && a.op != ACTION_ADVANCE) payTurn(a.cpu);
  if (explore.counts) pay(a);
  if (a.op == ACTION_EXEC || a.op == ACTION_FORK_PROCESS) setUsed(a.mm, true);
  if (anyHome() && a.op == ACTION_SWITCH && a.task != IDLE_TASK) taskAt(cpus + a.task).home = a.cpu;
  const applied = apply(a);
  assert(applied, 'a move that is listed is no move');
}
