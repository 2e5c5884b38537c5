/**
 * Program counters: one for each access of the model, named after it. A frame at a pc is about to make that
 * access; what leads to it and away from it is local work and no step.
 */

// ---- switch (context_switch, switch_mm_cid) -------------------------------------------------------------------
/** smp_mb__after_spinlock on entry to the scheduler */
export const SWITCH_ENTRY_MB: u8 = 1;
export const SWITCH_CLOCK: u8 = 2;
export const SWITCH_CURR: u8 = 3;
/** the barrier of the transition */
export const SWITCH_MB: u8 = 4;
/** mm_cid_put_lazy(prev) */
export const SWITCH_LAZY_LOAD: u8 = 5;
export const SWITCH_LAZY_CMPXCHG: u8 = 6;
export const SWITCH_LAZY_CLEAR: u8 = 7;
export const SWITCH_ON_CPU: u8 = 8;

// ---- tick (scheduler_tick, task_tick_mm_cid) ----------------------------------------------------------------------
export const TICK_CLOCK: u8 = 9;
export const TICK_NEXT_SCAN: u8 = 10;

// ---- work (task_mm_cid_work) ----------------------------------------------------------------------------------------
export const WORK_NEXT_SCAN: u8 = 11;
/** cmpxchg(next_scan: 0 -> j+100) */
export const WORK_INIT_SCAN: u8 = 12;
export const WORK_CLAIM_SCAN: u8 = 13;

// ---- clear-old (sched_mm_cid_clear_old) --------------------------------------------------------------------------------
export const CLEAR_CLOCK: u8 = 14;
export const CLEAR_TIME: u8 = 15;
export const CLEAR_CID: u8 = 16;
export const CLEAR_CURR_1: u8 = 17;
export const CLEAR_ACTIVE_1: u8 = 18;
export const CLEAR_MM_1: u8 = 19;
/** (TMA) cmpxchg to lazy */
export const CLEAR_LAZY: u8 = 20;
export const CLEAR_CURR_2: u8 = 21;
export const CLEAR_ACTIVE_2: u8 = 22;
export const CLEAR_MM_2: u8 = 23;
/** (TMB) cmpxchg to unset, irqs off from here */
export const CLEAR_UNSET: u8 = 24;
export const CLEAR_BIT: u8 = 25;

// ---- exit (sched_mm_cid_exit_signals, then exit_mm) -----------------------------------------------------------------------
export const EXIT_INACTIVE: u8 = 26;
export const EXIT_MB: u8 = 27;
export const EXIT_MM: u8 = 28;

// ---- exec (sched_mm_cid_before_execve, exec_mmap, sched_mm_cid_after_execve) --------------------------------------------------
export const EXEC_INACTIVE: u8 = 29;
export const EXEC_BEFORE_MB: u8 = 30;
export const EXEC_MM: u8 = 31;
export const EXEC_ACTIVE: u8 = 32;
export const EXEC_AFTER_MB: u8 = 33;

// ---- mm_cid_put ------------------------------------------------------------------------------------------------------------
export const PUT_LOAD: u8 = 34;
/** mutant clear-before-unset */
export const PUT_EARLY_CLEAR: u8 = 35;
export const PUT_CMPXCHG: u8 = 36;
export const PUT_CLEAR: u8 = 37;

// ---- mm_cid_get, __mm_cid_get, __mm_cid_try_get ---------------------------------------------------------------------------------
export const GET_LOAD: u8 = 38;
/** cpumask_first_zero for compactness */
export const GET_FIRST_ZERO: u8 = 39;
export const GET_SNAPSHOT_TIME: u8 = 40;
export const GET_LAZY_CMPXCHG: u8 = 41;
export const GET_LAZY_CLEAR: u8 = 42;
export const GET_USE_LOCK: u8 = 43;
export const GET_LOCK: u8 = 44;
export const GET_SET_USE_LOCK: u8 = 45;
export const TRY_FIRST_ZERO: u8 = 46;
export const TRY_SET: u8 = 47;
/** mutant racy-set */
export const TRY_RACY_LOAD: u8 = 48;
export const TRY_RACY_STORE: u8 = 49;
export const GET_CLEAR_USE_LOCK: u8 = 50;
export const GET_UNLOCK: u8 = 51;
/** mm_cid_snapshot_time at `end:` */
export const GET_TIME: u8 = 52;
export const GET_CID: u8 = 53;

// ---- v6.3 (the lines that the patch removes) ----------------------------------------------------------------------------------------
export const OLD_PUT_LOCK: u8 = 54;
export const OLD_PUT_WORD: u8 = 55;
export const OLD_PUT_UNLOCK: u8 = 56;
export const OLD_GET_LOCK: u8 = 57;
export const OLD_FIRST_ZERO: u8 = 58;
export const OLD_GET_WORD: u8 = 59;
export const OLD_GET_UNLOCK: u8 = 60;
export const OLD_INACTIVE: u8 = 61;
export const OLD_ACTIVE: u8 = 62;

// ---- rfc-v6-fixed -------------------------------------------------------------------------------------------------------
/** next_scan = j+100 after the last clear-old: the next scan may begin */
export const WORK_END_SCAN: u8 = 63;

// ---- where mm_cid_get and mm_cid_put return to ---------------------------------------------------------------------------------------
export const RETURN_SWITCH: u8 = 0;
export const RETURN_EXIT: u8 = 1;
export const RETURN_EXEC: u8 = 2;
/** mm_cid_put called by mm_cid_get */
export const RETURN_ALLOCATE: u8 = 3;
