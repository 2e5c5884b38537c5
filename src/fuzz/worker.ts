/** What a worker thread runs, one task at a time, with engines of its own. */

import { Tinypool } from 'tinypool';
import { Engine, type Seed } from '../engine/engine.js';
import { type BatchReport, type Found, type Parted, runBatch } from './batch.js';
import type { CampaignConfig } from './config.js';
import { FeatureSet } from './distil.js';
import { type SmallFinding, smallFinding, smallParted } from './finding.js';
import { prepareSeeds, type SeedTexts } from './seeds.js';

export type Task =
  | {
      readonly op: 'batch';
      readonly config: CampaignConfig;
      readonly first: number;
      readonly count: number;
      /** Features that the campaign covers, as FeatureSet writes them; null: nothing is to be kept. */
      readonly known: string | null;
      /** Buckets that the campaign has met (bucketKey). */
      readonly met: readonly string[];
    }
  | { readonly op: 'finding'; readonly found: Found }
  | { readonly op: 'parted'; readonly parted: Parted };

export type Answer<T extends Task> = T extends { op: 'batch' }
  ? BatchReport
  : T extends { op: 'finding' }
    ? SmallFinding
    : Parted;

/** What a worker is given once. */
export interface WorkerData {
  readonly seeds: SeedTexts;
}

let seeds: readonly Seed[] | undefined;
let fuzzing: Engine | undefined;
let single: Engine | undefined;

/** The entry point that the pool calls. */
export default function work(task: Task): BatchReport | SmallFinding | Parted {
  fuzzing ??= new Engine();
  single ??= new Engine();
  switch (task.op) {
    case 'batch':
      return runBatch(fuzzing, single, task.config, task.first, task.count, {
        known: task.known === null ? null : new FeatureSet(task.known),
        seeds: seedsOf(single),
        met: new Set(task.met),
      });
    case 'finding':
      return smallFinding(single, task.found);
    case 'parted':
      return smallParted(single, task.parted);
  }
}

/** The campaign's seeds, for the first batch; other tasks have no use for them. */
function seedsOf(engine: Engine): readonly Seed[] {
  seeds ??= prepareSeeds(engine, (Tinypool.workerData as WorkerData).seeds);
  return seeds;
}
