/**
 * Which location a frame will touch next, and how: for strategies and the explorer, which choose by it. A traced
 * run asserts it at every step (run.ts).
 */

import { MUTANT_PLAIN_LAZY, MUTANT_PLAIN_UNSET, OP_LOAD, OP_MB, OP_RMW, OP_STORE } from '../../src/abi';
import {
  activeAddr,
  CID_LOCK_ADDR,
  cidAddr,
  clockAddr,
  config,
  cpuAt,
  currAddr,
  Frame,
  maskAddr,
  mmCidLockAddr,
  nextScanAddr,
  onCpuAddr,
  taskAt,
  taskMmAddr,
  timeAddr,
  USE_CID_LOCK_ADDR,
} from '../layout';
import * as pc from './pc';
import { oldSubjectCid } from './v6_3';

/** OP_*: taking a lock is an rmw, also where it is held. */
export function nextOp(c: i32, f: Frame): i32 {
  switch (f.pc) {
    case pc.SWITCH_ENTRY_MB:
    case pc.SWITCH_MB:
    case pc.EXIT_MB:
    case pc.EXEC_BEFORE_MB:
    case pc.EXEC_AFTER_MB:
      return OP_MB;
    case pc.SWITCH_CLOCK:
    case pc.SWITCH_CURR:
    case pc.SWITCH_ON_CPU:
    case pc.TICK_CLOCK:
    case pc.WORK_END_SCAN:
    case pc.EXIT_INACTIVE:
    case pc.EXIT_MM:
    case pc.EXEC_INACTIVE:
    case pc.EXEC_MM:
    case pc.EXEC_ACTIVE:
    case pc.GET_SNAPSHOT_TIME:
    case pc.GET_SET_USE_LOCK:
    case pc.TRY_RACY_STORE:
    case pc.GET_CLEAR_USE_LOCK:
    case pc.GET_UNLOCK:
    case pc.GET_TIME:
    case pc.GET_CID:
    case pc.OLD_PUT_WORD:
    case pc.OLD_PUT_UNLOCK:
    case pc.OLD_GET_WORD:
    case pc.OLD_GET_UNLOCK:
    case pc.OLD_INACTIVE:
    case pc.OLD_ACTIVE:
      return OP_STORE;
    case pc.SWITCH_LAZY_CMPXCHG:
    case pc.SWITCH_LAZY_CLEAR:
    case pc.WORK_INIT_SCAN:
    case pc.WORK_CLAIM_SCAN:
    case pc.CLEAR_BIT:
    case pc.PUT_EARLY_CLEAR:
    case pc.PUT_CMPXCHG:
    case pc.PUT_CLEAR:
    case pc.GET_LAZY_CMPXCHG:
    case pc.GET_LAZY_CLEAR:
    case pc.GET_LOCK:
    case pc.TRY_SET:
    case pc.OLD_GET_LOCK:
      return OP_RMW;
    case pc.CLEAR_LAZY:
      return config.mutants & MUTANT_PLAIN_LAZY ? OP_STORE : OP_RMW;
    case pc.CLEAR_UNSET:
      return config.mutants & MUTANT_PLAIN_UNSET ? OP_STORE : OP_RMW;
    case pc.OLD_PUT_LOCK:
      // Without a cid there is nothing to put, and the store to active comes at once.
      return oldSubjectCid(c, f) < 0 ? OP_STORE : OP_RMW;
    default:
      return OP_LOAD;
  }
}

/** The location's address; 0 for a full barrier. */
export function nextAddr(c: i32, f: Frame): usize {
  switch (f.pc) {
    case pc.SWITCH_CLOCK:
    case pc.TICK_CLOCK:
      return clockAddr(c);
    case pc.SWITCH_CURR:
      return currAddr(c);
    case pc.SWITCH_ON_CPU:
      return onCpuAddr(f.prev);
    case pc.TICK_NEXT_SCAN:
      return nextScanAddr(taskAt(cpuAt(c).current).ownMm);
    case pc.WORK_NEXT_SCAN:
    case pc.WORK_INIT_SCAN:
    case pc.WORK_CLAIM_SCAN:
    case pc.WORK_END_SCAN:
      return nextScanAddr(f.mm);
    case pc.CLEAR_CLOCK:
      return clockAddr(f.target);
    case pc.CLEAR_TIME:
      return timeAddr(f.mm, f.target);
    case pc.CLEAR_CID:
    case pc.CLEAR_LAZY:
    case pc.CLEAR_UNSET:
      return cidAddr(f.mm, f.target);
    case pc.CLEAR_CURR_1:
    case pc.CLEAR_CURR_2:
      return currAddr(f.target);
    case pc.CLEAR_ACTIVE_1:
    case pc.CLEAR_ACTIVE_2:
      return activeAddr(f.task);
    case pc.CLEAR_MM_1:
    case pc.CLEAR_MM_2:
      return taskMmAddr(f.task);
    case pc.CLEAR_BIT:
      return maskAddr(f.mm, <i32>f.v >> 6);
    case pc.EXIT_INACTIVE:
    case pc.EXEC_INACTIVE:
    case pc.EXEC_ACTIVE:
    case pc.OLD_INACTIVE:
    case pc.OLD_ACTIVE:
      return activeAddr(cpuAt(c).current);
    case pc.EXIT_MM:
    case pc.EXEC_MM:
      return taskMmAddr(cpuAt(c).current);
    case pc.SWITCH_LAZY_LOAD:
    case pc.SWITCH_LAZY_CMPXCHG:
    case pc.PUT_LOAD:
    case pc.PUT_CMPXCHG:
    case pc.GET_LOAD:
    case pc.GET_LAZY_CMPXCHG:
    case pc.GET_CID:
      return cidAddr(f.mm, c);
    case pc.SWITCH_LAZY_CLEAR:
    case pc.PUT_EARLY_CLEAR:
    case pc.PUT_CLEAR:
    case pc.GET_LAZY_CLEAR:
      return maskAddr(f.mm, (<i32>f.v & i32.MAX_VALUE) >> 6);
    case pc.GET_FIRST_ZERO:
    case pc.TRY_FIRST_ZERO:
    case pc.OLD_FIRST_ZERO:
      return maskAddr(f.mm, f.word);
    case pc.TRY_SET:
    case pc.TRY_RACY_LOAD:
    case pc.TRY_RACY_STORE:
    case pc.OLD_PUT_WORD:
    case pc.OLD_GET_WORD:
      return maskAddr(f.mm, f.cid >> 6);
    case pc.GET_SNAPSHOT_TIME:
    case pc.GET_TIME:
      return timeAddr(f.mm, c);
    case pc.GET_USE_LOCK:
    case pc.GET_SET_USE_LOCK:
    case pc.GET_CLEAR_USE_LOCK:
      return USE_CID_LOCK_ADDR;
    case pc.GET_LOCK:
    case pc.GET_UNLOCK:
      return CID_LOCK_ADDR;
    case pc.OLD_PUT_LOCK:
      return oldSubjectCid(c, f) < 0 ? activeAddr(cpuAt(c).current) : mmCidLockAddr(f.mm);
    case pc.OLD_PUT_UNLOCK:
    case pc.OLD_GET_LOCK:
    case pc.OLD_GET_UNLOCK:
      return mmCidLockAddr(f.mm);
    default:
      return 0;
  }
}

/** The position that the next access's address was read from, where it depends on a load (memory.ts, rule 12). */
export function nextAfter(f: Frame): u32 {
  switch (f.pc) {
    case pc.CLEAR_ACTIVE_1:
    case pc.CLEAR_ACTIVE_2:
    case pc.CLEAR_MM_1:
    case pc.CLEAR_MM_2:
      return f.seenAt;
    default:
      return 0;
  }
}
