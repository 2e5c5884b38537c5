import {
  REDUCE_CPUS,
  REDUCE_HOMES,
  REDUCE_LOCAL,
  REDUCE_MMS,
  REDUCE_SLEEP,
  REDUCE_TASKS,
  REDUCE_TIME,
  WIDEN_WORK,
} from '../engine/addresses.js';

import type { Bounds } from './bounds.js';
import type { Limits } from './limits.js';

/** Each leaves states or moves out without a change of the verdict; each can be switched off. */
export interface Reductions {
  /** Times are ages: only what is older than what matters (assembly/explore/time.ts). */
  readonly time: boolean;
  /** Steps on what nobody else can touch are made at once (assembly/explore/independent.ts). */
  readonly local: boolean;
  /** Of two moves that do not touch each other, one order is tried. */
  readonly sleep: boolean;
  /** Tasks, mms, cpus that are alike may change places (assembly/explore/pack.ts). */
  readonly tasks: boolean;
  readonly mms: boolean;
  readonly cpus: boolean;
  /** A task that is not running may begin on any cpu: whose queue it is in is left open, as it may move at any time. */
  readonly homes: boolean;
  /** None of them, for it allows more than can happen: task work at any time, queued or not. Clean is clean. */
  readonly anyWork: boolean;
}

export const allReductions: Reductions = {
  time: true,
  local: true,
  sleep: true,
  tasks: true,
  mms: true,
  cpus: true,
  homes: true,
  anyWork: false,
};

/**
 * Those that go with the bounds: what a bound or a limit counts must not be left out. A step made at once is no preemption and not
 * counted in the depth; a migration that may be added to any run is not counted at all; and with times told apart there must
 * be few.
 */
export function fitting(r: Reductions, bounds: Bounds, limits: Limits): Reductions {
  const counted = bounds.preemptions !== null;
  const lengths = limits.depth !== null;
  return {
    ...r,
    local: r.local && !counted && !lengths,
    sleep: r.sleep && !counted,
    homes: r.homes && bounds.migrations === null && !lengths,
  };
}

/** REDUCE_* */
export function reductionSet(r: Reductions): number {
  return (
    (r.time ? REDUCE_TIME : 0) |
    (r.local ? REDUCE_LOCAL : 0) |
    (r.sleep ? REDUCE_SLEEP : 0) |
    (r.tasks ? REDUCE_TASKS : 0) |
    (r.mms ? REDUCE_MMS : 0) |
    (r.cpus ? REDUCE_CPUS : 0) |
    (r.homes ? REDUCE_HOMES : 0) |
    (r.anyWork ? WIDEN_WORK : 0)
  );
}
