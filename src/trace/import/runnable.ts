import type { Engine } from '../../engine/engine.js';
import type { RunResult } from '../../event/event.js';
import type { Action, Scenario } from '../../scenario/scenario.js';

/** A scenario without what does nothing in it. */
export interface Runnable {
  readonly scenario: Scenario;
  readonly result: RunResult;
  /** Skipped actions that have been taken away: work that no tick has queued, and its step. */
  readonly idleWork: number;
  /** Others, which the model does not allow where the trace has them; most likely lines are missing. */
  readonly disallowed: number;
}

/**
 * Runs a scenario, and takes away what is skipped in it: for each tick it has task work, for whether a tick queues that
 * only a run shows.
 */
export function runnable(engine: Engine, scenario: Scenario): Runnable {
  const { skipped } = engine.run(scenario);
  const gone = new Set(skipped.filter((n) => mayGo(scenario.actions[n - 1]!)));
  const work = skipped.filter((n) => isWorkOrItsStep(scenario.actions, n - 1)).length;
  const actions = scenario.actions.filter((_, i) => !gone.has(i + 1));
  const lean = { ...scenario, actions };
  return { scenario: lean, result: engine.run(lean), idleWork: work, disallowed: skipped.length - work };
}

/** A fork or exec that is skipped still introduces its names. */
function mayGo({ op }: Action): boolean {
  return op !== 'fork-thread' && op !== 'fork-process' && op !== 'exec';
}

function isWorkOrItsStep(actions: readonly Action[], i: number): boolean {
  return actions[i]!.op === 'work' || (actions[i]!.op === 'step' && actions[i - 1]?.op === 'work');
}
