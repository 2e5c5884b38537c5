import type { Action, Scenario } from '../../scenario/scenario.js';
import { ddmin } from '../ddmin.js';
import { withActions, withoutActions } from '../edit.js';
import type { Family } from '../family.js';
import type { Search } from '../search.js';

/** ddmin over all actions of `base`, then over those of one cpu at a time. */
export function ddminActions(search: Search, base: Scenario = search.best): boolean {
  const before = search.best;
  let current = minimizeAmong(search, base, () => true);
  for (let cpu = 0; cpu < current.cpus; cpu++) {
    current = minimizeAmong(search, current, (action) => 'cpu' in action && action.cpu === cpu);
  }
  return search.best !== before;
}

function minimizeAmong(search: Search, base: Scenario, among: (action: Action) => boolean): Scenario {
  const candidates = base.actions.flatMap((action, index) => (among(action) ? [index] : []));
  let smallest = base;
  ddmin(candidates.length, (kept) => {
    const keep = new Set(kept.map((position) => candidates[position]!));
    const isCandidate = new Set(candidates);
    const smaller = withActions(
      base,
      base.actions.filter((_, index) => !isCandidate.has(index) || keep.has(index)),
    );
    const taken = search.attempt(smaller);
    if (taken) smallest = smaller;
    return taken;
  });
  return smallest;
}

/** Each single action, with what depends on it: nothing left here is what 1-minimal means. */
export const singleActions: Family = {
  name: 'single actions',
  size: (scenario) => scenario.actions.length,
  at: (scenario, index) => withoutActions(scenario, [index]),
};

const LONGEST_WINDOW = 8;

/** Runs of 2 to 8 actions of the same cpu, whatever stands between them: a switch, its steps and the way back. */
export const cpuWindows: Family = {
  name: 'windows of one cpu',
  size: (scenario) => scenario.actions.length * (LONGEST_WINDOW - 1),
  at: (scenario, index) => {
    const start = Math.floor(index / (LONGEST_WINDOW - 1));
    const length = 2 + (index % (LONGEST_WINDOW - 1));
    const first = scenario.actions[start]!;
    if (!('cpu' in first)) return null;
    const window: number[] = [];
    for (let i = start; i < scenario.actions.length && window.length < length; i++) {
      const action = scenario.actions[i]!;
      if ('cpu' in action && action.cpu === first.cpu) window.push(i);
    }
    return window.length === length ? withoutActions(scenario, window) : null;
  },
};

/** Runs of 2 to 8 neighbouring actions. */
export const windows: Family = {
  name: 'windows',
  size: (scenario) => scenario.actions.length * (LONGEST_WINDOW - 1),
  at: (scenario, index) => {
    const start = Math.floor(index / (LONGEST_WINDOW - 1));
    const length = 2 + (index % (LONGEST_WINDOW - 1));
    if (start + length > scenario.actions.length) return null;
    return withoutActions(
      scenario,
      Array.from({ length }, (_, i) => start + i),
    );
  },
};

/** Above this many actions pairs are left alone: there are too many. */
const MOST_ACTIONS_FOR_PAIRS = 64;

/** Any two actions that are not neighbours: what only makes sense together. */
export const pairs: Family = {
  name: 'pairs',
  size: ({ actions }) =>
    actions.length > MOST_ACTIONS_FOR_PAIRS ? 0 : (actions.length * (actions.length - 1)) / 2,
  at: (scenario, index) => {
    // index = second * (second - 1) / 2 + first, first < second
    const second = Math.floor((1 + Math.sqrt(1 + 8 * index)) / 2);
    const first = index - (second * (second - 1)) / 2;
    return first + 1 < second ? withoutActions(scenario, [first, second]) : null;
  },
};
