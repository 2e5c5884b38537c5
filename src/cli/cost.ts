import { type Command, InvalidArgumentError, Option } from 'commander';
import { divergenceText } from '../check/divergence-text.js';
import { kindWord } from '../check/verdict.js';
import { writeWhole } from '../corpus/write-whole.js';
import { costOf, type TraceCost } from '../trace/cost/cost-of.js';
import type { CostOfFile } from '../trace/cost/picture/charts.js';
import { costPicture, type PictureFormat, pictureFormat } from '../trace/cost/picture/picture.js';
import { costSummary, costTable } from '../trace/cost/table.js';
import { switchesOf } from '../trace/counts.js';
import { traceNotes } from '../trace/notes.js';
import { openTrace } from '../trace/read-trace.js';
import { ALGOS, type Algo } from '../words.js';
import { eachFile } from './each-file.js';
import { EXIT } from './exit-codes.js';
import { addCommonFlags, type CommonFlags } from './flags.js';
import { printJson, say } from './output.js';
import { parseSeed } from './parse-values.js';
import { addScheduleFlags, type ScheduleFlags } from './trace-flags.js';

/** Switches at the beginning of a trace that are run in lockstep with the reference. */
const LOCKSTEP = 20_000;

interface CostFlags extends CommonFlags, ScheduleFlags {
  readonly algo?: Algo[];
  readonly lockstep: number;
  readonly picture?: Picture;
}

interface Picture {
  readonly file: string;
  readonly format: PictureFormat;
}

function parsePicture(file: string): Picture {
  const format = pictureFormat(file);
  if (format === null) throw new InvalidArgumentError('expected a file that ends in .svg or .html');
  return { file, format };
}

export function addCost(program: Command, setExit: (code: number) => void): void {
  const command = program
    .command('cost')
    .description(
      'what each algorithm pays on the schedule of real traces: atomic operations, locks, barriers, compactness',
    )
    .argument('<trace...>', 'traces, plain or gzip')
    .addOption(new Option('--algo <algo...>', 'the algorithms (default: all)').choices(ALGOS))
    .option(
      '--lockstep <n>',
      'switches at the beginning that the reference repeats (0: none)',
      parseSeed,
      LOCKSTEP,
    )
    .option('--picture <file>', 'write charts, too: FILE.svg or FILE.html', parsePicture);
  addScheduleFlags(addCommonFlags(command)).action(async (paths: string[], flags: CostFlags) => {
    const costs: CostOfFile[] = [];
    const code = await eachFile(paths, async (path) => {
      const cost = await costOne(path, flags);
      costs.push({ file: path, cost });
      return verdict(path, cost);
    });
    if (costs.length > 1 && !flags.json) say(['', ...costSummary(costs)].join('\n'), flags);
    const { picture } = flags;
    if (picture !== undefined && costs.length > 0) {
      await writeWhole(picture.file, await costPicture(costs, picture.format));
      say(`${picture.file}: written`, flags);
    }
    setExit(code);
  });
}

async function costOne(path: string, flags: CostFlags): Promise<TraceCost> {
  const trace = await openTrace(path, flags.taskTable ?? null);
  const algos = ALGOS.filter((algo) => flags.algo?.includes(algo) ?? true);
  const cost = await costOf(trace, { algos, hz: flags.hz, lockstep: flags.lockstep });
  if (flags.json) for (const row of jsonRows(path, cost)) printJson(row);
  else say(costTable(path, cost).join('\n'), flags);
  for (const note of traceNotes(trace, cost.counts, cost.assumed, cost.departures)) say(`  ${note}`, flags);
  return cost;
}

function jsonRows(file: string, { counts, algos, maxConcurrency }: TraceCost) {
  return algos.map(({ algo, cost, maxCid }) => ({
    file,
    algo,
    switches: switchesOf(counts),
    rmw: cost.rmw,
    locks: cost.locks,
    barriers: cost.barriers,
    words_scanned: cost.wordsScanned,
    allocations: cost.allocations,
    compactions: cost.compactions,
    cleared: cost.cleared,
    lazy_puts: cost.lazyPuts,
    max_cid: maxCid,
    max_concurrency: maxConcurrency,
  }));
}

/** A replay that violates something, or on which the implementations part. */
function verdict(path: string, { algos, divergence }: TraceCost): number {
  if (divergence) {
    process.stderr.write(`${path}: ${divergence.algo}: ${divergenceText(divergence.divergence)}\n`);
    return EXIT.contradiction;
  }
  const violated = algos.filter(({ violation }) => violation !== 0);
  for (const { algo, violation } of violated) {
    process.stderr.write(`${path}: ${algo} violates ${kindWord(violation)}; its figures end there\n`);
  }
  return violated.length > 0 ? EXIT.finding : EXIT.clean;
}
