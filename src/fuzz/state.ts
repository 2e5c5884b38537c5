import type { Kind } from '../words.js';
import { type CampaignConfig, STRATEGIES } from './config.js';

/** The format of state files, and of what else is in a campaign's folder. */
export const FOLDER_FORMAT = 2;

/** Where a campaign met violations: a kind at one access of the algorithm. */
export interface Site {
  readonly kind: Kind;
  /**
   * The access that broke the property, by its number in the engine (assembly/kernel/pc.ts), or what is to blame
   * (assembly/causes.ts); 0: an end check.
   */
  readonly pc: number;
  /** The first schedule that met it. */
  readonly schedule: number;
  /** Schedules that did. */
  count: number;
}

/** A schedule that was made small: the first that met its site, and some of those that did later. */
export interface Instance {
  /** Index of its site. */
  readonly site: number;
  readonly schedule: number;
  /** Actions of the schedule as it was met. */
  readonly actions: number;
  /** The folder under findings/ of the fault that it turned out to show; null until that is stored. */
  finding: string | null;
}

/** A schedule on which the implementations part, or a batch that cidfuzz itself failed on. */
export interface Contradiction {
  readonly schedule: number;
  /** Its folder under findings/; null until it is stored. */
  finding: string | null;
}

/** How far a campaign has come: what `DIR/KEY.json` holds. */
export interface CampaignState {
  readonly format: typeof FOLDER_FORMAT;
  readonly config: CampaignConfig;
  /** Schedules up to this one are done. */
  next: number;
  /** Micro-steps of them. */
  steps: number;
  /** Those that were run in both implementations. */
  compared: number;
  /** Features that the campaign's corpus covers, in base64 (distil.ts); empty where nothing is kept. */
  features: string;
  /** Files that the campaign has added to the corpus. */
  corpus: number;
  /** Files that the folder's corpus had lost when the features were counted (tidy.ts). */
  lost: number;
  /** Schedules of each strategy, in the order of STRATEGIES. */
  plays: number[];
  /** The most threads and events of a schedule that PCT chose. */
  pct: { threads: number; events: number };
  /** In the order in which they were met. */
  readonly sites: Site[];
  readonly instances: Instance[];
  /** Schedules on which the implementations part. */
  readonly parted: Contradiction[];
  /** Batches that a worker failed on, by their first schedule: they count as done. */
  readonly faults: Contradiction[];
}

export function newState(config: CampaignConfig): CampaignState {
  return {
    format: FOLDER_FORMAT,
    config,
    next: config.from ?? 0,
    steps: 0,
    compared: 0,
    features: '',
    corpus: 0,
    lost: 0,
    plays: STRATEGIES.map(() => 0),
    pct: { threads: 0, events: 0 },
    sites: [],
    instances: [],
    parted: [],
    faults: [],
  };
}

/** A finding with what led to it. */
export interface FindingOf {
  readonly name: string;
  /** Its sites, in the order in which they were met; at least one. */
  readonly sites: readonly Site[];
  /** In the order in which they were met; at least one. */
  readonly instances: readonly Instance[];
  /** Violations at its sites: another fault may be met at the same access. */
  readonly met: number;
}

/** The findings of a state, as they were met first. */
export function findingsOf({ sites, instances }: Pick<CampaignState, 'sites' | 'instances'>): FindingOf[] {
  const byName = new Map<string, Instance[]>();
  for (const instance of instances) {
    if (instance.finding === null) continue;
    byName.set(instance.finding, [...(byName.get(instance.finding) ?? []), instance]);
  }
  return [...byName].map(([name, its]) => {
    const where = [...new Set(its.map(({ site }) => sites[site]!))];
    return { name, sites: where, instances: its, met: where.reduce((sum, { count }) => sum + count, 0) };
  });
}
