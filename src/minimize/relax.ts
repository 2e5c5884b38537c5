import { MAX_STEPS_PER_ACTION } from '../abi.js';
import type { Scenario } from '../scenario/scenario.js';
import { delaysOf } from './delays.js';
import type { Search } from './search.js';

/** See {@link relax}. */
export interface Relaxed {
  readonly scenario: Scenario;
  /** The indices of the `step` actions that end in the middle of a routine, and so are as they were. */
  readonly partial: readonly number[];
}

/**
 * The same run with every `step` that reaches the end of its routine asking for more steps than any routine
 * has. Exact counts are what makes other edits fail (without an `advance`, a routine takes three steps fewer);
 * the relaxed scenario stands more of them. It is larger only in steps, which the steps pass lowers again.
 */
export function relax(search: Search): Relaxed {
  const known = latest.get(search);
  if (known?.of === search.best) return known.relaxed;
  const relaxed = raiseSteps(search);
  latest.set(search, { of: search.best, relaxed });
  return relaxed;
}

/** The last answer for each search: most passes change nothing. */
const latest = new WeakMap<Search, { readonly of: Scenario; readonly relaxed: Relaxed }>();

function raiseSteps(search: Search): Relaxed {
  const { best, bestResult, bestMeasure } = search;
  const unseen = bestMeasure[1];
  const plenty = Math.min(MAX_STEPS_PER_ACTION, 256 + 16 * best.cpus);
  const steps: number[] = [];
  best.actions.forEach((action, index) => {
    if (action.op === 'step') steps.push(index);
  });
  const partial: number[] = [];
  let scenario = best;

  const raise = (from: number, to: number): void => {
    if (from >= to) return;
    const actions = scenario.actions.slice();
    for (let i = from; i < to; i++) {
      const action = actions[steps[i]!]!;
      if (action.op === 'step' && action.count < plenty) actions[steps[i]!] = { ...action, count: plenty };
    }
    const raised = { ...scenario, actions };
    const result = search.keeps(raised);
    const same =
      result !== null &&
      result.steps === bestResult.steps &&
      result.violation!.action === bestResult.violation!.action &&
      delaysOf(raised, result.steps, unseen).unseen <= unseen;
    if (same) scenario = raised;
    else if (to - from === 1) partial.push(steps[from]!);
    else {
      const middle = (from + to) >> 1;
      raise(from, middle);
      raise(middle, to);
    }
  };
  raise(0, steps.length);
  return { scenario, partial };
}
