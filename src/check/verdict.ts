import type { RunResult, Violation } from '../event/event.js';
import { namesOf } from '../event/names.js';
import type { Scenario } from '../scenario/scenario.js';
import { KIND_WORDS, type Kind } from '../words.js';

/** A violation with names, as `replay --json` tells it; what a kind has not is left out. */
export interface ViolationJson {
  readonly kind: Kind;
  readonly step: number;
  readonly action: number;
  readonly cpu?: number;
  readonly mm?: string;
  readonly cid?: number;
  readonly tasks?: readonly string[];
}

/** The word of KIND_*. */
export function kindWord(kind: number): Kind {
  return KIND_WORDS[kind] as Kind;
}

export function violationJson(scenario: Scenario, violation: Violation): ViolationJson {
  const names = namesOf(scenario);
  const { kind, step, action, cpu, mm, cid, tasks } = violation;
  return {
    kind: kindWord(kind),
    step,
    action,
    ...(cpu >= 0 ? { cpu } : {}),
    ...(mm >= 0 ? { mm: names.mm(mm) } : {}),
    // bad-cid is the one kind whose cid may be no cid.
    ...(cid >= 0 || kindWord(kind) === 'bad-cid' ? { cid } : {}),
    ...(tasks.length > 0 ? { tasks: tasks.map((task) => names.task(task)) } : {}),
  };
}

/** What the scenario says should come of it under its algorithm: `ok`, a kind, or null where it says nothing. */
export function expectationOf(scenario: Scenario): Kind | 'ok' | null {
  const named = scenario.expects.find((expect) => expect.algo === scenario.algo);
  const general = scenario.expects.find((expect) => expect.algo === null);
  return (named ?? general)?.outcome ?? null;
}

/** What came of it: `ok` or a kind. */
export function outcomeOf(result: RunResult): Kind | 'ok' {
  return result.violation === null ? 'ok' : kindWord(result.violation.kind);
}
