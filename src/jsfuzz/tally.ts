import { type CampaignState, FOLDER_FORMAT } from '../fuzz/state.js';
import type { JsfuzzConfig } from './config.js';

/** Why a session is over. */
export type Ended = 'runs' | 'time' | 'finding' | 'divergence' | 'stopped';

/** What went wrong beside the runs: with the harness, or with the user's disk. */
export interface Fault {
  readonly message: string;
  /** Something that the user can mend, such as a disk that is full; else the harness contradicts itself. */
  readonly users: boolean;
}

/**
 * What has been run and found; `schedule` in it is the number of a run. Passed on from one start of jsfuzz to the
 * next, in `tally.json` of the session's folder.
 */
export interface Tally
  extends Omit<CampaignState, 'config' | 'features' | 'corpus' | 'lost' | 'plays' | 'pct'> {
  readonly config: JsfuzzConfig;
  /** Runs that the watchdog ended. */
  watchdog: number;
  /** Runs that touched something, and whose features were published: those without a violation. */
  published: number;
  /** Features reached since jsfuzz was started. */
  features: number;
  /** Inputs kept because they reached something new, those that were kept before apart. */
  kept: number;
  ended: Ended | null;
  fault: Fault | null;
}

export function newTally(config: JsfuzzConfig): Tally {
  return {
    format: FOLDER_FORMAT,
    config,
    next: 0,
    steps: 0,
    compared: 0,
    sites: [],
    instances: [],
    parted: [],
    faults: [],
    watchdog: 0,
    published: 0,
    features: 0,
    kept: 0,
    ended: null,
    fault: null,
  };
}
