import { createHash } from 'node:crypto';
import type { FuzzSettings } from '../engine/engine.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Algo, Arch, Kind, Memory, Mutant, Preempt } from '../words.js';

/** The names of the strategies, in the order of STRATEGY_*. */
export const STRATEGIES = ['random-walk', 'guided', 'pct', 'pos', 'surw', 'portfolio'] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** All that decides what a campaign finds: the same values give the same findings. */
export interface CampaignConfig {
  readonly seed: number;
  readonly algo: Algo;
  readonly mutants: readonly Mutant[];
  readonly memory: Memory;
  readonly arch: Arch;
  readonly preempt: Preempt;
  readonly strategy: Strategy;
  /** Inclusive ranges that each world is drawn from. */
  readonly cpus: readonly [number, number];
  readonly tasks: readonly [number, number];
  readonly mms: readonly [number, number];
  /** Kinds that count; null: all but compactness. */
  readonly oracle: readonly Kind[] | null;
  /** One ordinary schedule in so many is run in both implementations. */
  readonly compareEvery: number;
  /** Names of the schedules that each one begins from (seeds.ts), after what they hold; their worlds stand in for drawn ones. */
  readonly seeds?: readonly string[];
  /** The first schedule, where that is not 0: several machines can share one seed. */
  readonly from?: number;
}

/** What a campaign does where no flag says otherwise. */
export const defaultConfig: CampaignConfig = {
  seed: 1,
  algo: 'rfc-v6',
  mutants: [],
  memory: 'sc',
  arch: 'x86',
  preempt: 'full',
  strategy: 'portfolio',
  cpus: [2, 3],
  tasks: [2, 6],
  mms: [1, 2],
  oracle: null,
  compareEvery: 1000,
};

/** `2`, `2-6`: a range as the flags write it. */
export function rangeWord([lo, hi]: readonly [number, number]): string {
  return lo === hi ? `${lo}` : `${lo}-${hi}`;
}

/** Changes when the same seed comes to draw other schedules: an older state is then no longer resumed. */
const GENERATION = 3;

/** The most actions of a schedule. */
const ACTIONS_PER_SCHEDULE = 400;
/** Schedules of a batch: about half a second of work in a small world. */
const SMALL_BATCH = 10_000;
const WIDE_BATCH = 500;
const WIDE_CPUS = 16;
/** From seeds: what one window gets (assembly/search/seeds.ts). */
const SEEDED_BATCH = 5000;

/** How many schedules a worker runs before it reports. */
export function batchSize(config: CampaignConfig): number {
  if (config.seeds !== undefined) return SEEDED_BATCH;
  return config.cpus[1] > WIDE_CPUS ? WIDE_BATCH : SMALL_BATCH;
}

/** A scenario that has the campaign's header words, and no tasks and actions. */
export function headerOf(config: CampaignConfig): Scenario {
  const { algo, mutants, memory, arch, preempt, oracle } = config;
  return {
    algo,
    mutants,
    memory,
    arch,
    preempt,
    cpus: config.cpus[0],
    mms: 0,
    tasks: [],
    mmNames: [],
    taskNames: [],
    oracle,
    expects: [],
    actions: [],
  };
}

/** What the engine draws schedules from. */
export function settingsOf(config: CampaignConfig): FuzzSettings {
  return {
    seed: config.seed,
    cpus: config.cpus,
    tasks: config.tasks,
    mms: config.mms,
    actions: ACTIONS_PER_SCHEDULE,
    compareEvery: config.compareEvery,
    checks: true,
    coverage: config.strategy === 'guided' || config.strategy === 'portfolio',
    strategy: STRATEGIES.indexOf(config.strategy),
    epoch: batchSize(config),
  };
}

/** A name for a campaign's state file: what it fuzzes, its seed, and a hash of the whole configuration. */
export function campaignKey(config: CampaignConfig): string {
  const hash = createHash('sha256')
    .update(JSON.stringify({ generation: GENERATION, ...config }))
    .digest('hex')
    .slice(0, 8);
  return `${config.algo}-${config.memory}-${config.arch}-seed${config.seed}-${hash}`;
}
