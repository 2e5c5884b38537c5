import { type CampaignConfig, STRATEGIES } from './config.js';
import type { CampaignView, FindingRow, Sample } from './progress.js';
import { type CampaignState, findingsOf } from './state.js';
import type { Usage } from './workers.js';

/** Samples that a live view is given; where there are more, every other one goes. */
const MOST_SAMPLES = 600;
const FIRST_GAP_S = 1;
const MESSAGES = 20;

/** What a monitor watches. */
export interface Watched {
  readonly config: CampaignConfig;
  readonly out: string;
  readonly jobs: number;
  readonly runs: number | null;
  readonly timeMs: number | null;
  readonly state: CampaignState;
  readonly usage: () => Usage;
  /** Features that the corpus covers by now. */
  readonly features: () => number;
}

/** What is known of a finding beside what the state says. */
export type FindingFacts = Pick<FindingRow, 'kind' | 'actions' | 'race' | 'sentence'>;

/** Follows how a campaign does, for statistics and live views: the only place of a campaign that knows the time. */
export class Monitor {
  private readonly began = performance.now();
  private readonly session: number;
  private readonly before: Pick<Sample, 'seconds' | 'cpuSeconds'>;
  private readonly history: Sample[] = [];
  private readonly facts = new Map<string, FindingFacts>();
  private readonly messages: string[] = [];
  private gapS = FIRST_GAP_S;
  private features: number;
  private featureAt: number | null;
  private findings: number;
  private findingAt: number | null;
  private phase: CampaignView['state'] = 'running';

  /** @param last the sample that an earlier session ended with */
  constructor(
    private readonly watched: Watched,
    last: Sample | null,
  ) {
    this.session = (last?.session ?? 0) + 1;
    this.before = last ?? { seconds: 0, cpuSeconds: 0 };
    this.features = watched.features();
    this.findings = findingsOf(watched.state).length;
    this.featureAt = last?.lastFeature ?? null;
    this.findingAt = last?.lastFinding ?? null;
  }

  /** Seconds of work, those of earlier sessions included. */
  get seconds(): number {
    return rounded(this.before.seconds + (performance.now() - this.began) / 1000);
  }

  /** What a finding is, once it is stored. */
  know(name: string, facts: FindingFacts): void {
    this.facts.set(name, facts);
  }

  /** Something that was told. */
  note(message: string): void {
    this.messages.push(message);
    if (this.messages.length > MESSAGES) this.messages.shift();
  }

  enter(phase: CampaignView['state']): void {
    this.phase = phase;
  }

  /** How the campaign does now. */
  sample(): Sample {
    const { state, usage, jobs } = this.watched;
    const { memory, cpuSeconds, replaced } = usage();
    const seconds = this.seconds;
    const features = this.watched.features();
    if (features > this.features) this.featureAt = seconds;
    const findings = findingsOf(state).length;
    if (findings > this.findings) this.findingAt = seconds;
    [this.features, this.findings] = [features, findings];
    return {
      format: 1,
      session: this.session,
      at: Date.now(),
      seconds,
      cpuSeconds: rounded(this.before.cpuSeconds + cpuSeconds),
      jobs,
      schedules: state.next - (state.config.from ?? 0),
      steps: state.steps,
      compared: state.compared,
      stable: state.compared - state.parted.length,
      corpus: state.corpus,
      features,
      findings,
      lastFeature: this.featureAt,
      lastFinding: this.findingAt,
      plays: Object.fromEntries(
        STRATEGIES.map((name, i) => [name, state.plays[i]!] as const).filter(([, plays]) => plays > 0),
      ),
      memory: process.memoryUsage.rss(),
      workerMemory: memory,
      replaced,
      faults: state.faults.length,
    };
  }

  /** Keeps a sample for live views. */
  keep(sample: Sample): void {
    const last = this.history.at(-1);
    if (last !== undefined && sample.seconds - last.seconds < this.gapS) return;
    this.history.push(sample);
    if (this.history.length < MOST_SAMPLES) return;
    this.gapS *= 2;
    this.history.splice(0, this.history.length, ...this.history.filter((_, i) => i % 2 === 0));
  }

  /** All that a live view shows. */
  view(): CampaignView {
    const { config, out, runs, timeMs } = this.watched;
    return {
      config,
      out,
      runs,
      time: timeMs === null ? null : timeMs / 1000,
      now: this.sample(),
      history: [...this.history],
      findings: this.rows(),
      messages: [...this.messages],
      state: this.phase,
    };
  }

  private rows(): FindingRow[] {
    const { state } = this.watched;
    const found = findingsOf(state).map(({ name, instances, met }) => ({
      name,
      schedule: instances[0]!.schedule,
      met,
    }));
    const contradictions = [...state.parted, ...state.faults].flatMap(({ finding, schedule }) =>
      finding === null ? [] : [{ name: finding, schedule, met: 1 }],
    );
    return [...found, ...contradictions].flatMap((row) => {
      const facts = this.facts.get(row.name);
      return facts === undefined ? [] : [{ ...row, ...facts }];
    });
  }
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
