import { defaultConfig } from '../../src/fuzz/config.js';
import type { CampaignView, FindingRow, Sample } from '../../src/fuzz/progress.js';

/** A sample of a campaign that has run for so many seconds. */
export function sampleAt(seconds: number, change: Partial<Sample> = {}): Sample {
  return {
    format: 1,
    session: 1,
    at: 1_795_700_000_000 + 1000 * seconds,
    seconds,
    cpuSeconds: 2 * seconds,
    jobs: 2,
    schedules: 30_000 * seconds,
    steps: 9_000_000 * seconds,
    compared: 30 * seconds,
    stable: 30 * seconds,
    corpus: Math.round(1000 * Math.log1p(seconds)),
    features: Math.round(3000 * Math.log1p(seconds)),
    findings: seconds > 20 ? 1 : 0,
    lastFeature: seconds > 0 ? seconds - 1 : null,
    lastFinding: seconds > 20 ? 20 : null,
    plays: { 'random-walk': 5000 * seconds, guided: 20_000 * seconds, surw: 5000 * seconds },
    memory: 100 * 2 ** 20,
    workerMemory: 300 * 2 ** 20,
    replaced: 0,
    faults: 0,
    ...change,
  };
}

export function findingRow(change: Partial<FindingRow> = {}): FindingRow {
  return {
    name: 'freed-in-use-5b761a4c',
    kind: 'freed-in-use',
    schedule: 27_477,
    met: 1740,
    actions: 22,
    race: ['clear-old: cmpxchg(pcpu_cid->cid, cid, lazy)', 'clear-old: cmpxchg(pcpu_cid->cid, lazy, unset)'],
    sentence: 'At step 78 a on cpu 0 makes cid[A][1] unset while b on cpu 1 runs with concurrency id 1 of A.',
    ...change,
  };
}

/** What a view shows of a campaign after so many seconds. */
export function viewAt(seconds: number, change: Partial<CampaignView> = {}): CampaignView {
  const history = Array.from({ length: Math.min(60, seconds) }, (_, i) =>
    sampleAt(seconds - 60 + i + 1),
  ).filter((sample) => sample.seconds > 0);
  return {
    config: defaultConfig,
    out: 'campaign',
    runs: null,
    time: 3600,
    now: sampleAt(seconds),
    history,
    findings: seconds > 20 ? [findingRow()] : [],
    messages: [
      'freed-in-use in schedule 27 477: minimizing',
      'schedule 27 477: stored as freed-in-use-5b761a4c',
    ],
    state: 'running',
    ...change,
  };
}
