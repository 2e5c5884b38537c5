import { isDeepStrictEqual } from 'node:util';
import type { Engine } from '../engine/engine.js';
import { Digest } from '../event/digest.js';
import type { Violation } from '../event/event.js';
import { namesOf } from '../event/names.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Divergence } from './divergence.js';
import { lockstep } from './lockstep.js';

/** Replays after which a violation is called a finding. */
export const REPLAYS = 20;

/**
 * Replays a scenario {@link REPLAYS} times in both implementations: each must come to the same violation by the same events.
 *
 * @param engines take turns: what one has run before must make no difference
 * @returns what differed; null: nothing did
 */
export function confirm(engines: readonly [Engine, ...Engine[]], scenario: Scenario): Divergence | null {
  let first: { digest: string; violation: Violation | null } | undefined;
  for (let replay = 0; replay < REPLAYS; replay++) {
    const digest = new Digest(namesOf(scenario));
    const { result, divergence } = lockstep(engines[replay % engines.length]!, scenario, {
      onEvent: (event) => digest.add(event),
    });
    if (divergence !== null) return divergence;
    const { violation, steps } = result;
    const now = { digest: digest.end(violation === null ? 'ok' : 'violation', null), violation };
    first ??= now;
    if (!isDeepStrictEqual(now, first) || violation === null) {
      return {
        step: steps,
        what: `replay ${replay + 1} of ${REPLAYS} gave another result`,
        engine: [],
        reference: [],
      };
    }
  }
  return null;
}
