import {
  MAX_ACTIONS,
  MAX_ADVANCE_NS,
  MAX_MMS,
  MAX_STEPS_PER_ACTION,
  MAX_TASKS,
  NS_PER_JIFFY,
} from '../abi.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import type { ByteHeader } from './bytes-header.js';
import { isWide } from './bytes-width.js';
import { MAX_FLUSH_INDEX, MAX_STALE_AGE } from './limits.js';
import { type Action, IDLE, type Scenario } from './scenario.js';

// The high nibble of an action's first byte. 14 has no code of its own: it is another step.
const STEP = 0;
const SWITCH = 1;
const SWITCH_IDLE = 2;
const TICK = 3;
const WORK = 4;
const EXIT = 5;
const EXEC = 6;
const EXEC_FAIL = 7;
const FORK_THREAD = 8;
const FORK_PROCESS = 9;
const MIGRATE = 10;
const ADVANCE = 11;
const FLUSH = 12;
const STALE = 13;
const LONG = 15;

// The operand byte of a LONG action, modulo LONGS: which number follows.
const LONG_STEP = 0;
const LONG_ADVANCE = 1;
const LONG_FLUSH = 2;
const LONG_STALE = 3;
const LONG_FORK_THREAD = 4;
const LONG_FORK_PROCESS = 5;
const LONGS = 6;

/** Units of a short `advance` in ns, by the low two bits of the cpu nibble. */
const ADVANCE_UNITS = [NS_PER_JIFFY, 100 * NS_PER_JIFFY, 1_000, 1] as const;

/** A short step count, 1 … 96: three quarters of the bytes give 1 … 32. */
const STEP_SPLIT = 0xc0;
const SHORT_STEPS = 96;
/** A short index, 0 … 39: most bytes give 0 … 7, as many as a store buffer holds. */
const INDEX_SPLIT = 0xe0;
const SHORT_INDICES = 40;
/** From here on an operand of a fork names a home: the byte less this. */
const HOME_SPLIT = 0x80;

function shortSteps(byte: number): number {
  return byte < STEP_SPLIT ? (byte & 31) + 1 : byte - STEP_SPLIT + 33;
}

function fromShortSteps(count: number): number {
  return count <= 32 ? count - 1 : count - 33 + STEP_SPLIT;
}

function shortIndex(byte: number): number {
  return byte < INDEX_SPLIT ? byte & 7 : byte - INDEX_SPLIT + 8;
}

function fromShortIndex(index: number): number {
  return index < 8 ? index : index - 8 + INDEX_SPLIT;
}

/** Writes the actions of the byte form; `bytes.ts` draws them. */
export function writeByteActions(to: ByteWriter, scenario: Scenario): void {
  const wide = isWide(scenario.cpus);
  const short = (code: number, cpu: number, operand: number): void => {
    to.byte((code << 4) | (cpu & 0xf));
    if (wide) to.byte(cpu >>> 4);
    to.byte(operand);
  };
  const long = (which: number, cpu: number, value: number): void => {
    short(LONG, cpu, which);
    to.varint(value);
  };
  for (const action of scenario.actions) {
    switch (action.op) {
      case 'step':
        if (action.count <= SHORT_STEPS) short(STEP, action.cpu, fromShortSteps(action.count));
        else long(LONG_STEP, action.cpu, action.count - 1);
        break;
      case 'switch':
        if (action.task === IDLE) short(SWITCH_IDLE, action.cpu, 0);
        else short(SWITCH, action.cpu, action.task);
        break;
      case 'tick':
        short(TICK, action.cpu, 0);
        break;
      case 'work':
        short(WORK, action.cpu, 0);
        break;
      case 'exit':
        short(EXIT, action.cpu, 0);
        break;
      case 'exec':
        short(EXEC, action.cpu, 0);
        break;
      case 'exec-fail':
        short(EXEC_FAIL, action.cpu, 0);
        break;
      case 'fork-thread':
      case 'fork-process': {
        const thread = action.op === 'fork-thread';
        const code = thread ? FORK_THREAD : FORK_PROCESS;
        if (action.home === null) short(code, action.cpu, 0);
        else if (action.home < 0x100 - HOME_SPLIT) short(code, action.cpu, HOME_SPLIT + action.home);
        else long(thread ? LONG_FORK_THREAD : LONG_FORK_PROCESS, action.cpu, action.home);
        break;
      }
      case 'migrate':
        short(MIGRATE, action.cpu, action.task);
        break;
      case 'advance': {
        const { ns } = action;
        const unit = ADVANCE_UNITS.findIndex((size) => ns % size === 0 && ns / size < 0x100);
        if (unit < 0) long(LONG_ADVANCE, 0, ns);
        else short(ADVANCE, unit, ns / ADVANCE_UNITS[unit]!);
        break;
      }
      case 'flush':
        if (action.index < SHORT_INDICES) short(FLUSH, action.cpu, fromShortIndex(action.index));
        else long(LONG_FLUSH, action.cpu, action.index);
        break;
      case 'stale':
        if (action.age <= SHORT_INDICES) short(STALE, action.cpu, fromShortIndex(action.age - 1));
        else long(LONG_STALE, action.cpu, action.age - 1);
        break;
    }
  }
}

/** The actions of a byte form, and how many names the world has at their end. */
export interface ByteActions {
  readonly actions: readonly Action[];
  readonly tasks: number;
  readonly mms: number;
}

/** Reads what {@link writeByteActions} wrote, or makes valid actions of any other bytes, up to their end. */
export function readByteActions(from: ByteReader, header: ByteHeader): ByteActions {
  const { cpus } = header;
  const wide = isWide(cpus);
  const actions: Action[] = [];
  let tasks = header.tasks.length;
  let mms = header.mms;

  /** A fork, or `otherwise` where the world is full. */
  const fork = (thread: boolean, cpu: number, home: number | null, otherwise: Action): Action => {
    if (tasks === MAX_TASKS || (!thread && mms === MAX_MMS)) return otherwise;
    if (thread) return { op: 'fork-thread', cpu, task: tasks++, home };
    return { op: 'fork-process', cpu, task: tasks++, mm: mms++, home };
  };

  const readLong = (which: number, cpu: number): Action => {
    const value = from.varint();
    switch (which) {
      case LONG_ADVANCE:
        return { op: 'advance', ns: value % (MAX_ADVANCE_NS + 1) };
      case LONG_FLUSH:
        return { op: 'flush', cpu, index: value % (MAX_FLUSH_INDEX + 1) };
      case LONG_STALE:
        return { op: 'stale', cpu, age: (value % MAX_STALE_AGE) + 1 };
      case LONG_FORK_THREAD:
      case LONG_FORK_PROCESS:
        return fork(which === LONG_FORK_THREAD, cpu, value % cpus, { op: 'step', cpu, count: 1 });
      default:
        return { op: 'step', cpu, count: (value % MAX_STEPS_PER_ACTION) + 1 };
    }
  };

  const readAction = (): Action => {
    const first = from.byte();
    const nibble = first & 0xf;
    const cpu = (wide ? nibble + 16 * from.byte() : nibble) % cpus;
    const operand = from.byte();
    const code = first >>> 4;
    const step: Action = { op: 'step', cpu, count: shortSteps(operand) };
    switch (code) {
      case SWITCH:
        return { op: 'switch', cpu, task: tasks === 0 ? IDLE : operand % tasks };
      case SWITCH_IDLE:
        return { op: 'switch', cpu, task: IDLE };
      case TICK:
        return { op: 'tick', cpu };
      case WORK:
        return { op: 'work', cpu };
      case EXIT:
        return { op: 'exit', cpu };
      case EXEC:
        return mms === MAX_MMS ? { op: 'exec-fail', cpu } : { op: 'exec', cpu, mm: mms++ };
      case EXEC_FAIL:
        return { op: 'exec-fail', cpu };
      case FORK_THREAD:
      case FORK_PROCESS: {
        const home = operand < HOME_SPLIT ? null : (operand - HOME_SPLIT) % cpus;
        return fork(code === FORK_THREAD, cpu, home, step);
      }
      case MIGRATE:
        return tasks === 0 ? step : { op: 'migrate', task: operand % tasks, cpu };
      case ADVANCE: {
        const unit = ADVANCE_UNITS[nibble & 3]!;
        return { op: 'advance', ns: (operand * unit) % (MAX_ADVANCE_NS + unit) };
      }
      case FLUSH:
        return { op: 'flush', cpu, index: shortIndex(operand) };
      case STALE:
        return { op: 'stale', cpu, age: shortIndex(operand) + 1 };
      case LONG:
        return readLong(operand % LONGS, cpu);
      default:
        return step;
    }
  };

  while (!from.done && actions.length < MAX_ACTIONS) actions.push(readAction());
  return { actions, tasks, mms };
}
