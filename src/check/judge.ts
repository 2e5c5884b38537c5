import type { Engine } from '../engine/engine.js';
import { Digest } from '../event/digest.js';
import { drive } from '../event/drive.js';
import type { Event, RunResult } from '../event/event.js';
import { namesOf } from '../event/names.js';
import { runReference } from '../reference/run.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Kind } from '../words.js';
import type { Divergence } from './divergence.js';
import { lockstep } from './lockstep.js';
import { expectationOf, outcomeOf } from './verdict.js';

/** Which implementation runs a scenario; `both` compares them step by step. */
export type Implementation = 'wasm' | 'reference' | 'both';

/** What came of a scenario. */
export interface Judgement {
  readonly scenario: Scenario;
  readonly result: RunResult;
  readonly divergence: Divergence | null;
  readonly digest: string;
  /** What the file expects, and whether that came; null where it expects nothing. */
  readonly expect: Kind | 'ok' | null;
  readonly met: boolean | null;
}

export interface JudgeOptions {
  readonly implementation: Implementation;
  /** Micro-steps after which the watchdog ends the run. */
  readonly maxSteps: number;
  readonly onEvent?: (event: Event) => void;
}

/** Runs a scenario and says what came of it. */
export function judgeScenario(engine: Engine, scenario: Scenario, options: JudgeOptions): Judgement {
  const digest = new Digest(namesOf(scenario));
  const take = (event: Event) => {
    digest.add(event);
    options.onEvent?.(event);
  };
  const { maxSteps } = options;
  let result: RunResult;
  let divergence: Divergence | null = null;
  if (options.implementation === 'both') {
    ({ result, divergence } = lockstep(engine, scenario, { maxSteps, onEvent: take }));
  } else {
    const wasm = options.implementation === 'wasm';
    result = drive(wasm ? engine.trace(scenario, maxSteps) : runReference(scenario, { maxSteps }), take);
  }
  const outcome = outcomeOf(result);
  const expect = expectationOf(scenario);
  const word = divergence ? 'divergence' : result.violation ? 'violation' : 'ok';
  return {
    scenario,
    result,
    divergence,
    digest: digest.end(word, result.violation && !divergence ? outcome : null),
    expect,
    // A run that was cut short has not shown what its end would be.
    met: expect === null ? null : divergence === null && !result.watchdog && expect === outcome,
  };
}
