import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { LitmusMemory } from '../engine/litmus-memory.js';
import { fileError, printable } from '../errors.js';
import { judge, type LitmusVerdict } from '../litmus/judge.js';
import type { LitmusTest } from '../litmus/litmus-test.js';
import { outcomeJson, outcomeText } from '../litmus/outcome-text.js';
import { parseLitmus } from '../litmus/parse.js';
import { grouped } from '../numbers.js';
import { MEMORIES, type Memory } from '../words.js';
import { eachFile } from './each-file.js';
import { EXIT } from './exit-codes.js';
import { addCommonFlags, type CommonFlags } from './flags.js';
import { colorsFor, printJson, say } from './output.js';
import { parseCount } from './parse-values.js';

/** States that the search for one answer visits at most, where --max-states names no other number. */
const MAX_STATES = 2_000_000;

interface LitmusFlags extends CommonFlags {
  readonly memory?: Memory;
  readonly maxStates: number;
  readonly outcomes?: boolean;
}

/** What became of the answers of a command. */
interface Counts {
  agree: number;
  disagree: number;
  stopped: number;
  unexpected: number;
}

export function addLitmus(program: Command, setExit: (code: number) => void): void {
  const command = program
    .command('litmus')
    .description("all outcomes of litmus tests on the engine's memory, and whether they are as expected")
    .argument('<file.json...>', 'files of tests')
    .addOption(
      new Option(
        '--memory <memory>',
        'one memory model (default: all that a test expects something of)',
      ).choices(MEMORIES),
    )
    .option('--outcomes', 'every final state')
    .option('--max-states <n>', 'states after which a search stops', parseCount, MAX_STATES);
  addCommonFlags(command).action(async (files: string[], flags: LitmusFlags) => {
    const memory = new LitmusMemory();
    const counts: Counts = { agree: 0, disagree: 0, stopped: 0, unexpected: 0 };
    let code = await eachFile(files, (file) => runFile(memory, file, flags, counts));
    say(summary(counts), flags);
    // A disagreement is told before a search that was stopped: what was seen has been seen.
    if (code === EXIT.clean && counts.stopped > 0) code = EXIT.watchdog;
    setExit(code);
  });
}

async function runFile(
  memory: LitmusMemory,
  file: string,
  flags: LitmusFlags,
  counts: Counts,
): Promise<number> {
  const tests = parseLitmus(await readText(file), file);
  let code: number = EXIT.clean;
  for (const test of tests) {
    for (const model of modelsOf(test, flags)) {
      const verdict = judge(memory, test, model, flags.maxStates);
      counts[countOf(verdict)]++;
      print(verdict, flags);
      if (verdict.agree === false) code = EXIT.finding;
    }
  }
  return code;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw fileError(file, 'read', error);
  }
}

/** The models that a test expects something of; all where it expects nothing at all. */
function modelsOf(test: LitmusTest, { memory }: LitmusFlags): readonly Memory[] {
  if (memory) return [memory];
  const expected = MEMORIES.filter((model) => test.expected[model] !== undefined);
  return expected.length > 0 ? expected : MEMORIES;
}

function countOf({ reached, agree }: LitmusVerdict): keyof Counts {
  if (reached === null) return 'stopped';
  if (agree === null) return 'unexpected';
  return agree ? 'agree' : 'disagree';
}

function print(verdict: LitmusVerdict, flags: LitmusFlags): void {
  const { test, model, result, reached, expected, agree } = verdict;
  if (flags.json) {
    const outcomes = flags.outcomes
      ? { outcomes: result.outcomes.map((outcome) => outcomeJson(test, result, outcome)) }
      : {};
    printJson({
      name: test.name,
      model,
      reached,
      states: result.outcomes.length,
      expected,
      agree,
      ...outcomes,
    });
    return;
  }
  if (flags.quiet && agree !== false && reached !== null) return;
  const colors = colorsFor(process.stdout, flags.color);
  const line = verdictText(verdict);
  process.stdout.write(`${agree === false ? colors.red(line) : line}\n`);
  if (!flags.outcomes) return;
  for (const outcome of result.outcomes) {
    const text = printable(outcomeText(test, result.terms, outcome));
    process.stdout.write(outcome.reaches ? `  ${colors.bold(`* ${text}`)}\n` : `    ${text}\n`);
  }
}

/** `SB                       tso   reached      4 states  allowed    agrees` */
function verdictText({ test, model, result, reached, expected, agree }: LitmusVerdict): string {
  const states = result.outcomes.length;
  const answer = reached === null ? 'stopped' : reached ? 'reached' : 'not reached';
  return [
    printable(test.name).padEnd(30),
    model.padEnd(4),
    answer.padEnd(11),
    `${grouped(states).padStart(4)} ${states === 1 ? 'state ' : 'states'}`,
    (expected ?? '-').padEnd(9),
    judgementText(test, result.visited, reached, expected, agree),
  ].join('  ');
}

function judgementText(
  { needs }: LitmusTest,
  visited: number,
  reached: boolean | null,
  expected: LitmusVerdict['expected'],
  agree: boolean | null,
): string {
  if (reached === null) return `after ${grouped(visited)} states of the search (--max-states)`;
  if (agree === null) return 'nothing expected';
  if (!agree) return 'DISAGREES';
  return expected === 'allowed' && !reached ? `agrees: needs ${needs.join(', ')}` : 'agrees';
}

function summary({ agree, disagree, stopped, unexpected }: Counts): string {
  const answers = agree + disagree + stopped + unexpected;
  const more = [
    stopped > 0 ? `, ${stopped} stopped by --max-states` : '',
    unexpected > 0 ? `, ${unexpected} with nothing expected` : '',
  ];
  return `${answers} answers: ${agree} as expected, ${disagree} not${more.join('')}`;
}
