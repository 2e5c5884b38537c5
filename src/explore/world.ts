import { EXPLORE_MAX_CPUS, EXPLORE_MAX_MMS, EXPLORE_MAX_TASKS } from '../engine/addresses.js';
import { UserError } from '../errors.js';
import { mmNameAt, taskNameAt } from '../scenario/names.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Bounds } from './bounds.js';

/** A world to be explored. */
export interface World {
  /**
   * Its header, and the actions that come before (none of them skipped). Behind the names in use are those that forks and
   * execs may bring to life.
   */
  readonly scenario: Scenario;
  /** How many mms the header and the prefix use. */
  readonly mmsUsed: number;
  readonly bounds: Bounds;
}

/** `count` names that are not among `taken`. */
function freshNames(taken: readonly string[], count: number, nameAt: (i: number) => string): string[] {
  const names = new Set(taken);
  for (let i = 0; names.size < taken.length + count; i++) names.add(nameAt(i));
  return [...names].slice(taken.length);
}

/**
 * @param file whose name an error has in front
 * @throws UserError where the world is larger than an exploration takes
 */
export function worldOf(scenario: Scenario, bounds: Bounds, file: string): World {
  const forks = bounds.forks + bounds.threadForks;
  const fresh = bounds.forks + bounds.execs;
  const tasks = scenario.taskNames.length + forks;
  const mms = scenario.mmNames.length + fresh;
  const limits = [
    ['cpus', scenario.cpus, EXPLORE_MAX_CPUS],
    ['tasks, with those of forks,', tasks, EXPLORE_MAX_TASKS],
    ['mms, with those of forks and execs,', mms, EXPLORE_MAX_MMS],
  ] as const;
  for (const [what, count, most] of limits) {
    if (count > most)
      throw new UserError(`${file}: ${count} ${what} are too many to explore (expected at most ${most})`);
  }
  if (scenario.actions.some((action) => action.op === 'stale'))
    throw new UserError(
      `${file}: a stale load in the prefix (an exploration has stores out of order, but no older values)`,
    );
  return {
    scenario: {
      ...scenario,
      taskNames: [...scenario.taskNames, ...freshNames(scenario.taskNames, forks, taskNameAt)],
      mmNames: [...scenario.mmNames, ...freshNames(scenario.mmNames, fresh, mmNameAt)],
    },
    mmsUsed: scenario.mmNames.length,
    bounds,
  };
}
