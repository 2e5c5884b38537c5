import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCampaign } from '../fuzz/campaign.js';
import type { CampaignConfig } from '../fuzz/config.js';
import type { Sample } from '../fuzz/progress.js';
import { Missing } from './missing.js';
import type { Ratio } from './result.js';
import { type Pace, Rounds, type Work } from './rounds.js';

/** Two jobs on two free cores; what else the machine does counts against them. */
const WANTED = 1.8;

/** How long a campaign goes on, in ms; in its first seconds it writes thousands of files of its corpus. */
const CAMPAIGN_MS = 25_000;
const WARM_S = 8;
/** So many rounds are enough. */
const MAX_ROUNDS = 3;

/**
 * How many schedules a second two jobs run to one: whole campaigns, with corpus, statistics and all, on the repaired algorithm,
 * where there is nothing to be minimized.
 *
 * @throws Missing where there is one core only; the signal's reason
 */
export async function measureJobs(config: CampaignConfig, rounds: number, pace: Pace): Promise<Ratio> {
  if (availableParallelism() < 2) throw new Missing('one core (expected two)');
  const fixed: CampaignConfig = { ...config, algo: 'rfc-v6-fixed', mutants: [] };
  const way = (jobs: number) => async () => campaignOf(fixed, jobs, pace.signal);
  const measured = await Rounds.measure(
    [
      ['two jobs', way(2)],
      ['one job', way(1)],
    ],
    Math.min(rounds, MAX_ROUNDS),
    pace,
  );
  return {
    what: 'two jobs to one, schedules a second',
    ratio: measured.ratio('two jobs', 'one job', 'schedules'),
    wanted: WANTED,
    bound: false,
  };
}

/** A campaign in a folder of its own, from when it is warm to its last batch. */
async function campaignOf(config: CampaignConfig, jobs: number, signal: AbortSignal): Promise<Work> {
  const out = await mkdtemp(join(tmpdir(), 'cidfuzz-bench-jobs-'));
  try {
    let first: Sample | undefined;
    let last: Sample | undefined;
    await runCampaign({
      config,
      limits: { timeMs: CAMPAIGN_MS, runs: null, until: 'never' },
      out,
      jobs,
      signal,
      listener: {
        progress: (sample) => {
          if (sample.seconds >= WARM_S) first ??= sample;
          last = sample;
        },
      },
    });
    signal.throwIfAborted();
    return {
      schedules: last!.schedules - first!.schedules,
      steps: last!.steps - first!.steps,
      seconds: last!.seconds - first!.seconds,
    };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}
