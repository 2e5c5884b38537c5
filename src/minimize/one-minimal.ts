import type { Scenario } from '../scenario/scenario.js';
import { KIND_WORDS } from '../words.js';
import { withCount, withoutActions } from './edit.js';
import type { Run } from './search.js';

/**
 * Whether a scenario is 1-minimal: without any one of its actions (and what depends on that), and with any one
 * `step` count lowered to whatever lower value, its kind of violation is gone.
 */
export function isOneMinimal(scenario: Scenario, run: Run): { ok: true } | { ok: false; why: string } {
  const violation = run(scenario).violation;
  if (violation === null) return { ok: false, why: 'it has no violation' };
  const keeps = (candidate: Scenario) => run(candidate).violation?.kind === violation.kind;
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
