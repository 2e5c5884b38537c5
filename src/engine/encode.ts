import {
  ACTION_ADVANCE,
  ACTION_EXEC,
  ACTION_EXEC_FAIL,
  ACTION_EXIT,
  ACTION_FLUSH,
  ACTION_FORK_PROCESS,
  ACTION_FORK_THREAD,
  ACTION_MIGRATE,
  ACTION_STALE,
  ACTION_STEP,
  ACTION_SWITCH,
  ACTION_TICK,
  ACTION_WORK,
  KIND_COMPACTNESS,
  KINDS,
} from '../abi.js';
import type { Action, Scenario } from '../scenario/scenario.js';
import { ALGOS, ARCHES, KIND_WORDS, MEMORIES, MUTANTS, PREEMPTS } from '../words.js';
import { ACTION_SHIFT, ACTIONS, CONFIG, DECLS, IDLE_TASK } from './addresses.js';

/** Bit i: MUTANTS[i]. */
export function mutantSet(scenario: Pick<Scenario, 'mutants'>): number {
  return scenario.mutants.reduce((set, mutant) => set | (1 << MUTANTS.indexOf(mutant)), 0);
}

/** Bit KIND_*: that kind counts. */
export function oracleSet(scenario: Pick<Scenario, 'oracle'>): number {
  if (scenario.oracle === null) return ((1 << KINDS) - 2) & ~(1 << KIND_COMPACTNESS);
  return scenario.oracle.reduce((set, kind) => set | (1 << KIND_WORDS.indexOf(kind)), 0);
}

/** How many bytes of memory the engine needs for a scenario of so many actions. */
export function bytesNeeded(actions: number): number {
  return ACTIONS + (actions << ACTION_SHIFT);
}

/** How many of what a world has. */
export interface WorldSizes {
  readonly cpus: number;
  /** There at the start, and ever. */
  readonly mms: number;
  readonly mmsTotal: number;
  readonly tasks: number;
  readonly tasksTotal: number;
  readonly actions: number;
}

type HeaderWords = Pick<Scenario, 'algo' | 'memory' | 'arch' | 'preempt' | 'mutants' | 'oracle'>;

/** Writes the header's words (class Config of assembly/layout.ts). */
export function encodeHeader(view: DataView, s: HeaderWords, sizes: WorldSizes): void {
  const words = [
    ALGOS.indexOf(s.algo),
    MEMORIES.indexOf(s.memory),
    ARCHES.indexOf(s.arch),
    PREEMPTS.indexOf(s.preempt),
    mutantSet(s),
    oracleSet(s),
    sizes.cpus,
    sizes.mms,
    sizes.mmsTotal,
    sizes.tasks,
    sizes.tasksTotal,
    sizes.actions,
  ];
  words.forEach((word, i) => {
    view.setInt32(CONFIG + 4 * i, word, true);
  });
}

/** Writes all of a scenario but its actions. */
export function encodeConfig(view: DataView, s: Scenario): void {
  encodeHeader(view, s, {
    cpus: s.cpus,
    mms: s.mms,
    mmsTotal: s.mmNames.length,
    tasks: s.tasks.length,
    tasksTotal: s.taskNames.length,
    actions: s.actions.length,
  });
  s.tasks.forEach((task, i) => {
    view.setInt16(DECLS + 4 * i, task.mm, true);
    view.setUint16(DECLS + 4 * i + 2, task.home, true);
  });
}

const CODES: Record<Action['op'], number> = {
  switch: ACTION_SWITCH,
  step: ACTION_STEP,
  tick: ACTION_TICK,
  work: ACTION_WORK,
  exit: ACTION_EXIT,
  exec: ACTION_EXEC,
  'exec-fail': ACTION_EXEC_FAIL,
  'fork-thread': ACTION_FORK_THREAD,
  'fork-process': ACTION_FORK_PROCESS,
  migrate: ACTION_MIGRATE,
  advance: ACTION_ADVANCE,
  flush: ACTION_FLUSH,
  stale: ACTION_STALE,
};

/** Writes action i (class Action of assembly/actions.ts) of those that begin at `base`. */
export function encodeAction(view: DataView, i: number, action: Action, base = ACTIONS): void {
  const at = base + (i << ACTION_SHIFT);
  let task = 0;
  let mm = 0;
  let arg = 0;
  switch (action.op) {
    case 'switch':
      task = action.task < 0 ? IDLE_TASK : action.task;
      break;
    case 'migrate':
      task = action.task;
      break;
    case 'step':
      arg = action.count;
      break;
    case 'advance':
      arg = action.ns;
      break;
    case 'exec':
      mm = action.mm;
      break;
    case 'fork-process':
      mm = action.mm;
      task = action.task;
      arg = action.home === null ? 0 : action.home + 1;
      break;
    case 'fork-thread':
      task = action.task;
      arg = action.home === null ? 0 : action.home + 1;
      break;
    case 'flush':
      arg = action.index;
      break;
    case 'stale':
      arg = action.age;
      break;
  }
  view.setUint8(at, CODES[action.op]);
  view.setUint8(at + 1, 0);
  view.setUint16(at + 2, 'cpu' in action ? action.cpu : 0, true);
  view.setUint16(at + 4, task, true);
  view.setUint16(at + 6, mm, true);
  view.setUint32(at + 8, arg >>> 0, true);
  view.setUint32(at + 12, Math.floor(arg / 2 ** 32), true);
}
