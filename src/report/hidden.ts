import { drive } from '../event/drive.js';
import type { ReachedStore, StaleLoad } from '../reference/memory.js';
import { runReference } from '../reference/run.js';
import type { Scenario } from '../scenario/scenario.js';

/** A store that reached memory. */
export interface Reached extends ReachedStore {
  /** A fork sent it there, which is no step: `reached` is the first step after the fork. */
  readonly atFork?: boolean;
}

/** What a run's events do not show. */
export interface Hidden {
  /** The stores that reached memory, in the order in which they did. */
  readonly reached: readonly Reached[];
  /** The loads that returned an older value. */
  readonly stale: readonly StaleLoad[];
}

/**
 * Asks the reference: it knows the rules of the buffers, the tables only tell them. Nothing is hidden under `sc`.
 *
 * @param steps the micro-steps of the run that is told
 */
export function hiddenOf(scenario: Scenario, steps: number): Hidden {
  const reached: Reached[] = [];
  const stale: StaleLoad[] = [];
  if (scenario.memory !== 'sc') {
    let made = 0;
    drive(
      runReference(scenario, {
        maxSteps: steps,
        onReached: (store) => {
          // A step tells of its stores before its event: this one comes after that, and before the next step.
          const atFork = store.reached === made;
          reached.push(atFork ? { ...store, reached: made + 1, atFork } : store);
        },
        onStale: (load) => stale.push(load),
      }),
      () => made++,
    );
  }
  return { reached, stale };
}
