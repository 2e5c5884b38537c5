import type { Action, Scenario } from '../../scenario/scenario.js';
import { MEMORIES } from '../../words.js';
import { withActions } from '../edit.js';
import type { Search } from '../search.js';

/** What is left of the actions of a weaker model: nothing, or what the stronger one has a use for. */
const KEPT: readonly ((action: Action) => boolean)[] = [
  ({ op }) => op !== 'flush' && op !== 'stale',
  (action) => action.op !== 'stale' && (action.op !== 'flush' || action.index === 0),
];

/** Shows the violation under the strongest memory model that has it. */
export function strongerMemory(search: Search): boolean {
  const { best } = search;
  for (const memory of MEMORIES.slice(0, MEMORIES.indexOf(best.memory))) {
    for (const kept of memory === 'sc' ? KEPT.slice(0, 1) : KEPT) {
      const stronger: Scenario = { ...best, memory };
      if (search.attempt(withActions(stronger, best.actions.filter(kept)))) return true;
    }
  }
  return false;
}
