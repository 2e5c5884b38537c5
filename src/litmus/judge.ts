import type { LitmusMemory } from '../engine/litmus-memory.js';
import type { Memory } from '../words.js';
import type { Expectation, LitmusTest } from './litmus-test.js';
import { type SearchResult, search } from './search.js';

/** What came of a test under a model. */
export interface LitmusVerdict {
  readonly test: LitmusTest;
  readonly model: Memory;
  readonly result: SearchResult;
  /** Whether a final state meets the condition; null where a bound stopped the search before one did. */
  readonly reached: boolean | null;
  /** Null where the file has none for this model. */
  readonly expected: Expectation | null;
  /** Null where there is nothing to compare. */
  readonly agree: boolean | null;
}

/** Runs a test under a model. */
export function judge(
  memory: LitmusMemory,
  test: LitmusTest,
  model: Memory,
  maxStates: number,
): LitmusVerdict {
  const result = search(memory, test, model, { maxStates, reduce: true });
  // What was found was found, wherever the search stopped.
  const reached = result.outcomes.some(({ reaches }) => reaches) || (result.complete ? false : null);
  const expected = test.expected[model] ?? null;
  return { test, model, result, reached, expected, agree: agrees(test, model, reached, expected) };
}

/**
 * Under sc and tso the engine is exact. Under weak it shows nothing that LKMM forbids; what LKMM allows it must
 * show where the test says that it needs nothing more than delayed stores and older values.
 */
function agrees(
  { needs }: LitmusTest,
  model: Memory,
  reached: boolean | null,
  expected: Expectation | null,
): boolean | null {
  if (reached === null || expected === null) return null;
  if (expected === 'forbidden') return !reached;
  return reached || (model === 'weak' && needs.length > 0);
}
