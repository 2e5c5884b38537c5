import { join } from 'node:path';
import type { Command } from 'commander';
import { Option } from 'commander';
import { printable, UserError } from '../errors.js';
import { type CampaignEnd, type CampaignListener, defaultJobs, runCampaign } from '../fuzz/campaign.js';
import { type CampaignConfig, defaultConfig, type Strategy } from '../fuzz/config.js';
import { readSeeds, type SeedTexts } from '../fuzz/seeds.js';
import { shellWord, wordsOf } from '../fuzz/words-of.js';
import { type Address, isLoopback, parseAddress } from '../live/address.js';
import type { LiveServer } from '../live/server.js';
import { grouped } from '../numbers.js';
import { KINDS } from '../scenario/kinds.js';
import type { Kind } from '../words.js';
import { addCiFlags, type CiFlags, tellCi, wantsCi } from './ci-flags.js';
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
import { ciResultsOf } from './fuzz-ci.js';
import { fuzzCoverage } from './fuzz-coverage.js';
import { reportCampaign } from './fuzz-report.js';
import { FuzzTeller } from './fuzz-teller.js';
import { interruptSignal } from './interrupt.js';
import { parseCompare, parseCount, parseFrom, parseJobs, parseSeed, parseTime } from './parse-values.js';
import { searchReport } from './search-report.js';

const DEFAULT_TIME_MS = 60_000;

interface FuzzFlags extends CommonFlags, HeaderFlags, WorldFlags, CiFlags {
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
  readonly from: number;
  readonly http?: string;
  readonly httpPublic?: boolean;
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
    .option('--from <n>', 'the first schedule: several machines can share a seed', parseFrom, 0)
    .option('--jobs <n>', 'worker processes', parseJobs, defaultJobs())
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
    .addOption(
      new Option('--http <host:port>', 'serve how it does as a page, and /metrics for Prometheus').conflicts(
        'coverageOf',
      ),
    )
    .option('--http-public', 'let --http serve others than this machine')
    .option(
      '--coverage-of <file>',
      "no campaign: how many of the reachable states of this file's small, clean world schedules come to",
    );
  addHeaderFlags(addCommonFlags(addCiFlags(addWorldFlags(command)))).action(async (flags: FuzzFlags) => {
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
    ...(flags.from === 0 ? {} : { from: flags.from }),
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
  const served = flags.http === undefined ? null : addressOf(flags.http, flags.httpPublic ?? false);
  const { config, seeds } = await campaignOf(flags);
  const teller = new FuzzTeller(flags);
  let server: LiveServer | null = null;
  const signal = interruptSignal(() =>
    teller.tell(
      { event: 'interrupted' },
      'interrupted: the batches under way are ended and saved (again: end at once)',
    ),
  );
  try {
    const end = await runCampaign({
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
        ...listenerOf(teller, flags),
        begun: async (view) => {
          const { seed, strategy } = config;
          teller.tell(
            { event: 'begun', out: flags.out, jobs: flags.jobs, ...config },
            `cidfuzz fuzz: ${whatOf(config)}; seed ${seed}, ${flags.jobs} jobs, strategy ${strategy}, folder ${flags.out}`,
          );
          await teller.begun(view);
          if (served !== null) {
            // The server's libraries are for who asks for it.
            const { serveLive } = await import('../live/server.js');
            server = await serveLive(served, view);
            teller.served(server.address);
          }
        },
      },
    });
    return await report(end, flags, teller);
  } finally {
    teller.done();
    await (server as LiveServer | null)?.close();
  }
}

/** What happens, in events and words. */
function listenerOf(teller: FuzzTeller, { out }: FuzzFlags): CampaignListener {
  return {
    waiting: () =>
      teller.tell({ event: 'waiting', out }, `${out} was in use a moment ago: waiting for its lock`),
    aside: (paths) => teller.insist({ event: 'aside', paths }, asideLine(out, paths)),
    progress: () => teller.progress(),
    met: (kind, schedule) =>
      teller.tell({ event: 'met', kind, schedule }, `${kind} in schedule ${grouped(schedule)}: minimizing`),
    stored: (finding, kind, schedule) =>
      teller.tell(
        { event: 'stored', finding: `findings/${finding}`, kind, schedule },
        `schedule ${grouped(schedule)}: stored as ${finding}`,
      ),
    replaced: ({ how, message }) =>
      teller.tell({ event: 'replaced', how, message }, `a worker ${how} (${message}): it is replaced`),
  };
}

/** Tells what a campaign has come to, and returns its exit code. */
async function report(
  { state, store, interrupted }: CampaignEnd,
  flags: FuzzFlags,
  teller: FuzzTeller,
): Promise<number> {
  teller.done();
  if (flags.quiet && !flags.json) process.stderr.write(`seed ${state.config.seed}\n`);
  await reportCampaign(state, store, flags, searchReport(state));
  if (interrupted) {
    const resume = `cidfuzz fuzz ${sameFlags(flags)}`;
    // Told whatever --quiet says: it is how nothing is lost.
    teller.insist(
      { event: 'ended', interrupted, resume },
      `interrupted; everything is in ${flags.out}. To go on: ${resume}`,
    );
  } else {
    teller.event({ event: 'ended', interrupted });
  }
  if (wantsCi(flags)) await tellCi('cidfuzz fuzz', await ciResultsOf(state, store), flags);
  if (interrupted) return EXIT.interrupted;
  if (state.parted.length + state.faults.length > 0) return EXIT.contradiction;
  return state.sites.length > 0 ? EXIT.finding : EXIT.clean;
}

/** What is fuzzed, in words. */
function whatOf({ algo, mutants, memory, arch, preempt }: CampaignConfig): string {
  return [algo, ...mutants.map((mutant) => `mutant ${mutant}`), memory, arch, `preempt ${preempt}`].join(
    ', ',
  );
}

/** Where the page is served. @throws UserError where that is no address, or one that others can reach without being told to */
function addressOf(text: string, open: boolean): Address {
  const address = parseAddress(text);
  if (!open && !isLoopback(address.host)) {
    throw new UserError(
      `--http ${text}: others could reach it there (expected a loopback address such as 127.0.0.1, or --http-public)`,
    );
  }
  return address;
}
