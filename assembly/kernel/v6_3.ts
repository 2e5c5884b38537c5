/**
 * The algorithm before the patch (the lines that it removes): one lock an mm, a cid for each running task, no
 * slots and no clearing.
 */

import { foundLockHeld, gotCid, holdChanged, setMmCid } from '../checks';
import { activeAddr, cpuAt, Frame, maskAddr, mmAt, mmCidLockAddr, Task, taskAt } from '../layout';
import { lock, peek, write, writeMask, writeUnlock } from '../memory';
import { MORE_WORDS, startFirstZero, stepFirstZero } from './cidmask';
import { execDone, execInactiveDone } from './exec';
import { toExitMm } from './exit';
import {
  OLD_ACTIVE,
  OLD_FIRST_ZERO,
  OLD_GET_LOCK,
  OLD_GET_UNLOCK,
  OLD_GET_WORD,
  OLD_INACTIVE,
  OLD_PUT_LOCK,
  OLD_PUT_UNLOCK,
  OLD_PUT_WORD,
  RETURN_EXEC,
  RETURN_EXIT,
  RETURN_SWITCH,
} from './pc';
import { toBarrier } from './switch';

/** switch_mm_cid(prev, next) in prepare_task_switch(). */
export function oldSwitch(c: i32, f: Frame): void {
  const P = taskAt(f.prev);
  const T = taskAt(f.task);
  if (P.ownActive && T.ownActive && P.ownMm == T.ownMm) {
    const cid = P.mmCid;
    setMmCid(c, P, -1);
    setMmCid(c, T, cid);
    toBarrier(c, f);
  } else if (P.ownActive && P.mmCid >= 0) {
    f.mm = P.ownMm;
    f.putReturn = RETURN_SWITCH;
    f.pc = OLD_PUT_LOCK;
  } else {
    oldSwitchPutDone(c, f);
  }
}

function oldSwitchPutDone(c: i32, f: Frame): void {
  const T = taskAt(f.task);
  if (T.ownActive) {
    f.mm = T.ownMm;
    startOldGet(f, RETURN_SWITCH);
  } else {
    toBarrier(c, f);
  }
}

/** Whose cid it is: prev's or next's in a switch, else the current task's. */
function subject(c: i32, f: Frame, inSwitch: u8, ofSwitch: i32): Task {
  return taskAt(inSwitch == RETURN_SWITCH ? ofSwitch : cpuAt(c).current);
}

// ---- mm_cid_put ----------------------------------------------------------------------------------------------

/** The cid that a put whose first access is to come will put; -1 for none. */
export function oldSubjectCid(c: i32, f: Frame): i32 {
  return subject(c, f, f.putReturn, f.prev).mmCid;
}

/**
 * The first access of a put. In exit and exec, what stands before it (irqs off, mm_cid, mm_cid >= 0) belongs to
 * it: until then the task may be switched out, and come back with another cid.
 */
export function oldPutLock(c: i32, f: Frame): void {
  f.cid = oldSubjectCid(c, f);
  if (f.cid < 0) oldInactive(c, f);
  else if (oldLock(c, f)) f.pc = OLD_PUT_WORD;
}

export function oldPutWord(c: i32, f: Frame): void {
  const word = f.cid >> 6;
  writeMask(c, f.mm, word, peek(c, maskAddr(f.mm, word)) & ~((<u64>1) << (f.cid & 63)));
  f.pc = OLD_PUT_UNLOCK;
}

export function oldPutUnlock(c: i32, f: Frame): void {
  oldUnlock(c, f);
  setMmCid(c, subject(c, f, f.putReturn, f.prev), -1);
  if (f.putReturn == RETURN_SWITCH) oldSwitchPutDone(c, f);
  else f.pc = OLD_INACTIVE;
}

// ---- mm_cid_get ----------------------------------------------------------------------------------------------

export function startOldGet(f: Frame, getReturn: u8): void {
  f.getReturn = getReturn;
  f.pc = OLD_GET_LOCK;
}

export function oldGetLock(c: i32, f: Frame): void {
  if (!oldLock(c, f)) return;
  startFirstZero(f);
  f.pc = OLD_FIRST_ZERO;
}

export function oldFirstZero(c: i32, f: Frame): void {
  const bit = stepFirstZero(c, f);
  if (bit == MORE_WORDS) return;
  f.cid = bit;
  f.pc = bit < 0 ? OLD_GET_UNLOCK : OLD_GET_WORD;
}

export function oldGetWord(c: i32, f: Frame): void {
  const word = f.cid >> 6;
  writeMask(c, f.mm, word, peek(c, maskAddr(f.mm, word)) | ((<u64>1) << (f.cid & 63)));
  f.pc = OLD_GET_UNLOCK;
}

export function oldGetUnlock(c: i32, f: Frame): void {
  oldUnlock(c, f);
  gotCid(f.mm, f.cid);
  setMmCid(c, subject(c, f, f.getReturn, f.task), f.cid);
  if (f.getReturn == RETURN_SWITCH) toBarrier(c, f);
  else f.pc = OLD_ACTIVE;
}

// ---- the lock -----------------------------------------------------------------------------------------------

function oldLock(c: i32, f: Frame): bool {
  f.gap = false;
  f.irqsOff = true;
  const mm = mmAt(f.mm);
  if (!lock(c, mmCidLockAddr(f.mm))) {
    foundLockHeld(mmCidLockAddr(f.mm), f.mm, mm.lockHolders);
    return false;
  }
  f.holdsLock = true;
  mm.lockHolders += 1;
  return true;
}

function oldUnlock(c: i32, f: Frame): void {
  writeUnlock(c, mmCidLockAddr(f.mm), 0);
  f.holdsLock = false;
  mmAt(f.mm).lockHolders -= 1;
}

// ---- exit and exec ------------------------------------------------------------------------------------------------

export function startOldExit(f: Frame): void {
  f.putReturn = RETURN_EXIT;
  f.pc = OLD_PUT_LOCK;
}

export function startOldExec(f: Frame): void {
  f.putReturn = RETURN_EXEC;
  f.pc = OLD_PUT_LOCK;
}

export function oldInactive(c: i32, f: Frame): void {
  const t = cpuAt(c).current;
  write(c, activeAddr(t), 0);
  taskAt(t).ownActive = false;
  holdChanged(c);
  if (f.putReturn == RETURN_EXIT) toExitMm(f);
  else execInactiveDone(f);
}

export function oldActive(c: i32, f: Frame): void {
  const t = cpuAt(c).current;
  write(c, activeAddr(t), 1);
  taskAt(t).ownActive = true;
  holdChanged(c);
  execDone(f);
}
