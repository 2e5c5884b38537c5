import { type Command, Option } from 'commander';
import { bench } from '../bench/bench.js';
import { CLAIMANTS, LONGER } from '../bench/find-bugs.js';
import { Contradiction, PARTS, type Part } from '../bench/result.js';
import { type CampaignConfig, defaultConfig, STRATEGIES, type Strategy } from '../fuzz/config.js';
import { benchLines, FORMATS, type Format } from './bench-report.js';
import { EXIT } from './exit-codes.js';
import { addCommonFlags, addHeaderFlags, type CommonFlags, type HeaderFlags, mutantsOf } from './flags.js';
import { interruptSignal } from './interrupt.js';
import { printJson, say } from './output.js';
import { parseCount, parseSeed, parseTime } from './parse-values.js';
import { redraw } from './redraw.js';

interface BenchFlags extends CommonFlags, HeaderFlags {
  readonly seed: number;
  readonly schedules: number;
  readonly rounds: number;
  readonly only: Part[];
  readonly seeds: number;
  readonly strategy: Strategy[];
  readonly bug?: string[];
  readonly limit: number;
  readonly limitTime: number;
  readonly format: Format;
}

export function addBench(program: Command, setExit: (code: number) => void): void {
  const command = program
    .command('bench')
    .description('how fast the engine is, and how soon bugs are found, as ratios from one run')
    .option(
      '--seed <n>',
      'the seed of the schedules, and the first of those that look for bugs',
      parseSeed,
      1,
    )
    .option('--schedules <n>', 'how many different schedules rates are measured with', parseCount, 5000)
    .option('--rounds <n>', 'the median of so many rounds counts', parseCount, 15)
    .addOption(new Option('--only <part...>', 'only these parts').choices(PARTS).default([...PARTS]))
    .option('--seeds <n>', 'how many seeds look for each bug', parseCount, 11)
    .addOption(
      new Option('--strategy <strategy...>', 'by which strategies bugs are looked for')
        .choices(STRATEGIES)
        .default([...STRATEGIES]),
    )
    .option('--bug <name...>', 'only these bugs, by the names that the table gives them')
    .option(
      '--limit <n>',
      `schedules after which a seed gives up; ${CLAIMANTS.join(' and ')} get ${LONGER} times as many`,
      parseCount,
      20_000,
    )
    .option('--limit-time <time>', 'the same as a time', parseTime, 10_000)
    .addOption(new Option('--format <format>', 'of the tables').choices(FORMATS).default('text'));
  addHeaderFlags(addCommonFlags(command)).action(async (flags: BenchFlags) => {
    setExit(await runBench(flags));
  });
}

function configOf(flags: BenchFlags): CampaignConfig {
  return {
    ...defaultConfig,
    seed: flags.seed,
    algo: flags.algo ?? defaultConfig.algo,
    mutants: mutantsOf(flags),
    arch: flags.arch ?? defaultConfig.arch,
    preempt: flags.preempt ?? defaultConfig.preempt,
    memory: flags.memory ?? defaultConfig.memory,
  };
}

/** Tells on stderr what is being measured: a line rewritten on a terminal, now and then a line elsewhere. */
class Status {
  private readonly live = process.stderr.isTTY === true;
  private readonly began = performance.now();
  private toldAt = performance.now();

  constructor(private readonly quiet: boolean | undefined) {}

  measuring(what: string): void {
    const now = performance.now();
    if (this.quiet || now - this.toldAt < (this.live ? 200 : 10_000)) return;
    this.toldAt = now;
    const line = `${((now - this.began) / 1000).toFixed(0).padStart(4)} s  ${what}`;
    if (this.live) redraw.stderr?.(line);
    else process.stderr.write(`${line}\n`);
  }

  /** A line that stays, whatever --quiet says. */
  tell(line: string): void {
    this.done();
    process.stderr.write(`${line}\n`);
  }

  done(): void {
    if (this.live && !this.quiet) redraw.stderr?.clear();
  }
}

async function runBench(flags: BenchFlags): Promise<number> {
  const status = new Status(flags.quiet);
  const signal = interruptSignal(() => {
    if (!flags.quiet) status.tell('interrupted: what is known by now is told (again: end at once)');
  });
  const parts = PARTS.filter((part) => flags.only.includes(part));
  if (!flags.quiet) status.tell(`cidfuzz bench: ${parts.join(', ')}; seed ${flags.seed}`);
  const strategies = STRATEGIES.filter((strategy) => flags.strategy.includes(strategy));
  try {
    const result = await bench({
      config: configOf(flags),
      parts,
      schedules: flags.schedules,
      rounds: flags.rounds,
      seeds: flags.seeds,
      strategies,
      limit: { schedules: flags.limit, seconds: flags.limitTime / 1000 },
      bugs: flags.bug ?? null,
      pace: { signal, tell: (line) => status.measuring(line) },
    });
    status.done();
    if (flags.json) printJson({ format: 1, seed: flags.seed, ...result });
    const { seed, rounds, seeds, limit, format } = flags;
    for (const line of benchLines(result, { seed, rounds, seeds, strategies, limit, format }))
      say(line, flags);
    return result.interrupted ? EXIT.interrupted : EXIT.clean;
  } catch (error) {
    status.done();
    if (!(error instanceof Contradiction)) throw error;
    status.tell(`cidfuzz bench: ${error.message}`);
    return EXIT.contradiction;
  }
}
