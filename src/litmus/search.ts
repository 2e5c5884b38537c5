import type { LitmusMemory } from '../engine/litmus-memory.js';
import type { Memory } from '../words.js';
import { Canonical } from './canonical.js';
import { holds } from './evaluate.js';
import { Keys } from './keys.js';
import type { LitmusTest, Term } from './litmus-test.js';
import { Machine } from './machine.js';
import { programOf } from './program.js';

export interface SearchOptions {
  /** After so many states the search stops. */
  readonly maxStates: number;
  /** False takes every step of every thread apart, and leaves every state as it is: slow, and the same answer. */
  readonly reduce: boolean;
}

/** A final state: the values of the terms that the condition names, in that order. */
export interface Outcome {
  readonly values: readonly number[];
  /** Whether it meets the condition. */
  readonly reaches: boolean;
}

export interface SearchResult {
  /** False: a bound stopped the search. */
  readonly complete: boolean;
  /** States that were visited. */
  readonly visited: number;
  readonly terms: readonly Term[];
  /** Each final state that passes the filter once, in the order of its values. */
  readonly outcomes: readonly Outcome[];
}

/** Finds all final states of a test under a model. */
export function search(
  memory: LitmusMemory,
  test: LitmusTest,
  model: Memory,
  options: SearchOptions,
): SearchResult {
  const program = programOf(test, model);
  const machine = new Machine(memory, program, options.reduce);
  const canonical = new Canonical(machine);
  const visited = new Keys();
  const outcomes = new Map<string, Outcome>();
  const stack: Int32Array[] = [];
  const meet = (): void => {
    if (machine.hasEnded()) {
      const outcome = outcomeOf(machine);
      if (outcome) outcomes.set(outcome.values.join(), outcome);
      return;
    }
    const state = canonical.save();
    if (visited.add(state)) stack.push(state.slice());
  };
  if (machine.settle()) meet();
  while (stack.length > 0 && visited.size <= options.maxStates) {
    const state = stack.pop()!;
    canonical.restore(state);
    for (const [i, step] of machine.steps().entries()) {
      if (i > 0) canonical.restore(state);
      if (machine.take(step)) meet();
    }
  }
  return {
    complete: stack.length === 0,
    visited: visited.size,
    terms: program.terms,
    outcomes: [...outcomes.values()].sort(byValues),
  };
}

/** What the machine has ended with, or null where the filter does not let it pass. */
function outcomeOf({ program, termValue }: Machine): Outcome | null {
  const { reach, filter } = program.test;
  if (filter && !holds(filter, termValue)) return null;
  return { values: program.terms.map(termValue), reaches: holds(reach, termValue) };
}

function byValues(a: Outcome, b: Outcome): number {
  const i = a.values.findIndex((value, at) => value !== b.values[at]);
  return i < 0 ? 0 : a.values[i]! - b.values[i]!;
}
