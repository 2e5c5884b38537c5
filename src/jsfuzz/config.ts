import type { Scenario } from '../scenario/scenario.js';
import type { Algo, Arch, Kind, Memory, Mutant, Preempt } from '../words.js';

/** What jsfuzz's inputs are run as, and the seed that they come from. */
export interface JsfuzzConfig {
  readonly seed: number;
  readonly algo: Algo;
  readonly mutants: readonly Mutant[];
  readonly memory: Memory;
  readonly arch: Arch;
  readonly preempt: Preempt;
  /** Kinds that count; null: all but compactness. */
  readonly oracle: readonly Kind[] | null;
  /** The most cpus of a world. */
  readonly cpus: number;
}

/**
 * The scenario of an input with the header words of the campaign in place of its own, and with few cpus: bytes are
 * mutated without a thought for either, and a world of a thousand cpus takes a thousand times as long.
 */
export function confined(scenario: Scenario, config: JsfuzzConfig): Scenario {
  const { algo, mutants, memory, arch, preempt, oracle } = config;
  const cpus = Math.min(scenario.cpus, config.cpus);
  const words = { algo, mutants, memory, arch, preempt, oracle, cpus, expects: [] };
  if (cpus === scenario.cpus) return { ...scenario, ...words };
  return {
    ...scenario,
    ...words,
    tasks: scenario.tasks.map((task) => ({ ...task, home: task.home % cpus })),
    actions: scenario.actions.map((action) => ({
      ...action,
      ...('cpu' in action ? { cpu: action.cpu % cpus } : {}),
      ...('home' in action && action.home !== null ? { home: action.home % cpus } : {}),
    })),
  };
}
