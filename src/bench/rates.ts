import { FUZZ_DONE, STRATEGY_RANDOM_WALK } from '../engine/addresses.js';
import { Engine, type FuzzSettings } from '../engine/engine.js';
import { drive } from '../event/drive.js';
import { type CampaignConfig, headerOf, STRATEGIES, type Strategy, settingsOf } from '../fuzz/config.js';
import { runReference } from '../reference/run.js';
import type { Scenario } from '../scenario/scenario.js';
import { MEMORIES, type Memory } from '../words.js';
import { fuzzLoop } from './fuzz-loop.js';
import type { LoopRate, Rate, Ratio } from './result.js';
import { type Pace, Rounds, timed, type Way, type Work } from './rounds.js';

export interface Rates {
  /** Micro-steps of the schedules. */
  readonly steps: number;
  readonly rates: readonly Rate[];
  readonly ratios: readonly Ratio[];
  readonly loops: readonly LoopRate[];
}

/** The reference is that much slower, about: it runs fewer schedules so that both take some time. */
const REFERENCE_SHARE = 20;

/** What a model with buffers may cost. */
const WANTED_OF_SC: Record<Exclude<Memory, 'sc'>, number> = { tso: 0.7, weak: 0.4 };

const BARE = 'bare engine';
const COVERED = 'engine with coverage';
const LOOP = 'fuzz loop';

/** What a strategy's loop leaves out; the last one leaves out all. */
const LOOPS = [
  { checks: true, coverage: true },
  { checks: true, coverage: false },
  { checks: false, coverage: true },
  { checks: false, coverage: false },
] as const;

const loopName = (strategy: Strategy, checks: boolean, coverage: boolean) =>
  `${strategy}, ${checks ? '' : 'no '}checks, ${coverage ? '' : 'no '}coverage`;

/**
 * Runs the same schedules in every way:
 *
 * - *bare engine*: the schedules as drawn, all in one call, with nothing to choose and no checks;
 * - *engine*: the same with all checks; *engine with coverage*: with coverage, too;
 * - *fuzz loop*: a random walk that chooses, steps, checks, covers, logs and starts over, as in a campaign;
 * - *reference*: the generators, with their checks;
 * - *fixed, sc*, *tso* and *weak*: the fuzz loop on the same worlds, of the repaired algorithm without a mutant: no
 *   violation ends a schedule early under one model and not under another;
 * - and by strategy the fuzz loop on the repaired algorithm with checks and coverage on and off.
 */
export async function measureRates(
  config: CampaignConfig,
  count: number,
  rounds: number,
  pace: Pace,
): Promise<Rates> {
  const engine = new Engine();
  const header = headerOf(config);
  const settings: FuzzSettings = {
    ...settingsOf(config),
    compareEvery: 0,
    strategy: STRATEGY_RANDOM_WALK,
    coverage: true,
  };
  const schedules = drawSchedules(engine, header, settings, count);
  const steps = schedules.reduce((total, schedule) => total + engine.run(schedule).steps, 0);
  const deck = new Engine();
  deck.layDeck(schedules.map((schedule) => deck.prepare(schedule)));
  const dealt = (checks: boolean, coverage: boolean) =>
    timed(() => ({ schedules: count, steps: deck.runDeck(checks, coverage) }));
  const some = schedules.filter((_, i) => i % REFERENCE_SHARE === 0);
  const fixed = headerOf({ ...config, algo: 'rfc-v6-fixed', mutants: [] });

  const ways: readonly Way[] = [
    [BARE, () => dealt(false, false)],
    ['engine', () => dealt(true, false)],
    [COVERED, () => dealt(true, true)],
    [LOOP, () => timed(() => fuzzLoop(engine, header, settings, count))],
    ['reference', () => timed(() => runInReference(some))],
    ...MEMORIES.map((memory): Way => {
      const under = { ...fixed, memory };
      return [`fixed, ${memory}`, () => timed(() => fuzzLoop(engine, under, settings, count))];
    }),
  ];
  const loops = STRATEGIES.flatMap((strategy) => LOOPS.map((loop) => ({ strategy, ...loop })));
  // Each has an engine of its own: a strategy that learns keeps what it has learnt.
  const loopWays = loops.map(({ strategy, checks, coverage }): Way => {
    const own = new Engine();
    const loop = { ...settingsOf({ ...config, strategy }), compareEvery: 0, checks, coverage };
    return [
      loopName(strategy, checks, coverage),
      () => timed(() => fuzzLoop(own, { ...fixed, memory: config.memory }, loop, count)),
    ];
  });

  const measured = await Rounds.measure([...ways, ...loopWays], rounds, pace);
  const rateOf = (what: string) => ({
    stepsPerSecond: measured.rate(what, 'steps'),
    schedulesPerSecond: measured.rate(what, 'schedules'),
  });
  const base = loopName(STRATEGIES[0], false, false);
  const ratio = (what: string, ours: string, theirs: string, wanted: number | null): Ratio => ({
    what,
    ratio: measured.ratio(ours, theirs, 'steps'),
    wanted,
    bound: false,
  });
  return {
    steps,
    rates: ways.map(([what]) => ({ what, ...rateOf(what) })),
    ratios: [
      ratio('engine to reference', 'engine', 'reference', 100),
      ratio('engine with checks and coverage to bare engine', COVERED, BARE, 0.6),
      ratio('fuzz loop with checks and coverage to bare engine', LOOP, BARE, null),
      ...Object.entries(WANTED_OF_SC).map(([memory, wanted]) =>
        ratio(`fuzz loop under ${memory} to sc`, `fixed, ${memory}`, 'fixed, sc', wanted),
      ),
    ],
    loops: loops.map(({ strategy, checks, coverage }) => {
      const what = loopName(strategy, checks, coverage);
      const relative = measured.ratio(what, base, 'schedules');
      return { strategy, checks, coverage, ...rateOf(what), relative };
    }),
  };
}

/** Draws schedules as a campaign does. */
function drawSchedules(engine: Engine, header: Scenario, settings: FuzzSettings, count: number): Scenario[] {
  const schedules: Scenario[] = [];
  engine.beginBatch(header, { ...settings, compareEvery: 1 }, 0, count);
  while (engine.fuzz() !== FUZZ_DONE) schedules.push(engine.takeSchedule());
  return schedules;
}

type Done = Omit<Work, 'seconds'>;

function runInReference(schedules: readonly Scenario[]): Done {
  const steps = schedules.reduce((total, schedule) => total + drive(runReference(schedule)).steps, 0);
  return { schedules: schedules.length, steps };
}
