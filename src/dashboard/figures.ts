import type { CampaignView, FindingRow, Sample } from '../fuzz/progress.js';
import { durationOf, grouped, mebibytes } from '../numbers.js';

/** A number of a campaign's, with its word: what all views of it share. */
export interface Figure {
  readonly label: string;
  readonly value: string;
}

/** The figures of a campaign, by what they are about. */
export interface Figures {
  readonly time: readonly Figure[];
  readonly work: readonly Figure[];
  readonly coverage: readonly Figure[];
  /** Each strategy's part of the schedules, the largest first. */
  readonly strategies: readonly Figure[];
  readonly machine: readonly Figure[];
}

/** Seconds over which `now` is measured. */
const NOW_S = 10;

/** Schedules and micro-steps a second. */
export interface Pace {
  readonly schedules: number;
  readonly steps: number;
}

/** How fast a campaign was between two samples of one session; 0 where no time has passed. */
export function paceBetween(from: Sample | null, to: Sample): Pace {
  const seconds = to.seconds - (from?.seconds ?? 0);
  const per = (n: number) => (seconds > 0 ? n / seconds : 0);
  return {
    schedules: per(to.schedules - (from?.schedules ?? 0)),
    steps: per(to.steps - (from?.steps ?? 0)),
  };
}

/** How fast a campaign is: over its last seconds, as far as samples tell. */
export function paceNow({ now, history }: Pick<CampaignView, 'now' | 'history'>): Pace {
  const from = history.findLast(({ seconds }) => now.seconds - seconds >= NOW_S) ?? history[0];
  return paceBetween(from === undefined || from.seconds >= now.seconds ? null : from, now);
}

/** What a campaign has come to, in words. */
export function figuresOf(view: CampaignView): Figures {
  const { now } = view;
  const pace = paceNow(view);
  const average = paceBetween(null, now);
  const since = (at: number | null) => (at === null ? 'none yet' : `${durationOf(now.seconds - at)} ago`);
  const left = toGo(view);
  return {
    time: [
      { label: 'run time', value: durationOf(now.seconds) },
      ...(left === null ? [] : [{ label: 'to go', value: left }]),
      { label: 'last new coverage', value: since(now.lastFeature) },
      { label: 'last new finding', value: since(now.lastFinding) },
    ],
    work: [
      { label: 'schedules', value: grouped(now.schedules) },
      { label: 'a second', value: `${grouped(pace.schedules)} (${grouped(average.schedules)} on average)` },
      { label: 'micro-steps', value: `${grouped(pace.steps / 1000)} k/s` },
      { label: 'compared', value: grouped(now.compared) },
      { label: 'stability', value: stabilityOf(now) },
    ],
    coverage: [
      { label: 'features', value: grouped(now.features) },
      { label: 'corpus', value: `${grouped(now.corpus)} files` },
      { label: 'findings', value: grouped(now.findings) },
      { label: 'faults of cidfuzz', value: grouped(now.faults) },
    ],
    strategies: sharesOf(now).map(({ strategy, share }) => ({ label: strategy, value: percentOf(share) })),
    machine: [
      { label: 'jobs', value: grouped(now.jobs) },
      { label: 'memory', value: mebibytes(now.memory) },
      { label: 'memory of workers', value: mebibytes(now.workerMemory) },
      { label: 'workers replaced', value: grouped(now.replaced) },
    ],
  };
}

/** What is left until a campaign ends by itself; null: it does not. */
function toGo({ now, runs, time, history }: CampaignView): string | null {
  // A session's first sample comes with its first batch; the first session begins with nothing.
  const began = now.session === 1 ? 0 : (history[0]?.seconds ?? now.seconds);
  const left = [
    ...(time === null ? [] : [durationOf(Math.max(0, time - (now.seconds - began)))]),
    ...(runs === null ? [] : [`${grouped(Math.max(0, runs - now.schedules))} schedules`]),
  ];
  return left.length === 0 ? null : left.join(', or ');
}

/** The part of the compared schedules on which engine, reference and fuzz loop agree. */
function stabilityOf({ stable, compared }: Sample): string {
  if (compared === 0) return 'none compared yet';
  const percent = (100 * stable) / compared;
  return `${stable === compared ? '100' : Math.min(99.99, percent).toFixed(2)} %`;
}

/** Each strategy's part of the schedules, the largest first: 0 to 1. */
export function sharesOf({ plays }: Sample): { readonly strategy: string; readonly share: number }[] {
  const played = Object.entries(plays).filter(([, n]) => n > 0);
  const all = played.reduce((sum, [, n]) => sum + n, 0);
  return played.map(([strategy, n]) => ({ strategy, share: n / all })).sort((a, b) => b.share - a.share);
}

/** A part of a whole, as all views write it. */
export function percentOf(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

/** How often a finding was met, and how short it is. */
export function findingWords({ met, actions, schedule }: FindingRow): string {
  const often = met === 1 ? 'once' : `${grouped(met)} times`;
  const short = actions > 0 ? `, ${grouped(actions)} actions` : '';
  return `met ${often}${short}, first in schedule ${grouped(schedule)}`;
}
