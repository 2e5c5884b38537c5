import { drive } from '../event/drive.js';
import type { ReachedStore, StaleLoad } from '../reference/memory.js';
import { runReference } from '../reference/run.js';
import type { Scenario } from '../scenario/scenario.js';

/** What a run's events do not show. */
export interface Hidden {
  /** The stores that reached memory, in the order in which they did. */
  readonly reached: readonly ReachedStore[];
  /** The loads that returned an older value. */
  readonly stale: readonly StaleLoad[];
}

/**
 * Asks the reference: it knows the rules of the buffers, the tables only tell them. Nothing is hidden under `sc`.
 *
 * @param steps the micro-steps of the run that is told
 */
export function hiddenOf(scenario: Scenario, steps: number): Hidden {
  const reached: ReachedStore[] = [];
  const stale: StaleLoad[] = [];
  if (scenario.memory !== 'sc') {
    drive(
      runReference(scenario, {
        maxSteps: steps,
        onReached: (store) => reached.push(store),
        onStale: (load) => stale.push(load),
      }),
    );
  }
  return { reached, stale };
}
