import type { EndState } from './end-state.js';

/**
 * One micro-step as both implementations tell it, in numbers (src/abi.ts).
 *
 * Tasks are named by their index in the scenario's taskNames; cpu c's idle task is -1-c. An mm is its index
 * in mmNames, or -1 for none.
 */
export interface Event {
  /** The action that made it, from 1. */
  action: number;
  cpu: number;
  /** Whose frame: the current task's in a tick, T in a switch to T. Meaningless in a drain. */
  task: number;
  /** ROUTINE_*; ROUTINE_NONE in a drain. */
  routine: number;
  /** OP_*. */
  op: number;
  /** LOC_*; LOC_NONE for a full barrier. */
  loc: number;
  /** First index of the location: a cpu, task or mm, by `loc`; 0 where there is none. */
  a: number;
  /** Second index: the cpu of cid and time, the word of mask; 0 where there is none. */
  b: number;
  /** load, store, drain: the value; rmw: what was there. A mask word is a bigint, all else a number. */
  value: number | bigint;
  /** rmw: memory after it. */
  after: number | bigint;
  /** rmw: whether it took effect. */
  ok: boolean;
  /** rmw on a bit: the cid; else -1. */
  bit: number;
}

/** What broke (model.md 5). Fields are -1, or empty, where the kind has none. */
export interface Violation {
  /** KIND_*. */
  kind: number;
  /** The event, from 1. */
  step: number;
  /** The action, from 1. */
  action: number;
  cpu: number;
  mm: number;
  cid: number;
  /** The holders, in cpu order, numbered as in {@link Event.task}. */
  tasks: number[];
}

/** The end of a run. */
export interface RunResult {
  violation: Violation | null;
  /** Events, drains included. */
  steps: number;
  /** Actions applied, the violating one included. */
  applied: number;
  /** Actions skipped, from 1. */
  skipped: number[];
  /** True when the step budget ended the run (exit code 70). */
  watchdog: boolean;
  /** What is to blame for the violation, where the engine can tell: PC_CAUSES of addresses.ts and on. */
  cause?: number;
  /** Where it was asked for. */
  endState?: EndState;
}
