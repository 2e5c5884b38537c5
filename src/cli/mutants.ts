import { type Command, InvalidArgumentError, Option } from 'commander';
import { divergenceText } from '../check/divergence-text.js';
import { UserError } from '../errors.js';
import { defaultJobs } from '../fuzz/campaign.js';
import { defaultConfig, type Strategy } from '../fuzz/config.js';
import { harmlessUnder } from '../mutants/harmless.js';
import { openKeep, writeKept } from '../mutants/keep.js';
import { type Measured, measureMutants, type PartedIn, type Progress } from '../mutants/measure.js';
import { cellsOf, type Plan, ROWS, type Row } from '../mutants/plan.js';
import { withWorkers } from '../mutants/pool.js';
import { tableLines } from '../mutants/table.js';
import { faultsOf } from '../mutants/verdict.js';
import { campaignCommandOf } from '../mutants/words.js';
import { grouped } from '../numbers.js';
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
import { EXIT } from './exit-codes.js';
import { addCommonFlags, addWorldFlags, type CommonFlags, strategyOption, type WorldFlags } from './flags.js';
import { interruptSignal } from './interrupt.js';
import { printJson } from './output.js';
import { parseCount, parseJobs, parseSeed } from './parse-values.js';
import { redraw } from './redraw.js';

/** Schedules of a campaign: the whole table, most of it what nothing finds, takes about 18 minutes of two idle cores. */
const DEFAULT_RUNS = 600_000;

interface MutantsFlags extends CommonFlags, WorldFlags {
  readonly mutant?: Row[];
  readonly memory: Memory[];
  readonly arch: Arch[];
  readonly algo: Algo;
  readonly preempt: Preempt;
  readonly strategy: Strategy;
  readonly runs: number;
  readonly seed: number;
  readonly jobs: number;
  readonly keep?: string;
  readonly require: Mutant[];
}

export function addMutants(program: Command, setExit: (code: number) => void): void {
  const command = program
    .command('mutants')
    .description('which mutants are found, by which check, after how many schedules')
    .addOption(
      new Option('--mutant <mutant...>', 'only these; the algorithm without one always comes first').choices(
        ROWS,
      ),
    )
    .addOption(
      new Option('--memory <memory...>', 'the memory models').choices(MEMORIES).default([...MEMORIES]),
    )
    .addOption(new Option('--arch <arch...>', 'the architectures').choices(ARCHES).default([...ARCHES]))
    .addOption(
      // v6.3 has no mutants.
      new Option('--algo <algo>', 'the algorithm that is mutated')
        .choices(ALGOS.filter((algo) => algo !== 'v6.3'))
        .default('rfc-v6-fixed'),
    )
    .addOption(
      new Option('--preempt <preempt>', 'where a task may be preempted')
        .choices(PREEMPTS)
        .default(defaultConfig.preempt),
    )
    .addOption(strategyOption())
    .option('--runs <n>', 'schedules of each seed, where none finds anything', parseCount, DEFAULT_RUNS)
    .option('--seed <n>', 'the first of the five seeds of each figure', parseSeed, defaultConfig.seed)
    .option('--jobs <n>', 'worker threads', parseJobs, defaultJobs())
    .option('--keep <dir>', 'write the smallest scenario of each finding there')
    .option('--require <names>', 'mutants, with commas, that must be found somewhere', parseMutants, []);
  addCommonFlags(addWorldFlags(command)).action(async (flags: MutantsFlags) => {
    setExit(await mutants(flags));
  });
}

function parseMutants(text: string): Mutant[] {
  return text.split(',').map((word) => {
    const mutant = MUTANTS.find((name) => name === word);
    if (mutant === undefined) throw new InvalidArgumentError(`expected mutants, such as ${MUTANTS[0]}`);
    return mutant;
  });
}

function planOf(flags: MutantsFlags): Plan {
  const { algo, preempt, strategy, cpus, tasks, mms, seed, runs } = flags;
  const plan: Plan = {
    rows: ROWS.filter((row) => row === 'none' || (flags.mutant?.includes(row) ?? true)),
    memories: MEMORIES.filter((memory) => flags.memory.includes(memory)),
    arches: ARCHES.filter((arch) => flags.arch.includes(arch)),
    base: { algo, preempt, strategy, cpus, tasks, mms },
    seed,
    runs,
  };
  const left = flags.require.find((name) => !plan.rows.includes(name));
  if (left !== undefined) throw new UserError(`cidfuzz mutants: --require ${left} is not among --mutant`);
  return plan;
}

/** Tells on stderr how far it is: a line rewritten on a terminal, now and then a line elsewhere. */
class Status {
  private readonly live = process.stderr.isTTY === true;
  private readonly began = performance.now();
  private toldAt = performance.now();

  constructor(private readonly quiet: boolean | undefined) {}

  progress({ cells, known, unfound, schedules }: Progress): void {
    const now = performance.now();
    if (this.quiet || now - this.toldAt < (this.live ? 200 : 10_000)) return;
    this.toldAt = now;
    const seconds = (now - this.began) / 1000;
    const line =
      `${seconds.toFixed(0).padStart(4)} s  ${known} of ${cells} figures, ${unfound} of them nothing found; ` +
      `${grouped(schedules)} schedules (${grouped(schedules / seconds)}/s)`;
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

async function mutants(flags: MutantsFlags): Promise<number> {
  const { keep, jobs, seed, quiet } = flags;
  const plan = planOf(flags);
  if (keep !== undefined) await openKeep(keep);
  const status = new Status(quiet);
  const signal = interruptSignal(() => {
    if (!quiet) status.tell('interrupted: the batches under way are ended (again: end at once)');
  });
  if (!quiet) {
    status.tell(
      `cidfuzz mutants: ${cellsOf(plan).length} figures of ${plan.base.algo}; seed ${seed}, ${jobs} jobs`,
    );
  } else if (flags.json) {
    // The table tells the seeds; rows for programs do not.
    status.tell(`seed ${seed}`);
  }
  const measured = await withWorkers(jobs, (ask) =>
    measureMutants({
      plan,
      jobs,
      ask,
      signal,
      progress: (now) => status.progress(now),
      ...(keep === undefined ? {} : { keep: (figures, small) => writeKept(keep, plan, figures, small) }),
    }),
  );
  status.done();
  return report(plan, measured, flags, status);
}

function report(plan: Plan, measured: Measured, flags: MutantsFlags, status: Status): number {
  const { figures, parted, interrupted } = measured;
  // Figures of a harness that contradicts itself say nothing.
  if (parted !== null) {
    status.tell(partedText(plan, parted));
    return EXIT.contradiction;
  }
  const known = figures.filter((row) => row !== null);
  if (flags.json) known.forEach(printJson);
  else {
    const lines = tableLines({ plan, figures, harmless: harmlessUnder(plan.base.algo), grouped });
    process.stdout.write(`${lines.join('\n')}\n`);
  }
  if (interrupted) {
    status.tell(
      `interrupted: ${known.length} of ${figures.length} figures are known. None is stored: the same command begins ` +
        'anew, --mutant, --memory and --arch ask for less',
    );
    return EXIT.interrupted;
  }
  const faults = faultsOf(figures, flags.require);
  for (const fault of faults) status.tell(fault);
  return faults.length > 0 ? EXIT.finding : EXIT.clean;
}

function partedText(plan: Plan, { cell, seed, parted }: PartedIn): string {
  const { row, memory, arch } = cell;
  const where = `${plan.base.algo}, mutant ${row}, ${memory}, ${arch}, seed ${seed}, schedule ${parted.schedule + 1}`;
  const again = campaignCommandOf(plan, cell, seed, parted.schedule);
  return `${where}: ${divergenceText(parted.divergence)}again: ${again}`;
}
