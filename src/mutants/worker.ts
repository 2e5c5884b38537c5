/** What a worker thread runs, one task at a time, with engines of its own. */

import { Engine } from '../engine/engine.js';
import type { CampaignConfig } from '../fuzz/config.js';
import type { Scenario } from '../scenario/scenario.js';
import { type Searched, searchBatch } from './search.js';
import { type Shrunk, shrinkConfirmed } from './shrink.js';

export type Task =
  | { readonly op: 'search'; readonly config: CampaignConfig; readonly first: number; readonly count: number }
  | { readonly op: 'shrink'; readonly scenario: Scenario };

export type Answer<T extends Task> = T extends { op: 'search' } ? Searched : Shrunk;

let fuzzing: Engine | undefined;
let single: Engine | undefined;

/** The entry point that the pool calls. */
export default function work(task: Task): Searched | Shrunk {
  fuzzing ??= new Engine();
  single ??= new Engine();
  switch (task.op) {
    case 'search':
      return searchBatch(fuzzing, single, task.config, task.first, task.count);
    case 'shrink':
      return shrinkConfirmed(single, task.scenario);
  }
}
