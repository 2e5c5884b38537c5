import { describe, expect, it } from 'vitest';
import { evaluate, holds, termsOf } from '../../src/litmus/evaluate.js';
import { addressOf, locationOf } from '../../src/litmus/litmus-test.js';
import { mov, r, testOf } from './build.js';

/** The value of an expression in which register `a` is 5. */
function valueIn(expr: unknown): number {
  const op = testOf({ regInit: [{ a: 5 }], threads: [[mov('b', expr)]] }).threads[0]![0]!;
  if (op.op !== 'mov') throw new Error('no mov');
  return evaluate(op.val, (register) => (register === 0 ? 5 : Number.NaN));
}

describe('evaluate', () => {
  it.each([
    [['+', 0x7fffffff, 1], -0x80000000],
    [['-', -0x80000000, 1], 0x7fffffff],
    [['*', 0x10001, 0x10001], 0x20001],
    [['/', -7, 2], -3],
    [['%', -7, 2], -1],
    [['/', 1, 0], 0],
    [['%', 1, 0], 0],
    [['/', -0x80000000, -1], -0x80000000],
    [['&', 6, 3], 2],
    [['|', 6, 3], 7],
    [['^', 6, 3], 5],
    [['<<', 1, 33], 2],
    [['>>', -8, 1], -4],
    [['==', r('a'), 5], 1],
    [['!=', r('a'), 5], 0],
    [['<', -1, 0], 1],
    [['>', -1, 0], 0],
    [['<=', 1, 1], 1],
    [['>=', 0, 1], 0],
    [['&&', 2, r('a')], 1],
    [['&&', 2, 0], 0],
    [['||', 0, 0], 0],
    [['||', 0, 3], 1],
    [['!', 0], 1],
    [['!', 9], 0],
    [['~', 0], -1],
    [['neg', r('a')], -5],
    [['neg', 0], 0],
    [['addr', 'y'], addressOf(1)],
  ])('%j is %i', (expr, value) => {
    expect(Object.is(valueIn(expr), value)).toBe(true);
  });
});

describe('addresses', () => {
  it('are of one location, and of those there are', () => {
    expect(locationOf(addressOf(3), 4)).toBe(3);
    for (const value of [0, 1, -1, addressOf(3) + 1, addressOf(4), addressOf(0) - 1]) {
      expect(locationOf(value, 4)).toBe(-1);
    }
  });
});

describe('a condition', () => {
  const { reach } = testOf({
    threads: [[]],
    reach: [
      'and',
      ['or', ['==', ['m', 'x'], 1], ['<', ['r', 0, 'a'], ['m', 'x']]],
      ['not', ['==', ['m', 'y'], 2]],
    ],
  });

  it('names each term once', () => {
    expect(termsOf(reach, null)).toEqual([
      { kind: 'memory', loc: 0 },
      { kind: 'register', thread: 0, register: 0 },
      { kind: 'memory', loc: 1 },
    ]);
  });

  it.each([
    [1, 9, 0, true],
    [3, 2, 0, true],
    [3, 3, 0, false],
    [1, 0, 2, false],
  ])('x=%i a=%i y=%i: %s', (x, a, y, met) => {
    const value = { memory: [x, y], register: [a] };
    expect(
      holds(reach, (term) => {
        if (term.kind === 'number') return term.value;
        if (term.kind === 'memory') return value.memory[term.loc]!;
        return term.kind === 'register' ? value.register[term.register]! : Number.NaN;
      }),
    ).toBe(met);
  });
});
