import { type Command, Option } from 'commander';
import { defaultConfig, STRATEGIES } from '../fuzz/config.js';
import type { Scenario } from '../scenario/scenario.js';
import {
  ALGOS,
  type Algo,
  ARCHES,
  type Arch,
  MEMORIES,
  type Memory,
  MUTANTS,
  type Mutant,
  PREEMPTS,
  type Preempt,
} from '../words.js';
import { parseCpus, parseMms, parseTasks } from './parse-values.js';

/** Flags of every command. */
export interface CommonFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
  /** False with --no-color. */
  readonly color: boolean;
}

/** Flags with the header's words: they stand in for those of a file. */
export interface HeaderFlags {
  readonly algo?: Algo;
  readonly mutant?: (Mutant | 'none')[];
  readonly memory?: Memory;
  readonly arch?: Arch;
  readonly preempt?: Preempt;
}

/**
 * Flags of every command. `--seed` and `--jobs` are taken everywhere, so that a script may pass them to all;
 * only a command that draws, or that uses threads, has a use for them and describes them itself.
 */
export function addCommonFlags(command: Command): Command {
  const has = (flag: string) => command.options.some((option) => option.long === flag);
  for (const flag of ['--seed', '--jobs', '--cpus', '--tasks', '--mms']) {
    if (!has(flag)) command.addOption(new Option(`${flag} <n>`, 'no effect here').hideHelp());
  }
  return command
    .option('--json', 'data on stdout, and nothing else there')
    .option('--quiet', 'say only what is asked for')
    .option('--no-color', 'no colors (as with NO_COLOR)');
}

/** How a campaign's schedules are chosen. */
export function strategyOption(): Option {
  return new Option('--strategy <strategy>', 'how schedules are chosen')
    .choices(STRATEGIES)
    .default(defaultConfig.strategy);
}

/** What each world is drawn from: inclusive ranges. */
export interface WorldFlags {
  readonly cpus: [number, number];
  readonly tasks: [number, number];
  readonly mms: [number, number];
}

export function addWorldFlags(command: Command): Command {
  const { cpus, tasks, mms } = defaultConfig;
  return command
    .option('--cpus <n>', 'cpus of a world: a number or a range', parseCpus, cpus)
    .option('--tasks <n>', 'tasks of a world, forked ones apart', parseTasks, tasks)
    .option('--mms <n>', 'address spaces of a world, those of fork and exec apart', parseMms, mms);
}

export function addHeaderFlags(command: Command): Command {
  return command
    .addOption(new Option('--algo <algo>', 'the algorithm').choices(ALGOS))
    .addOption(
      new Option('--mutant <mutant...>', 'one change each (none: no mutant)').choices([...MUTANTS, 'none']),
    )
    .addOption(new Option('--memory <memory>', 'the memory model').choices(MEMORIES))
    .addOption(new Option('--arch <arch>', 'the architecture').choices(ARCHES))
    .addOption(new Option('--preempt <preempt>', 'where a task may be preempted').choices(PREEMPTS));
}

/** The mutants that --mutant names, in the header's order. */
export function mutantsOf(flags: HeaderFlags): Mutant[] {
  return MUTANTS.filter((mutant) => flags.mutant?.includes(mutant));
}

/** A file's scenario with the header words that the flags give instead. */
export function withHeaderFlags(scenario: Scenario, flags: HeaderFlags): Scenario {
  return {
    ...scenario,
    algo: flags.algo ?? scenario.algo,
    mutants: flags.mutant ? mutantsOf(flags) : scenario.mutants,
    memory: flags.memory ?? scenario.memory,
    arch: flags.arch ?? scenario.arch,
    preempt: flags.preempt ?? scenario.preempt,
  };
}
