/**
 * The numbers that the engine (AssemblyScript), the reference and the host share.
 *
 * Numbers only, never logic: the two implementations stay independent. This file is compiled twice, by
 * tsc and by asc, so it uses the common subset of both languages: `export const NAME = integer`.
 */

// ---- limits (interface.md, "Scenario files") --------------------------------------------------------------

export const MAX_CPUS = 1024;
export const MAX_TASKS = 256;
export const MAX_MMS = 64;
export const MAX_ACTIONS = 1000000;
export const MAX_STEPS_PER_ACTION = 1000000;
/** Longest `advance`, in ns. */
export const MAX_ADVANCE_NS = 5000000000;

// ---- time and cid words (the patch: SCHED_MM_CID_PERIOD_NS, MM_CID_SCAN_DELAY, enum mm_cid_state) ------------

export const PERIOD_NS = 100000000;
export const SCAN_DELAY_JIFFIES = 100;
/** rfc-v6-fixed: next_scan of an mm while a scan of it is under way; no time comes to it. */
export const SCAN_RUNNING_JIFFIES = 9007199254740991;
export const NS_PER_JIFFY = 1000000;
/** `now`, and every cpu's clock, at the start of a run, in ns. */
export const START_NS = 10000000000;
export const CID_UNSET = 0xffffffff;
export const CID_LAZY_PUT = 0x80000000;

// ---- header words ---------------------------------------------------------------------------------------

export const ALGO_V6_3 = 0;
export const ALGO_RFC_V6 = 1;
export const ALGO_RFC_V6_FIXED = 2;

export const MEMORY_SC = 0;
export const MEMORY_TSO = 1;
export const MEMORY_WEAK = 2;

export const ARCH_X86 = 0;
export const ARCH_ARM64 = 1;

export const PREEMPT_NONE = 0;
export const PREEMPT_FULL = 1;

// Mutants of rfc-v6, one bit each (model.md 7).
export const MUTANT_NO_ENTRY_MB = 0x1;
export const MUTANT_NO_MB_KERNEL_USER = 0x2;
export const MUTANT_NO_MB_USER_KERNEL = 0x4;
export const MUTANT_NO_MB_USER_USER = 0x8;
export const MUTANT_LATE_CURR = 0x10;
export const MUTANT_NO_PUT_LAZY = 0x20;
export const MUTANT_LAZY_IS_VALID = 0x40;
export const MUTANT_NO_AGE_CHECK = 0x80;
export const MUTANT_NO_FIRST_CHECK = 0x100;
export const MUTANT_NO_SECOND_CHECK = 0x200;
export const MUTANT_PLAIN_LAZY = 0x400;
export const MUTANT_PLAIN_UNSET = 0x800;
export const MUTANT_RACY_SET = 0x1000;
export const MUTANT_CLEAR_BEFORE_UNSET = 0x2000;
export const MUTANT_EXIT_STAYS_ACTIVE = 0x4000;
export const MUTANT_NO_EXIT_MB = 0x8000;
export const MUTANT_NO_BEFORE_EXEC_MB = 0x10000;
export const MUTANT_NO_AFTER_EXEC_MB = 0x20000;
export const MUTANT_FULL_MASK_FAILS = 0x40000;
export const MUTANT_NO_SCAN_LIMIT = 0x80000;

// ---- actions (model.md 3) ----------------------------------------------------------------------------------

export const ACTION_SWITCH = 0;
export const ACTION_STEP = 1;
export const ACTION_TICK = 2;
export const ACTION_WORK = 3;
export const ACTION_EXIT = 4;
export const ACTION_EXEC = 5;
export const ACTION_EXEC_FAIL = 6;
export const ACTION_FORK_THREAD = 7;
export const ACTION_FORK_PROCESS = 8;
export const ACTION_MIGRATE = 9;
export const ACTION_ADVANCE = 10;
export const ACTION_FLUSH = 11;
export const ACTION_STALE = 12;
export const ACTION_KINDS = 13;

// ---- checks, in the order in which they are made (model.md 5) -------------------------------------------------

export const KIND_NONE = 0;
export const KIND_DUPLICATE_CID = 1;
export const KIND_FREED_IN_USE = 2;
export const KIND_OWNERSHIP = 3;
export const KIND_BAD_CID = 4;
export const KIND_NULL_MM = 5;
export const KIND_LIVELOCK = 6;
export const KIND_COMPACTNESS = 7;
export const KIND_STRANDED_LAZY = 8;
export const KIND_LOCK_LEAK = 9;
export const KINDS = 10;

// ---- events (interface.md, `replay --json --trace`) ------------------------------------------------------------

export const ROUTINE_NONE = 0;
export const ROUTINE_SWITCH = 1;
export const ROUTINE_TICK = 2;
export const ROUTINE_WORK = 3;
export const ROUTINE_EXIT = 4;
export const ROUTINE_EXEC = 5;

export const OP_LOAD = 0;
export const OP_STORE = 1;
export const OP_RMW = 2;
export const OP_MB = 3;
export const OP_DRAIN = 4;
export const OP_SPIN = 5;

export const LOC_NONE = 0;
export const LOC_CURR = 1;
export const LOC_CLOCK = 2;
export const LOC_ON_CPU = 3;
export const LOC_ACTIVE = 4;
export const LOC_MM = 5;
export const LOC_CID = 6;
export const LOC_TIME = 7;
export const LOC_MASK = 8;
export const LOC_NEXT_SCAN = 9;
export const LOC_USE_CID_LOCK = 10;
export const LOC_CID_LOCK = 11;
/** v6.3's lock, one an mm. */
export const LOC_MM_CID_LOCK = 12;
