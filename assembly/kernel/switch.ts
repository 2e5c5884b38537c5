/** context_switch(): prev P to next T on cpu c, with switch_mm_cid. In cpu context, irqs off. */

import {
  ALGO_RFC_V6_FIXED,
  ALGO_V6_3,
  ARCH_X86,
  CID_LAZY_PUT,
  CID_UNSET,
  MUTANT_LATE_CURR,
  MUTANT_NO_ENTRY_MB,
  MUTANT_NO_MB_KERNEL_USER,
  MUTANT_NO_MB_USER_KERNEL,
  MUTANT_NO_MB_USER_USER,
  MUTANT_NO_PUT_LAZY,
  ROUTINE_SWITCH,
} from '../../src/abi';
import { disown, foundNullMm, holdChanged, isLazy, own, setMmCid } from '../checks';
import {
  beginOnCpu,
  cidAddr,
  clockAddr,
  config,
  cpuAt,
  currAddr,
  endOnCpu,
  Frame,
  onCpuAddr,
  taskAt,
  world,
} from '../layout';
import { barrier, beginSwitch, clearBit, cmpxchgCid, place, read, write, writeUnlock } from '../memory';
import { startGet } from './mm_cid_get';
import {
  RETURN_SWITCH,
  SWITCH_CLOCK,
  SWITCH_CURR,
  SWITCH_ENTRY_MB,
  SWITCH_LAZY_CLEAR,
  SWITCH_LAZY_CMPXCHG,
  SWITCH_LAZY_LOAD,
  SWITCH_MB,
  SWITCH_ON_CPU,
} from './pc';
import { oldSwitch } from './v6_3';

/** The scheduler chose T: on_cpu[T] is set at once, and both are claimed until the routine ends. */
export function startSwitch(c: i32, prev: i32, next: i32): void {
  const T = taskAt(next);
  place(onCpuAddr(next), 1);
  beginSwitch(c);
  T.claimed = true;
  taskAt(prev).claimed = true;
  const f = beginOnCpu(c, ROUTINE_SWITCH);
  f.prev = prev;
  f.task = next;
  f.pc = config.mutants & MUTANT_NO_ENTRY_MB ? SWITCH_CLOCK : SWITCH_ENTRY_MB;
}

export function switchEntryMb(c: i32, f: Frame): void {
  barrier(c);
  f.pc = SWITCH_CLOCK;
}

export function switchClock(c: i32, f: Frame): void {
  write(c, clockAddr(c), world.now);
  if (config.mutants & MUTANT_LATE_CURR) toBarrier(c, f);
  else f.pc = SWITCH_CURR;
}

/** (TSA), (TSB) */
export function switchCurr(c: i32, f: Frame): void {
  write(c, currAddr(c), f.task);
  cpuAt(c).current = f.task;
  taskAt(f.prev).current = false;
  taskAt(f.task).current = true;
  holdChanged(c);
  if (config.mutants & MUTANT_LATE_CURR) f.pc = SWITCH_ON_CPU;
  else if (config.algo == ALGO_V6_3) oldSwitch(c, f);
  else toBarrier(c, f);
}

/** To the barrier that the transition gives, where it gives one. */
export function toBarrier(c: i32, f: Frame): void {
  const P = taskAt(f.prev);
  const T = taskAt(f.task);
  const fixed = config.algo == ALGO_RFC_V6_FIXED;
  let gives = false;
  if (T.ownMm < 0) {
    gives = P.ownMm >= 0 && !(config.mutants & MUTANT_NO_MB_USER_KERNEL);
  } else if (P.ownMm < 0) {
    gives = !(config.mutants & MUTANT_NO_MB_KERNEL_USER);
  } else if (P.ownMm != T.ownMm) {
    gives = (fixed || config.arch == ARCH_X86) && !(config.mutants & MUTANT_NO_MB_USER_USER);
  } else {
    gives = fixed && !(P.ownActive && T.ownActive);
  }
  if (gives) f.pc = SWITCH_MB;
  else toPrev(c, f);
}

export function switchMb(c: i32, f: Frame): void {
  barrier(c);
  toPrev(c, f);
}

/** switch_mm_cid: `if (prev->mm_cid_active)` */
function toPrev(c: i32, f: Frame): void {
  if (config.algo == ALGO_V6_3) {
    f.pc = SWITCH_ON_CPU;
    return;
  }
  const P = taskAt(f.prev);
  if (P.ownMm < 0) {
    if (P.ownActive) foundNullMm();
    prevDone(c, f);
  } else if (config.mutants & MUTANT_NO_PUT_LAZY || !(P.ownActive || config.algo == ALGO_RFC_V6_FIXED)) {
    prevDone(c, f);
  } else {
    f.mm = P.ownMm;
    f.pc = SWITCH_LAZY_LOAD;
  }
}

/** An inactive prev has no mm_cid anyway. */
function prevDone(c: i32, f: Frame): void {
  const P = taskAt(f.prev);
  if (P.ownActive) setMmCid(c, P, -1);
  toNext(c, f);
}

export function switchLazyLoad(c: i32, f: Frame): void {
  f.v = <u32>read(c, cidAddr(f.mm, c));
  if (isLazy(f.v)) f.pc = SWITCH_LAZY_CMPXCHG;
  else prevDone(c, f);
}

export function switchLazyCmpxchg(c: i32, f: Frame): void {
  if (cmpxchgCid(c, f.mm, c, f.v, CID_UNSET)) {
    own(f, f.mm, <i32>(f.v & ~CID_LAZY_PUT));
    f.pc = SWITCH_LAZY_CLEAR;
  } else {
    prevDone(c, f);
  }
}

export function switchLazyClear(c: i32, f: Frame): void {
  clearBit(c, f.mm, <i32>(f.v & ~CID_LAZY_PUT));
  disown(f);
  prevDone(c, f);
}

/** switch_mm_cid: `if (next->mm_cid_active)` */
function toNext(c: i32, f: Frame): void {
  const T = taskAt(f.task);
  if (T.ownActive) startGet(f, T.ownMm, RETURN_SWITCH);
  else nextDone(f);
}

export function switchGetDone(c: i32, f: Frame): void {
  const T = taskAt(f.task);
  T.lastMmCid = f.cid;
  setMmCid(c, T, f.cid);
  nextDone(f);
}

function nextDone(f: Frame): void {
  f.pc = config.mutants & MUTANT_LATE_CURR ? SWITCH_CURR : SWITCH_ON_CPU;
}

/** finish_task(prev): smp_store_release(&prev->on_cpu, 0) */
export function switchOnCpu(c: i32, f: Frame): void {
  writeUnlock(c, onCpuAddr(f.prev), 0);
  taskAt(f.prev).claimed = false;
  taskAt(f.task).claimed = false;
  endOnCpu(c);
}
