import type { Kind } from '../words.js';
import type { CampaignConfig } from './config.js';

/** A kind of violation at one access of the algorithm, as often as the campaign met it. */
export interface BucketState {
  readonly kind: Kind;
  /** The access that broke the property, by its number in the engine (assembly/kernel/pc.ts); 0: an end check. */
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
  /** In the order in which they were met. */
  readonly buckets: BucketState[];
  /** Schedules on which the implementations part. */
  readonly parted: { readonly schedule: number; finding: string | null }[];
}

export function newState(config: CampaignConfig): CampaignState {
  return { format: 1, config, next: 0, steps: 0, compared: 0, buckets: [], parted: [] };
}
