import type { Scenario } from '../scenario/scenario.js';

/** What events call tasks and mms. */
export interface Names {
  /** -1-c is cpu c's idle task. */
  task(id: number): string;
  /** -1 is none. */
  mm(id: number): string;
}

/** The names that a scenario gives. */
export function namesOf({ taskNames, mmNames }: Pick<Scenario, 'taskNames' | 'mmNames'>): Names {
  return {
    task: (id) => (id < 0 ? `idle${-1 - id}` : taskNames[id]!),
    mm: (id) => (id < 0 ? 'none' : mmNames[id]!),
  };
}
