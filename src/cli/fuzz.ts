import type { Command } from 'commander';
import { Option } from 'commander';
import logUpdate from 'log-update';
import { defaultJobs, runCampaign } from '../fuzz/campaign.js';
import { type CampaignConfig, defaultConfig, rangeWord, type Strategy } from '../fuzz/config.js';
import { readSeeds, type SeedTexts } from '../fuzz/seeds.js';
import type { CampaignState } from '../fuzz/state.js';
import { Store } from '../fuzz/store.js';
import { KINDS } from '../scenario/kinds.js';
import type { Kind } from '../words.js';
import { EXIT } from './exit-codes.js';
import {
  addCommonFlags,
  addHeaderFlags,
  addWorldFlags,
  type CommonFlags,
  type HeaderFlags,
  mutantsOf,
  strategyOption,
  type WorldFlags,
} from './flags.js';
import { fuzzCoverage } from './fuzz-coverage.js';
import { reportCampaign } from './fuzz-report.js';
import { interruptSignal } from './interrupt.js';
import { grouped, say } from './output.js';
import { parseCompare, parseCount, parseJobs, parseSeed, parseTime } from './parse-values.js';
import { searchReport } from './search-report.js';

const DEFAULT_TIME_MS = 60_000;

interface FuzzFlags extends CommonFlags, HeaderFlags, WorldFlags {
  readonly seed: number;
  readonly jobs: number;
  readonly time?: number;
  readonly runs?: number;
  readonly until: Kind | 'finding' | 'never';
  readonly strategy: Strategy;
  readonly out: string;
  readonly compare: number;
  readonly oracle?: Kind[];
  readonly coverageOf?: string;
  readonly corpus?: string[];
}

export function addFuzz(program: Command, setExit: (code: number) => void): void {
  const command = program
    .command('fuzz')
    .description('a campaign: generate schedules, run, check, minimize, store')
    .option('--time <time>', 'end after that time (default: 60s, where --runs is not given)', parseTime)
    .option('--runs <n>', 'end after so many schedules in all', parseCount)
    .addOption(
      new Option('--until <when>', 'end at the first finding of a kind, or of any')
        .choices([...KINDS, 'finding', 'never'])
        .default('never'),
    )
    .option('--seed <n>', 'the seed of all schedules', parseSeed, defaultConfig.seed)
    .option('--jobs <n>', 'worker threads', parseJobs, defaultJobs())
    .addOption(strategyOption())
    .option('--out <dir>', 'the campaign folder; what is there is resumed', './campaign')
    .option(
      '--compare <1/n>',
      'one schedule in n is run in both implementations',
      parseCompare,
      defaultConfig.compareEvery,
    )
    .addOption(new Option('--oracle <kind...>', 'only these kinds count').choices(KINDS))
    .addOption(
      new Option(
        '--corpus <path...>',
        'scenarios, or folders of them, in whose midst schedules begin; worlds are theirs',
      ).conflicts('coverageOf'),
    )
    .option(
      '--coverage-of <file>',
      "no campaign: how many of the reachable states of this file's small, clean world schedules come to",
    );
  addHeaderFlags(addCommonFlags(addWorldFlags(command))).action(async (flags: FuzzFlags) => {
    const { coverageOf } = flags;
    setExit(
      await (coverageOf === undefined ? fuzz(flags) : fuzzCoverage(coverageOf, configOf(flags), flags)),
    );
  });
}

function isKind(word: string): word is Kind {
  return (KINDS as readonly string[]).includes(word);
}

function configOf(flags: FuzzFlags): CampaignConfig {
  const oracle = flags.oracle && KINDS.filter((kind) => flags.oracle!.includes(kind));
  return {
    seed: flags.seed,
    algo: flags.algo ?? defaultConfig.algo,
    mutants: mutantsOf(flags),
    memory: flags.memory ?? defaultConfig.memory,
    arch: flags.arch ?? defaultConfig.arch,
    preempt: flags.preempt ?? defaultConfig.preempt,
    strategy: flags.strategy,
    cpus: flags.cpus,
    tasks: flags.tasks,
    mms: flags.mms,
    // A campaign until one kind looks for that alone: another would end a schedule before it comes to that.
    oracle: oracle ?? (isKind(flags.until) ? [flags.until] : null),
    compareEvery: flags.compare,
  };
}

/** A word that a shell takes as it is. */
function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The words that make the same campaign again: those flags that are not as they are by default. */
function sameFlags(flags: FuzzFlags): string {
  const config = configOf(flags);
  const compare = (n: number) => (n === 0 ? 'none' : `1/${n}`);
  const words: [string, string, string][] = [
    ['--algo', config.algo, defaultConfig.algo],
    ['--mutant', config.mutants.join(' '), ''],
    ['--memory', config.memory, defaultConfig.memory],
    ['--arch', config.arch, defaultConfig.arch],
    ['--preempt', config.preempt, defaultConfig.preempt],
    ['--corpus', flags.corpus?.map(shellWord).join(' ') ?? '', ''],
    ['--oracle', flags.oracle?.join(' ') ?? '', ''],
    ['--strategy', config.strategy, defaultConfig.strategy],
    ['--cpus', rangeWord(config.cpus), rangeWord(defaultConfig.cpus)],
    ['--tasks', rangeWord(config.tasks), rangeWord(defaultConfig.tasks)],
    ['--mms', rangeWord(config.mms), rangeWord(defaultConfig.mms)],
    ['--compare', compare(config.compareEvery), compare(defaultConfig.compareEvery)],
    ['--until', flags.until, 'never'],
    ['--runs', `${flags.runs ?? ''}`, ''],
    ['--time', flags.time === undefined ? '' : `${flags.time}ms`, ''],
    ['--out', shellWord(flags.out), './campaign'],
  ];
  const changed = words.filter(([, value, usual]) => value !== usual);
  return [`--seed ${config.seed}`, ...changed.map(([flag, value]) => `${flag} ${value}`)].join(' ');
}

/** The line that tells how a campaign does: rewritten on a terminal, now and then elsewhere. */
class Status {
  private readonly live: boolean;
  private readonly began = performance.now();
  private schedulesBefore = -1;
  private stepsBefore = 0;
  private toldAt = 0;

  constructor(private readonly flags: FuzzFlags) {
    this.live = !flags.quiet && !flags.json && process.stdout.isTTY === true;
  }

  progress(state: CampaignState): void {
    if (this.flags.quiet) return;
    const now = performance.now();
    if (this.schedulesBefore < 0) {
      this.schedulesBefore = state.next;
      this.stepsBefore = state.steps;
    }
    if (now - this.toldAt < (this.live ? 200 : 10_000)) return;
    this.toldAt = now;
    const seconds = (now - this.began) / 1000;
    const rate = (n: number) => grouped(n / seconds);
    const line =
      `${seconds.toFixed(0).padStart(4)} s  ${grouped(state.next)} schedules (${rate(state.next - this.schedulesBefore)}/s), ` +
      `${rate((state.steps - this.stepsBefore) / 1000)} k steps/s, ${grouped(state.compared)} compared, ` +
      (state.corpus > 0 ? `corpus ${grouped(state.corpus)}, ` : '') +
      `${state.buckets.length} ${state.buckets.length === 1 ? 'finding' : 'findings'}`;
    if (this.live) logUpdate(line);
    else say(line, this.flags);
  }

  /** A line that stays. */
  tell(line: string): void {
    if (this.live) logUpdate.clear();
    say(line, this.flags);
  }

  done(): void {
    if (this.live) logUpdate.clear();
  }
}

/** The campaign's configuration, and what it begins from. */
async function campaignOf(flags: FuzzFlags): Promise<{ config: CampaignConfig; seeds?: SeedTexts }> {
  const config = configOf(flags);
  if (flags.corpus === undefined) return { config };
  const seeds = await readSeeds(flags.corpus, config);
  return { config: { ...config, seeds: seeds.names }, seeds };
}

async function fuzz(flags: FuzzFlags): Promise<number> {
  const { config, seeds } = await campaignOf(flags);
  // A folder that cannot be used is told before anything else.
  await (await Store.open(flags.out)).load(config);
  const status = new Status(flags);
  const { algo, mutants, memory, arch, preempt, seed } = config;
  const what = [
    algo,
    ...mutants.map((mutant) => `mutant ${mutant}`),
    memory,
    arch,
    `preempt ${preempt}`,
  ].join(', ');

  const signal = interruptSignal(() =>
    status.tell('interrupted: the batches under way are ended and saved (again: end at once)'),
  );
  status.tell(
    `cidfuzz fuzz: ${what}; seed ${seed}, ${flags.jobs} jobs, strategy ${config.strategy}, folder ${flags.out}`,
  );
  const { state, store, interrupted } = await runCampaign({
    config,
    ...(seeds === undefined ? {} : { seeds }),
    limits: {
      timeMs: flags.time ?? (flags.runs === undefined ? DEFAULT_TIME_MS : null),
      runs: flags.runs ?? null,
      until: flags.until,
    },
    out: flags.out,
    jobs: flags.jobs,
    signal,
    listener: {
      progress: (now) => status.progress(now),
      met: (kind, schedule) => status.tell(`${kind} in schedule ${grouped(schedule)}: minimizing`),
      stored: (finding, _kind, schedule) =>
        status.tell(`schedule ${grouped(schedule)}: stored as ${finding}`),
    },
  });
  status.done();
  if (flags.quiet && !flags.json) process.stderr.write(`seed ${seed}\n`);
  await reportCampaign(state, store, flags, searchReport(state));
  if (interrupted) {
    // Told whatever --quiet says: it is how nothing is lost.
    const line = `interrupted; everything is in ${flags.out}. To go on: cidfuzz fuzz ${sameFlags(flags)}\n`;
    (flags.json || flags.quiet ? process.stderr : process.stdout).write(line);
    return EXIT.interrupted;
  }
  if (state.parted.length > 0) return EXIT.contradiction;
  return state.buckets.length > 0 ? EXIT.finding : EXIT.clean;
}
