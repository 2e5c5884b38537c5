import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Command, Option } from 'commander';
import { fileError, UserError } from '../errors.js';
import { type Expected, parseVerdicts } from '../explore/verdict-list.js';
import { type Verified, verifyEntry } from '../explore/verify.js';
import { grouped } from '../numbers.js';
import { EXIT } from './exit-codes.js';
import { addCommonFlags, type CommonFlags } from './flags.js';
import { interruptSignal } from './interrupt.js';
import { colorsFor, printJson, say } from './output.js';
import { parseCount, parseJobs } from './parse-values.js';
import { boundsText } from './verdict-text.js';

/** The list that comes with the sources. */
const OWN_LIST = fileURLToPath(new URL('../../corpus/worlds/verdicts.json', import.meta.url));

interface VerifyFlags extends CommonFlags {
  readonly short?: boolean;
  readonly only?: string[];
  readonly list: string;
  readonly jobs: number;
  readonly memoryMb: number;
  readonly format: 'text' | 'markdown';
}

export function addVerify(program: Command, setExit: (code: number) => void): void {
  const command = program
    .command('verify')
    .description('explores a list of small worlds, and compares each verdict with the expected one')
    .option('--short', 'only what is soon decided')
    .option('--only <name...>', 'only the worlds of these names')
    .option('--list <file>', 'the list', OWN_LIST)
    .option('--jobs <n>', 'worker threads on one visited set', parseJobs, 1)
    .option('--memory-mb <n>', 'MiB of the visited set', parseCount, 4095);
  command.addOption(
    new Option('--format <format>', 'lines, or a table').choices(['text', 'markdown']).default('text'),
  );
  addCommonFlags(command).action(async (flags: VerifyFlags) => setExit(await verify(flags)));
}

async function entriesOf(flags: VerifyFlags): Promise<Expected[]> {
  let text: string;
  try {
    text = await readFile(flags.list, 'utf8');
  } catch (error) {
    throw fileError(flags.list, 'read', error);
  }
  const all = parseVerdicts(text, flags.list);
  for (const name of flags.only ?? []) {
    if (!all.some((entry) => entry.name === name))
      throw new UserError(
        `cidfuzz verify: no world ${JSON.stringify(name)} in ${flags.list} (expected one of its names)`,
      );
  }
  return all.filter(
    (entry) => (!flags.short || entry.short) && (!flags.only || flags.only.includes(entry.name)),
  );
}

async function verify(flags: VerifyFlags): Promise<number> {
  const entries = await entriesOf(flags);
  const signal = interruptSignal(() => say('interrupted', flags));
  let failed = 0;
  if (flags.format === 'markdown' && !flags.json) process.stdout.write(MARKDOWN_HEAD);
  for (const entry of entries) {
    const verified = await verifyEntry(flags.list, entry, {
      limits: { depth: null, memoryMb: flags.memoryMb, timeMs: null },
      jobs: flags.jobs,
      signal,
      onProgress: () => {},
    });
    if (verified.verdict.stop === 'interrupt') return EXIT.interrupted;
    if (!verified.met) failed += 1;
    if (flags.json) printJson(rowOf(verified));
    else if (flags.format === 'markdown') process.stdout.write(`${markdownOf(verified)}\n`);
    else if (!flags.quiet || !verified.met) {
      const line = lineOf(verified);
      process.stdout.write(`${verified.met ? line : colorsFor(process.stdout, flags.color).red(line)}\n`);
    }
  }
  say(`${entries.length} worlds: ${entries.length - failed} as expected, ${failed} not`, flags);
  return failed > 0 ? EXIT.finding : EXIT.clean;
}

const MARKDOWN_HEAD =
  '| world | algorithm | machine | within | verdict | states |\n| --- | --- | --- | --- | --- | ---: |\n';

function machineOf({ memory, arch, preempt }: Expected): string {
  return [memory, arch, ...(preempt === 'full' ? [] : ['preempt none'])].join(' ');
}

function withinOf({ bounds, anyWork }: Expected): string {
  return `${boundsText(bounds)}${anyWork ? '; work at any time' : ''}`;
}

function cameOf({ outcome, verdict }: Verified): string {
  const { witness, shortest } = verdict;
  if (witness === null) return outcome;
  return shortest ? `${outcome}, shortest way: ${witness.length} moves` : outcome;
}

function markdownOf(verified: Verified): string {
  const { expected, verdict, met } = verified;
  const cells = [
    expected.world.replace('.cid', ''),
    [expected.algo, ...expected.mutants].join(' + '),
    machineOf(expected),
    withinOf(expected),
    met ? cameOf(verified) : `${cameOf(verified)} (expected ${expected.verdict})`,
    grouped(verdict.progress.distinct),
  ];
  return `| ${cells.join(' | ')} |`;
}

function lineOf(verified: Verified): string {
  const { expected, verdict, met } = verified;
  const { name, algo, mutants, verdict: wanted, length } = expected;
  const { distinct, seconds } = verdict.progress;
  return [
    met ? 'ok  ' : 'NOT ',
    name.padEnd(30),
    cameOf(verified).padEnd(40),
    `${grouped(distinct).padStart(11)} states ${seconds.toFixed(1).padStart(6)} s`,
    `${[algo, ...mutants].join(' + ')} ${machineOf(expected)}; ${withinOf(expected)}`,
    ...(met ? [] : [`(expected ${wanted}${length === null ? '' : `, ${length} moves`})`]),
  ].join('  ');
}

function rowOf({ expected, verdict, outcome, met }: Verified): unknown {
  const { progress, witness, complete, omission } = verdict;
  return {
    ...expected,
    outcome,
    met,
    complete,
    found_length: witness?.length ?? null,
    states: progress.states,
    distinct: progress.distinct,
    seconds: Number(progress.seconds.toFixed(3)),
    omission,
  };
}
