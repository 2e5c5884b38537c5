import type { Kind } from '../words.js';
import { type CampaignConfig, STRATEGIES } from './config.js';

/** A kind of violation at one access of the algorithm, as often as the campaign met it. */
export interface BucketState {
  readonly kind: Kind;
  /**
   * The access that broke the property, by its number in the engine (assembly/kernel/pc.ts), or what is to blame
   * (assembly/causes.ts); 0: an end check.
   */
  readonly pc: number;
  /** The first schedule that met it. */
  readonly schedule: number;
  /** Actions of that schedule. */
  readonly actions: number;
  count: number;
  /** The finding's folder under findings/; null until it is minimized. */
  finding: string | null;
}

/** How far a campaign has come: what `DIR/KEY.json` holds. */
export interface CampaignState {
  readonly format: 1;
  readonly config: CampaignConfig;
  /** Schedules 0 … next-1 are done. */
  next: number;
  /** Micro-steps of them. */
  steps: number;
  /** Those that were run in both implementations. */
  compared: number;
  /** Features that the campaign's corpus covers, in base64 (distil.ts); empty where nothing is kept. */
  features: string;
  /** Files of the corpus. */
  corpus: number;
  /** Schedules of each strategy, in the order of STRATEGIES. */
  plays: number[];
  /** The most threads and events of a schedule that PCT chose. */
  pct: { threads: number; events: number };
  /** In the order in which they were met. */
  readonly buckets: BucketState[];
  /** Schedules on which the implementations part. */
  readonly parted: { readonly schedule: number; finding: string | null }[];
}

export function newState(config: CampaignConfig): CampaignState {
  return {
    format: 1,
    config,
    next: 0,
    steps: 0,
    compared: 0,
    features: '',
    corpus: 0,
    plays: STRATEGIES.map(() => 0),
    pct: { threads: 0, events: 0 },
    buckets: [],
    parted: [],
  };
}
