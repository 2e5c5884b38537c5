/** sched_mm_cid_clear_old(mm, cpu) for every cpu in turn, called by task work. */

import {
  ALGO_RFC_V6_FIXED,
  CID_LAZY_PUT,
  CID_UNSET,
  MUTANT_NO_AGE_CHECK,
  MUTANT_NO_FIRST_CHECK,
  MUTANT_NO_SECOND_CHECK,
  MUTANT_PLAIN_LAZY,
  MUTANT_PLAIN_UNSET,
  PERIOD_NS,
} from '../../src/abi';
import { disown, isValid, own } from '../checks';
import {
  activeAddr,
  cidAddr,
  clockAddr,
  config,
  cpus,
  currAddr,
  Frame,
  taskMmAddr,
  timeAddr,
} from '../layout';
import {
  clearBit,
  cmpxchgCid,
  forgetFrame,
  position,
  read,
  readAcquire,
  readMarked,
  writeCid,
  writeUnset,
} from '../memory';
import {
  CLEAR_ACTIVE_1,
  CLEAR_ACTIVE_2,
  CLEAR_BIT,
  CLEAR_CID,
  CLEAR_CLOCK,
  CLEAR_CURR_1,
  CLEAR_CURR_2,
  CLEAR_LAZY,
  CLEAR_MM_1,
  CLEAR_MM_2,
  CLEAR_TIME,
  CLEAR_UNSET,
} from './pc';
import { workScanned } from './task_work';

/** No task: the second check has found nobody yet. */
const NOBODY: i32 = -1;

export function startClearOld(f: Frame, cpu: i32): void {
  f.target = cpu;
  f.pc = config.mutants & MUTANT_NO_AGE_CHECK ? CLEAR_CID : CLEAR_CLOCK;
}

/** `return` of sched_mm_cid_clear_old: the next cpu, or the end of the task work. */
function nextCpu(f: Frame): void {
  f.clearing = false;
  if (f.target + 1 < cpus) startClearOld(f, f.target + 1);
  else workScanned(f);
}

export function clearClock(c: i32, f: Frame): void {
  f.loaded = read(c, clockAddr(f.target));
  f.pc = CLEAR_TIME;
}

export function clearTime(c: i32, f: Frame): void {
  if (f.loaded < read(c, timeAddr(f.mm, f.target)) + PERIOD_NS) nextCpu(f);
  else f.pc = CLEAR_CID;
}

export function clearCid(c: i32, f: Frame): void {
  f.v = <u32>read(c, cidAddr(f.mm, f.target));
  if (!isValid(f.v)) nextCpu(f);
  else f.pc = config.mutants & MUTANT_NO_FIRST_CHECK ? CLEAR_LAZY : CLEAR_CURR_1;
}

/** t = rcu_dereference(rq->curr): what is loaded through t depends on it. */
function loadCurr(c: i32, f: Frame): void {
  f.task = <i32>readMarked(c, currAddr(f.target), 0);
  f.seenAt = position;
}

/** Something of t, in rfc-v6-fixed an acquire: what is loaded next must not be older. */
function loadOfTask(c: i32, addr: usize, f: Frame): u64 {
  return config.algo == ALGO_RFC_V6_FIXED ? readAcquire(c, addr, f.seenAt) : readMarked(c, addr, f.seenAt);
}

function loadActive(c: i32, f: Frame): bool {
  return loadOfTask(c, activeAddr(f.task), f) != 0;
}

function loadUses(c: i32, f: Frame): bool {
  return loadOfTask(c, taskMmAddr(f.task), f) == <u64>f.mm;
}

export function clearCurr1(c: i32, f: Frame): void {
  loadCurr(c, f);
  f.pc = CLEAR_ACTIVE_1;
}

export function clearActive1(c: i32, f: Frame): void {
  f.pc = loadActive(c, f) ? CLEAR_MM_1 : CLEAR_LAZY;
}

export function clearMm1(c: i32, f: Frame): void {
  if (loadUses(c, f)) nextCpu(f);
  else f.pc = CLEAR_LAZY;
}

/** (TMA) */
export function clearLazy(c: i32, f: Frame): void {
  const lazy = f.v | CID_LAZY_PUT;
  if (config.mutants & MUTANT_PLAIN_LAZY) {
    writeCid(c, f.mm, f.target, lazy);
  } else if (!cmpxchgCid(c, f.mm, f.target, f.v, lazy)) {
    nextCpu(f);
    return;
  }
  f.clearing = true;
  f.prev = NOBODY;
  f.pc = config.mutants & MUTANT_NO_SECOND_CHECK ? CLEAR_UNSET : CLEAR_CURR_2;
}

export function clearCurr2(c: i32, f: Frame): void {
  loadCurr(c, f);
  f.pc = f.task == f.prev ? CLEAR_UNSET : CLEAR_ACTIVE_2;
}

/** t does not use the slot. In rfc-v6-fixed, if it is still there: else it may have gone, and left its place to one that does. */
function unused(f: Frame): void {
  if (config.algo != ALGO_RFC_V6_FIXED) {
    f.pc = CLEAR_UNSET;
    return;
  }
  f.prev = f.task;
  f.pc = CLEAR_CURR_2;
}

export function clearActive2(c: i32, f: Frame): void {
  if (loadActive(c, f)) f.pc = CLEAR_MM_2;
  else unused(f);
}

export function clearMm2(c: i32, f: Frame): void {
  if (loadUses(c, f)) nextCpu(f);
  else unused(f);
}

/** (TMB) local_irq_save, then the cmpxchg. */
export function clearUnset(c: i32, f: Frame): void {
  if (config.mutants & MUTANT_PLAIN_UNSET) {
    f.unsetWaits = true;
    writeUnset(c, cidAddr(f.mm, f.target), CID_UNSET, f);
  } else if (cmpxchgCid(c, f.mm, f.target, f.v | CID_LAZY_PUT, CID_UNSET)) {
    own(f, f.mm, <i32>f.v);
  } else {
    nextCpu(f);
    return;
  }
  f.clearing = false;
  f.irqsOff = true;
  f.pc = CLEAR_BIT;
}

/** __mm_cid_put, then local_irq_restore. */
export function clearBitOfOld(c: i32, f: Frame): void {
  clearBit(c, f.mm, <i32>f.v);
  if (f.ownCid >= 0) disown(f);
  if (f.unsetWaits) {
    f.unsetWaits = false;
    forgetFrame(c, f);
  }
  f.irqsOff = false;
  nextCpu(f);
}
