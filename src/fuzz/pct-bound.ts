import { STRATEGY_PCT } from '../engine/addresses.js';
import type { CampaignState } from './state.js';

/** What PCT promises for bugs of one depth (Burckhardt et al., ASPLOS 2010). */
export interface PctBound {
  /** n and k: the most threads and events of a schedule so far. */
  readonly threads: number;
  readonly events: number;
  /** d: how many constraints on the order of events the bug needs. */
  readonly depth: number;
  /** That a schedule of the program meets the bug: at least 1/(n·k^(d-1)), over the four depths that are drawn. */
  readonly probability: number;
  /** Schedules of the program after which it is met with a probability of 95 %. */
  readonly schedules95: number;
}

/** The depths that a schedule may be of: assembly/strategy/pct.ts draws one of them. */
export const DEPTHS = [1, 2, 3, 4];

/**
 * PCT's bound for each depth, for the bugs of one program (assembly/strategy/threads.ts): so many schedules of it meet one
 * of that depth. A campaign draws a new program for each schedule, so it is a measure of how hard a depth is. A schedule
 * draws its depth, so one of depth d has a share of them only; what those of a greater depth add is left out.
 *
 * @returns null where PCT chose no schedule
 */
export function pctBounds({ pct, plays }: CampaignState): readonly PctBound[] | null {
  const { threads, events } = pct;
  // Worlds with too many cpus for threads are left to the walk.
  if (plays[STRATEGY_PCT] === 0 || threads === 0) return null;
  return DEPTHS.map((depth) => {
    const probability = 1 / (threads * events ** (depth - 1)) / DEPTHS.length;
    const schedules95 = Math.ceil(Math.log(0.05) / Math.log1p(-probability));
    return { threads, events, depth, probability, schedules95 };
  });
}
