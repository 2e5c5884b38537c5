/** mm_cid_get(mm) on cpu c, with __mm_cid_get and __mm_cid_try_get, which it contains. */

import {
  CID_LAZY_PUT,
  CID_UNSET,
  MUTANT_FULL_MASK_FAILS,
  MUTANT_LAZY_IS_VALID,
  MUTANT_RACY_SET,
  PERIOD_NS,
} from '../../src/abi';
import { disown, foundLockHeld, foundMaskFull, gotCid, isLazy, isValid, own } from '../checks';
import {
  CID_LOCK_ADDR,
  cidAddr,
  clockAddr,
  config,
  Frame,
  maskAddr,
  timeAddr,
  USE_CID_LOCK_ADDR,
  world,
} from '../layout';
import {
  clearBit,
  cmpxchgCid,
  lock,
  peek,
  read,
  testAndSet,
  write,
  writeCid,
  writeMask,
  writeUnlock,
} from '../memory';
import { MORE_WORDS, NO_ZERO, startFirstZero, stepFirstZero } from './cidmask';
import { execGetDone } from './exec';
import { startPut } from './mm_cid_put';
import {
  GET_CID,
  GET_CLEAR_USE_LOCK,
  GET_FIRST_ZERO,
  GET_LAZY_CLEAR,
  GET_LAZY_CMPXCHG,
  GET_LOAD,
  GET_LOCK,
  GET_SET_USE_LOCK,
  GET_SNAPSHOT_TIME,
  GET_TIME,
  GET_UNLOCK,
  GET_USE_LOCK,
  RETURN_ALLOCATE,
  RETURN_SWITCH,
  TRY_FIRST_ZERO,
  TRY_RACY_LOAD,
  TRY_RACY_STORE,
  TRY_SET,
} from './pc';
import { switchGetDone } from './switch';

/** How try_get was entered, so where it returns to. */
const MODE_LOCK_FREE: i32 = 0;
const MODE_LOCKED: i32 = 1;
/** Under the lock and with use_cid_lock set, until it succeeds. */
const MODE_FORCE: i32 = 2;

export function startGet(f: Frame, mm: i32, getReturn: u8): void {
  f.mm = mm;
  f.getReturn = getReturn;
  f.pc = GET_LOAD;
}

/** `return cid` of mm_cid_get. */
function getDone(c: i32, f: Frame): void {
  gotCid(f.mm, f.cid);
  if (f.getReturn == RETURN_SWITCH) switchGetDone(c, f);
  else execGetDone(c, f);
}

export function getLoad(c: i32, f: Frame): void {
  const v = <u32>read(c, cidAddr(f.mm, c));
  f.v = v;
  if (isValid(v) || (isLazy(v) && config.mutants & MUTANT_LAZY_IS_VALID)) {
    f.cid = <i32>(v & ~CID_LAZY_PUT);
    if (peek(c, clockAddr(c)) > peek(c, timeAddr(f.mm, c)) + PERIOD_NS) {
      startFirstZero(f);
      f.pc = GET_FIRST_ZERO;
    } else {
      getDone(c, f);
    }
  } else if (isLazy(v)) {
    f.pc = GET_LAZY_CMPXCHG;
  } else {
    allocate(f);
  }
}

export function getFirstZero(c: i32, f: Frame): void {
  const bit = stepFirstZero(c, f);
  if (bit == MORE_WORDS) return;
  if (bit != NO_ZERO && bit < f.cid) startPut(f, f.mm, RETURN_ALLOCATE);
  else f.pc = GET_SNAPSHOT_TIME;
}

export function getSnapshotTime(c: i32, f: Frame): void {
  write(c, timeAddr(f.mm, c), peek(c, clockAddr(c)));
  getDone(c, f);
}

export function getLazyCmpxchg(c: i32, f: Frame): void {
  if (cmpxchgCid(c, f.mm, c, f.v, CID_UNSET)) {
    own(f, f.mm, <i32>(f.v & ~CID_LAZY_PUT));
    f.pc = GET_LAZY_CLEAR;
  } else {
    allocate(f);
  }
}

export function getLazyClear(c: i32, f: Frame): void {
  clearBit(c, f.mm, <i32>(f.v & ~CID_LAZY_PUT));
  disown(f);
  allocate(f);
}

/** `allocate:`, __mm_cid_get from its start. */
export function allocate(f: Frame): void {
  f.pc = GET_USE_LOCK;
}

export function getUseLock(c: i32, f: Frame): void {
  if (read(c, USE_CID_LOCK_ADDR) == 0) {
    startTry(f, MODE_LOCK_FREE);
  } else {
    f.mode = MODE_LOCKED;
    f.pc = GET_LOCK;
  }
}

/** raw_spin_lock(&cid_lock), one try a step. */
export function getLock(c: i32, f: Frame): void {
  if (!lock(c, CID_LOCK_ADDR)) {
    foundLockHeld(CID_LOCK_ADDR, -1, world.lockHolders);
    return;
  }
  f.holdsLock = true;
  world.lockHolders += 1;
  if (f.mode == MODE_LOCKED) startTry(f, MODE_LOCKED);
  else f.pc = GET_SET_USE_LOCK;
}

export function getSetUseLock(c: i32, f: Frame): void {
  write(c, USE_CID_LOCK_ADDR, 1);
  startTry(f, MODE_FORCE);
}

function startTry(f: Frame, mode: i32): void {
  f.mode = mode;
  startFirstZero(f);
  f.pc = TRY_FIRST_ZERO;
}

export function tryFirstZero(c: i32, f: Frame): void {
  const bit = stepFirstZero(c, f);
  if (bit == MORE_WORDS) return;
  if (bit == NO_ZERO) {
    if (config.mutants & MUTANT_FULL_MASK_FAILS) {
      f.cid = -1;
      tryDone(c, f);
    } else {
      startFirstZero(f);
      foundMaskFull(f.mm);
    }
    return;
  }
  f.cid = bit;
  f.pc = config.mutants & MUTANT_RACY_SET ? TRY_RACY_LOAD : TRY_SET;
}

/** try_get has a cid (or, by full-mask-fails, gives up): on to the end by way of the lock. */
function tryDone(c: i32, f: Frame): void {
  if (f.mode == MODE_FORCE) f.pc = GET_CLEAR_USE_LOCK;
  else if (f.mode == MODE_LOCKED) f.pc = GET_UNLOCK;
  else unlocked(c, f);
}

export function trySet(c: i32, f: Frame): void {
  if (testAndSet(c, f.mm, f.cid)) {
    own(f, f.mm, f.cid);
    tryDone(c, f);
  } else if (f.mode == MODE_LOCK_FREE) {
    f.mode = MODE_FORCE;
    f.pc = GET_LOCK;
  } else if (f.mode == MODE_LOCKED) {
    f.pc = GET_SET_USE_LOCK;
  } else {
    startTry(f, MODE_FORCE);
  }
}

export function tryRacyLoad(c: i32, f: Frame): void {
  f.loaded = read(c, maskAddr(f.mm, f.cid >> 6));
  f.pc = TRY_RACY_STORE;
}

export function tryRacyStore(c: i32, f: Frame): void {
  writeMask(c, f.mm, f.cid >> 6, f.loaded | ((<u64>1) << (f.cid & 63)));
  own(f, f.mm, f.cid);
  tryDone(c, f);
}

export function getClearUseLock(c: i32, f: Frame): void {
  write(c, USE_CID_LOCK_ADDR, 0);
  f.pc = GET_UNLOCK;
}

export function getUnlock(c: i32, f: Frame): void {
  writeUnlock(c, CID_LOCK_ADDR, 0);
  f.holdsLock = false;
  world.lockHolders -= 1;
  unlocked(c, f);
}

/** `end:`, or straight out of mm_cid_get where full-mask-fails gave up. */
function unlocked(c: i32, f: Frame): void {
  if (f.cid < 0) getDone(c, f);
  else f.pc = GET_TIME;
}

export function getTime(c: i32, f: Frame): void {
  write(c, timeAddr(f.mm, c), peek(c, clockAddr(c)));
  f.pc = GET_CID;
}

export function getCid(c: i32, f: Frame): void {
  writeCid(c, f.mm, c, f.cid);
  disown(f);
  getDone(c, f);
}
