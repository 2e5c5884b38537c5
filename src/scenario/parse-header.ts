import { MAX_CPUS } from '../abi.js';
import {
  ALGOS,
  type Algo,
  ARCHES,
  type Arch,
  type Kind,
  MEMORIES,
  type Memory,
  MUTANTS,
  type Mutant,
  PREEMPTS,
  type Preempt,
} from '../words.js';
import type { Cursor } from './cursor.js';
import { KINDS } from './kinds.js';
import { NameTable } from './name-table.js';
import { type Expectation, NO_MM, type TaskDecl } from './scenario.js';

const HEADER_WORDS = 'algo, mutant, memory, arch, preempt, cpus, mm, task, oracle, expect or ---';
const OUTCOMES: readonly (Kind | 'ok')[] = ['ok', ...KINDS];

/** What stands above the `---` of a scenario's text, with the tables that the actions go on filling. */
export interface ParsedHeader {
  readonly algo: Algo;
  readonly mutants: readonly Mutant[];
  readonly memory: Memory;
  readonly arch: Arch;
  readonly preempt: Preempt;
  readonly cpus: number;
  readonly mms: number;
  readonly tasks: readonly TaskDecl[];
  readonly oracle: readonly Kind[] | null;
  readonly expects: readonly Expectation[];
  readonly mmTable: NameTable;
  readonly taskTable: NameTable;
}

/** A home that was read before the number of cpus was known. */
interface EarlyHome {
  readonly home: number;
  readonly line: number;
  readonly col: number;
  readonly quoted: string;
}

/** Reads the version line and the header, up to and with the `---`. Throws ScenarioError. */
export function parseHeader(cursor: Cursor): ParsedHeader {
  parseVersion(cursor);

  let algo: Algo = 'rfc-v6';
  let memory: Memory = 'sc';
  let arch: Arch = 'x86';
  let preempt: Preempt = 'full';
  let cpus = 0;
  let hasOracle = false;
  const mutants = new Set<Mutant>();
  const oracle = new Set<Kind>();
  const expects: Expectation[] = [];
  const mmTable = NameTable.mms();
  const taskTable = NameTable.tasks();
  const tasks: TaskDecl[] = [];
  const earlyHomes: EarlyHome[] = [];
  const seen = new Map<string, number>();

  const once = (line: string): void => {
    const before = seen.get(line);
    if (before !== undefined) cursor.fail(`a second \`${line}\` line`, `one only, it is on line ${before}`);
    seen.set(line, cursor.line);
  };

  while (cursor.nextLine()) {
    const word = cursor.word();
    switch (word) {
      case 'algo':
        once(word);
        algo = cursor.oneOf('algo', ALGOS);
        break;
      case 'mutant':
        mutants.add(cursor.oneOf('mutant', MUTANTS));
        while (cursor.nextWord()) mutants.add(cursor.currentOneOf('mutant', MUTANTS));
        break;
      case 'memory':
        once(word);
        memory = cursor.oneOf('memory', MEMORIES);
        break;
      case 'arch':
        once(word);
        arch = cursor.oneOf('arch', ARCHES);
        break;
      case 'preempt':
        once(word);
        preempt = cursor.oneOf('preempt', PREEMPTS);
        break;
      case 'cpus':
        once(word);
        cpus = cursor.number('number of cpus', 1, MAX_CPUS);
        for (const early of earlyHomes) checkHome(cursor, early, cpus);
        break;
      case 'mm':
        mmTable.introduce(cursor);
        break;
      case 'task': {
        taskTable.introduce(cursor);
        const mm = parseTaskMm(cursor, mmTable);
        if (cpus > 0) {
          tasks.push({ mm, home: cursor.number('home', 0, cpus - 1) });
        } else {
          const home = cursor.number('home', 0, MAX_CPUS - 1);
          earlyHomes.push({ home, line: cursor.line, col: cursor.col, quoted: cursor.quoted() });
          tasks.push({ mm, home });
        }
        break;
      }
      case 'oracle':
        hasOracle = true;
        while (cursor.nextWord()) oracle.add(cursor.currentOneOf('kind', KINDS));
        break;
      case 'expect':
        expects.push(parseExpectation(cursor, once));
        break;
      case '---':
        if (cpus === 0) cursor.fail('no `cpus` line in the header', '`cpus N` above the ---');
        cursor.endLine();
        return {
          algo,
          mutants: MUTANTS.filter((name) => mutants.has(name)),
          memory,
          arch,
          preempt,
          cpus,
          mms: mmTable.names.length,
          tasks,
          oracle: hasOracle ? KINDS.filter((kind) => oracle.has(kind)) : null,
          expects,
          mmTable,
          taskTable,
        };
      default:
        cursor.fail(`unknown header word ${cursor.quoted()}`, HEADER_WORDS);
    }
    cursor.endLine();
  }
  return cursor.fail('the text ends within the header', 'a line --- and the actions');
}

/** `cidfuzz 1`, the first line that is neither blank nor a comment. */
function parseVersion(cursor: Cursor): void {
  if (!cursor.nextLine()) cursor.fail('no text', '`cidfuzz 1` on the first line');
  if (cursor.word() !== 'cidfuzz') {
    cursor.fail(`no version line, but ${cursor.quoted()}`, '`cidfuzz 1` on the first line');
  }
  cursor.number('format version', 1, 1);
  cursor.endLine();
}

function parseTaskMm(cursor: Cursor, mmTable: NameTable): number {
  cursor.need('mm', 'the name of an mm further up, or - for a kernel thread');
  return cursor.word() === '-' ? NO_MM : mmTable.used(cursor);
}

function checkHome(cursor: Cursor, early: EarlyHome, cpus: number): void {
  if (early.home < cpus) return;
  const expected = `a number from 0 to ${cpus - 1}`;
  cursor.failAt(early.line, early.col, `home ${early.quoted} is out of range`, expected);
}

/** `expect OUTCOME`, or `expect ALGO OUTCOME`. */
function parseExpectation(cursor: Cursor, once: (line: string) => void): Expectation {
  cursor.need('outcome', `an outcome (${OUTCOMES.join(', ')}) or an algo and an outcome`);
  const algo = ALGOS.find((name) => name === cursor.word()) ?? null;
  once(algo === null ? 'expect' : `expect ${algo}`);
  if (algo === null) return { algo, outcome: cursor.currentOneOf('outcome', OUTCOMES) };
  return { algo, outcome: cursor.oneOf('outcome', OUTCOMES) };
}
