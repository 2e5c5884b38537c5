import type { Kind } from '../words.js';
import type { CampaignConfig, Strategy } from './config.js';

/**
 * How a campaign does at one moment: a line of `DIR/stats/KEY.ndjson`, what the live views show, and what the report draws.
 * Counts are those of all sessions; times are the only ones that a campaign keeps.
 */
export interface Sample {
  readonly format: 1;
  /** Which stretch of work it is of: from 1, one more each time the campaign is resumed. */
  readonly session: number;
  /** When: ms since 1970. */
  readonly at: number;
  /** Seconds of work, those of earlier sessions included. */
  readonly seconds: number;
  /** Seconds of the workers' processors, those of earlier sessions included. */
  readonly cpuSeconds: number;
  readonly jobs: number;
  readonly schedules: number;
  readonly steps: number;
  /** Schedules that were run in both implementations. */
  readonly compared: number;
  /** Those of them on which both, and the fuzz loop, agree: all, as long as cidfuzz does not contradict itself. */
  readonly stable: number;
  /** Files of the corpus, and the features that they cover. */
  readonly corpus: number;
  readonly features: number;
  readonly findings: number;
  /** `seconds` when the corpus last covered something new, and when there last was a new finding; null: never. */
  readonly lastFeature: number | null;
  readonly lastFinding: number | null;
  /** Schedules of each strategy that had any. */
  readonly plays: Readonly<Partial<Record<Strategy, number>>>;
  /** Bytes in memory (resident): of the campaign's own process, and of its workers. */
  readonly memory: number;
  readonly workerMemory: number;
  /** Workers of this session that were replaced: killed, hanging, or grown. */
  readonly replaced: number;
  /** Findings about cidfuzz itself. */
  readonly faults: number;
}

/** A finding as the live views and reports list it. */
export interface FindingRow {
  /** Its folder under findings/. */
  readonly name: string;
  readonly kind: Kind | 'divergence' | 'fault';
  /** The first schedule that led to it. */
  readonly schedule: number;
  /** Violations at the accesses that it was met at. */
  readonly met: number;
  /** Actions of the minimized scenario. */
  readonly actions: number;
  /** The two accesses that race, in words: `clear-old: cmpxchg(cid, lazy, unset)`; none for what has no race. */
  readonly race: readonly string[];
  /** What broke, in one sentence. */
  readonly sentence: string;
}

/** All that a live view of a campaign shows. */
export interface CampaignView {
  readonly config: CampaignConfig;
  /** The campaign's folder, as it was named. */
  readonly out: string;
  /** When it ends by itself: schedules in all and seconds of this session; null: no limit. */
  readonly runs: number | null;
  readonly time: number | null;
  readonly now: Sample;
  /** This session's samples, the oldest first: at most some hundred, the older ones further apart. */
  readonly history: readonly Sample[];
  readonly findings: readonly FindingRow[];
  /** What was told last, the newest last: findings, workers replaced, files set aside. */
  readonly messages: readonly string[];
  readonly state: 'running' | 'ending' | 'done';
}
