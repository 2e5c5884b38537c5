import { FUZZ_FINDING } from '../engine/addresses.js';
import { Engine } from '../engine/engine.js';
import { batchSize, type CampaignConfig, headerOf, settingsOf } from '../fuzz/config.js';
import { breathe, type Pace, processorSeconds } from './rounds.js';

/** How a search for one bug went. */
export interface Searched {
  /** Whether anything was found before a limit was reached. */
  readonly found: boolean;
  /** Schedules that were run, the one that found it included. */
  readonly schedules: number;
  /** Of the processor: what other programs took meanwhile is not in it. */
  readonly seconds: number;
}

/** When a search is given up. */
export interface Limit {
  readonly schedules: number;
  /** At the end of the batch in which so much time has passed. */
  readonly seconds: number;
  /** Only when it has come to both. */
  readonly both?: boolean;
}

function isOver(limit: Limit, schedules: number, seconds: number): boolean {
  const enough = [schedules >= limit.schedules, seconds >= limit.seconds];
  return limit.both ? enough.every(Boolean) : enough.some(Boolean);
}

/**
 * Runs a campaign up to its first finding of a kind that counts, on one core, in this thread, batch by batch. How the
 * batches of a campaign are driven is known here, and nowhere else in the bench.
 *
 * @throws the signal's reason, between two batches
 */
export async function timeToFind(config: CampaignConfig, limit: Limit, pace: Pace): Promise<Searched> {
  // One of its own: what a strategy learns, it keeps in its engine.
  const engine = new Engine();
  const header = headerOf(config);
  const settings = { ...settingsOf(config), compareEvery: 0 };
  const size = batchSize(config);
  const began = processorSeconds();
  const seconds = () => processorSeconds() - began;
  let first = 0;
  while (!isOver(limit, first, seconds())) {
    await breathe(pace);
    const left = limit.schedules - first;
    const count = left > 0 ? Math.min(size, left) : size;
    engine.beginBatch(header, settings, first, count);
    if (engine.fuzz() === FUZZ_FINDING) {
      return { found: true, schedules: engine.scheduleIndex() + 1, seconds: seconds() };
    }
    first += count;
  }
  return { found: false, schedules: first, seconds: seconds() };
}
