import type { Divergence } from '../check/divergence.js';
import { judgeScenario } from '../check/judge.js';
import { outcomeOf } from '../check/verdict.js';
import type { Engine } from '../engine/engine.js';
import { minimize } from '../minimize/minimize.js';
import type { Scenario } from '../scenario/scenario.js';

/** A finding made small, and where the implementations part on it. */
export interface Shrunk {
  readonly scenario: Scenario;
  readonly divergence: Divergence | null;
}

/** Micro-steps after which a candidate is given up: far beyond what a fuzzed schedule makes. */
const RUN_STEPS = 1_000_000;

/**
 * Makes a finding small, and confirms in both implementations that it still is what it expects to be.
 *
 * @param found a scenario with a violation
 */
export function shrink(engine: Engine, found: Scenario): Shrunk {
  const { scenario } = minimize(found, (candidate) => engine.run(candidate, RUN_STEPS));
  const judged = judgeScenario(engine, scenario, { implementation: 'both', maxSteps: RUN_STEPS });
  const { divergence, met, expect, result } = judged;
  if (divergence !== null || met === true) return { scenario, divergence };
  const what = `minimized to ${expect}, its replay shows ${outcomeOf(result)}`;
  return { scenario, divergence: { step: result.steps, what, engine: [], reference: [] } };
}
