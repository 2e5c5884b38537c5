/**
 * Partial-order reduction, in two parts that hold for all checks.
 *
 * **Local steps** (after persistent sets: Godefroid, LNCS 1032, 1996). A step is taken at once, and no state is kept in
 * front of it, where
 *  1. nobody else, now or later, touches what it touches, and it does not read the time;
 *  2. what its own cpu could do instead (a switch, a tick, a drain) comes to the same before it and after it;
 *  3. whatever is violated where it has not been made is violated where it has.
 * So whatever happens without it can happen after it. It makes runs longer (the step is made whether it matters or not):
 * a violation that was found with it is looked for once more without, for the shortest.
 *
 * **Sleep sets** of one level (after Godefroid). Moves have a rank: their kind, and for some kinds the cpu. Where a move `a` is
 * possible together with a move `c` of higher rank, and `a c` and `c a` come to the same state, then after `c` the move `a` is
 * left out. Of all ways into a state from the level before, one whose last move has the highest rank is never left out: were it,
 * for the sake of an earlier `c`, there would be a way with that `c` as its last. So every state is met, at its distance. (And
 * in any order of search: by the same argument for the highest rank of all moves from states that are met into one that is not,
 * and of these moves the one from the state that was met first.) Ranks do not depend on names, so states may be renamed.
 */

import {
  ACTION_ADVANCE,
  ACTION_FLUSH,
  ACTION_FORK_PROCESS,
  ACTION_FORK_THREAD,
  ACTION_MIGRATE,
  ACTION_STEP,
  ACTION_SWITCH,
  ACTION_TICK,
  ACTION_WORK,
  ARCH_X86,
  LOC_CID_LOCK,
  LOC_CLOCK,
  LOC_CURR,
  LOC_ON_CPU,
  LOC_TIME,
  MEMORY_SC,
  OP_LOAD,
  OP_MB,
  OP_STORE,
} from '../../src/abi';
import { BUFFER_STORES, IDLE_TASK, REDUCE_LOCAL, REDUCE_SLEEP } from '../../src/engine/addresses';
import { Action, frameOn } from '../actions';
import { nextAddr, nextOp } from '../kernel/next';
import * as pc from '../kernel/pc';
import {
  CID_LOCK_ADDR,
  clockAddr,
  config,
  cpuAt,
  cpuFrame,
  cpus,
  Frame,
  locationKind,
  maskAddr,
  mmAt,
  mmCidLockAddr,
  tasksTotal,
} from '../layout';
import { mayFlush, waiting, waitingAddr, waitingValue, waitsIn } from '../memory';
import { bounds, explore, reduces } from './config';
import { oldTask, renamesCpus } from './pack';

let buffering: bool = false;
let takesLocal: bool = false;
let sleeps: bool = false;
let full: u64 = 0;

export function planIndependence(): void {
  buffering = config.memory != MEMORY_SC;
  takesLocal = reduces(REDUCE_LOCAL);
  sleeps = reduces(REDUCE_SLEEP) && !renamesCpus();
  full = ((<u64>1) << cpus) - 1;
}

/** Whether frame f's next step would find a lock held, or no free bit, and change nothing. */
export function blocked(c: i32, f: Frame): bool {
  switch (f.pc) {
    case pc.GET_LOCK:
      return load<u64>(CID_LOCK_ADDR) != 0;
    case pc.OLD_GET_LOCK:
    case pc.OLD_PUT_LOCK:
      return load<u64>(mmCidLockAddr(f.mm)) != 0;
    case pc.TRY_FIRST_ZERO:
      return load<u64>(maskAddr(f.mm, 0)) == full;
    default:
      return false;
  }
}

/** No task but one is ever in mm m: nobody forks, execs or exits. */
function isPrivate(m: i32): bool {
  return explore.constant && (bounds.forks | bounds.threadForks) == 0 && mmAt(m).users == 1;
}

/** Whether the next step of frame f on cpu c is local. */
export function isLocal(c: i32, f: Frame): bool {
  if (!takesLocal) return false;
  const ofCpu = f == cpuFrame(c);
  switch (f.pc) {
    case pc.SWITCH_ENTRY_MB:
    case pc.SWITCH_MB:
    case pc.EXIT_MB:
    case pc.EXEC_BEFORE_MB:
    case pc.EXEC_AFTER_MB:
      // Irqs are off before it, and it is not what turns them off (exit-stays-active).
      return (ofCpu || f.irqsOff) && (!buffering || waiting(c) == 0);
    case pc.CLEAR_ACTIVE_1:
    case pc.CLEAR_ACTIVE_2:
    case pc.CLEAR_MM_1:
    case pc.CLEAR_MM_2:
      return explore.constant;
    case pc.SWITCH_CURR:
      // Into the buffer, and nobody stops running with a cid.
      return buffering && hasRoom(c) && cpuAt(c).holdMm < 0;
    case pc.SWITCH_ON_CPU:
      // It lets others begin, and keeps nobody from anything.
      return hasRoom(c);
    case pc.GET_TIME:
    case pc.GET_CID:
    case pc.GET_SNAPSHOT_TIME:
      return buffering ? hasRoom(c) : ofCpu && isPrivate(f.mm);
    case pc.GET_SET_USE_LOCK:
    case pc.GET_CLEAR_USE_LOCK:
    case pc.GET_UNLOCK:
      // Only its own cpu sees what waits in its buffer.
      return buffering && hasRoom(c);
    case pc.SWITCH_LAZY_LOAD:
    case pc.GET_LOAD:
    case pc.GET_FIRST_ZERO:
    case pc.PUT_LOAD:
      return ofCpu && isPrivate(f.mm);
    case pc.SWITCH_LAZY_CMPXCHG:
    case pc.SWITCH_LAZY_CLEAR:
    case pc.GET_LAZY_CMPXCHG:
    case pc.GET_LAZY_CLEAR:
    case pc.PUT_CMPXCHG:
    case pc.PUT_CLEAR:
    case pc.TRY_SET:
      return ofCpu && isPrivate(f.mm) && (!buffering || waiting(c) == 0);
    default:
      return false;
  }
}

/**
 * Whether the drain of waiting store i of cpu c is local: of on_cpu = 0 and of an unlock, which only let others begin or go
 * on; and of what memory holds already, where no other cpu stores to it.
 */
export function isLocalDrain(c: i32, i: i32): bool {
  if (!takesLocal || !mayFlush(c, i)) return false;
  const addr = <usize>waitingAddr(c, i);
  switch (locationKind(addr)) {
    case LOC_ON_CPU:
      return true;
    case LOC_CID_LOCK:
      return waitingValue(c, i) == 0;
    case LOC_CURR:
    case LOC_CLOCK:
    case LOC_TIME:
      return waitingValue(c, i) == load<u64>(addr);
    default:
      return false;
  }
}

function hasRoom(c: i32): bool {
  return !buffering || waiting(c) < BUFFER_STORES;
}

/**
 * Whether a tick, or a switch, that begins on cpu c makes its first store at once: the state between shows others nothing, and
 * keeps its cpu from everything but that store, so whatever happens there could as well happen before. (A tick under x86, and
 * the barrier of a switch, drain what waits, which shows.)
 */
export function beginsWithStore(c: i32, op: i32): bool {
  if (!takesLocal) return false;
  return !buffering || waiting(c) == 0 || (op == ACTION_TICK && config.arch != ARCH_X86 && hasRoom(c));
}

// ---- sleep sets --------------------------------------------------------------------------------------------

/** What the next step of a cpu does to memory: an access to one location (0: none that others see), and drains. */
let touchedAt: usize = 0;
let onlyLoads: bool = false;
let drains: bool = false;

/** Of frame f on cpu c. False where it cannot be told in short: users of an mm change, or it is judged by what others do. */
function look(c: i32, f: Frame): bool {
  if (f.pc == pc.EXIT_MM || f.pc == pc.EXEC_MM || blocked(c, f)) return false;
  const op = nextOp(c, f);
  onlyLoads = op == OP_LOAD;
  drains = false;
  touchedAt = op == OP_MB || (op == OP_STORE && buffering) ? 0 : nextAddr(c, f);
  if (buffering && op != OP_LOAD && waiting(c) != 0) drains = op != OP_STORE || mayDrain(c, f);
  return true;
}

/** A store that finds the buffer full, or comes with the rq lock. */
function mayDrain(c: i32, f: Frame): bool {
  if (waiting(c) == BUFFER_STORES) return true;
  if (config.arch != ARCH_X86) return false;
  switch (f.pc) {
    case pc.TICK_CLOCK:
    case pc.EXIT_INACTIVE:
    case pc.EXEC_INACTIVE:
    case pc.EXEC_ACTIVE:
      return true;
    default:
      return false;
  }
}

function waitForTheSame(x: i32, y: i32): bool {
  for (let i = 0; i < waiting(x); i++) {
    if (waitsIn(y, waitingAddr(x, i))) return true;
  }
  return false;
}

function readsNow(f: Frame): bool {
  return f.pc == pc.SWITCH_CLOCK || f.pc == pc.TICK_CLOCK || f.pc == pc.TICK_NEXT_SCAN;
}

/*
 * A sleep set is 64 bits: of a cpu its tick @1, its work @6, the drain of its oldest store @11, its step @16; advance @0; and for
 * each task and cpu a migration @24 and a switch @44, as many as there is room for; others never sleep.
 */
const ADVANCE_BIT: u64 = 1;
const TICK: u64 = 1;
const WORK: u64 = 6;
const DRAIN: u64 = 11;
const STEP: u64 = 16;
const MIGRATE: u64 = 24;
const SWITCH: u64 = 44;
const NAMED: u64 = 20;
const ALL_NAMED: u64 = (1 << NAMED) - 1;

function named(at: u64, task: u32, c: u32): u64 {
  const i = task * <u32>cpus + c;
  return i < <u32>NAMED ? (<u64>1) << (at + i) : 0;
}

/** The bit of a move in a sleep set; 0 for what never sleeps. */
export function sleepBit(a: Action): u64 {
  switch (<i32>a.op) {
    case ACTION_ADVANCE:
      return ADVANCE_BIT;
    case ACTION_TICK:
      return (<u64>1) << (TICK + a.cpu);
    case ACTION_WORK:
      return (<u64>1) << (WORK + a.cpu);
    case ACTION_FLUSH:
      return a.arg == 0 ? (<u64>1) << (DRAIN + a.cpu) : 0;
    case ACTION_STEP:
      return (<u64>1) << (STEP + a.cpu);
    case ACTION_MIGRATE:
      return named(MIGRATE, a.task, a.cpu);
    case ACTION_SWITCH:
      return a.task == IDLE_TASK ? 0 : named(SWITCH, a.task, a.cpu);
    default:
      return 0;
  }
}

/** All that cpu c begins, drains and steps. */
function bitsOfCpu(c: u64): u64 {
  let bits = (((<u64>1) << TICK) | ((<u64>1) << WORK) | ((<u64>1) << DRAIN) | ((<u64>1) << STEP)) << c;
  for (let i = c; i < NAMED; i += <u64>cpus) bits |= (<u64>1) << (SWITCH + i);
  return bits;
}

function bitsOfTask(task: u64): u64 {
  const from = task * <u64>cpus;
  return from < NAMED ? (full << (MIGRATE + from)) & (ALL_NAMED << MIGRATE) : 0;
}

/** Which of the moves `before` a step of cpu y, all of lower rank, do not come to the same after it. */
function notApartOfStep(y: i32, before: u64): u64 {
  const g = frameOn(y)!;
  if (!look(y, g)) return before;
  const at = touchedAt;
  const loads = onlyLoads;
  const drainsToo = drains;
  let not = readsNow(g) ? ADVANCE_BIT : 0;
  for (let x = 0; x < cpus; x++) {
    if (x == y) continue;
    // Ticks and switches store to their clocks at once; under tso and weak that waits.
    if (!buffering && at == clockAddr(x)) not |= bitsOfCpu(x);
    if (buffering && waiting(x) != 0) {
      const oldest = <usize>waitingAddr(x, 0);
      if (oldest == at || (drainsToo && waitsIn(y, oldest))) not |= (<u64>1) << (DRAIN + x);
    }
    if (!(before & ((<u64>1) << (STEP + x)))) continue;
    if (
      !look(x, frameOn(x)!) ||
      (touchedAt != 0 && touchedAt == at && !(<i32>onlyLoads & <i32>loads)) ||
      (drains && at != 0 && waitsIn(x, at)) ||
      (drainsToo && touchedAt != 0 && waitsIn(y, touchedAt)) ||
      (<i32>drains & <i32>drainsToo && waitForTheSame(x, y))
    ) {
      not |= (<u64>1) << (STEP + x);
    }
  }
  return not;
}

/** The same for the drain of store i of cpu y. */
function notApartOfDrain(y: i32, i: i32): u64 {
  let not: u64 = 0;
  for (let x = 0; x < y; x++) {
    if (waiting(x) != 0 && waitingAddr(x, 0) == waitingAddr(y, i)) not |= (<u64>1) << (DRAIN + x);
  }
  return not;
}

/**
 * What need not be done after move `b` of the state at hand, for it is done before. `before`: the moves of lower rank, which
 * stand before it in the list.
 */
export function sleepAfter(b: Action, before: u64): u64 {
  if (!sleeps || before == 0) return 0;
  const c = <i32>b.cpu;
  switch (<i32>b.op) {
    case ACTION_ADVANCE:
      return 0;
    case ACTION_MIGRATE:
      return before & ADVANCE_BIT;
    case ACTION_FORK_THREAD:
    case ACTION_FORK_PROCESS:
      return 0;
    case ACTION_STEP:
      return before & ~(bitsOfCpu(c) | notApartOfStep(c, before));
    case ACTION_FLUSH:
      return before & ~(bitsOfCpu(c) | notApartOfDrain(c, <i32>b.arg));
    case ACTION_SWITCH:
      // Not the other switches, which have no rank among them.
      return (
        before &
        ~(ADVANCE_BIT | bitsOfCpu(c) | (ALL_NAMED << SWITCH) | (b.task == IDLE_TASK ? 0 : bitsOfTask(b.task)))
      );
    case ACTION_TICK:
    case ACTION_WORK:
      return before & ~(bitsOfCpu(c) | ADVANCE_BIT);
    default:
      return before & ~bitsOfCpu(c);
  }
}

/** The same sleep set in the names that the state has in its canonical form. */
export function renamed(sleep: u64): u64 {
  const names = (ALL_NAMED << MIGRATE) | (ALL_NAMED << SWITCH);
  if ((sleep & names) == 0) return sleep;
  let to = sleep & ~names;
  for (let i = 0; i < tasksTotal - cpus; i++) {
    const was = <u64>(oldTask(i) * cpus);
    const is = <u64>(i * cpus);
    if (was >= NAMED || is >= NAMED) continue;
    to |= (((sleep >> (MIGRATE + was)) & full) << (MIGRATE + is)) & (ALL_NAMED << MIGRATE);
    to |= (((sleep >> (SWITCH + was)) & full) << (SWITCH + is)) & (ALL_NAMED << SWITCH);
  }
  return to;
}
