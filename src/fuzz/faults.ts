import { hashOf } from '../corpus/hash.js';
import type { CampaignConfig } from './config.js';
import { type FindingFiles, json, sealed } from './finding-files.js';
import { shellWord, wordsOf } from './words-of.js';
import type { Task } from './worker.js';
import { WorkerFault, type Workers } from './workers.js';

/** What `finding.json` holds of a fault of cidfuzz itself. */
export interface FaultJson {
  readonly format: 1;
  readonly fault: {
    readonly how: string;
    readonly message: string;
    readonly task: Task['op'];
    /** Whether a second worker failed on it as the first did. */
    readonly reproduced: boolean;
    /** The fewest schedules that show it: [first, first + count). */
    readonly first: number | null;
    readonly count: number | null;
  };
  readonly files: Readonly<Record<string, string>>;
}

/** A fault of cidfuzz itself, as it is to be stored: what failed, on what, and the command that shows it again. */
export async function faultFiles(
  workers: Workers,
  config: CampaignConfig,
  corpus: readonly string[],
  fault: WorkerFault,
): Promise<FindingFiles> {
  const { task, reproduced } = fault;
  const least = task.op === 'batch' && reproduced ? await fewest(workers, task, fault) : fault;
  const { how, message, stack, scenario } = least.failure;
  const batch = least.task.op === 'batch' ? least.task : null;
  const [first, count] = batch === null ? [null, null] : [batch.first, batch.count];
  const files: Record<string, string> = {
    'explained.txt': `${explanation(task, least)}\n\n${stack}\n`,
    'task.json': json(batch === null ? task : { op: batch.op, config, first, count }),
    ...(scenario === null ? {} : { 'schedule.cid': scenario }),
    ...(batch === null ? {} : { 'reproduce.sh': reproduceOf(config, corpus, batch.first, batch.count) }),
  };
  const row: Omit<FaultJson, 'files'> = {
    format: 1,
    fault: { how, message, task: task.op, reproduced, first, count },
  };
  const name = `fault-${hashOf(JSON.stringify([config, row])).slice(0, 8)}`;
  return { name, files: sealed(files, row) };
}

function explanation(task: Task, { failure, reproduced }: WorkerFault): string {
  const what = task.op === 'batch' ? 'a batch of schedules' : 'the minimizing of a finding';
  return (
    `A worker ${failure.how} on ${what}: ${failure.message}.\n` +
    (reproduced
      ? 'Another worker that ran it again did so, too: this is a fault of cidfuzz.'
      : 'Another worker that ran it again did not: the same input must give the same result, so this is a fault of cidfuzz or of the machine.')
  );
}

/** The fewest schedules of a batch on which a worker fails: each schedule depends on those before it. */
async function fewest(
  workers: Workers,
  task: Extract<Task, { op: 'batch' }>,
  fault: WorkerFault,
): Promise<WorkerFault> {
  let least = fault;
  let [sound, bad] = [0, task.count];
  while (bad - sound > 1) {
    const count = Math.floor((sound + bad) / 2);
    const found = await workers.failsOn({ ...task, count });
    if (found === null) {
      sound = count;
    } else {
      least = new WorkerFault({ ...task, count }, found.failure, true);
      bad = count;
    }
  }
  return least;
}

function reproduceOf(
  config: CampaignConfig,
  corpus: readonly string[],
  first: number,
  count: number,
): string {
  const seeds = corpus.length === 0 ? '' : ` --corpus ${corpus.map(shellWord).join(' ')}`;
  const words = `${wordsOf({ ...config, from: first })}${seeds} --runs ${count} --jobs 1`;
  return `#!/bin/sh
# Runs the fewest schedules that show this fault again, in a folder of their own.
exec "\${CIDFUZZ:-cidfuzz}" fuzz ${words} --out "$(mktemp -d)"
`;
}
