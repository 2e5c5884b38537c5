import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Engine } from '../engine/engine.js';
import { type CampaignConfig, headerOf, settingsOf } from '../fuzz/config.js';
import { campaignFor, knownBugs } from './bugs.js';
import { findingOf, isHopeless } from './findings.js';
import { fuzzLoop } from './fuzz-loop.js';
import { Missing } from './missing.js';
import type { Ratio, Rival } from './result.js';
import { breathe, type Pace, Rounds, type Unit, type Way, type Work } from './rounds.js';
import { type Searched, timeToFind } from './time-to-find.js';

/**
 * The others, by their scripts in scripts/bench/. Each is a program of its own: they are development dependencies,
 * which src/ does not know. A script takes one JSON argument (`Task`) and prints one JSON line (`Answer`).
 */
const RIVALS = [
  { name: 'jsfuzz', script: 'jsfuzz.mjs' },
  { name: "fast-check's scheduler", script: 'fast-check.mjs' },
] as const;

/** What a rival is to do: run schedules of that machine until it finds something that counts, or the time is over. */
interface Task {
  readonly config: CampaignConfig;
  readonly seconds: number;
  readonly untilFound: boolean;
}

type Answer = Searched & { readonly steps: number };

/** A bug that a rival can be expected to find: the walk needs some dozen schedules. */
const EASY_BUG = 'late-curr';
const BUG_SEEDS = 5;
/** Of each seed; we, who are faster, are also given up after so many schedules. */
const BUG_LIMIT = { seconds: 5, schedules: 100_000 };

/** How long a rival runs in each round (it warms up first), and how many rounds there are at most. */
const ROUND_SECONDS = 4;
const MAX_ROUNDS = 3;

export interface Rivals {
  readonly rivals: readonly Rival[];
  readonly ratios: readonly Ratio[];
  readonly skipped: readonly string[];
}

/**
 * Runs each rival on the algorithm of `config`, in rounds with our own fuzz loop, and then both on a bug.
 *
 * @throws the signal's reason
 */
export async function measureRivals(
  config: CampaignConfig,
  count: number,
  rounds: number,
  pace: Pace,
): Promise<Rivals> {
  const rivals: Rival[] = [];
  const ratios: Ratio[] = [];
  const skipped: string[] = [];
  for (const { name, script } of RIVALS) {
    try {
      const ask = askFor(script, pace.signal);
      const measured = await measureRival(name, ask, config, count, rounds, pace);
      rivals.push(...measured.rivals);
      ratios.push(...measured.ratios);
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      skipped.push(`${name}: skipped: ${error.message}`);
    }
  }
  return { rivals, ratios, skipped };
}

type Ask = (task: Task) => Promise<Answer>;

async function measureRival(
  name: string,
  ask: Ask,
  config: CampaignConfig,
  count: number,
  rounds: number,
  pace: Pace,
): Promise<Rivals> {
  const engine = new Engine();
  const header = headerOf(config);
  const settings = { ...settingsOf(config), compareEvery: 0, coverage: true };
  const ours = config.strategy;
  let seed = config.seed;
  const ways: readonly Way[] = [
    [name, () => ask({ config: { ...config, seed: seed++ }, seconds: ROUND_SECONDS, untilFound: false })],
    [ours, ourRound],
  ];
  const measured = await Rounds.measure(ways, Math.min(rounds, MAX_ROUNDS), pace);

  /** By the clock on the wall: jsfuzz is two processes. */
  function ourRound(): Work {
    const began = performance.now();
    const { schedules, steps } = fuzzLoop(engine, header, settings, count);
    return { schedules, steps, seconds: (performance.now() - began) / 1000 };
  }

  const ratio = (unit: Unit, what: string): Ratio => ({
    what: `${ours} to ${name}, ${what} a second`,
    ratio: measured.ratio(ours, name, unit),
    wanted: null,
    bound: false,
  });
  const rival: Rival = {
    rival: name,
    stepsPerSecond: measured.rate(name, 'steps'),
    schedulesPerSecond: measured.rate(name, 'schedules'),
    ...(await onEasyBug(name, ask, config, pace)),
  };
  const ratios = [ratio('schedules', 'schedules'), ratio('steps', 'micro-steps')];
  return { rivals: [rival], ratios, skipped: [] };
}

/** How soon the rival finds a bug, and how soon our strategy does. */
async function onEasyBug(
  name: string,
  ask: Ask,
  { strategy, seed }: CampaignConfig,
  pace: Pace,
): Promise<Pick<Rival, 'bug' | 'theirs' | 'ours'>> {
  const bug = (await knownBugs()).find(({ name }) => name === EASY_BUG)!;
  const theirs: Searched[] = [];
  const ours: Searched[] = [];
  for (let i = 0; i < BUG_SEEDS; i++) {
    pace.tell(`${name} on ${EASY_BUG}: ${i + 1} of ${BUG_SEEDS}`);
    await breathe(pace);
    const config = campaignFor(bug, strategy, seed + i);
    if (!isHopeless(theirs, BUG_SEEDS))
      theirs.push(await ask({ config, seconds: BUG_LIMIT.seconds, untilFound: true }));
    ours.push(await timeToFind(config, BUG_LIMIT, pace));
  }
  return { bug: EASY_BUG, theirs: findingOf(theirs, BUG_SEEDS), ours: findingOf(ours, BUG_SEEDS) };
}

/** @throws Missing where the script is not there */
function askFor(script: string, signal: AbortSignal): Ask {
  const file = fileURLToPath(new URL(`../../scripts/bench/${script}`, import.meta.url));
  if (!existsSync(file)) throw new Missing(`no scripts/bench/${script} (it takes a checkout)`);
  return async (task) => {
    try {
      const { stdout } = await promisify(execFile)(process.execPath, [file, JSON.stringify(task)], {
        signal,
      });
      const answer = JSON.parse(stdout) as Answer | { readonly missing: string };
      if ('missing' in answer) throw new Missing(answer.missing);
      return answer;
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  };
}
