import type { Engine } from '../engine/engine.js';
import { FeatureSet } from '../engine/feature-set.js';
import { printScenario } from '../scenario/print.js';

/** A scenario of a corpus, as a text, and what it covers. */
export interface Covering {
  readonly text: string;
  /** Numbers 0 … 65535 (assembly/coverage.ts). */
  readonly features: Uint16Array;
}

/**
 * Fewer of the schedules that a batch has kept that cover the same: those with most features first, and of these only the ones
 * that add something (the greedy way to a set cover, as afl-cmin has it).
 *
 * What is known already may be left out: whoever takes of the rest, in order, what adds to a set that has grown since comes
 * to the same as from all of them.
 *
 * @param engine has just come to the end of the batch
 * @param known features that need no schedule
 */
export function distil(engine: Engine, known: FeatureSet): Covering[] {
  const found = new FeatureSet(known.toString());
  const all = engine.kept().map((entry) => ({ entry, features: engine.runKept(entry) }));
  // Sorting keeps the order of equals.
  return all
    .toSorted((a, b) => b.features.length - a.features.length)
    .filter(({ features }) => found.add(features) > 0)
    .map(({ entry, features }) => {
      engine.runKept(entry);
      return { text: printScenario(engine.takeSchedule()), features };
    });
}
