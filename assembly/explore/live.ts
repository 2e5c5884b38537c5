/**
 * Which registers of a frame the accesses from its pc on still read: the others are no part of the state, so frames that
 * differ in them alone are one. Whether a run goes on as before when all others are lost is tested with random schedules
 * (test/explore/pack.test.ts).
 */

import { ALGO_RFC_V6_FIXED } from '../../src/abi';
import * as pc from '../kernel/pc';
import { config } from '../layout';
import { LIVE, MASKS } from './places';

export const LIVE_MM: u32 = 1;
/** c' of clear-old. (An exec's fresh mm: see `targetLives`.) */
export const LIVE_CPU: u32 = 2;
export const LIVE_V: u32 = 4;
export const LIVE_CID: u32 = 8;
export const LIVE_MODE: u32 = 16;
export const LIVE_RETURN: u32 = 32;
/** jiffies when the task work began. */
export const LIVE_JIFFIES: u32 = 64;
/** `loaded`, as the clock of c', as next_scan, as a word of the mask. */
export const LIVE_CLOCK: u32 = 128;
export const LIVE_SCAN: u32 = 256;
export const LIVE_MASK: u32 = 512;
/** The task seen on c'; and the one that the second check has judged (rfc-v6-fixed). */
export const LIVE_SEEN: u32 = 1024;
export const LIVE_JUDGED: u32 = 2048;

function set(at: u8, flags: u32): void {
  store<u32>(LIVE + ((<usize>at) << 2), flags);
}

export function liveAt(at: u8): u32 {
  return load<u32>(LIVE + ((<usize>at) << 2));
}

function field(live: u32, flag: u32, at: u64, bits: u64): u64 {
  return live & flag ? (((<u64>1) << bits) - 1) << at : 0;
}

/**
 * The registers of a packed frame that are told by a mask, not by branches: at which pc a frame is no predictor can guess. Those
 * of a task's frame from bit 29 on, of a cpu's from bit 26 on (pack.ts).
 */
function planMasks(): void {
  for (let i: u8 = 0; i < 64; i++) {
    const live = liveAt(i);
    const ofTask =
      field(live, LIVE_CPU, 32, 3) |
      field(live, LIVE_V, 35, 5) |
      field(live, LIVE_CID, 40, 4) |
      field(live, LIVE_MODE, 44, 2) |
      field(live, LIVE_RETURN, 46, 2);
    const ofCpu =
      field(live, LIVE_MM, 26, 3) |
      field(live, LIVE_V, 29, 5) |
      field(live, LIVE_CID, 34, 4) |
      field(live, LIVE_MODE, 38, 2) |
      field(live, LIVE_RETURN, 42, 2);
    store<u64>(MASKS + ((<usize>i) << 3), ofTask);
    store<u64>(MASKS + 512 + ((<usize>i) << 3), ofCpu);
  }
}

export function liveOfTask(at: u8): u64 {
  return load<u64>(MASKS + ((<usize>at) << 3));
}

export function liveOfCpu(at: u8): u64 {
  return load<u64>(MASKS + 512 + ((<usize>at) << 3));
}

/** Registers that few pcs have, and that take more to be told. */
export const LIVE_SELDOM: u32 = LIVE_JIFFIES | LIVE_CLOCK | LIVE_SCAN | LIVE_MASK;

/** For the algorithm and the mutants of CONFIG. */
export function planLive(): void {
  for (let i: u8 = 0; i < 64; i++) set(i, LIVE_MM);
  for (let i: u8 = pc.SWITCH_ENTRY_MB; i <= pc.TICK_NEXT_SCAN; i++) set(i, 0);
  set(pc.SWITCH_LAZY_LOAD, LIVE_MM);
  set(pc.SWITCH_LAZY_CMPXCHG, LIVE_MM | LIVE_V);
  set(pc.SWITCH_LAZY_CLEAR, LIVE_MM | LIVE_V);

  set(pc.WORK_NEXT_SCAN, LIVE_MM | LIVE_JIFFIES);
  set(pc.WORK_INIT_SCAN, LIVE_MM | LIVE_JIFFIES);
  set(pc.WORK_CLAIM_SCAN, LIVE_MM | LIVE_JIFFIES | LIVE_SCAN);
  // The repaired scan writes next_scan at its end.
  const scan = LIVE_MM | (config.algo == ALGO_RFC_V6_FIXED ? LIVE_JIFFIES : 0);
  set(pc.WORK_END_SCAN, scan);
  const old = scan | LIVE_CPU;
  set(pc.CLEAR_CLOCK, old);
  set(pc.CLEAR_TIME, old | LIVE_CLOCK);
  set(pc.CLEAR_CID, old);
  for (let i: u8 = pc.CLEAR_CURR_1; i <= pc.CLEAR_BIT; i++) set(i, old | LIVE_V);
  set(pc.CLEAR_ACTIVE_1, old | LIVE_V | LIVE_SEEN);
  set(pc.CLEAR_MM_1, old | LIVE_V | LIVE_SEEN);
  set(pc.CLEAR_CURR_2, old | LIVE_V | LIVE_JUDGED);
  set(pc.CLEAR_ACTIVE_2, old | LIVE_V | LIVE_SEEN);
  set(pc.CLEAR_MM_2, old | LIVE_V | LIVE_SEEN);

  set(pc.PUT_LOAD, LIVE_MM | LIVE_RETURN);
  set(pc.PUT_EARLY_CLEAR, LIVE_MM | LIVE_RETURN | LIVE_V);
  set(pc.PUT_CMPXCHG, LIVE_MM | LIVE_RETURN | LIVE_V);
  set(pc.PUT_CLEAR, LIVE_MM | LIVE_RETURN | LIVE_V);

  set(pc.GET_FIRST_ZERO, LIVE_MM | LIVE_CID);
  set(pc.GET_SNAPSHOT_TIME, LIVE_MM | LIVE_CID);
  set(pc.GET_LAZY_CMPXCHG, LIVE_MM | LIVE_V);
  set(pc.GET_LAZY_CLEAR, LIVE_MM | LIVE_V);
  set(pc.GET_LOCK, LIVE_MM | LIVE_MODE);
  set(pc.TRY_FIRST_ZERO, LIVE_MM | LIVE_MODE);
  set(pc.TRY_SET, LIVE_MM | LIVE_MODE | LIVE_CID);
  set(pc.TRY_RACY_LOAD, LIVE_MM | LIVE_MODE | LIVE_CID);
  set(pc.TRY_RACY_STORE, LIVE_MM | LIVE_MODE | LIVE_CID | LIVE_MASK);
  set(pc.GET_CLEAR_USE_LOCK, LIVE_MM | LIVE_CID);
  set(pc.GET_UNLOCK, LIVE_MM | LIVE_CID);
  set(pc.GET_TIME, LIVE_MM | LIVE_CID);
  set(pc.GET_CID, LIVE_MM | LIVE_CID);

  set(pc.OLD_PUT_LOCK, LIVE_MM | LIVE_RETURN);
  set(pc.OLD_PUT_WORD, LIVE_MM | LIVE_RETURN | LIVE_CID);
  set(pc.OLD_PUT_UNLOCK, LIVE_MM | LIVE_RETURN);
  set(pc.OLD_GET_WORD, LIVE_MM | LIVE_CID);
  set(pc.OLD_GET_UNLOCK, LIVE_MM | LIVE_CID);
  set(pc.OLD_INACTIVE, LIVE_MM | LIVE_RETURN);
  planMasks();
}

/** Whether an exec at that pc still needs its fresh mm: until it has it, so not in the mm_cid_get of its end. */
export function targetLives(at: u8, live: u32, putReturn: u8): bool {
  if (live & LIVE_RETURN) return putReturn == pc.RETURN_EXEC;
  return at == pc.EXEC_INACTIVE || at == pc.EXEC_BEFORE_MB || at == pc.EXEC_MM;
}
