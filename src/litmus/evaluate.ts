import { addressOf, type BinaryOp, type Comparison, type Cond, type Expr, type Term } from './litmus-test.js';

/**
 * The value of an expression, a signed number of 32 bits, as C computes it (and as the kernel has it compiled:
 * overflow wraps, >> keeps the sign). What C leaves open has an answer here, too: division by 0 gives 0, and
 * a shift counts modulo 32.
 *
 * @param register the value of a register
 */
export function evaluate(expr: Expr, register: (register: number) => number): number {
  switch (expr.kind) {
    case 'number':
      return expr.value;
    case 'address':
      return addressOf(expr.loc);
    case 'register':
      return register(expr.register);
    case 'unary': {
      const of = evaluate(expr.of, register);
      return expr.op === '!' ? Number(of === 0) : expr.op === '~' ? ~of : -of | 0;
    }
    case 'binary':
      return calculate(expr.op, evaluate(expr.left, register), evaluate(expr.right, register));
  }
}

function calculate(op: BinaryOp, a: number, b: number): number {
  switch (op) {
    case '+':
      return (a + b) | 0;
    case '-':
      return (a - b) | 0;
    case '*':
      return Math.imul(a, b);
    case '/':
      return b === 0 ? 0 : (a / b) | 0;
    case '%':
      return b === 0 ? 0 : (a % b) | 0;
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '<<':
      return a << b;
    case '>>':
      return a >> b;
    case '&&':
      return Number(a !== 0 && b !== 0);
    case '||':
      return Number(a !== 0 || b !== 0);
    default:
      return Number(compares(op, a, b));
  }
}

function compares(op: Comparison, a: number, b: number): boolean {
  switch (op) {
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '<':
      return a < b;
    case '>':
      return a > b;
    case '<=':
      return a <= b;
    case '>=':
      return a >= b;
  }
}

/** The registers of an expression. */
export function registersOf(expr: Expr): number[] {
  switch (expr.kind) {
    case 'register':
      return [expr.register];
    case 'unary':
      return registersOf(expr.of);
    case 'binary':
      return [...registersOf(expr.left), ...registersOf(expr.right)];
    default:
      return [];
  }
}

/** The locations whose addresses an expression names. */
export function locationsOf(expr: Expr): number[] {
  switch (expr.kind) {
    case 'address':
      return [expr.loc];
    case 'unary':
      return locationsOf(expr.of);
    case 'binary':
      return [...locationsOf(expr.left), ...locationsOf(expr.right)];
    default:
      return [];
  }
}

/** @param value of a term of a final state */
export function holds(cond: Cond, value: (term: Term) => number): boolean {
  switch (cond.kind) {
    case 'constant':
      return cond.value;
    case 'and':
      return holds(cond.left, value) && holds(cond.right, value);
    case 'or':
      return holds(cond.left, value) || holds(cond.right, value);
    case 'not':
      return !holds(cond.of, value);
    case 'compare':
      return compares(cond.op, value(cond.left), value(cond.right));
  }
}

/** The terms of a condition that a final state has the values of: registers and memory, each once. */
export function termsOf(...conds: (Cond | null)[]): Term[] {
  const terms = new Map<string, Term>();
  const visit = (cond: Cond | null): void => {
    if (cond === null || cond.kind === 'constant') return;
    if (cond.kind === 'not') visit(cond.of);
    else if (cond.kind !== 'compare') {
      visit(cond.left);
      visit(cond.right);
    } else {
      for (const term of [cond.left, cond.right]) {
        if (term.kind === 'register' || term.kind === 'memory') terms.set(JSON.stringify(term), term);
      }
    }
  };
  for (const cond of conds) visit(cond);
  return [...terms.values()];
}
