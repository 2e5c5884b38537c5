import type { Memory } from '../words.js';
import { type Ahead, lookAhead } from './ahead.js';
import { bitOf, type Code, compile } from './compile.js';
import { termsOf } from './evaluate.js';
import type { LitmusTest, Term } from './litmus-test.js';

/** A test under a model, ready to be run. */
export interface Program {
  readonly test: LitmusTest;
  readonly model: Memory;
  readonly threads: readonly Code[];
  readonly ahead: readonly Ahead[];
  /** What a final state is told by: the registers and locations of the condition. */
  readonly terms: readonly Term[];
  /** The locations among them. */
  readonly observed: number;
}

export function programOf(test: LitmusTest, model: Memory): Program {
  const threads = compile(test, model);
  const terms = termsOf(test.reach, test.filter);
  const registers = (t: number) =>
    terms.flatMap((term) => (term.kind === 'register' && term.thread === t ? [term.register] : []));
  return {
    test,
    model,
    threads,
    ahead: threads.map((code, t) => lookAhead(code, registers(t))),
    terms,
    observed: terms.reduce((set, term) => (term.kind === 'memory' ? set | bitOf(term.loc) : set), 0),
  };
}
