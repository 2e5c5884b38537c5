import type { Algo, Arch, Kind, Memory, Mutant, Preempt } from '../words.js';

/** The task operand of `switch C idle`: cpu C's own idle task. */
export const IDLE = -1;
/** The mm of a kernel thread (`task k - 1`). */
export const NO_MM = -1;

/**
 * One action. `task` and `mm` are indices into {@link Scenario.taskNames} and {@link Scenario.mmNames};
 * `cpu` and `home` are cpu numbers.
 */
export type Action =
  | { readonly op: 'switch'; readonly cpu: number; readonly task: number }
  | { readonly op: 'step'; readonly cpu: number; readonly count: number }
  | { readonly op: 'tick' | 'work' | 'exit' | 'exec-fail'; readonly cpu: number }
  | { readonly op: 'exec'; readonly cpu: number; readonly mm: number }
  /** `home` null: the cpu of the fork. */
  | { readonly op: 'fork-thread'; readonly cpu: number; readonly task: number; readonly home: number | null }
  | {
      readonly op: 'fork-process';
      readonly cpu: number;
      readonly task: number;
      readonly mm: number;
      readonly home: number | null;
    }
  | { readonly op: 'migrate'; readonly task: number; readonly cpu: number }
  | { readonly op: 'advance'; readonly ns: number }
  /** The index-th oldest buffered store, from 0. */
  | { readonly op: 'flush'; readonly cpu: number; readonly index: number }
  | { readonly op: 'stale'; readonly cpu: number; readonly age: number };

/** A task that is there at the start. `mm` is an index into mmNames, or {@link NO_MM}. */
export interface TaskDecl {
  readonly mm: number;
  readonly home: number;
}

/** `expect KIND`, or `expect ALGO KIND` where `algo` is named. */
export interface Expectation {
  readonly algo: Algo | null;
  readonly outcome: Kind | 'ok';
}

/**
 * A whole scenario file without its comments (interface.md, "Scenario files").
 *
 * Names are numbered in the order in which the file introduces them: first the header's declarations, then
 * those of `fork` and `exec` in the order of the actions. Every name is introduced exactly once, and before
 * its first use; `src/scenario/validate.ts` checks it.
 */
export interface Scenario {
  readonly algo: Algo;
  /** In the order of `MUTANTS`, without repetition. */
  readonly mutants: readonly Mutant[];
  readonly memory: Memory;
  readonly arch: Arch;
  readonly preempt: Preempt;
  readonly cpus: number;
  /** How many of mmNames are declared in the header. */
  readonly mms: number;
  /** The declared tasks: the first entries of taskNames. */
  readonly tasks: readonly TaskDecl[];
  readonly mmNames: readonly string[];
  readonly taskNames: readonly string[];
  /** Kinds that count; null: the default (all but compactness). In the order of `KIND_WORDS`. */
  readonly oracle: readonly Kind[] | null;
  readonly expects: readonly Expectation[];
  readonly actions: readonly Action[];
}
