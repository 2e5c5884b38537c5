import type { Scenario } from '../scenario/scenario.js';
import type { Search } from './search.js';

/** A numbered set of small edits: `at(s, i)` for i below `size(s)`; null where that one does not apply. */
export interface Family {
  readonly name: string;
  size(scenario: Scenario): number;
  at(scenario: Scenario, index: number): Scenario | null;
}

/**
 * Tries every edit of a family once, from the last to the first (what stands late depends on what stands
 * early), going on from each accepted one.
 *
 * `from`, where given, is edited instead of the best scenario until the first edit is accepted: a relaxed or
 * shifted variant of it (see relax.ts), which may survive an edit that the best one does not.
 */
export function sweep(search: Search, family: Family, from: Scenario = search.best): boolean {
  let base = from;
  let changed = false;
  for (let index = family.size(base) - 1; index >= 0; index--) {
    if (!search.attempt(family.at(base, index))) continue;
    changed = true;
    base = search.best;
    index = Math.min(index, family.size(base));
  }
  return changed;
}
