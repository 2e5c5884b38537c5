import type { Algo } from '../words.js';

/** A switch, a tick, an exit or an exec makes fewer steps than that, and a mask has 16 words at the most. */
const ROUTINE_STEPS = 200;
/** Of clear-old, for each cpu; the most of them. */
const CLEAR_OLD_STEPS = 12;

/**
 * exec up to the store of the new mm, of a task with a cid: `S active`, `MB`, then mm_cid_put (load, cmpxchg, clear), `S mm`; in
 * v6.3 a put (lock, word, unlock), `S active`, `S mm`.
 */
const TO_NEW_MM: Readonly<Record<Algo, number>> = { 'v6.3': 5, 'rfc-v6': 6, 'rfc-v6-fixed': 6 };

/** How many micro-steps a `step` is to make at the most: it ends with its routine. */
export function stepsOf(to: 'end' | 'new-mm', cpus: number, algo: Algo): number {
  return to === 'end' ? ROUTINE_STEPS + CLEAR_OLD_STEPS * cpus : TO_NEW_MM[algo];
}
