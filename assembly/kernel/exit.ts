/** The end of a task: sched_mm_cid_exit_signals(), a preemptible stretch, then exit_mm(). */

import { ALGO_V6_3, MUTANT_EXIT_STAYS_ACTIVE, MUTANT_NO_EXIT_MB, ROUTINE_EXIT } from '../../src/abi';
import { holdChanged, setMmCid, usersChanged } from '../checks';
import { activeAddr, config, cpuAt, Frame, mmAt, NO_MM, Task, taskAt, taskMmAddr } from '../layout';
import { barrier, write, writeRqLocked } from '../memory';
import { startPut } from './mm_cid_put';
import { EXIT_INACTIVE, EXIT_MB, EXIT_MM, RETURN_EXIT } from './pc';
import { startOldExit } from './v6_3';

export function startExit(task: Task, f: Frame): void {
  task.exiting = true;
  f.begin(ROUTINE_EXIT);
  f.mm = task.ownMm;
  if (config.algo == ALGO_V6_3) startOldExit(f);
  else if (!(config.mutants & MUTANT_EXIT_STAYS_ACTIVE)) f.pc = EXIT_INACTIVE;
  else inactive(f);
}

/** After the store to active. */
function inactive(f: Frame): void {
  if (config.mutants & MUTANT_NO_EXIT_MB) startPut(f, f.mm, RETURN_EXIT);
  else f.pc = EXIT_MB;
}

export function exitInactive(c: i32, f: Frame): void {
  f.irqsOff = true;
  const t = cpuAt(c).current;
  writeRqLocked(c, activeAddr(t), 0);
  taskAt(t).ownActive = false;
  holdChanged(c);
  inactive(f);
}

export function exitMb(c: i32, f: Frame): void {
  f.irqsOff = true;
  barrier(c);
  startPut(f, f.mm, RETURN_EXIT);
}

export function exitPutDone(c: i32, f: Frame): void {
  const task = taskAt(cpuAt(c).current);
  task.lastMmCid = -1;
  setMmCid(c, task, -1);
  toExitMm(f);
}

/** irqs on again; the rest of do_exit may sleep. */
export function toExitMm(f: Frame): void {
  f.irqsOff = false;
  f.gap = true;
  f.pc = EXIT_MM;
}

export function exitMm(c: i32, f: Frame): void {
  const t = cpuAt(c).current;
  const task = taskAt(t);
  f.gap = false;
  write(c, taskMmAddr(t), NO_MM);
  task.ownMm = -1;
  mmAt(f.mm).users -= 1;
  task.dead = true;
  holdChanged(c);
  usersChanged(f.mm);
  f.end();
}
