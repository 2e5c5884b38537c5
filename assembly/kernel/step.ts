/** One micro-step: the access that a frame is about to make. */

import { Frame } from '../layout';
import * as clear from './clear_old';
import * as exec from './exec';
import * as exit from './exit';
import * as get from './mm_cid_get';
import * as put from './mm_cid_put';
import * as pc from './pc';
import * as sw from './switch';
import * as work from './task_work';
import * as tick from './tick';
import * as old from './v6_3';

/** Makes the next access of frame f on cpu c; f.routine is none when that was its last. */
export function step(c: i32, f: Frame): void {
  switch (f.pc) {
    case pc.SWITCH_ENTRY_MB:
      sw.switchEntryMb(c, f);
      break;
    case pc.SWITCH_CLOCK:
      sw.switchClock(c, f);
      break;
    case pc.SWITCH_CURR:
      sw.switchCurr(c, f);
      break;
    case pc.SWITCH_MB:
      sw.switchMb(c, f);
      break;
    case pc.SWITCH_LAZY_LOAD:
      sw.switchLazyLoad(c, f);
      break;
    case pc.SWITCH_LAZY_CMPXCHG:
      sw.switchLazyCmpxchg(c, f);
      break;
    case pc.SWITCH_LAZY_CLEAR:
      sw.switchLazyClear(c, f);
      break;
    case pc.SWITCH_ON_CPU:
      sw.switchOnCpu(c, f);
      break;
    case pc.TICK_CLOCK:
      tick.tickClock(c, f);
      break;
    case pc.TICK_NEXT_SCAN:
      tick.tickNextScan(c, f);
      break;
    case pc.WORK_NEXT_SCAN:
      work.workNextScan(c, f);
      break;
    case pc.WORK_INIT_SCAN:
      work.workInitScan(c, f);
      break;
    case pc.WORK_CLAIM_SCAN:
      work.workClaimScan(c, f);
      break;
    case pc.WORK_END_SCAN:
      work.workEndScan(c, f);
      break;
    case pc.CLEAR_CLOCK:
      clear.clearClock(c, f);
      break;
    case pc.CLEAR_TIME:
      clear.clearTime(c, f);
      break;
    case pc.CLEAR_CID:
      clear.clearCid(c, f);
      break;
    case pc.CLEAR_CURR_1:
      clear.clearCurr1(c, f);
      break;
    case pc.CLEAR_ACTIVE_1:
      clear.clearActive1(c, f);
      break;
    case pc.CLEAR_MM_1:
      clear.clearMm1(c, f);
      break;
    case pc.CLEAR_LAZY:
      clear.clearLazy(c, f);
      break;
    case pc.CLEAR_CURR_2:
      clear.clearCurr2(c, f);
      break;
    case pc.CLEAR_ACTIVE_2:
      clear.clearActive2(c, f);
      break;
    case pc.CLEAR_MM_2:
      clear.clearMm2(c, f);
      break;
    case pc.CLEAR_UNSET:
      clear.clearUnset(c, f);
      break;
    case pc.CLEAR_BIT:
      clear.clearBitOfOld(c, f);
      break;
    case pc.EXIT_INACTIVE:
      exit.exitInactive(c, f);
      break;
    case pc.EXIT_MB:
      exit.exitMb(c, f);
      break;
    case pc.EXIT_MM:
      exit.exitMm(c, f);
      break;
    case pc.EXEC_INACTIVE:
      exec.execInactive(c, f);
      break;
    case pc.EXEC_BEFORE_MB:
      exec.execBeforeMb(c, f);
      break;
    case pc.EXEC_MM:
      exec.execMm(c, f);
      break;
    case pc.EXEC_ACTIVE:
      exec.execActive(c, f);
      break;
    case pc.EXEC_AFTER_MB:
      exec.execAfterMb(c, f);
      break;
    case pc.PUT_LOAD:
      put.putLoad(c, f);
      break;
    case pc.PUT_EARLY_CLEAR:
      put.putEarlyClear(c, f);
      break;
    case pc.PUT_CMPXCHG:
      put.putCmpxchg(c, f);
      break;
    case pc.PUT_CLEAR:
      put.putClear(c, f);
      break;
    case pc.GET_LOAD:
      get.getLoad(c, f);
      break;
    case pc.GET_FIRST_ZERO:
      get.getFirstZero(c, f);
      break;
    case pc.GET_SNAPSHOT_TIME:
      get.getSnapshotTime(c, f);
      break;
    case pc.GET_LAZY_CMPXCHG:
      get.getLazyCmpxchg(c, f);
      break;
    case pc.GET_LAZY_CLEAR:
      get.getLazyClear(c, f);
      break;
    case pc.GET_USE_LOCK:
      get.getUseLock(c, f);
      break;
    case pc.GET_LOCK:
      get.getLock(c, f);
      break;
    case pc.GET_SET_USE_LOCK:
      get.getSetUseLock(c, f);
      break;
    case pc.TRY_FIRST_ZERO:
      get.tryFirstZero(c, f);
      break;
    case pc.TRY_SET:
      get.trySet(c, f);
      break;
    case pc.TRY_RACY_LOAD:
      get.tryRacyLoad(c, f);
      break;
    case pc.TRY_RACY_STORE:
      get.tryRacyStore(c, f);
      break;
    case pc.GET_CLEAR_USE_LOCK:
      get.getClearUseLock(c, f);
      break;
    case pc.GET_UNLOCK:
      get.getUnlock(c, f);
      break;
    case pc.GET_TIME:
      get.getTime(c, f);
      break;
    case pc.GET_CID:
      get.getCid(c, f);
      break;
    case pc.OLD_PUT_LOCK:
      old.oldPutLock(c, f);
      break;
    case pc.OLD_PUT_WORD:
      old.oldPutWord(c, f);
      break;
    case pc.OLD_PUT_UNLOCK:
      old.oldPutUnlock(c, f);
      break;
    case pc.OLD_GET_LOCK:
      old.oldGetLock(c, f);
      break;
    case pc.OLD_FIRST_ZERO:
      old.oldFirstZero(c, f);
      break;
    case pc.OLD_GET_WORD:
      old.oldGetWord(c, f);
      break;
    case pc.OLD_GET_UNLOCK:
      old.oldGetUnlock(c, f);
      break;
    case pc.OLD_INACTIVE:
      old.oldInactive(c, f);
      break;
    case pc.OLD_ACTIVE:
      old.oldActive(c, f);
      break;
    default:
      assert(false, 'a frame without a next access');
  }
}
