import { readFileSync } from 'node:fs';
import type { Event, RunResult } from '../../src/event/event.js';
import { runReference } from '../../src/reference/run.js';
import { parseScenario } from '../../src/scenario/parse.js';
import type { Scenario } from '../../src/scenario/scenario.js';

/** A scenario of test/minimize/fixtures. */
export function fixture(name: string): Scenario {
  const url = new URL(`fixtures/${name}.cid`, import.meta.url);
  return parseScenario(readFileSync(url, 'utf8'), name);
}

/** Events and result of the reference. */
export function trace(scenario: Scenario): { events: Event[]; result: RunResult } {
  const events: Event[] = [];
  const run = runReference(scenario, { maxSteps: 100_000 });
  for (;;) {
    const next = run.next();
    if (next.done === true) return { events, result: next.value };
    events.push(next.value);
  }
}

/** The reference as a runner. */
export function runWithReference(scenario: Scenario): RunResult {
  return trace(scenario).result;
}

/** A runner that finds `kind` at the last action where `fails` says so, and skips nothing. */
export function fakeRun(fails: (scenario: Scenario) => boolean, kind = 1): (scenario: Scenario) => RunResult {
  return (scenario) => {
    const action = scenario.actions.length;
    return {
      violation: fails(scenario) ? { kind, step: 1, action, cpu: 0, mm: 0, cid: 0, tasks: [] } : null,
      steps: 1,
      applied: action,
      skipped: [],
      watchdog: false,
    };
  };
}
