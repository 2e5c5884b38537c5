import { join } from 'node:path';
import type { Command } from 'commander';
import { Option } from 'commander';
import { defaultConfig } from '../fuzz/config.js';
import { Store } from '../fuzz/store.js';
import { type JsfuzzOptions, runInputs, runJsfuzz } from '../jsfuzz/campaign.js';
import type { JsfuzzConfig } from '../jsfuzz/config.js';
import { type Inputs, readInputs, seedInputs, startInput } from '../jsfuzz/inputs.js';
import type { Status } from '../jsfuzz/status.js';
import type { Tally } from '../jsfuzz/tally.js';
import { grouped } from '../numbers.js';
import { KINDS } from '../scenario/kinds.js';
import type { Kind } from '../words.js';
import { EXIT } from './exit-codes.js';
import { addCommonFlags, addHeaderFlags, type CommonFlags, type HeaderFlags, mutantsOf } from './flags.js';
import { reportCampaign } from './fuzz-report.js';
import { interruptSignal } from './interrupt.js';
import { say } from './output.js';
import { parseCount, parseMostCpus, parseSeed, parseTime } from './parse-values.js';
import { redraw } from './redraw.js';

const DEFAULT_TIME_MS = 60_000;
/** More cpus than that make a run slow, and the algorithm has no place that needs them. */
const DEFAULT_CPUS = 4;

interface JsfuzzFlags extends CommonFlags, HeaderFlags {
  readonly seed: number;
  readonly time?: number;
  readonly runs?: number;
  readonly until: 'finding' | 'never';
  readonly out: string;
  readonly corpus: string[];
  /** False with --no-seeds. */
  readonly seeds: boolean;
  readonly cpus: number;
  readonly oracle?: Kind[];
  readonly regression?: boolean;
}

export function addJsfuzz(program: Command, setExit: (code: number) => void): void {
  const command = program
    .command('jsfuzz')
    .description(
      "jsfuzz as a front door: its bytes as scenarios, in both implementations, led by the engine's coverage",
    )
    .option('--time <time>', 'end after that time (default: 60s, where --runs is not given)', parseTime)
    .option('--runs <n>', 'end after so many runs', parseCount)
    .addOption(
      new Option('--until <when>', 'end at the first finding').choices(['finding', 'never']).default('never'),
    )
    .option('--seed <n>', "the seed of jsfuzz's mutations", parseSeed, defaultConfig.seed)
    .option(
      '--out <dir>',
      'the folder of findings and kept inputs; what is there is begun with',
      './campaign-jsfuzz',
    )
    .option('--corpus <path...>', 'more to begin with: scenarios, or inputs as jsfuzz keeps them', [])
    .option('--no-seeds', 'begin with two tasks that run, not with the scenarios that come with cidfuzz')
    .option('--cpus <n>', 'the most cpus of a world', parseMostCpus, DEFAULT_CPUS)
    .addOption(new Option('--oracle <kind...>', 'only these kinds count').choices(KINDS))
    .option('--regression', 'run what there is to begin with once, and mutate nothing');
  addHeaderFlags(addCommonFlags(command)).action(async (flags: JsfuzzFlags) => {
    setExit(await jsfuzz(flags));
  });
}

function configOf(flags: JsfuzzFlags): JsfuzzConfig {
  return {
    seed: flags.seed,
    algo: flags.algo ?? defaultConfig.algo,
    mutants: mutantsOf(flags),
    memory: flags.memory ?? defaultConfig.memory,
    arch: flags.arch ?? defaultConfig.arch,
    preempt: flags.preempt ?? defaultConfig.preempt,
    oracle: (flags.oracle && KINDS.filter((kind) => flags.oracle!.includes(kind))) ?? null,
    cpus: flags.cpus,
  };
}

/** What to begin with: the scenarios that come with cidfuzz, what the user names, what was kept earlier. */
async function inputsOf(flags: JsfuzzFlags): Promise<Inputs> {
  const { corpus } = await Store.open(flags.out);
  const more = await readInputs([...flags.corpus, corpus]);
  const seeds = flags.seeds ? await seedInputs() : [startInput()];
  return { inputs: [...seeds, ...more.inputs], left: more.left };
}

/** How jsfuzz does: a line rewritten on a terminal, now and then a line elsewhere. */
class Progress {
  private readonly live: boolean;
  private toldAt = performance.now();

  constructor(private readonly flags: JsfuzzFlags) {
    this.live = !flags.quiet && !flags.json && process.stdout.isTTY === true;
  }

  show({ runs, coverage, inputs, runsPerSecond }: Status): void {
    const now = performance.now();
    if (now - this.toldAt < (this.live ? 200 : 10_000)) return;
    this.toldAt = now;
    const line = `${grouped(runs)} runs (${grouped(runsPerSecond)}/s), coverage ${grouped(coverage)}, ${grouped(inputs)} inputs`;
    if (this.live) redraw.stdout?.(line);
    else say(line, this.flags);
  }

  /** A line that stays. */
  tell(line: string): void {
    this.done();
    say(line, this.flags);
  }

  done(): void {
    if (this.live) redraw.stdout?.clear();
  }
}

async function jsfuzz(flags: JsfuzzFlags): Promise<number> {
  const config = configOf(flags);
  const store = await Store.open(flags.out);
  const { inputs, left } = await inputsOf(flags);
  const progress = new Progress(flags);
  for (const line of left) progress.tell(`left out: ${line}`);
  const { algo, mutants, memory, arch, preempt, seed } = config;
  const what = [algo, ...mutants.map((mutant) => `mutant ${mutant}`), memory, arch, `preempt ${preempt}`];
  progress.tell(
    `cidfuzz jsfuzz: ${what.join(', ')}; seed ${seed}, ${inputs.length} inputs to begin with, folder ${flags.out}`,
  );
  const signal = interruptSignal(() =>
    progress.tell('interrupted: the run under way is ended (again: end at once)'),
  );
  const options: JsfuzzOptions = {
    config,
    limits: {
      timeMs: flags.time ?? (flags.runs === undefined ? DEFAULT_TIME_MS : null),
      runs: flags.runs ?? null,
      until: flags.until,
    },
    out: flags.out,
    inputs,
    signal,
    listener: {
      progress: (status) => progress.show(status),
      again: (why) => progress.tell(`${why}: it is started again`),
    },
  };
  const tally = await (flags.regression ? runInputs(options) : runJsfuzz(options));
  progress.done();
  if (flags.quiet && !flags.json) process.stderr.write(`seed ${seed}\n`);
  await reportCampaign(tally, store, flags);
  return tell(tally, flags);
}

/** What the report of a campaign does not tell; returns the exit code. */
function tell(tally: Tally, flags: JsfuzzFlags): number {
  const { features, kept, watchdog, fault } = tally;
  if (!flags.regression) {
    say('', flags);
    say(`coverage ${grouped(features)}; ${grouped(kept)} inputs kept in ${join(flags.out, 'corpus')}`, flags);
  }
  if (watchdog > 0) say(`${grouped(watchdog)} runs stopped by the watchdog`, flags);
  if (fault !== null) {
    process.stderr.write(fault.users ? `${fault.message}\n` : `cidfuzz jsfuzz: ${fault.message}\n`);
    return fault.users ? EXIT.badInput : EXIT.contradiction;
  }
  if (tally.ended === 'stopped') {
    const line = `interrupted; all that was found and kept is in ${flags.out}\n`;
    (flags.json || flags.quiet ? process.stderr : process.stdout).write(line);
    return EXIT.interrupted;
  }
  if (tally.parted.length > 0) return EXIT.contradiction;
  return tally.sites.length > 0 ? EXIT.finding : EXIT.clean;
}
