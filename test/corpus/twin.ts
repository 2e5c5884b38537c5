import { inStep } from '../../scripts/corpus/twin.mjs';
import type { Engine } from '../../src/engine/engine.js';
import type { RunResult } from '../../src/event/event.js';
import { applyAction } from '../../src/reference/actions.js';
import { checksOf } from '../../src/reference/check.js';
import { stepFlush, stepFrame } from '../../src/reference/step.js';
import { createWorld, currentTask, runningFrame } from '../../src/reference/world.js';
import type { Scenario } from '../../src/scenario/scenario.js';
import { KIND_WORDS } from '../../src/words.js';

const REFERENCE = { applyAction, checksOf, createWorld, currentTask, runningFrame, stepFlush, stepFrame };

/** What the scenario ends with, and its twin without mutants, kept in step; `none` where nothing is violated. */
export function kindsInStep(scenario: Scenario): { mutant: string; twin: string } {
  const { mutant, twin } = inStep(REFERENCE, scenario);
  return { mutant: KIND_WORDS[mutant]!, twin: KIND_WORDS[twin]! };
}

/** A runner that tells of a violation only where the scenario without its mutant has none, in step or not. */
export function runnerWithTwin(engine: Engine): (scenario: Scenario) => RunResult {
  return (scenario) => {
    const result = engine.run(scenario);
    if (result.violation === null) return result;
    const ok =
      engine.run({ ...scenario, mutants: [] }).violation === null && kindsInStep(scenario).twin === 'none';
    return ok ? result : { ...result, violation: null };
  };
}
