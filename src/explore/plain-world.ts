import { mmNameAt } from '../scenario/names.js';
import type { Scenario } from '../scenario/scenario.js';

/** Tasks are called a, b, c, … */
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/**
 * A world from numbers: every mm but the first has one task, the first has the others; task i is at home on cpu i, modulo
 * the cpus. With more mms than tasks the last mms have none.
 */
export function plainWorld(cpus: number, tasks: number, mms: number): Scenario {
  const inFirst = Math.max(1, tasks - (mms - 1));
  return {
    algo: 'rfc-v6',
    mutants: [],
    memory: 'sc',
    arch: 'x86',
    preempt: 'full',
    cpus,
    mms,
    tasks: Array.from({ length: tasks }, (_, i) => ({ mm: Math.max(0, i - inFirst + 1), home: i % cpus })),
    mmNames: Array.from({ length: mms }, (_, i) => mmNameAt(i)),
    taskNames: Array.from({ length: tasks }, (_, i) => LETTERS[i] ?? `t${i}`),
    oracle: null,
    expects: [],
    actions: [],
  };
}
