import type { Scenario } from '../scenario/scenario.js';
import { KIND_WORDS } from '../words.js';
import { delaysOf } from './delays.js';
import { withCount, withoutActions } from './edit.js';
import type { Run } from './search.js';

/**
 * Whether a scenario is 1-minimal: without any one of its actions (and what depends on that), and with any one
 * `step` count lowered to whatever lower value, its kind of violation (or its cause) is gone, or more of its delays are seen (a
 * `flush` may stand there only to show that a store need not wait).
 */
export function isOneMinimal(scenario: Scenario, run: Run): { ok: true } | { ok: false; why: string } {
  const { violation, steps, cause } = run(scenario);
  if (violation === null) return { ok: false, why: 'it has no violation' };
  const unseen = delaysOf(scenario, steps).unseen;
  const keeps = (candidate: Scenario) => {
    const result = run(candidate);
    if (result.violation?.kind !== violation.kind) return false;
    if (cause !== undefined && result.cause !== cause) return false;
    return delaysOf(candidate, result.steps, unseen).unseen <= unseen;
  };
  const kind = KIND_WORDS[violation.kind];
  for (const [index, action] of scenario.actions.entries()) {
    if (keeps(withoutActions(scenario, [index]))) {
      return { ok: false, why: `${kind} without action ${index + 1} (${action.op})` };
    }
    if (action.op !== 'step') continue;
    for (let count = 1; count < action.count; count++) {
      if (keeps(withCount(scenario, index, count))) {
        return { ok: false, why: `${kind} with count ${count} for ${action.count} in action ${index + 1}` };
      }
    }
  }
  return { ok: true };
}
