/**
 * Where the explorer keeps what. Its module has no coverage, corpus, deck or events: their places are empty.
 *
 * ```
 * 0x2000000 ┌─────────┐ SETTINGS  reductions and bounds, written by the host; then what is left of the bounds
 * 0x2000200 ├─────────┤ LIVE      u32 a pc: which registers are live there (live.ts)
 * 0x2000400 ├─────────┤ NAMES     new and old names, keys, times around (pack.ts, time.ts)
 * 0x2001000 ├─────────┤ PACKED    the state that was packed last
 * 0x2002000 ├─────────┤ MOVES     the moves of the state at hand, 16 bytes each (class Action)
 * 0x2004000 ├─────────┤ PENDING   u64 fingerprints of states that are still to be looked up
 * 0x2006000 ├─────────┤ MASKS     u64 a pc, twice: which bits of a packed frame are live there (live.ts)
 * 0x2010000 ├─────────┤ WORLD     put by, with BUFFERS, while its moves are made one after the other
 * 0x2100000 ├─────────┤ IN        states to be expanded
 * 0x2500000 ├─────────┤ OUT       new ones; and PARENTS, ORDINALS: how they were met
 * 0x2b00000 ├─────────┤ STACK     of depth-first search, to the end of memory
 *           └─────────┘
 * ```
 */

import * as addresses from '../../src/engine/addresses';

export const SETTINGS: usize = addresses.EXPLORE_CONFIG;
export const LIVE: usize = addresses.EXPLORE_LIVE;
export const NAMES: usize = addresses.EXPLORE_NAMES;
export const MASKS: usize = addresses.EXPLORE_MASKS;
export const PACKED: usize = addresses.EXPLORE_PACKED;
export const MOVES: usize = addresses.EXPLORE_MOVES;
export const PENDING: usize = addresses.EXPLORE_PENDING;
export const WORLD_COPY: usize = addresses.EXPLORE_WORLD;
export const BUFFERS_COPY: usize = addresses.EXPLORE_BUFFERS;
export const IN: usize = addresses.EXPLORE_IN;
export const OUT: usize = addresses.EXPLORE_OUT;
export const PARENTS: usize = addresses.EXPLORE_PARENTS;
export const ORDINALS: usize = addresses.EXPLORE_ORDINALS;
export const STACK: usize = addresses.EXPLORE_STACK;
