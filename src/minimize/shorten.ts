import { MAX_ADVANCE_NS } from '../abi.js';
import type { Action, Scenario } from '../scenario/scenario.js';
import { withActions } from './edit.js';
import type { Run } from './search.js';

/** Scenarios with no more actions go to the passes as they are. */
const SHORT = 1000;
/** Where this few are left, the passes take over. */
const SHORT_ENOUGH = 120;

/**
 * A long scenario (a schedule that begins in the midst of a real one) cut down to what the passes can cope with: ever smaller
 * pieces of it are left out, from the front on, for as long as the same is violated. Of a piece that is left out the time stays
 * that it takes: what must be old by then has become so in thousands of small steps, none of which could go by itself. No
 * measure is asked, for every piece less is smaller, and a run is all that a try costs.
 */
export function shorten(scenario: Scenario, run: Run): Scenario {
  if (scenario.actions.length <= SHORT) return scenario;
  const { violation, cause } = run(scenario);
  if (violation === null) return scenario;
  const keeps = (candidate: Scenario) => {
    const result = run(candidate);
    return result.violation?.kind === violation.kind && (cause === undefined || result.cause === cause);
  };
  let best = withActions(scenario, scenario.actions.slice(0, violation.action));
  if (!keeps(best)) best = scenario;
  for (let size = best.actions.length >> 1; size > 0 && best.actions.length > SHORT_ENOUGH; size >>= 1) {
    best = withoutPieces(best, size, keeps);
  }
  return best;
}

function withoutPieces(scenario: Scenario, size: number, keeps: (candidate: Scenario) => boolean): Scenario {
  let best = scenario;
  for (let at = 0; at < best.actions.length; ) {
    const gone = best.actions.slice(at, at + size);
    const time = passing(gone.reduce((ns, action) => ns + (action.op === 'advance' ? action.ns : 0), 0));
    const kept = best.actions.toSpliced(at, size, ...time);
    const smaller = withActions(best, merged(kept));
    const isSmaller = smaller.actions.length < best.actions.length;
    if (isSmaller && keeps(smaller)) {
      best = smaller;
      // Names that go with a fork may take more with them, and time is in one: the next piece may begin a little later.
      at += time.length;
    } else {
      at += size;
    }
  }
  return best;
}

/** So much time in as few actions as it takes. */
function passing(ns: number): Action[] {
  const actions: Action[] = [];
  for (let left = ns; left > 0; left -= MAX_ADVANCE_NS) {
    actions.push({ op: 'advance', ns: Math.min(left, MAX_ADVANCE_NS) });
  }
  return actions;
}

/** Time that passes in several actions on end, in one. */
function merged(actions: readonly Action[]): Action[] {
  const all: Action[] = [];
  for (const action of actions) {
    const last = all.at(-1);
    if (action.op === 'advance' && last?.op === 'advance' && last.ns + action.ns <= MAX_ADVANCE_NS) {
      all[all.length - 1] = { op: 'advance', ns: last.ns + action.ns };
    } else {
      all.push(action);
    }
  }
  return all;
}
