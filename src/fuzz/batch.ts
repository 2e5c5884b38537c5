import type { Divergence } from '../check/divergence.js';
import { lockstep } from '../check/lockstep.js';
import { FUZZ_DONE, FUZZ_FINDING } from '../engine/addresses.js';
import type { Bucket, Engine, Seed } from '../engine/engine.js';
import type { FeatureSet } from '../engine/feature-set.js';
import type { Scenario } from '../scenario/scenario.js';
import { type CampaignConfig, headerOf, STRATEGIES, settingsOf } from './config.js';
import { type Covering, distil } from './distil.js';
import { isLong } from './finding.js';
import { longestOf } from './seeds.js';

/** A schedule that found something: the first of its bucket in its batch. */
export interface Found {
  /** The schedule's number in the campaign. */
  readonly schedule: number;
  /** KIND_*, and the pc of the access that broke the property. */
  readonly kind: number;
  readonly pc: number;
  readonly scenario: Scenario;
}

/** A schedule on which the two implementations part. */
export interface Parted {
  readonly schedule: number;
  readonly scenario: Scenario;
  readonly divergence: Divergence;
}

/** What a batch of schedules did. */
export interface BatchReport {
  readonly first: number;
  readonly schedules: number;
  /** Micro-steps of all of them. */
  readonly steps: number;
  /** Schedules that were run in both implementations, those with a finding included. */
  readonly compared: number;
  readonly buckets: readonly Bucket[];
  readonly found: readonly Found[];
  readonly parted: readonly Parted[];
  /** What guided search has kept of an epoch that has ended, distilled; nothing with other strategies. */
  readonly corpus: readonly Covering[];
  /** Schedules of each strategy, in the order of STRATEGIES: how a portfolio has spent the batch. */
  readonly plays: readonly number[];
  /** The most threads and events of a schedule that PCT chose: n and k of its bound; 0 where it chose none. */
  readonly pct: { readonly threads: number; readonly events: number };
}

/** What a batch depends on beside the campaign's configuration. */
export interface BatchOptions {
  /** Features that the campaign's corpus covers; null: nothing is to be kept. */
  readonly known?: FeatureSet | null;
  /** What schedules begin from: what `config.seeds` names. */
  readonly seeds?: readonly Seed[];
  /** Buckets that need not be told of any more. */
  readonly met?: ReadonlySet<string>;
}

/** A bucket in one word. */
export function bucketKey({ kind, pc }: { readonly kind: number; readonly pc: number }): string {
  return `${kind} ${pc}`;
}

/**
 * Actions of a seed for which one schedule more is left uncompared: the reference takes as long to come to where it begins as
 * the engine for thousands.
 */
const ACTIONS_UNCOMPARED = 200;

/** One schedule in so many is compared. */
function compareEvery(config: CampaignConfig, seeds: readonly Seed[]): number {
  return config.compareEvery * Math.max(1, Math.ceil(longestOf(seeds) / ACTIONS_UNCOMPARED));
}

/** Schedules on which the implementations part that a batch reports: the first few tell enough. */
const PARTED_MAX = 3;

/**
 * Runs schedules [first, first + count) of a campaign. Depends on nothing but its arguments.
 *
 * @param engine runs the batch
 * @param other repeats single schedules meanwhile, in lockstep with the reference
 */
export function runBatch(
  engine: Engine,
  other: Engine,
  config: CampaignConfig,
  first: number,
  count: number,
  { known = null, seeds = [], met = new Set() }: BatchOptions = {},
): BatchReport {
  const found: Found[] = [];
  const parted: Parted[] = [];
  let compared = 0;
  const settings = settingsOf(config);
  const ends = (first + count) % settings.epoch === 0;
  const every = compareEvery(config, seeds);
  engine.beginBatch(headerOf(config), { ...settings, compareEvery: every }, first, count, seeds);
  for (let code = engine.fuzz(); code !== FUZZ_DONE; code = engine.fuzz()) {
    const schedule = engine.scheduleIndex();
    const kind = engine.scheduleKind();
    const pc = engine.schedulePc();
    const scenario = engine.takeSchedule();
    // A long one that is found is compared where it is made small: once a campaign, not once a batch.
    const { result, divergence } =
      code === FUZZ_FINDING && isLong(scenario)
        ? { result: other.run(scenario), divergence: null }
        : lockstep(other, scenario);
    compared++;
    // What the fuzz loop saw must be what the scenario shows when it is run on its own.
    const strayed = (result.violation?.kind ?? 0) === kind ? null : strayedFrom(kind, result.steps);
    const apart = divergence ?? strayed;
    if (apart !== null) {
      if (parted.length < PARTED_MAX) parted.push({ schedule, scenario, divergence: apart });
    } else if (kind !== 0 && !met.has(bucketKey({ kind, pc }))) {
      found.push({ schedule, kind, pc, scenario });
    }
  }
  return {
    first,
    schedules: count,
    steps: engine.batchSteps(),
    compared,
    buckets: engine.buckets(),
    found,
    parted,
    pct: engine.pctBound(),
    plays: STRATEGIES.map((_, i) => engine.plays(i)),
    // At the end of an epoch: what is kept in the middle depends on where the batch was cut.
    // What begins in a seed is nothing without it.
    corpus: known !== null && settings.coverage && ends && seeds.length === 0 ? distil(engine, known) : [],
  };
}

function strayedFrom(kind: number, step: number): Divergence {
  return { step, what: `the fuzz loop saw kind ${kind}, its replay did not`, engine: [], reference: [] };
}
