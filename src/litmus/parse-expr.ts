import { BINARY_OPS, type Expr, UNARY_OPS } from './litmus-test.js';
import type { Names } from './names.js';
import type { Place } from './place.js';

/** Deeper than any test is; what reads and runs them is recursive. */
export const MAX_DEPTH = 100;

const FORMS = 'a whole number of 32 bits, ["addr", location], ["r", register] or [operator, EXPR, EXPR]';

/** EXPR: over the registers of one thread. */
export function parseExpr(place: Place, names: Names, thread: number, depth = 0): Expr {
  if (depth > MAX_DEPTH) place.fail('nested too deeply', `at most ${MAX_DEPTH} operators in each other`);
  if (!Array.isArray(place.value)) return { kind: 'number', value: place.number(FORMS) };
  const [head, first, second, ...rest] = place.elements();
  const below = (operand: Place) => parseExpr(operand, names, thread, depth + 1);
  if (first && !second) {
    if (head!.value === 'addr') return { kind: 'address', loc: names.location(first) };
    if (head!.value === 'r') {
      return { kind: 'register', register: names.register(thread, first.string('a register')) };
    }
    const op = UNARY_OPS.find((one) => one === head!.value);
    if (op) return { kind: 'unary', op, of: below(first) };
  }
  if (first && second && rest.length === 0) {
    const op = BINARY_OPS.find((one) => one === head!.value);
    if (op) return { kind: 'binary', op, left: below(first), right: below(second) };
  }
  if (!head || typeof head.value !== 'string') place.refuse(FORMS);
  const known = ['addr', 'r', ...UNARY_OPS, ...BINARY_OPS] as string[];
  if (!known.includes(head.value)) head.refuse(known.join(' '));
  return place.fail('the wrong number of operands', FORMS);
}
