import type { Divergence } from '../check/divergence.js';
import { lockstep } from '../check/lockstep.js';
import { FUZZ_DONE } from '../engine/addresses.js';
import type { Bucket, Engine } from '../engine/engine.js';
import type { Scenario } from '../scenario/scenario.js';
import { type CampaignConfig, headerOf, STRATEGIES, settingsOf } from './config.js';
import { type Covering, distil, type FeatureSet } from './distil.js';

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

/** Schedules on which the implementations part that a batch reports: the first few tell enough. */
const PARTED_MAX = 3;

/**
 * Runs schedules [first, first + count) of a campaign. Depends on nothing but its arguments.
 *
 * @param engine runs the batch
 * @param other repeats single schedules meanwhile, in lockstep with the reference
 * @param known features that the campaign's corpus covers; null: nothing is to be kept
 */
export function runBatch(
  engine: Engine,
  other: Engine,
  config: CampaignConfig,
  first: number,
  count: number,
  known: FeatureSet | null = null,
): BatchReport {
  const found: Found[] = [];
  const parted: Parted[] = [];
  let compared = 0;
  const settings = settingsOf(config);
  const ends = (first + count) % settings.epoch === 0;
  engine.beginBatch(headerOf(config), settings, first, count);
  while (engine.fuzz() !== FUZZ_DONE) {
    const schedule = engine.scheduleIndex();
    const kind = engine.scheduleKind();
    const pc = engine.schedulePc();
    const scenario = engine.takeSchedule();
    const { result, divergence } = lockstep(other, scenario);
    compared++;
    // What the fuzz loop saw must be what the scenario shows when it is run on its own.
    const strayed = (result.violation?.kind ?? 0) === kind ? null : strayedFrom(kind, result.steps);
    const apart = divergence ?? strayed;
    if (apart !== null) {
      if (parted.length < PARTED_MAX) parted.push({ schedule, scenario, divergence: apart });
    } else if (kind !== 0) {
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
    corpus: known !== null && settings.coverage && ends ? distil(engine, known) : [],
  };
}

function strayedFrom(kind: number, step: number): Divergence {
  return { step, what: `the fuzz loop saw kind ${kind}, its replay did not`, engine: [], reference: [] };
}
