import type { Command } from 'commander';
import { bench } from '../bench/bench.js';
import { defaultConfig } from '../fuzz/config.js';
import { EXIT } from './exit-codes.js';
import { addCommonFlags, addHeaderFlags, type CommonFlags, type HeaderFlags, mutantsOf } from './flags.js';
import { printJson, say } from './output.js';
import { parseCount, parseSeed } from './parse-values.js';

interface BenchFlags extends CommonFlags, HeaderFlags {
  readonly seed: number;
  readonly schedules: number;
  readonly rounds: number;
}

export function addBench(program: Command, setExit: (code: number) => void): void {
  const command = program
    .command('bench')
    .description('how fast the engine is, as ratios from one run')
    .option('--seed <n>', 'the seed of the schedules', parseSeed, 1)
    .option('--schedules <n>', 'how many different schedules', parseCount, 5000)
    .option('--rounds <n>', 'the median of so many rounds counts', parseCount, 15);
  addHeaderFlags(addCommonFlags(command)).action((flags: BenchFlags) => {
    const config = {
      ...defaultConfig,
      seed: flags.seed,
      algo: flags.algo ?? defaultConfig.algo,
      mutants: mutantsOf(flags),
      arch: flags.arch ?? defaultConfig.arch,
      preempt: flags.preempt ?? defaultConfig.preempt,
      memory: flags.memory ?? defaultConfig.memory,
    };
    const result = bench({ config, schedules: flags.schedules, rounds: flags.rounds });
    if (flags.json) printJson({ format: 1, seed: flags.seed, ...result });
    say(
      `seed ${flags.seed}: ${result.schedules} schedules, ${result.steps} micro-steps, medians of ${flags.rounds} rounds`,
      flags,
    );
    for (const { what, stepsPerSecond } of result.rates) {
      say(`  ${what.padEnd(12)} ${(stepsPerSecond / 1e6).toFixed(2).padStart(6)} M micro-steps/s`, flags);
    }
    for (const { what, ratio, wanted } of result.ratios) {
      say(`  ${what}: ${ratio.toFixed(2)} (wanted: at least ${wanted})`, flags);
    }
    setExit(EXIT.clean);
  });
}
