import { withCount } from '../edit.js';
import type { Search } from '../search.js';

/** Gives every `step` the lowest count of all that keep the violation, trying each from 1 upwards. */
export function lowerSteps(search: Search): boolean {
  let changed = false;
  for (let index = search.best.actions.length - 1; index >= 0; index--) {
    const action = search.best.actions[index]!;
    if (action.op !== 'step') continue;
    for (let count = 1; count < action.count; count++) {
      if (!search.attempt(withCount(search.best, index, count))) continue;
      changed = true;
      break;
    }
  }
  return changed;
}
