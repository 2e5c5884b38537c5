/**
 * Limits of the text that the format itself does not name. Both operands are skipped at run time where
 * nothing answers to them, so the bounds only keep numbers small enough for every reader of a scenario.
 */

/** Highest `i` of `flush c i`, which counts from 0 (the oldest buffered store). */
export const MAX_FLUSH_INDEX = 1_000_000;
/** Highest `k` of `stale c k`, which counts from 1. */
export const MAX_STALE_AGE = 1_000_000;
/** Longest text that is looked at, in bytes: several times what the other limits need without comments. */
export const MAX_TEXT_BYTES = 256 * 1024 * 1024;
