import { join } from 'node:path';
import type { Command } from 'commander';
import { Option } from 'commander';
import logUpdate from 'log-update';
import { printable } from '../errors.js';
import { defaultJobs, runCampaign } from '../fuzz/campaign.js';
import { type CampaignConfig, defaultConfig, type Strategy } from '../fuzz/config.js';
import type { Sample } from '../fuzz/progress.js';
import { readSeeds, type SeedTexts } from '../fuzz/seeds.js';
import { shellWord, wordsOf } from '../fuzz/words-of.js';
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

/** The words that make the same campaign again: those flags that are not as they are by default. */
function sameFlags(flags: FuzzFlags): string {
  const words: [string, string, string][] = [
    ['--corpus', flags.corpus?.map(shellWord).join(' ') ?? '', ''],
    ['--until', flags.until, 'never'],
    ['--runs', `${flags.runs ?? ''}`, ''],
    ['--time', flags.time === undefined ? '' : `${flags.time}ms`, ''],
    ['--out', shellWord(flags.out), './campaign'],
  ];
  const changed = words.filter(([, value, usual]) => value !== usual);
  const config = { ...configOf(flags), oracle: flags.oracle ?? null };
  return [wordsOf(config), ...changed.map(([flag, value]) => `${flag} ${value}`)].join(' ');
}

/** The line that tells how a campaign does: rewritten on a terminal, now and then elsewhere. */
class Status {
  private readonly live: boolean;
  private toldAt = 0;

  constructor(private readonly flags: FuzzFlags) {
    this.live = !flags.quiet && !flags.json && process.stdout.isTTY === true;
  }

  progress(sample: Sample): void {
    const now = performance.now();
    if (this.flags.quiet || now - this.toldAt < (this.live ? 200 : 10_000)) return;
    this.toldAt = now;
    const line = `${grouped(sample.schedules)} schedules`;
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

/** How many names are told. */
const NAMES_TOLD = 3;

/** What was not whole, or not ours: `campaign: 2 files were torn or foreign, and are in campaign/aside now: a, b`. */
function asideLine(out: string, paths: readonly string[]): string {
  const more = paths.length > NAMES_TOLD ? `, and ${grouped(paths.length - NAMES_TOLD)} more` : '';
  const [what, are] = paths.length === 1 ? ['file was', 'is'] : ['files were', 'are'];
  const names = paths.slice(0, NAMES_TOLD).map(printable).join(', ');
  return `${out}: ${grouped(paths.length)} ${what} torn or foreign, and ${are} in ${join(out, 'aside')} now: ${names}${more}`;
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
  const { state, store, interrupted } = await runCampaign({
    config,
    ...(seeds === undefined ? {} : { seeds }),
    ...(flags.corpus === undefined ? {} : { corpus: flags.corpus }),
    limits: {
      timeMs: flags.time ?? (flags.runs === undefined ? DEFAULT_TIME_MS : null),
      runs: flags.runs ?? null,
      until: flags.until,
    },
    out: flags.out,
    jobs: flags.jobs,
    signal,
    listener: {
      waiting: () => status.tell(`${flags.out} was in use a moment ago: waiting for its lock`),
      aside: (paths) => status.tell(asideLine(flags.out, paths)),
      begun: () =>
        status.tell(
          `cidfuzz fuzz: ${what}; seed ${seed}, ${flags.jobs} jobs, strategy ${config.strategy}, folder ${flags.out}`,
        ),
      replaced: ({ how, message }) => status.tell(`a worker ${how} (${message}): it is replaced`),
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
  if (state.parted.length + state.faults.length > 0) return EXIT.contradiction;
  return state.sites.length > 0 ? EXIT.finding : EXIT.clean;
}
