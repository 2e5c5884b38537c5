import { withActions } from '../edit.js';
import type { Search } from '../search.js';

/** Drops what the run itself shows to be without effect: all after the violating action, and what was skipped. */
export function cut(search: Search): boolean {
  const before = search.best;
  const end = search.bestResult.violation!.action;
  search.attempt(withActions(search.best, search.best.actions.slice(0, end)));
  const skipped = new Set(search.bestResult.skipped);
  search.attempt(
    withActions(
      search.best,
      search.best.actions.filter((_, index) => !skipped.has(index + 1)),
    ),
  );
  return search.best !== before;
}
