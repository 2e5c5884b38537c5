import { type LitmusTest, locationOf, type Term } from './litmus-test.js';
import type { Outcome, SearchResult } from './search.js';

/** A final state: `0:r0=1; x=2; 1:r1=&y`, or `(nothing is asked for)`. */
export function outcomeText(test: LitmusTest, terms: readonly Term[], { values }: Outcome): string {
  if (terms.length === 0) return '(nothing is asked for)';
  return terms.map((term, i) => `${termName(test, term)}=${valueText(test, values[i]!)}`).join('; ');
}

/** The same as an object, for JSON. */
export function outcomeJson(test: LitmusTest, { terms }: SearchResult, outcome: Outcome) {
  const values = terms.map((term, i) => {
    const value = outcome.values[i]!;
    const loc = locationOf(value, test.locations.length);
    return [termName(test, term), loc < 0 ? value : `&${test.locations[loc]}`] as const;
  });
  return { values: Object.fromEntries(values), reach: outcome.reaches };
}

function termName(test: LitmusTest, term: Term): string {
  switch (term.kind) {
    case 'register':
      return `${term.thread}:${test.registers[term.thread]![term.register]}`;
    case 'memory':
      return test.locations[term.loc]!;
    default:
      return '';
  }
}

function valueText(test: LitmusTest, value: number): string {
  const loc = locationOf(value, test.locations.length);
  return loc < 0 ? `${value}` : `&${test.locations[loc]}`;
}
