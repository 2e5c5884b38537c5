import { open, rm, stat } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { violationJson } from '../check/verdict.js';
import { readScenario } from '../corpus/read-scenario.js';
import { writeWhole } from '../corpus/write-whole.js';
import { EXPLORE_MAX_CPUS, EXPLORE_MAX_MMS, EXPLORE_MAX_TASKS } from '../engine/addresses.js';
import { Engine } from '../engine/engine.js';
import { fileError, printable, UserError } from '../errors.js';
import { BOUNDS, type Bounds, MAX_BOUND, unbounded } from '../explore/bounds.js';
import { type ExploreOptions, explore, type Pass, type Verdict } from '../explore/explore.js';
import { plainWorld } from '../explore/plain-world.js';
import type { Progress } from '../explore/progress.js';
import { allReductions, type Reductions } from '../explore/reductions.js';
import { grouped } from '../numbers.js';
import { printScenario } from '../scenario/print.js';
import type { Scenario } from '../scenario/scenario.js';
import { withComments } from '../scenario/with-comments.js';
import { EXIT } from './exit-codes.js';
import {
  addCommonFlags,
  addHeaderFlags,
  type CommonFlags,
  type HeaderFlags,
  withHeaderFlags,
} from './flags.js';
import { interruptSignal } from './interrupt.js';
import { printJson, say } from './output.js';
import { parseCount, parseJobs, parseTime } from './parse-values.js';
import { redraw } from './redraw.js';
import { boundsText, isOfPrefix, verdictText } from './verdict-text.js';

interface ExploreFlags extends CommonFlags, HeaderFlags, Partial<Record<keyof Bounds, number>> {
  readonly cpus?: number;
  readonly tasks?: number;
  readonly mms?: number;
  readonly depth?: number;
  readonly memoryMb: number;
  readonly time?: number;
  readonly order: 'bfs' | 'dfs';
  readonly exact?: boolean;
  readonly first?: boolean;
  readonly jobs: number;
  readonly checkpoint?: string;
  readonly output?: string;
  readonly anyWork?: boolean;
  readonly timeAbstraction: boolean;
  readonly localSteps: boolean;
  readonly sleepSets: boolean;
  readonly symmetry: boolean;
  readonly homes: boolean;
}

/** With ages that are not reduced, a state tells so many advances apart (assembly/explore/time.ts). */
const MOST_ADVANCES = 12;

function parseBound(text: string): number {
  const n = /^\d[\d_]*$/.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN;
  if (!Number.isSafeInteger(n) || n > MAX_BOUND)
    throw new InvalidArgumentError(`expected a whole number from 0 to ${MAX_BOUND}`);
  return n;
}

/** A 32-bit memory ends there. */
const MOST_MEGABYTES = 4095;

function parseMegabytes(text: string): number {
  const n = parseCount(text);
  if (n > MOST_MEGABYTES)
    throw new InvalidArgumentError(`expected a whole number from 1 to ${MOST_MEGABYTES}`);
  return n;
}

const BOUND_HELP: Record<keyof Bounds, string> = {
  exits: 'exits, at most (default: none)',
  execs: 'execs, each of which fails or not (default: none)',
  execFails: 'more execs, all of which fail (default: none)',
  forks: 'forks, each of a thread or a process (default: none)',
  threadForks: 'more forks, all of threads (default: none)',
  switches: 'switches (default: any number, as of all below)',
  ticks: 'ticks',
  works: 'task works',
  migrations: 'migrations',
  advances: 'advances of 101 ms',
  preemptions: 'changes of the running cpu in the middle of a routine that could go on',
};

function flagOf(bound: keyof Bounds): string {
  return bound.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

export function addExplore(program: Command, setExit: (code: number) => void): void {
  const command = program
    .command('explore')
    .description(
      'every interleaving of a small world within bounds: complete, or the shortest way to a violation',
    )
    .argument(
      '[file]',
      'a scenario: its header is the world, its actions come first (without: --cpus, --tasks, --mms)',
    )
    .option('--cpus <n>', 'cpus, without a file (default: 2)', parseCount)
    .option('--tasks <n>', 'tasks, without a file (default: 2)', parseCount)
    .option(
      '--mms <n>',
      'address spaces, without a file: all tasks but the last ones are of the first (default: 1)',
      parseCount,
    );
  for (const bound of BOUNDS) command.option(`--${flagOf(bound)} <n>`, BOUND_HELP[bound], parseBound);
  command
    .option('--depth <n>', 'moves from the start: steps, drains and other actions', parseCount)
    .option('--memory-mb <n>', 'MiB of the visited set', parseMegabytes, MOST_MEGABYTES)
    .option('--time <time>', 'end after that time with what was covered', parseTime)
    .addOption(
      new Option('--order <order>', 'breadth-first for the shortest way, depth-first for least memory')
        .choices(['bfs', 'dfs'])
        .default('bfs'),
    )
    .option('--first', 'the first violation will do: do not look for the shortest way')
    .option('--exact', 'keep whole states, not 64-bit fingerprints')
    .option('--jobs <n>', 'worker threads on one visited set', parseJobs, 1)
    .option('--checkpoint <file>', 'keep a search there that is cut short, and go on with it')
    .option('-o, --output <out>', 'where to write the scenario of a violation')
    .option(
      '--any-work',
      'task work at any time: more than can happen, so far fewer states, and clean is clean',
    )
    .option('--no-time-abstraction', 'tell all times apart (needs --advances)')
    .option('--no-local-steps', 'no step is made at once')
    .option('--no-sleep-sets', 'both orders of all moves')
    .option('--no-symmetry', 'tell tasks, mms and cpus apart that are alike')
    .option('--no-homes', 'tell apart whose queue a task is in that does not run');
  addHeaderFlags(addCommonFlags(command)).action(async (file: string | undefined, flags: ExploreFlags) => {
    setExit(await run(file, flags));
  });
}

function boundsOf(flags: ExploreFlags): Bounds {
  return Object.fromEntries(
    BOUNDS.map((name) => [name, flags[name] ?? unbounded[name]]),
  ) as unknown as Bounds;
}

function reductionsOf(flags: ExploreFlags): Reductions {
  return {
    ...allReductions,
    time: flags.timeAbstraction,
    local: flags.localSteps,
    sleep: flags.sleepSets,
    tasks: flags.symmetry,
    mms: flags.symmetry,
    cpus: flags.symmetry,
    homes: flags.homes,
    anyWork: flags.anyWork === true,
  };
}

function checkFlags(flags: ExploreFlags): void {
  const needs = (when: boolean, what: string, expected: string) => {
    if (when) throw new UserError(`cidfuzz explore: ${what} (expected ${expected})`);
  };
  needs(
    !flags.timeAbstraction && !(flags.advances !== undefined && flags.advances <= MOST_ADVANCES),
    '--no-time-abstraction has no end without a bound on advances',
    `--advances of at most ${MOST_ADVANCES}`,
  );
  needs(flags.exact === true && flags.jobs > 1, '--exact is for one job', '--jobs 1');
  needs(flags.order === 'dfs' && flags.jobs > 1, '--order dfs is for one job', '--jobs 1');
  needs(flags.order === 'dfs' && flags.depth !== undefined, '--depth is of --order bfs', 'no --depth');
  needs(
    flags.order === 'dfs' && flags.checkpoint !== undefined,
    '--checkpoint is of --order bfs',
    'no --checkpoint',
  );
}

async function worldFrom(file: string | undefined, flags: ExploreFlags): Promise<Scenario> {
  const { cpus = 2, tasks = 2, mms = 1 } = flags;
  if (file === undefined) {
    for (const [what, count, most] of [
      ['cpus', cpus, EXPLORE_MAX_CPUS],
      ['tasks', tasks, EXPLORE_MAX_TASKS],
      ['mms', mms, EXPLORE_MAX_MMS],
    ] as const) {
      if (count > most)
        throw new UserError(
          `cidfuzz explore: ${count} ${what} are too many to explore (expected at most ${most})`,
        );
    }
    return plainWorld(cpus, tasks, mms);
  }
  for (const flag of ['cpus', 'tasks', 'mms'] as const) {
    if (flags[flag] !== undefined)
      throw new UserError(
        `cidfuzz explore: --${flag} with a file (expected one of them: the file has its own)`,
      );
  }
  return readScenario(file);
}

/**
 * Before a search that may take hours: that its result can be written.
 *
 * @throws UserError with the path and what the system says
 */
async function checkWritable(path: string): Promise<void> {
  const aside = `${path}.${process.pid}.tmp`;
  try {
    await (await open(aside, 'wx')).close();
    await rm(aside);
  } catch (error) {
    throw fileError(path, 'write', error);
  }
  const there = await stat(path).catch(() => null);
  if (there?.isDirectory()) throw fileError(path, 'write', { code: 'EISDIR' });
}

async function run(file: string | undefined, flags: ExploreFlags): Promise<number> {
  checkFlags(flags);
  const scenario = withHeaderFlags(await worldFrom(file, flags), flags);
  for (const path of [flags.output, flags.checkpoint]) if (path !== undefined) await checkWritable(path);
  const bounds = boundsOf(flags);
  const status = new Status(flags);
  const signal = interruptSignal(() =>
    status.tell('interrupted: what was covered is told (again: end at once)'),
  );
  const options: ExploreOptions = {
    bounds,
    reductions: reductionsOf(flags),
    limits: { depth: flags.depth ?? null, memoryMb: flags.memoryMb, timeMs: flags.time ?? null },
    order: flags.order,
    exact: flags.exact === true,
    first: flags.first === true,
    jobs: flags.jobs,
    checkpoint: flags.checkpoint ?? null,
    signal,
    onProgress: (progress, pass) => status.progress(progress, pass),
  };
  let verdict: Verdict;
  try {
    verdict = await explore(scenario, file ?? 'cidfuzz explore', options);
  } finally {
    status.done();
  }
  checkAgreement(verdict);
  await tell(verdict, bounds, flags);
  const isKept = flags.checkpoint !== undefined && verdict.kind === null && status.pass === 'decide';
  if (verdict.stop === 'interrupt') {
    process.stderr.write(`${goingOn(verdict, flags, isKept)}\n`);
    return EXIT.interrupted;
  }
  if (isKept && verdict.stop !== null) {
    const more = { time: '', memory: ' with more --memory-mb', depth: ' with more --depth' }[verdict.stop];
    // A table of whole states does not grow.
    const how =
      flags.exact && verdict.stop === 'memory'
        ? 'to go on with more --memory-mb, begin another'
        : `to go on, the same command${more}`;
    say(`kept in ${printable(flags.checkpoint!)}; ${how}`, flags);
  }
  return verdict.kind === null ? EXIT.clean : EXIT.finding;
}

/** A search without some of the reductions, or with one job, must find what the first one found. */
function checkAgreement({ kind, shortest, shortestProgress, stop }: Verdict): void {
  if (shortestProgress !== null && !shortest && (stop === null || stop === 'depth'))
    throw new Error(`a search finds ${kind}, and the one for the shortest way to it finds nothing`);
}

/** Tells the verdict, and writes its scenario. */
async function tell(verdict: Verdict, bounds: Bounds, flags: ExploreFlags): Promise<void> {
  const { output } = flags;
  const text = verdict.witness === null ? null : witnessText(verdict, bounds);
  // First what was found, then the file: a disk may be full by now.
  if (flags.json) printJson(json(verdict, bounds, flags.depth ?? null, text));
  else process.stdout.write(verdictText(verdict, bounds, flags.depth ?? null));
  if (text === null) {
    if (verdict.kind !== null) process.stderr.write(`${noScenario(verdict, output)}\n`);
    return;
  }
  if (output === undefined) {
    if (!flags.json) process.stdout.write(`\n${text}`);
    return;
  }
  try {
    await writeWhole(output, text);
  } catch (error) {
    if (!flags.json) process.stdout.write(`\n${text}`);
    throw error;
  }
  const name = printable(output);
  if (!flags.json) process.stdout.write(`\nwritten: cidfuzz replay ${name}; cidfuzz explain ${name}\n`);
}

function noScenario({ stop }: Verdict, output: string | undefined): string {
  const where =
    output === undefined ? 'no scenario' : `${printable(output)}: not written, there is no scenario`;
  const why =
    stop === null
      ? 'the way that was found needs more room in a store buffer than there is (--order bfs finds others)'
      : 'the search for the shortest way was cut short';
  return `${where}: ${why}`;
}

/** How to go on after an interrupt. */
function goingOn({ kind }: Verdict, { checkpoint, order }: ExploreFlags, isKept: boolean): string {
  if (isKept) return `interrupted; to go on, the same command: everything is in ${printable(checkpoint!)}`;
  if (kind !== null) return 'interrupted; the same command looks for the shortest way once more';
  if (checkpoint !== undefined) return 'interrupted; the same command decides once more';
  if (order === 'dfs') return 'interrupted (--order bfs with --checkpoint FILE could be gone on with)';
  return 'interrupted (with --checkpoint FILE it could be gone on with)';
}

/** The scenario with what it is, as comments. */
function witnessText(verdict: Verdict, bounds: Bounds): string {
  const { scenario, kind, length } = verdict.witness!;
  const how = verdict.shortest ? 'No way is shorter' : 'Perhaps not the shortest way';
  const way = isOfPrefix(verdict)
    ? `The actions given come to ${kind}.`
    : `${how}: ${length} moves (steps, drains, other actions) to ${kind}.`;
  return withComments(printScenario({ ...scenario, expects: [{ algo: null, outcome: kind }] }), [
    way,
    `Found by: cidfuzz explore, ${boundsText(bounds)}`,
  ]);
}

/** The row of interface.md, and more. */
function json(verdict: Verdict, bounds: Bounds, depth: number | null, text: string | null): unknown {
  const { witness, progress, complete, stop, kind } = verdict;
  const violation = witness === null ? undefined : new Engine().run(witness.scenario).violation;
  return {
    complete,
    stop: stop === 'depth' ? null : stop,
    bounds: { ...bounds, depth },
    states: progress.states,
    distinct: progress.distinct,
    violation: violation ? violationJson(witness!.scenario, violation) : kind === null ? null : { kind },
    length: witness?.length ?? null,
    shortest: witness === null ? null : verdict.shortest,
    seconds: Number(progress.seconds.toFixed(3)),
    moves: progress.depth,
    queue: progress.queue,
    visited_bytes: progress.visitedBytes,
    omission: verdict.omission,
    scenario: text,
  };
}

const PASS_WORDS: Record<Pass, string> = {
  decide: '',
  'decide-narrowly': 'again, with work where it is queued: ',
  shortest: 'the shortest way: ',
};

/** The line that tells how far it is: rewritten on a terminal, now and then elsewhere. */
class Status {
  private readonly live: boolean;
  private toldAt = performance.now();
  /** The last one that progress was told of. */
  pass: Pass = 'decide';

  constructor(private readonly flags: ExploreFlags) {
    this.live = !flags.quiet && !flags.json && process.stdout.isTTY === true;
  }

  progress(p: Progress, pass: Pass): void {
    this.pass = pass;
    if (this.flags.quiet) return;
    const now = performance.now();
    if (now - this.toldAt < (this.live ? 200 : 10_000)) return;
    this.toldAt = now;
    const rate = p.distinct / Math.max(0.001, p.seconds);
    const left = p.left === null ? 'growing' : `about ${grouped(p.left)} left`;
    const line =
      `${PASS_WORDS[pass]}${p.seconds.toFixed(0)} s  ${grouped(p.states)} states, ${grouped(p.distinct)} distinct ` +
      `(${grouped(rate)}/s), queue ${grouped(p.queue)}, depth ${grouped(p.depth)}, ` +
      `${grouped(p.bytes / 2 ** 20)} MiB, ${left}`;
    if (this.live) redraw.stdout?.(line);
    else process.stderr.write(`${line}\n`);
  }

  tell(line: string): void {
    if (this.live) redraw.stdout?.clear();
    say(line, this.flags);
  }

  done(): void {
    if (this.live) redraw.stdout?.clear();
  }
}
