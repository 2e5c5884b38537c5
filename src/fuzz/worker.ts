/** What a worker process runs, one task at a time, with engines of its own. It writes nothing: the campaign does. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Engine, type Seed } from '../engine/engine.js';
import { FeatureSet } from '../engine/feature-set.js';
import { printScenario } from '../scenario/print.js';
import { type BatchReport, type Found, type Parted, runBatch } from './batch.js';
import type { CampaignConfig } from './config.js';
import { plainFinding, smallFinding, smallParted } from './finding.js';
import { type FindingFiles, findingFiles, partedFiles } from './finding-files.js';
import { prepareSeeds } from './seeds.js';

export type Task =
  | {
      readonly op: 'batch';
      readonly config: CampaignConfig;
      readonly first: number;
      readonly count: number;
      /** Features that the campaign covers, as FeatureSet writes them; null: nothing is to be kept. */
      readonly known: string | null;
      /** Buckets that need not be told of any more (bucketKey). */
      readonly met: readonly string[];
      /** The folder with the files that `config.seeds` names. */
      readonly seeds: string;
    }
  | { readonly op: 'finding'; readonly found: Found /** Not to be made smaller. */; readonly plain?: boolean }
  | { readonly op: 'parted'; readonly parted: Parted };

/** What a worker is given so that there is one (workers.ts). */
interface Nothing {
  readonly op: 'nothing';
}

/** What is to be stored of a finding. */
export interface Made extends FindingFiles {
  /** Where the implementations part on it. */
  readonly parted: { readonly schedule: number; readonly files: FindingFiles } | null;
}

export type Answer<T extends Task> = T extends { op: 'batch' }
  ? BatchReport
  : T extends { op: 'finding' }
    ? Made
    : FindingFiles;

/** What a worker sends back: an answer, or how it failed, and what it takes. */
export interface Sent<A> {
  readonly pid: number;
  /** Bytes that the process has in memory, and its processor's time since it began, in ms. */
  readonly memory: number;
  readonly cpuMs: number;
  readonly answer?: A;
  readonly failure?: {
    readonly message: string;
    readonly stack: string /** The schedule under way. */;
    readonly scenario: string | null;
  };
}

let fuzzing: Engine | undefined;
let single: Engine | undefined;
let seeds: { readonly names: readonly string[]; readonly made: readonly Seed[] } = { names: [], made: [] };

// Ctrl-C goes to all processes of a terminal: the campaign ends us when it is done with us.
process.on('SIGINT', () => undefined);
// The campaign is gone: nobody waits for an answer any more.
process.on('disconnect', () => process.exit());
// In the midst of a task, which may take minutes, or for ever, nothing of that would be heard: a thread sees to it.
new Worker(
  `const { workerData: parent } = require('node:worker_threads');
  setInterval(() => process.ppid === parent || process.kill(process.pid, 'SIGKILL'), 1000);`,
  { eval: true, workerData: process.ppid },
).unref();

/** The entry point that the pool calls. */
export default async function work(
  task: Task | Nothing,
): Promise<Sent<BatchReport | Made | FindingFiles> | null> {
  if (task.op === 'nothing') return null;
  let outcome: Pick<Sent<BatchReport | Made | FindingFiles>, 'answer' | 'failure'>;
  try {
    outcome = { answer: await answerTo(task) };
  } catch (error) {
    const { message, stack } = error as Error;
    outcome = { failure: { message, stack: stack ?? message, scenario: underWay() } };
  }
  const { user, system } = process.cpuUsage();
  return {
    pid: process.pid,
    memory: process.memoryUsage.rss(),
    cpuMs: Math.round((user + system) / 1000),
    ...outcome,
  };
}

async function answerTo(task: Task): Promise<BatchReport | Made | FindingFiles> {
  fuzzing ??= new Engine();
  single ??= new Engine();
  switch (task.op) {
    case 'batch':
      return runBatch(fuzzing, single, task.config, task.first, task.count, {
        known: task.known === null ? null : new FeatureSet(task.known),
        seeds: seedsOf(single, task.config.seeds ?? [], task.seeds),
        met: new Set(task.met),
      });
    case 'finding': {
      const small = (task.plain ? plainFinding : smallFinding)(single, fuzzing, task.found);
      const { parted } = small;
      return {
        ...(await findingFiles(single, small)),
        parted: parted && { schedule: parted.schedule, files: partedFiles(smallParted(single, parted)) },
      };
    }
    case 'parted':
      return partedFiles(smallParted(single, task.parted));
  }
}

/** The campaign's seeds, for the first batch. */
function seedsOf(engine: Engine, names: readonly string[], folder: string): readonly Seed[] {
  if (names.join() !== seeds.names.join()) {
    const texts = names.map((name) => readFileSync(join(folder, `${name}.cid`), 'utf8'));
    seeds = { names, made: prepareSeeds(engine, { texts, names }) };
  }
  return seeds.made;
}

/** The schedule that the engine was at, where it can still tell. */
function underWay(): string | null {
  try {
    return fuzzing === undefined ? null : printScenario(fuzzing.takeSchedule());
  } catch {
    return null;
  }
}
