import type { Divergence } from '../check/divergence.js';
import { judgeScenario } from '../check/judge.js';
import { outcomeOf } from '../check/verdict.js';
import type { Engine } from '../engine/engine.js';
import { RUN_STEPS, shrink } from '../fuzz/finding.js';
import type { Scenario } from '../scenario/scenario.js';

/** A finding made small, and where the implementations part on it. */
export interface Shrunk {
  readonly scenario: Scenario;
  readonly divergence: Divergence | null;
}

/**
 * Makes a finding small, and confirms in both implementations that it still is what it expects to be.
 *
 * @param found a scenario with a violation
 */
export function shrinkConfirmed(engine: Engine, found: Scenario): Shrunk {
  const scenario = shrink(engine, found);
  const judged = judgeScenario(engine, scenario, { implementation: 'both', maxSteps: RUN_STEPS });
  const { divergence, met, expect, result } = judged;
  if (divergence !== null || met === true) return { scenario, divergence };
  const what = `minimized to ${expect}, its replay shows ${outcomeOf(result)}`;
  return { scenario, divergence: { step: result.steps, what, engine: [], reference: [] } };
}
