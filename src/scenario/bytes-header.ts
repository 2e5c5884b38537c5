import { ALGO_RFC_V6, MAX_CPUS } from '../abi.js';
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
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { isWide } from './bytes-width.js';
import { KINDS } from './kinds.js';
import { NO_MM, type Scenario, type TaskDecl } from './scenario.js';

/** From here on a byte for a count is an escape, or a byte for an mm means none. */
const ESCAPE = 0xf0;
const SMALL_MMS = 4;
const LARGE_MMS = 0xc0;

/** High nibble of the second byte: whether a set of oracle kinds, and one of mutants, follows. */
const HAS_ORACLE = 0xd;
const HAS_MUTANTS = 0xe;
const HAS_BOTH = 0xf;

/** What the head of the byte form holds: everything declared, but no name. */
export interface ByteHeader {
  readonly algo: Algo;
  readonly mutants: readonly Mutant[];
  readonly memory: Memory;
  readonly arch: Arch;
  readonly preempt: Preempt;
  readonly cpus: number;
  readonly mms: number;
  readonly tasks: readonly TaskDecl[];
  readonly oracle: readonly Kind[] | null;
}

/** Writes the head of the byte form; `bytes.ts` draws it. */
export function writeByteHeader(to: ByteWriter, scenario: Scenario): void {
  const { cpus, mms, tasks, mutants, oracle } = scenario;
  const preempt = PREEMPTS.length - 1 - PREEMPTS.indexOf(scenario.preempt);
  let follows = 0;
  if (mutants.length > 0) follows = oracle === null ? HAS_MUTANTS : HAS_BOTH;
  else if (oracle !== null) follows = HAS_ORACLE;

  to.byte(swapDefault(ALGOS.indexOf(scenario.algo)));
  to.byte(
    MEMORIES.indexOf(scenario.memory) |
      (ARCHES.indexOf(scenario.arch) << 2) |
      (preempt << 3) |
      (follows << 4),
  );
  if (cpus <= 16) {
    to.byte((cpus - 2) & 0xf);
  } else {
    to.byte(ESCAPE | ((cpus - 1) >>> 8));
    to.byte(cpus - 1);
  }
  to.byte(mms < SMALL_MMS ? (mms - 1) & (SMALL_MMS - 1) : LARGE_MMS + mms - 1);
  if (tasks.length < 16) {
    to.byte((tasks.length - 2) & 0xf);
  } else {
    to.byte(ESCAPE);
    to.byte(tasks.length - 1);
  }
  if (follows === HAS_MUTANTS || follows === HAS_BOTH) to.u24(toMask(mutants, MUTANTS));
  if (follows === HAS_ORACLE || follows === HAS_BOTH) to.u16(toMask(oracle ?? [], KINDS));
  for (const { mm, home } of tasks) {
    to.byte(mm === NO_MM ? ESCAPE : mm);
    if (isWide(cpus)) to.u16(home);
    else to.byte(home);
  }
}

/** Reads what {@link writeByteHeader} wrote, or makes a valid head of any other bytes. */
export function readByteHeader(from: ByteReader): ByteHeader {
  const algo = ALGOS[swapDefault(from.byte() % ALGOS.length)]!;
  const words = from.byte();
  const follows = words >>> 4;
  const cpus = readCpus(from);
  const mms = readMms(from);
  const taskCount = readTaskCount(from);
  const hasMutants = follows === HAS_MUTANTS || follows === HAS_BOTH;
  const hasOracle = follows === HAS_ORACLE || follows === HAS_BOTH;
  const mutants = hasMutants ? fromMask(from.u24(), MUTANTS) : [];
  const oracle = hasOracle ? fromMask(from.u16(), KINDS) : null;
  const tasks: TaskDecl[] = [];
  for (let i = 0; i < taskCount; i++) {
    const mm = from.byte();
    const home = isWide(cpus) ? from.u16() : from.byte();
    tasks.push({ mm: mm >= ESCAPE || mms === 0 ? NO_MM : mm % mms, home: home % cpus });
  }
  return {
    algo,
    mutants,
    memory: MEMORIES[(words & 3) % MEMORIES.length]!,
    arch: ARCHES[(words >>> 2) & 1]!,
    preempt: PREEMPTS[PREEMPTS.length - 1 - ((words >>> 3) & 1)]!,
    cpus,
    mms,
    tasks,
    oracle,
  };
}

/** Exchanges 0 and the number of the default algo, so that zero bytes mean the default. */
function swapDefault(algo: number): number {
  if (algo === 0) return ALGO_RFC_V6;
  return algo === ALGO_RFC_V6 ? 0 : algo;
}

function readCpus(from: ByteReader): number {
  const byte = from.byte();
  if (byte < ESCAPE) return ((byte + 1) & 0xf) + 1;
  return ((((byte & 0xf) << 8) | from.byte()) % MAX_CPUS) + 1;
}

function readMms(from: ByteReader): number {
  const byte = from.byte();
  return byte < LARGE_MMS ? (byte + 1) % SMALL_MMS : byte - LARGE_MMS + 1;
}

function readTaskCount(from: ByteReader): number {
  const byte = from.byte();
  return byte < ESCAPE ? (byte + 2) & 0xf : from.byte() + 1;
}

function toMask<T>(set: readonly T[], order: readonly T[]): number {
  return set.reduce((mask, word) => mask | (1 << order.indexOf(word)), 0);
}

function fromMask<T>(mask: number, order: readonly T[]): T[] {
  return order.filter((_, i) => ((mask >>> i) & 1) === 1);
}
