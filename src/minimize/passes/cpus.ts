import type { Action, Scenario } from '../../scenario/scenario.js';
import { ddmin } from '../ddmin.js';
import { partsOf, rebuild } from '../edit.js';
import type { Family } from '../family.js';
import type { Search } from '../search.js';

/** The scenario with only the cpus in `kept` (ascending), numbered anew, and without all that is on others. */
export function keepCpus(scenario: Scenario, kept: readonly number[]): Scenario {
  const numbers = new Map(kept.map((cpu, index) => [cpu, index]));
  return renumberCpus(scenario, kept.length, (cpu) => numbers.get(cpu));
}

function renumberCpus(
  scenario: Scenario,
  cpus: number,
  number: (cpu: number) => number | undefined,
): Scenario {
  const parts = partsOf(scenario);
  const tasks = parts.tasks.flatMap((decl) => {
    const home = number(decl.home);
    return home === undefined ? [] : [{ ...decl, home }];
  });
  const actions = parts.actions.flatMap((action): Action[] => {
    if (action.op === 'advance') return [action];
    const cpu = number(action.cpu);
    if (cpu === undefined) return [];
    if ((action.op === 'fork-thread' || action.op === 'fork-process') && action.home !== null) {
      const home = number(action.home);
      return home === undefined ? [] : [{ ...action, cpu, home }];
    }
    return [{ ...action, cpu }];
  });
  return rebuild(scenario, { ...parts, cpus, tasks, actions });
}

/** ddmin over the cpus: a chunk of them goes with everything on it. */
export function ddminCpus(search: Search, base: Scenario = search.best): boolean {
  const before = search.best;
  ddmin(base.cpus, (kept) => kept.length > 0 && search.attempt(keepCpus(base, kept)));
  return search.best !== before;
}

/** Each single cpu. */
export const singleCpus: Family = {
  name: 'single cpus',
  size: (scenario) => (scenario.cpus > 1 ? scenario.cpus : 0),
  at: (scenario, index) =>
    index < scenario.cpus && scenario.cpus > 1
      ? keepCpus(
          scenario,
          Array.from({ length: scenario.cpus }, (_, cpu) => cpu).filter((cpu) => cpu !== index),
        )
      : null,
};

/** Above this many cpus their numbers are left as they are. */
const MOST_CPUS_TO_SWAP = 16;

/** Two cpus change their numbers, so that the busier has the lower one. */
export const swapCpus: Family = {
  name: 'swap cpus',
  size: ({ cpus }) => (cpus > MOST_CPUS_TO_SWAP ? 0 : cpus * cpus),
  at: (scenario, index) => {
    const low = Math.floor(index / scenario.cpus);
    const high = index % scenario.cpus;
    if (low >= high) return null;
    return renumberCpus(scenario, scenario.cpus, (cpu) => (cpu === low ? high : cpu === high ? low : cpu));
  },
};
