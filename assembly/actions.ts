/** Actions: what each needs, and what applying it does (model.md 3). Those that need steps only begin here. */

import {
  ACTION_ADVANCE,
  ACTION_EXEC,
  ACTION_EXEC_FAIL,
  ACTION_EXIT,
  ACTION_FORK_PROCESS,
  ACTION_FORK_THREAD,
  ACTION_MIGRATE,
  ACTION_STALE,
  ACTION_SWITCH,
  ACTION_TICK,
  ACTION_WORK,
  ALGO_RFC_V6_FIXED,
  NS_PER_JIFFY,
  OP_LOAD,
  PREEMPT_FULL,
  ROUTINE_EXIT,
  SCAN_DELAY_JIFFIES,
} from '../src/abi';
import { ACTION_SHIFT, IDLE_TASK } from '../src/engine/addresses';
import { usersChanged } from './checks';
import { startExec } from './kernel/exec';
import { startExit } from './kernel/exit';
import { nextAddr, nextAfter, nextOp } from './kernel/next';
import { PUT_LOAD } from './kernel/pc';
import { startSwitch } from './kernel/switch';
import { startWork } from './kernel/task_work';
import { startTick } from './kernel/tick';
import {
  ACTIONS,
  activeAddr,
  config,
  cpuAt,
  cpuFrame,
  cpus,
  Frame,
  mmAt,
  nextScanAddr,
  onCpuAddr,
  taskAt,
  taskFrame,
  taskMmAddr,
  world,
} from './layout';
import { ages, arm, forked, isWaiting, peek, place, settle } from './memory';
import { scanInherited, scanPutOff } from './scans';

/** One action, 16 bytes. */
@unmanaged
export class Action {
  op: u8;
  /** Set by a run that skipped it. */
  skipped: bool;
  cpu: u16;
  /** Index among the named tasks, or IDLE_TASK. */
  task: u16;
  mm: u16;
  /** step: count. advance: ns. fork: home + 1, or 0 for the cpu of the fork. */
  arg: u64;
}

/** By words: a call of memory.copy costs more than what it copies. */
export function copyAction(to: Action, from: Action): void {
  store<u64>(changetype<usize>(to), load<u64>(changetype<usize>(from)));
  store<u64>(changetype<usize>(to), load<u64>(changetype<usize>(from), 8), 8);
}

/** Where they are: ACTIONS, or a schedule of the deck. */
let actions: usize = ACTIONS;

export function setActions(at: usize): void {
  actions = at;
}

export function actionAt(i: i32): Action {
  return changetype<Action>(actions + ((<usize>i) << ACTION_SHIFT));
}

/** The frame that `step c` goes on with: c's cpu context, else its current task's; null in user mode. */
export function frameOn(c: i32): Frame | null {
  const f = cpuAt(c).under;
  return f.routine != 0 ? f : null;
}

/** No routine of the scheduler or of the current task has irqs off. */
export function irqsOn(c: i32): bool {
  return cpuFrame(c).routine == 0 && !taskFrame(cpuAt(c).current).irqsOff;
}

/** Neither the cpu nor its current task is in a routine, and that task is not dead. */
export function inUserMode(c: i32): bool {
  return cpuAt(c).under.routine == 0 && !taskAt(cpuAt(c).current).dead;
}

/** In user mode with an mm: what exit, exec and fork need. */
function mayCall(c: i32): bool {
  return inUserMode(c) && taskAt(cpuAt(c).current).ownMm >= 0;
}

function touchMm(mm: i32): void {
  if (mm >= 0) mmAt(mm).touched = true;
}

/** Whether cpu c may leave its current task now. */
export function maySwitchOut(c: i32): bool {
  if (!irqsOn(c)) return false;
  if (config.preempt == PREEMPT_FULL) return true;
  const f = taskFrame(cpuAt(c).current);
  return f.routine == 0 || f.gap;
}

/** Whether cpu c may switch to task id t now. */
export function maySwitchTo(c: i32, t: i32): bool {
  const T = taskAt(t);
  if (!T.mayRun()) return false;
  // An idle task is at home on its own cpu. Without a branch: which one it is nothing can foresee.
  return (<i32>(T.home == c) & (<i32>(t < cpus) | <i32>(peek(c, onCpuAddr(t)) == 0))) != 0;
}

function applySwitch(c: i32, t: i32): bool {
  if (!maySwitchOut(c) || !maySwitchTo(c, t)) return false;
  cpuAt(c).touched = true;
  const prev = cpuAt(c).current;
  taskAt(prev).touched = true;
  taskAt(t).touched = true;
  touchMm(taskAt(t).ownMm);
  startSwitch(c, prev, t);
  return true;
}

function applyTick(c: i32): bool {
  if (!irqsOn(c)) return false;
  cpuAt(c).touched = true;
  taskAt(cpuAt(c).current).touched = true;
  startTick(c);
  return true;
}

function applyWork(c: i32): bool {
  const t = cpuAt(c).current;
  if (!inUserMode(c) || !taskAt(t).queued) return false;
  startWork(taskAt(t), taskFrame(t));
  return true;
}

function applyExit(c: i32): bool {
  if (!mayCall(c)) return false;
  const t = cpuAt(c).current;
  startExit(taskAt(t), taskFrame(t));
  return true;
}

function applyExec(c: i32, mm: i32): bool {
  if (!mayCall(c)) return false;
  const t = cpuAt(c).current;
  if (mm >= 0) mmAt(mm).touched = true;
  startExec(taskAt(t), taskFrame(t), mm);
  return true;
}

/** init_sched_mm_cid() and copy_mm(): in memory at once. mm: the fresh mm of a process, or -1 for a thread. */
function applyFork(c: i32, child: i32, mm: i32, home: i32): bool {
  if (!mayCall(c)) return false;
  const shared = taskAt(cpuAt(c).current).ownMm;
  const parent = mmAt(shared);
  if (parent.users == 1) {
    settle(c, nextScanAddr(shared));
    scanPutOff(shared);
    place(nextScanAddr(shared), world.jiffies + SCAN_DELAY_JIFFIES);
  }
  let m = shared;
  if (mm >= 0) {
    mmAt(mm).touched = true;
    // The repaired one does not copy: a scan of the parent's mm may be under way.
    scanInherited(mm);
    place(nextScanAddr(mm), config.algo == ALGO_RFC_V6_FIXED ? 0 : parent.nextScan);
    m = mm;
  }
  mmAt(m).users += 1;
  const task = taskAt(child);
  task.touched = true;
  task.exists = true;
  place(onCpuAddr(child), 0);
  place(taskMmAddr(child), m);
  place(activeAddr(child), 1);
  task.ownMm = m;
  task.ownActive = true;
  task.home = home;
  forked(c);
  usersChanged(m);
  return true;
}

/** Whether task id t may go to another cpu's queue, c's. */
export function mayMigrate(t: i32, c: i32): bool {
  const T = taskAt(t);
  return T.mayRun() && T.home != c && T.onCpu == 0 && !isWaiting(onCpuAddr(t));
}

function applyMigrate(t: i32, c: i32): bool {
  if (!mayMigrate(t, c)) return false;
  const T = taskAt(t);
  T.touched = true;
  T.home = c;
  return true;
}

function applyAdvance(ns: u64): bool {
  world.now += ns;
  world.jiffies = world.now / NS_PER_JIFFY;
  return true;
}

/** How many older values the load that c makes next may return; 0 where it makes none. */
export function oldest(c: i32): i32 {
  const f = frameOn(c);
  if (f === null || nextOp(c, f) != OP_LOAD || irqsGoOff(f)) return 0;
  return ages(c, nextAddr(c, f), nextAfter(f));
}

/** Under exit-stays-active and no-exit-mb: which access turns irqs off is not known before it is made. */
function irqsGoOff(f: Frame): bool {
  return f.routine == ROUTINE_EXIT && f.pc == PUT_LOAD && !f.irqsOff;
}

function applyStale(c: i32, age: u64): bool {
  if (age > <u64>oldest(c)) return false;
  arm(c, <u32>age);
  return true;
}

/** Applies an action that is no `step` and no `flush`: false where its need is not met. */
export function apply(a: Action): bool {
  const c = <i32>a.cpu;
  switch (<i32>a.op) {
    case ACTION_SWITCH:
      return applySwitch(c, select<i32>(c, cpus + <i32>a.task, a.task == IDLE_TASK));
    case ACTION_TICK:
      return applyTick(c);
    case ACTION_WORK:
      return applyWork(c);
    case ACTION_EXIT:
      return applyExit(c);
    case ACTION_EXEC:
      return applyExec(c, a.mm);
    case ACTION_EXEC_FAIL:
      return applyExec(c, -1);
    case ACTION_FORK_THREAD:
      return applyFork(c, cpus + <i32>a.task, -1, a.arg == 0 ? c : <i32>a.arg - 1);
    case ACTION_FORK_PROCESS:
      return applyFork(c, cpus + <i32>a.task, a.mm, a.arg == 0 ? c : <i32>a.arg - 1);
    case ACTION_MIGRATE:
      return applyMigrate(cpus + <i32>a.task, c);
    case ACTION_ADVANCE:
      return applyAdvance(a.arg);
    case ACTION_STALE:
      return applyStale(c, a.arg);
    default:
      return false;
  }
}
