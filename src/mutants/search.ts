import { FUZZ_DONE } from '../engine/addresses.js';
import type { Engine } from '../engine/engine.js';
import { type Found, type Parted, runBatch } from '../fuzz/batch.js';
import { type CampaignConfig, headerOf, settingsOf } from '../fuzz/config.js';

/** What a campaign's schedules came to: its first violation, a divergence at it, or neither. */
export interface Searched {
  readonly found: Found | null;
  readonly parted: Parted | null;
}

/**
 * The first of the schedules [first, first + count) that violates anything, confirmed in both implementations.
 * No schedule after it is run. Depends on nothing but its arguments.
 *
 * @param engine draws and runs the schedules
 * @param other runs the one that was found again, in lockstep with the reference
 * @param config one that compares no schedule (`compareEvery` 0)
 */
export function searchBatch(
  engine: Engine,
  other: Engine,
  config: CampaignConfig,
  first: number,
  count: number,
): Searched {
  engine.beginBatch(headerOf(config), settingsOf(config), first, count);
  if (engine.fuzz() === FUZZ_DONE) return { found: null, parted: null };
  const { found, parted } = runBatch(engine, other, config, engine.scheduleIndex(), 1);
  return { found: found[0] ?? null, parted: parted[0] ?? null };
}
