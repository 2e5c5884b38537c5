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
import { covering, coverLeave } from '../coverage';
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
  Task,
  taskAt,
  taskFrame,
  world,
} from '../layout';
import { barrier, beginSwitch, clearBit, cmpxchgCid, place, read, write, writeUnlock } from '../memory';
import {
  GET_LOAD,
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
  if (covering) coverLeave(taskFrame(f.prev));
  taskAt(f.task).current = true;
  holdChanged(c);
  if (config.mutants & MUTANT_LATE_CURR) f.pc = SWITCH_ON_CPU;
  else if (config.algo == ALGO_V6_3) oldSwitch(c, f);
  else toBarrier(c, f);
}

// The transitions of a switch. What P and T are does not change while it is under way.
const USER_TO_KERNEL: i32 = 1;
const KERNEL_TO_USER: i32 = 2;
const USER_TO_USER: i32 = 3;
const SAME_MM: i32 = 4;
/** Within an mm, and P or T is not active. */
const SAME_MM_INACTIVE: i32 = 5;

/** Bit t: transition t gives a full barrier. */
let barriers: i32 = 0;

/** What CONFIG says of the barriers, at the start of a run. */
export function planBarriers(): void {
  const fixed = config.algo == ALGO_RFC_V6_FIXED;
  barriers = fixed ? 1 << SAME_MM_INACTIVE : 0;
  if (!(config.mutants & MUTANT_NO_MB_USER_KERNEL)) barriers |= 1 << USER_TO_KERNEL;
  if (!(config.mutants & MUTANT_NO_MB_KERNEL_USER)) barriers |= 1 << KERNEL_TO_USER;
  if ((fixed || config.arch == ARCH_X86) && !(config.mutants & MUTANT_NO_MB_USER_USER)) {
    barriers |= 1 << USER_TO_USER;
  }
}

/** Here and in `toPrev` without branches: which two tasks a schedule has chosen no predictor can guess. */
function transition(P: Task, T: Task): i32 {
  const users = <i32>(P.ownMm >= 0) | ((<i32>(T.ownMm >= 0)) << 1);
  const within = SAME_MM + ((<i32>P.ownActive & <i32>T.ownActive) ^ 1);
  return select<i32>(within, users, <i32>(users == USER_TO_USER) & <i32>(P.ownMm == T.ownMm));
}

/** To the barrier that the transition gives, where it gives one. */
export function toBarrier(c: i32, f: Frame): void {
  if ((barriers >> transition(taskAt(f.prev), taskAt(f.task))) & 1) f.pc = SWITCH_MB;
  else toPrev(c, f);
}

export function switchMb(c: i32, f: Frame): void {
  barrier(c);
  toPrev(c, f);
}

/** switch_mm_cid: `if (prev->mm_cid_active)`, and most of the time on to `if (next->mm_cid_active)`. */
function toPrev(c: i32, f: Frame): void {
  if (config.algo == ALGO_V6_3) {
    f.pc = SWITCH_ON_CPU;
    return;
  }
  const P = taskAt(f.prev);
  const T = taskAt(f.task);
  const puts = <i32>P.ownActive | <i32>(config.algo == ALGO_RFC_V6_FIXED);
  const lazy = <i32>(P.ownMm >= 0) & puts & <i32>!(config.mutants & MUTANT_NO_PUT_LAZY);
  if (<i32>P.ownActive & (lazy ^ 1)) {
    if (P.ownMm < 0) foundNullMm();
    prevDone(c, f);
    return;
  }
  f.mm = select<i32>(P.ownMm, T.ownMm, lazy);
  f.getReturn = RETURN_SWITCH;
  f.pc = <u8>select<i32>(SWITCH_LAZY_LOAD, pcOfNext(T), lazy);
}

/** switch_mm_cid: `if (next->mm_cid_active)`, an mm_cid_get or the end. */
function pcOfNext(T: Task): i32 {
  const after = select<i32>(SWITCH_CURR, SWITCH_ON_CPU, config.mutants & MUTANT_LATE_CURR);
  return select<i32>(GET_LOAD, after, T.ownActive);
}

/** An inactive prev has no mm_cid anyway. */
function prevDone(c: i32, f: Frame): void {
  const P = taskAt(f.prev);
  if (P.ownActive) setMmCid(c, P, -1);
  toNext(f);
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

function toNext(f: Frame): void {
  const T = taskAt(f.task);
  f.mm = T.ownMm;
  f.getReturn = RETURN_SWITCH;
  f.pc = <u8>pcOfNext(T);
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
