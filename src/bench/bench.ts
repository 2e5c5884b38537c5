import { FUZZ_DONE, STRATEGY_RANDOM_WALK } from '../engine/addresses.js';
import { Engine, type FuzzSettings } from '../engine/engine.js';
import { drive } from '../event/drive.js';
import { type CampaignConfig, headerOf, settingsOf } from '../fuzz/config.js';
import { runReference } from '../reference/run.js';
import type { Scenario } from '../scenario/scenario.js';
import { MEMORIES, type Memory } from '../words.js';

/** Micro-steps a second of one way to run schedules: the median of all rounds. */
export interface Rate {
  readonly what: string;
  readonly stepsPerSecond: number;
}

/** A ratio of two rates: the median of the rounds' ratios, each of two measurements close in time. */
export interface Ratio {
  readonly what: string;
  readonly ratio: number;
  /** What the ratio should be at least. */
  readonly wanted: number;
}

export interface BenchResult {
  readonly schedules: number;
  /** Micro-steps of these schedules. */
  readonly steps: number;
  readonly rates: readonly Rate[];
  readonly ratios: readonly Ratio[];
}

export interface BenchOptions {
  readonly config: CampaignConfig;
  /** How many different schedules are run; the reference runs every {@link REFERENCE_SHARE}th of them. */
  readonly schedules: number;
  readonly rounds: number;
}

/** The reference is that much slower, about: it runs fewer schedules so that both take some time. */
const REFERENCE_SHARE = 20;

/** What a model with buffers may cost. */
const WANTED_OF_SC: Record<Exclude<Memory, 'sc'>, number> = { tso: 0.7, weak: 0.4 };

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;
}

/** Draws schedules as a campaign does. */
function drawSchedules(engine: Engine, header: Scenario, settings: FuzzSettings, count: number): Scenario[] {
  const schedules: Scenario[] = [];
  engine.beginBatch(header, { ...settings, compareEvery: 1 }, 0, count);
  while (engine.fuzz() !== FUZZ_DONE) schedules.push(engine.takeSchedule());
  return schedules;
}

/** Its name, and a run that tells how many micro-steps it made. */
type Way = readonly [what: string, run: () => number];

/**
 * Runs the same schedules in every way, in rounds, so that the noise of the machine meets all of them:
 *
 * - *bare engine*: the schedules as drawn, all in one call, with nothing to choose and no checks;
 * - *engine*: the same with all checks;
 * - *fuzz loop*: choosing, stepping, checking, logging and starting over, as in a campaign;
 * - *reference*: the generators, with their checks;
 * - *fixed, sc*, *tso* and *weak*: the fuzz loop on the same worlds, of the repaired algorithm without a mutant: no
 *   violation ends a schedule early under one model and not under another.
 */
export function bench(options: BenchOptions): BenchResult {
  const { config, schedules: count } = options;
  const engine = new Engine();
  const header = headerOf(config);
  const settings: FuzzSettings = { ...settingsOf(config), compareEvery: 0, strategy: STRATEGY_RANDOM_WALK };
  const schedules = drawSchedules(engine, header, settings, count);
  const steps = sum(schedules.map((schedule) => engine.run(schedule).steps));
  engine.layDeck(schedules.map((schedule) => engine.prepare(schedule)));
  const some = schedules.filter((_, i) => i % REFERENCE_SHARE === 0);

  const ways: readonly Way[] = [
    ['bare engine', () => engine.runDeck(false)],
    ['engine', () => engine.runDeck(true)],
    ['fuzz loop', () => fuzzLoop(engine, header, settings, count)],
    ['reference', () => sum(some.map(referenceSteps))],
    ...MEMORIES.map((memory): Way => {
      const fixed = headerOf({ ...config, algo: 'rfc-v6-fixed', mutants: [], memory });
      return [`fixed, ${memory}`, () => fuzzLoop(engine, fixed, settings, count)];
    }),
  ];
  const rounds: Map<string, number>[] = [];
  for (let round = 0; round <= options.rounds; round++) {
    const rates = new Map<string, number>();
    for (const [what, way] of ways) {
      const began = performance.now();
      rates.set(what, (way() / (performance.now() - began)) * 1000);
    }
    // The first round warms up.
    if (round > 0) rounds.push(rates);
  }
  const ratio = (ours: string, theirs: string) =>
    median(rounds.map((rates) => rates.get(ours)! / rates.get(theirs)!));
  return {
    schedules: options.schedules,
    steps,
    rates: ways.map(([what]) => ({
      what,
      stepsPerSecond: median(rounds.map((rates) => rates.get(what)!)),
    })),
    ratios: [
      { what: 'engine to reference', ratio: ratio('engine', 'reference'), wanted: 50 },
      {
        what: 'fuzz loop with all checks to bare engine',
        ratio: ratio('fuzz loop', 'bare engine'),
        wanted: 0.6,
      },
      ...Object.entries(WANTED_OF_SC).map(([memory, wanted]) => ({
        what: `fuzz loop under ${memory} to sc`,
        ratio: ratio(`fixed, ${memory}`, 'fixed, sc'),
        wanted,
      })),
    ],
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}

function fuzzLoop(engine: Engine, header: Scenario, settings: FuzzSettings, count: number): number {
  engine.beginBatch(header, settings, 0, count);
  while (engine.fuzz() !== FUZZ_DONE);
  return engine.batchSteps();
}

function referenceSteps(schedule: Scenario): number {
  return drive(runReference(schedule)).steps;
}
