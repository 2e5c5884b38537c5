/** A small table to measure, and the worker's tasks done in this very process. */
import { defaultConfig } from '../../src/fuzz/config.js';
import type { Plan } from '../../src/mutants/plan.js';
import type { Ask } from '../../src/mutants/pool.js';
import work, { type Answer, type Task } from '../../src/mutants/worker.js';

const { preempt, strategy, cpus, tasks, mms } = defaultConfig;

/** Two rows on one machine that all versions of the engine have. */
export const PLAN: Plan = {
  rows: ['none', 'exit-stays-active'],
  memories: ['sc'],
  arches: ['x86'],
  base: { algo: 'rfc-v6', preempt, strategy, cpus, tasks, mms },
  seed: 1,
  runs: 1000,
};

/** Never aborted. */
export const QUIETLY = new AbortController().signal;

export const askHere: Ask = async <T extends Task>(task: T) => work(task) as Answer<T>;
