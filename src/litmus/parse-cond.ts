import { COMPARISONS, type Cond, type Term } from './litmus-test.js';
import type { Names } from './names.js';
import type { Place } from './place.js';

const CONDS = 'true, false, ["and"|"or", COND, COND], ["not", COND] or [comparison, TERM, TERM]';
const TERMS = 'a whole number of 32 bits, ["addr", location], ["m", location] or ["r", thread, register]';
/** A long chain of `and` is deep; what reads it is recursive. */
const MAX_DEPTH = 1000;

/** COND: over the final state. */
export function parseCond(place: Place, names: Names, depth = 0): Cond {
  if (depth > MAX_DEPTH) place.fail('nested too deeply', `at most ${MAX_DEPTH} conditions in each other`);
  if (typeof place.value === 'boolean') return { kind: 'constant', value: place.value };
  const [head, left, right, ...rest] = place.elements(CONDS);
  if (head?.value === 'not' && left && !right) {
    return { kind: 'not', of: parseCond(left, names, depth + 1) };
  }
  if (!head || !left || !right || rest.length > 0) return place.fail('the wrong number of operands', CONDS);
  if (head.value === 'and' || head.value === 'or') {
    return {
      kind: head.value,
      left: parseCond(left, names, depth + 1),
      right: parseCond(right, names, depth + 1),
    };
  }
  const op = COMPARISONS.find((one) => one === head.value);
  if (!op) return head.refuse(`and or not ${COMPARISONS.join(' ')}`);
  return { kind: 'compare', op, left: parseTerm(left, names), right: parseTerm(right, names) };
}

function parseTerm(place: Place, names: Names): Term {
  if (!Array.isArray(place.value)) return { kind: 'number', value: place.number(TERMS) };
  const [head, first, second, ...rest] = place.elements();
  if (head?.value === 'r' && first && second && rest.length === 0) {
    const thread = names.thread(first);
    return { kind: 'register', thread, register: names.register(thread, second.string('a register')) };
  }
  if (first && !second) {
    if (head!.value === 'addr') return { kind: 'address', loc: names.location(first) };
    if (head!.value === 'm') return { kind: 'memory', loc: names.location(first) };
  }
  return place.refuse(TERMS);
}
