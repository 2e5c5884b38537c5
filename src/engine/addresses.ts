/**
 * Where the engine keeps what the host writes and reads, and the codes that its calls return. Compiled twice,
 * like src/abi.ts. assembly/layout.ts draws the map; the records are its classes Config, Decl, Result, Layout,
 * Cpu, Task and, elsewhere, FuzzConfig (fuzz.ts), Action (actions.ts) and EventRecord (trace.ts).
 */

export const CONFIG = 0x10000;
export const FUZZ_CONFIG = 0x10080;
export const LAYOUT = 0x10100;
export const RESULT = 0x10200;
export const DECLS = 0x11000;
/** Findings counted: KINDS x 256 u32, by kind and the pc of the access. */
export const BUCKETS = 0x12000;
export const EVENTS = 0x20000;
export const WORLD = 0x60000;
/** The memory subsystem's own: its counter, each cpu's store buffer and window, the last commits, the loads. */
export const MEM_STATE = 0x400000;
export const BUFFERS = 0x410000;
export const HISTORY = 0x450000;
export const LOADS = 0x460000;
/** Coverage: what is kept of each location of the world, of each feature, and the features of a run. */
export const SHADOW = 0x600000;
export const STAMPS = 0xa00000;
export const TOUCHED = 0xa20000;
/** At which action of the schedule each of them was touched: u16 each, beside TOUCHED. */
export const TOUCHED_AT = 0xa40000;
/** The corpus of guided search (assembly/search/corpus.ts): what is known of each feature, the plan, the entries. */
export const KNOWN = 0xa60000;
export const DISCOVERED = 0xae0000;
export const PLAN = 0xb00000;
/** Behind the plan: the items of a seed's window (assembly/strategy/window.ts). */
export const WINDOW = 0xb10000;
export const CORPUS = 0xb20000;
export const CORPUS_ENTRIES = 2048;
export const ENTRY_ACTIONS = 320;
export const ENTRY_TASKS = 256;
export const ENTRY_SIZE = 6176;
export const ACTIONS = 0x1800000;
/** Behind the longest schedule that the fuzz loop writes; a longer scenario overwrites it. */
export const DECK = 0x1c00000;
/** Bytes of a schedule's header in the deck (assembly/deck.ts). */
export const DECK_HEADER = 64;

/**
 * A campaign that begins from seeds (assembly/search/seeds.ts), behind the longest scenario: the world put by, all that lies
 * between WORLD and the end of LOADS; the actions of a seed. The host grows memory for them.
 */
export const SNAPSHOT = 0x2800000;
export const SEED = 0x2e00000;

// The explorer's module (assembly/explore/): no corpus, no coverage and no deck are in its memory.
export const EXPLORE_CONFIG = 0x2000000;
/** Tables: what is live at each pc; what the canonical form renames. */
export const EXPLORE_LIVE = 0x2000200;
export const EXPLORE_NAMES = 0x2000400;
/** Which bits of a packed frame are live at each pc: of a task's, then of a cpu's, 64 u64 each. */
export const EXPLORE_MASKS = 0x2006000;
/** The state as packed words; the transitions of the state being expanded. */
export const EXPLORE_PACKED = 0x2001000;
export const EXPLORE_MOVES = 0x2002000;
/** Fingerprints of states that are still to be looked up, and how many that are at most. */
export const EXPLORE_PENDING = 0x2004000;
export const EXPLORE_PENDING_STATES = 512;
/** The world and the buffers, put by while a state's transitions are tried one after the other. */
export const EXPLORE_WORLD = 0x2010000;
export const EXPLORE_BUFFERS = 0x2020000;
/** States that the host hands in and takes out; the trail of the latter: u32 parents, then u8 moves. */
export const EXPLORE_IN = 0x2100000;
export const EXPLORE_OUT = 0x2500000;
/** As long as IN, for what is taken out is put in again later. */
export const EXPLORE_OUT_BYTES = 0x400000;
export const EXPLORE_PARENTS = 0x2900000;
export const EXPLORE_ORDINALS = 0x2a00000;
/** The most states of one call. */
export const EXPLORE_OUT_STATES = 0x40000;
/** Depth-first search: the stack, to the end of memory. */
export const EXPLORE_STACK = 0x2b00000;

export const EXPLORE_MAX_CPUS = 5;
export const EXPLORE_MAX_TASKS = 10;
export const EXPLORE_MAX_MMS = 6;

/** Words of a packed state, at most: 1 + 2 + 6 mms + 10 tasks + 5 cpus + 20 of waiting stores. */
export const EXPLORE_MAX_WORDS = 44;

// What the explorer's calls return.
export const EXPLORE_DONE = 0;
/** Room for states is used up: take them out, and call again. */
export const EXPLORE_FULL = 1;
/** The visited set must grow first. */
export const EXPLORE_CROWDED = 2;
export const EXPLORE_VIOLATION = 3;

// Reductions, one bit each.
export const REDUCE_TIME = 1;
export const REDUCE_LOCAL = 2;
export const REDUCE_SLEEP = 4;
export const REDUCE_TASKS = 8;
export const REDUCE_MMS = 16;
export const REDUCE_CPUS = 32;
export const REDUCE_HOMES = 64;
/** Not one of them: more is possible than is. Task work at any time. */
export const WIDEN_WORK = 128;

/** A bound that is not set. */
export const UNBOUNDED = 255;

export const EVENT_CAPACITY = 6000;
export const EVENT_SIZE = 40;
export const ACTION_SHIFT = 4;
export const CPU_SHIFT = 7;
export const BUFFER_SHIFT = 8;
export const LOADS_SHIFT = 10;
export const TASK_SHIFT = 7;
/** Stores that a cpu's buffer holds. */
export const BUFFER_STORES = 8;
/** Stores that memory remembers the old value of (weak), a power of 2. */
export const HISTORY_COMMITS = 4096;
/** Locations that a cpu remembers not to go back behind (weak). */
export const LOADS_MAX = 128;
/** What a bucket has for the pc of a drain: this and LOC_* of the location. */
export const PC_DRAIN = 200;
/** And where the cause says more than the access (assembly/causes.ts); all from here on are causes. */
export const PC_CAUSES = 224;
export const PC_FROZEN_CLOCK = 224;
export const PC_POSTPONED_SCAN = 225;
/** An action's task: the cpu's idle task. */
export const IDLE_TASK = 0xffff;

// What `run` and `goOn` return.
export const RUN_DONE = 0;
/** EVENTS is full: drain it and call `goOn`. */
export const RUN_PAUSED = 1;
/** The step budget is used up. */
export const RUN_WATCHDOG = 2;

/** Names that the forks and execs of one fuzzed schedule may bring beside those of its world, at most. */
export const MORE_TASKS = 4;
export const MORE_MMS = 4;

// What `fuzz` returns.
export const FUZZ_DONE = 0;
/** A schedule that found something, the first of its bucket in this batch. */
export const FUZZ_FINDING = 1;
/** A schedule that is to be repeated by the reference. */
export const FUZZ_SAMPLE = 2;
/** The seed of the next schedule is to be brought. */
export const FUZZ_SEED = 3;

// The strategies.
export const STRATEGY_RANDOM_WALK = 0;
export const STRATEGY_GUIDED = 1;
export const STRATEGY_PCT = 2;
export const STRATEGY_POS = 3;
export const STRATEGY_SURW = 4;
export const STRATEGY_PORTFOLIO = 5;
export const STRATEGIES = 6;
