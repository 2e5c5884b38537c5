/**
 * execve(): sched_mm_cid_before_execve(), a preemptible stretch, exec_mmap() (not in a failed exec), another
 * stretch, sched_mm_cid_after_execve().
 */

import { ALGO_V6_3, MUTANT_NO_AFTER_EXEC_MB, MUTANT_NO_BEFORE_EXEC_MB, ROUTINE_EXEC } from '../../src/abi';
import { holdChanged, setMmCid, usersChanged } from '../checks';
import { activeAddr, config, cpuAt, Frame, mmAt, Task, taskAt, taskMmAddr } from '../layout';
import { barrier, write, writeRqLocked } from '../memory';
import { startGet } from './mm_cid_get';
import { startPut } from './mm_cid_put';
import { EXEC_ACTIVE, EXEC_AFTER_MB, EXEC_BEFORE_MB, EXEC_INACTIVE, EXEC_MM, RETURN_EXEC } from './pc';
import { startOldExec, startOldGet } from './v6_3';

/** target: the fresh mm, or -1 for a failed exec. */
export function startExec(task: Task, f: Frame, target: i32): void {
  f.begin(ROUTINE_EXEC);
  f.mm = task.ownMm;
  f.target = target;
  if (config.algo == ALGO_V6_3) startOldExec(f);
  else f.pc = EXEC_INACTIVE;
}

export function execInactive(c: i32, f: Frame): void {
  f.irqsOff = true;
  const t = cpuAt(c).current;
  writeRqLocked(c, activeAddr(t), 0);
  taskAt(t).ownActive = false;
  holdChanged(c);
  if (config.mutants & MUTANT_NO_BEFORE_EXEC_MB) startPut(f, f.mm, RETURN_EXEC);
  else f.pc = EXEC_BEFORE_MB;
}

export function execBeforeMb(c: i32, f: Frame): void {
  barrier(c);
  startPut(f, f.mm, RETURN_EXEC);
}

export function execPutDone(c: i32, f: Frame): void {
  const task = taskAt(cpuAt(c).current);
  task.lastMmCid = -1;
  setMmCid(c, task, -1);
  execInactiveDone(f);
}

/** irqs on again: the new program is read, or found to be none. */
export function execInactiveDone(f: Frame): void {
  f.irqsOff = false;
  f.gap = true;
  if (f.target >= 0) f.pc = EXEC_MM;
  else toAfter(f);
}

export function execMm(c: i32, f: Frame): void {
  const old = f.mm;
  const t = cpuAt(c).current;
  write(c, taskMmAddr(t), f.target);
  taskAt(t).ownMm = f.target;
  mmAt(old).users -= 1;
  mmAt(f.target).users += 1;
  f.mm = f.target;
  holdChanged(c);
  usersChanged(old);
  usersChanged(f.target);
  f.gap = true;
  toAfter(f);
}

/** To sched_mm_cid_after_execve. */
function toAfter(f: Frame): void {
  if (config.algo == ALGO_V6_3) startOldGet(f, RETURN_EXEC);
  else f.pc = EXEC_ACTIVE;
}

export function execActive(c: i32, f: Frame): void {
  f.gap = false;
  f.irqsOff = true;
  const t = cpuAt(c).current;
  writeRqLocked(c, activeAddr(t), 1);
  taskAt(t).ownActive = true;
  holdChanged(c);
  if (config.mutants & MUTANT_NO_AFTER_EXEC_MB) startGet(f, f.mm, RETURN_EXEC);
  else f.pc = EXEC_AFTER_MB;
}

export function execAfterMb(c: i32, f: Frame): void {
  barrier(c);
  startGet(f, f.mm, RETURN_EXEC);
}

export function execGetDone(c: i32, f: Frame): void {
  const task = taskAt(cpuAt(c).current);
  task.lastMmCid = f.cid;
  setMmCid(c, task, f.cid);
  execDone(f);
}

export function execDone(f: Frame): void {
  f.irqsOff = false;
  f.end();
}
