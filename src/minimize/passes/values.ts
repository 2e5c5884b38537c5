import { NS_PER_JIFFY, PERIOD_NS } from '../../abi.js';
import { partsOf, rebuild, withAction } from '../edit.js';
import type { Family } from '../family.js';

/** Times worth passing: a jiffy, just old enough for clear-old, just too old for mm_cid_get, and twice that. */
const ADVANCES_NS = [
  NS_PER_JIFFY,
  PERIOD_NS,
  PERIOD_NS + NS_PER_JIFFY,
  2 * PERIOD_NS,
  2 * PERIOD_NS + NS_PER_JIFFY,
  2 * (PERIOD_NS + NS_PER_JIFFY),
  3 * PERIOD_NS,
  3 * (PERIOD_NS + NS_PER_JIFFY),
];

/** The last of a family is tried first; so the shortest time stands last. */
export const shorterAdvances: Family = {
  name: 'shorter advances',
  size: (scenario) => scenario.actions.length * ADVANCES_NS.length,
  at: (scenario, index) => {
    const position = Math.floor(index / ADVANCES_NS.length);
    const ns = ADVANCES_NS[ADVANCES_NS.length - 1 - (index % ADVANCES_NS.length)]!;
    const action = scenario.actions[position];
    if (action?.op !== 'advance' || action.ns <= ns) return null;
    return withAction(scenario, position, { op: 'advance', ns });
  },
};

const MOST_TRIED = 8;

/** Lower indices of `flush`, ages of `stale` and homes of forked tasks. */
export const lowerOperands: Family = {
  name: 'lower operands',
  size: (scenario) => scenario.actions.length * (MOST_TRIED + 1),
  at: (scenario, index) => {
    const position = Math.floor(index / (MOST_TRIED + 1));
    const value = MOST_TRIED - (index % (MOST_TRIED + 1));
    const action = scenario.actions[position];
    switch (action?.op) {
      case 'flush':
        return value < action.index ? withAction(scenario, position, { ...action, index: value }) : null;
      case 'stale':
        return value > 0 && value < action.age
          ? withAction(scenario, position, { ...action, age: value })
          : null;
      case 'fork-thread':
      case 'fork-process':
        if (action.home === null || value >= action.home + 1) return null;
        return withAction(scenario, position, { ...action, home: value === 0 ? null : value - 1 });
      default:
        return null;
    }
  },
};

/** Lower homes of declared tasks. */
export const lowerHomes: Family = {
  name: 'lower homes',
  size: (scenario) => scenario.tasks.length * MOST_TRIED,
  at: (scenario, index) => {
    const task = Math.floor(index / MOST_TRIED);
    const home = MOST_TRIED - 1 - (index % MOST_TRIED);
    const parts = partsOf(scenario);
    const decl = parts.tasks[task];
    if (decl === undefined || decl.home <= home) return null;
    return rebuild(scenario, { ...parts, tasks: parts.tasks.with(task, { ...decl, home }) });
  },
};
