import type { CampaignConfig, Strategy } from '../fuzz/config.js';
import { knownBugs } from './bugs.js';
import { measureExplorer } from './explorer.js';
import { claimedTimes, findBugs, guidedRatios } from './find-bugs.js';
import { measureJobs } from './jobs.js';
import { Missing } from './missing.js';
import { measureNative } from './native.js';
import { measureRates } from './rates.js';
import type { BenchResult, BugRow, Figure, LoopRate, Part, Rate, Ratio, Rival } from './result.js';
import { measureRivals } from './rivals.js';
import type { Pace } from './rounds.js';
import type { Limit } from './time-to-find.js';

export interface BenchOptions {
  /** Of the schedules that rates are measured with; the bugs bring their own, and the explorer its worlds. */
  readonly config: CampaignConfig;
  readonly parts: readonly Part[];
  /** How many different schedules are run; the reference runs a twentieth of them. */
  readonly schedules: number;
  readonly rounds: number;
  /** How many seeds look for a bug, the first of them that of `config`. */
  readonly seeds: number;
  /** By which strategies bugs are looked for. */
  readonly strategies: readonly Strategy[];
  readonly limit: Limit;
  /** Names of bugs to look for; null: all. */
  readonly bugs: readonly string[] | null;
  readonly pace: Pace;
}

/**
 * Measures what is asked for, part by part, in this thread. What cannot be measured here is told in `skipped`; where
 * the signal ends it, the result has what was known by then.
 *
 * @throws Contradiction where two ways to do the same do not come to the same
 */
export async function bench(options: BenchOptions): Promise<BenchResult> {
  const { config, parts, schedules, rounds, seeds, limit, pace } = options;
  let steps = 0;
  const rates: Rate[] = [];
  const figures: Figure[] = [];
  const ratios: Ratio[] = [];
  let loops: readonly LoopRate[] = [];
  let rivals: readonly Rival[] = [];
  const rows: BugRow[] = [];
  const skipped: string[] = [];

  const measures: Record<Part, () => Promise<void>> = {
    async rates() {
      const measured = await measureRates(config, schedules, rounds, pace);
      steps = measured.steps;
      rates.push(...measured.rates);
      ratios.push(...measured.ratios);
      loops = measured.loops;
    },
    async native() {
      const measured = await measureNative(config, schedules, rounds, pace);
      rates.push(...measured.rates);
      ratios.push(measured.ratio);
    },
    async explore() {
      const measured = await measureExplorer(rounds, pace);
      figures.push(...measured.figures);
      ratios.push(...measured.ratios);
      skipped.push(...measured.skipped);
    },
    async jobs() {
      ratios.push(await measureJobs(config, rounds, pace));
    },
    async rivals() {
      const measured = await measureRivals(config, schedules, rounds, pace);
      rivals = measured.rivals;
      ratios.push(...measured.ratios);
      skipped.push(...measured.skipped);
    },
    async bugs() {
      const all = await knownBugs();
      const bugs = all.filter(({ name }) => options.bugs?.includes(name) ?? true);
      const { strategies } = options;
      await findBugs({ bugs, strategies, seed: config.seed, seeds, limit, pace }, rows);
    },
  };

  let interrupted = false;
  try {
    for (const part of parts) {
      try {
        await measures[part]();
      } catch (error) {
        if (!(error instanceof Missing)) throw error;
        skipped.push(`${part}: skipped: ${error.message}`);
      }
    }
  } catch (error) {
    if (!pace.signal.aborted) throw error;
    interrupted = true;
  }
  return {
    schedules,
    steps,
    rates,
    figures,
    ratios: [...ratios, ...guidedRatios(rows)],
    loops,
    rivals,
    bugs: rows,
    times: claimedTimes(rows),
    skipped,
    interrupted,
  };
}
