import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import type { Command } from 'commander';
import { Option } from 'commander';
import logUpdate from 'log-update';
import { unsupported } from '../engine/engine.js';
import { UserError } from '../errors.js';
import { defaultJobs, runCampaign } from '../fuzz/campaign.js';
import { type CampaignConfig, defaultConfig, headerOf, STRATEGIES, type Strategy } from '../fuzz/config.js';
import type { BucketState, CampaignState } from '../fuzz/state.js';
import { Store } from '../fuzz/store.js';
import { KIND_WORDS, type Kind } from '../words.js';
import { EXIT } from './exit-codes.js';
import { addCommonFlags, addHeaderFlags, type CommonFlags, type HeaderFlags, mutantsOf } from './flags.js';
import { colorsFor, grouped, printJson, say } from './output.js';
import {
  parseCompare,
  parseCount,
  parseCpus,
  parseJobs,
  parseMms,
  parseSeed,
  parseTasks,
  parseTime,
} from './parse-values.js';

const KINDS = KIND_WORDS.filter((kind): kind is Kind => kind !== 'none');

/** Under npm one Ctrl-C can arrive twice: from the terminal, and passed on. */
const SAME_INTERRUPT_MS = 1000;

interface FuzzFlags extends CommonFlags, HeaderFlags {
  readonly seed: number;
  readonly jobs: number;
  readonly time?: number;
  readonly runs?: number;
  readonly until: Kind | 'finding' | 'never';
  readonly strategy: Strategy;
  readonly out: string;
  readonly compare: number;
  readonly oracle?: Kind[];
  readonly cpus: [number, number];
  readonly tasks: [number, number];
  readonly mms: [number, number];
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
    .addOption(
      new Option('--strategy <strategy>', 'how schedules are chosen')
        .choices(STRATEGIES)
        .default(STRATEGIES[0]),
    )
    .option('--out <dir>', 'the campaign folder; what is there is resumed', './campaign')
    .option(
      '--compare <1/n>',
      'one schedule in n is run in both implementations',
      parseCompare,
      defaultConfig.compareEvery,
    )
    .addOption(new Option('--oracle <kind...>', 'only these kinds count').choices(KINDS))
    .option('--cpus <n>', 'cpus of a world: a number or a range', parseCpus, defaultConfig.cpus)
    .option('--tasks <n>', 'tasks of a world, forked ones apart', parseTasks, defaultConfig.tasks)
    .option(
      '--mms <n>',
      'address spaces of a world, those of fork and exec apart',
      parseMms,
      defaultConfig.mms,
    );
  addHeaderFlags(addCommonFlags(command)).action(async (flags: FuzzFlags) => {
    setExit(await fuzz(flags));
  });
}

function configOf(flags: FuzzFlags): CampaignConfig {
  const oracle = flags.oracle && KINDS.filter((kind) => flags.oracle!.includes(kind));
  const config: CampaignConfig = {
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
    // A campaign until a kind that is off by default looks for it.
    oracle: oracle ?? (flags.until === 'compactness' ? KINDS : null),
    compareEvery: flags.compare,
  };
  const refused = unsupported(headerOf(config));
  if (refused !== null) throw new UserError(`cidfuzz fuzz: ${refused}`);
  return config;
}

/** A word that a shell takes as it is. */
function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The words that make the same campaign again: those flags that are not as they are by default. */
function sameFlags(flags: FuzzFlags): string {
  const config = configOf(flags);
  const range = ([lo, hi]: readonly [number, number]) => (lo === hi ? `${lo}` : `${lo}-${hi}`);
  const compare = (n: number) => (n === 0 ? 'none' : `1/${n}`);
  const words: [string, string, string][] = [
    ['--algo', config.algo, defaultConfig.algo],
    ['--mutant', config.mutants.join(' '), ''],
    ['--arch', config.arch, defaultConfig.arch],
    ['--preempt', config.preempt, defaultConfig.preempt],
    ['--oracle', flags.oracle?.join(' ') ?? '', ''],
    ['--cpus', range(config.cpus), range(defaultConfig.cpus)],
    ['--tasks', range(config.tasks), range(defaultConfig.tasks)],
    ['--mms', range(config.mms), range(defaultConfig.mms)],
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

async function fuzz(flags: FuzzFlags): Promise<number> {
  const config = configOf(flags);
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

  const abort = new AbortController();
  let abortedAt = 0;
  const interrupt = () => {
    if (!abort.signal.aborted) {
      abortedAt = performance.now();
      status.tell('interrupted: the batches under way are ended and saved (again: end at once)');
      abort.abort();
    } else if (performance.now() - abortedAt > SAME_INTERRUPT_MS) {
      // What is stored is whole.
      process.exit(EXIT.interrupted);
    }
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  status.tell(
    `cidfuzz fuzz: ${what}; seed ${seed}, ${flags.jobs} jobs, strategy ${config.strategy}, folder ${flags.out}`,
  );
  const { state, interrupted } = await runCampaign({
    config,
    limits: {
      timeMs: flags.time ?? (flags.runs === undefined && flags.until === 'never' ? 60_000 : null),
      runs: flags.runs ?? null,
      until: flags.until,
    },
    out: flags.out,
    jobs: flags.jobs,
    signal: abort.signal,
    listener: {
      progress: (now) => status.progress(now),
      met: (kind, schedule) => status.tell(`${kind} in schedule ${grouped(schedule)}: minimizing`),
      stored: (finding, _kind, schedule) =>
        status.tell(`schedule ${grouped(schedule)}: stored as ${finding}`),
    },
  });
  status.done();
  await report(state, flags);
  if (interrupted) {
    // Told whatever --quiet says: it is how nothing is lost.
    const line = `interrupted; everything is in ${flags.out}. To go on: cidfuzz fuzz ${sameFlags(flags)}\n`;
    (flags.json || flags.quiet ? process.stderr : process.stdout).write(line);
    return EXIT.interrupted;
  }
  if (state.parted.length > 0) return EXIT.contradiction;
  return state.buckets.length > 0 ? EXIT.finding : EXIT.clean;
}

/** Findings, each once: buckets whose minimized scenarios are the same are one. */
function findingsOf(state: CampaignState): { finding: string; buckets: BucketState[] }[] {
  const byName = new Map<string, BucketState[]>();
  for (const bucket of state.buckets) {
    if (bucket.finding === null) continue;
    byName.set(bucket.finding, [...(byName.get(bucket.finding) ?? []), bucket]);
  }
  // The plainest harm first, in the order of the checks; then as they were met.
  return [...byName]
    .map(([finding, buckets]) => ({ finding, buckets }))
    .sort((a, b) => KINDS.indexOf(a.buckets[0]!.kind) - KINDS.indexOf(b.buckets[0]!.kind));
}

async function report(state: CampaignState, flags: FuzzFlags): Promise<void> {
  const findings = findingsOf(state);
  const at = (finding: string, file: string) => `${flags.out.replace(/\/$/, '')}/findings/${finding}/${file}`;
  if (flags.json) {
    for (const { finding, buckets } of findings) {
      const row = JSON.parse(await readFile(at(finding, 'finding.json'), 'utf8'));
      const met = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
      printJson({ ...row, finding: `findings/${finding}`, met });
    }
    for (const { finding, schedule } of state.parted) {
      printJson({ format: 1, outcome: 'divergence', schedule, finding: `findings/${finding}` });
    }
    const { config, next, steps, compared } = state;
    printJson({
      format: 1,
      summary: true,
      ...config,
      schedules: next,
      steps,
      compared,
      findings: findings.length,
      divergences: state.parted.length,
    });
    return;
  }
  const counted = `${grouped(state.next)} schedules, ${grouped(state.steps)} micro-steps; ${grouped(state.compared)} schedules compared with the reference`;
  if (flags.quiet) {
    for (const { finding } of findings) process.stdout.write(`${at(finding, 'minimized.cid')}\n`);
    for (const { finding } of state.parted) process.stdout.write(`${at(finding, 'minimized.cid')}\n`);
    return;
  }
  const colors = colorsFor(process.stdout, flags.color);
  const lines = ['', `seed ${state.config.seed}: ${counted}`];
  if (state.parted.length > 0) {
    lines.push(colors.red('engine and reference part: cidfuzz contradicts itself'));
    for (const { finding, schedule } of state.parted)
      lines.push(`  schedule ${schedule}: ${at(finding, 'explained.txt')}`);
  }
  if (findings.length === 0) lines.push('nothing found');
  for (const [i, { finding, buckets }] of findings.entries()) {
    const met = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
    const path = relative('.', at(finding, ''));
    lines.push(
      '',
      colors.red(
        `${buckets[0]!.kind}: first in schedule ${grouped(buckets[0]!.schedule)}, met ${grouped(met)} times`,
      ),
    );
    const told = await readFile(at(finding, 'explained.txt'), 'utf8');
    if (i === 0) lines.push('', told.trimEnd());
    else lines.push(`  ${lastLine(told)}`);
    const carried = await readFile(at(finding, 'carried.txt'), 'utf8').catch(() => null);
    if (carried !== null) lines.push('', `Carried on (${path}/carried.cid): ${lastLine(carried)}`);
    lines.push(`  again:  cidfuzz explain ${path}/minimized.cid`);
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1)!;
}
