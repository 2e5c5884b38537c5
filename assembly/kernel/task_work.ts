/** task_mm_cid_work(): the periodic scan, on the current task's kernel stack. */

import {
  ALGO_RFC_V6_FIXED,
  MUTANT_NO_SCAN_LIMIT,
  ROUTINE_WORK,
  SCAN_DELAY_JIFFIES,
  SCAN_RUNNING_JIFFIES,
} from '../../src/abi';
import { config, Frame, nextScanAddr, Task, world } from '../layout';
import { cmpxchg, found, read, writeUnlock } from '../memory';
import { scanBegins, scanPutOff } from '../scans';
import { startClearOld } from './clear_old';
import { WORK_CLAIM_SCAN, WORK_END_SCAN, WORK_INIT_SCAN, WORK_NEXT_SCAN } from './pc';

export function startWork(task: Task, f: Frame): void {
  task.queued = false;
  f.begin(ROUTINE_WORK);
  f.mm = task.ownMm;
  f.jiffies = world.jiffies;
  f.pc = WORK_NEXT_SCAN;
}

export function workNextScan(c: i32, f: Frame): void {
  f.loaded = read(c, nextScanAddr(f.mm));
  if (config.mutants & MUTANT_NO_SCAN_LIMIT) startClearOld(f, 0);
  else if (f.loaded == 0) f.pc = WORK_INIT_SCAN;
  else workIfDue(f);
}

export function workInitScan(c: i32, f: Frame): void {
  const next = f.jiffies + SCAN_DELAY_JIFFIES;
  scanPutOff(f.mm);
  f.loaded = cmpxchg(c, nextScanAddr(f.mm), 0, next) ? next : found;
  workIfDue(f);
}

/** `if (time_before(now, old_scan)) return;` */
function workIfDue(f: Frame): void {
  if (f.jiffies < f.loaded) f.end();
  else f.pc = WORK_CLAIM_SCAN;
}

export function workClaimScan(c: i32, f: Frame): void {
  const next = config.algo == ALGO_RFC_V6_FIXED ? SCAN_RUNNING_JIFFIES : f.jiffies + SCAN_DELAY_JIFFIES;
  if (cmpxchg(c, nextScanAddr(f.mm), f.loaded, next)) {
    scanBegins(f.mm);
    startClearOld(f, 0);
  } else {
    f.end();
  }
}

/** After the last cpu. */
export function workScanned(f: Frame): void {
  if (config.algo == ALGO_RFC_V6_FIXED && !(config.mutants & MUTANT_NO_SCAN_LIMIT)) f.pc = WORK_END_SCAN;
  else f.end();
}

/** Lets the next scan of the mm begin (rfc-v6-fixed): a release, so that nothing of this one comes after it. */
export function workEndScan(c: i32, f: Frame): void {
  writeUnlock(c, nextScanAddr(f.mm), f.jiffies + SCAN_DELAY_JIFFIES);
  f.end();
}
