import { defaultConfig, rangeWord } from '../fuzz/config.js';
import type { Cell, Plan } from './plan.js';

/** The flags of a cell; of those that are seldom given, only what is not as it is by default. */
function flagsOf({ base }: Plan, { row, memory, arch }: Cell): string {
  const words = [`--mutant ${row} --memory ${memory} --arch ${arch} --algo ${base.algo}`];
  if (base.preempt !== defaultConfig.preempt) words.push(`--preempt ${base.preempt}`);
  if (base.strategy !== defaultConfig.strategy) words.push(`--strategy ${base.strategy}`);
  for (const flag of ['cpus', 'tasks', 'mms'] as const) {
    const range = rangeWord(base[flag]);
    if (range !== rangeWord(defaultConfig[flag])) words.push(`--${flag} ${range}`);
  }
  return words.join(' ');
}

/** The command that fills this one cell again. */
export function commandOf(plan: Plan, cell: Cell): string {
  return `cidfuzz mutants ${flagsOf(plan, cell)} --runs ${plan.runs} --seed ${plan.seed}`;
}

/** The campaign that comes to the same schedule (from 0) of a seed, and stores what it finds there. */
export function campaignCommandOf(plan: Plan, cell: Cell, seed: number, schedule: number): string {
  return `cidfuzz fuzz ${flagsOf(plan, cell)} --runs ${schedule + 1} --seed ${seed}`;
}
