import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { addressOf } from '../../src/litmus/litmus-test.js';
import { parseLitmus } from '../../src/litmus/parse.js';
import { fence, fileOf, load, mov, type Parts, r, store, testOf } from './build.js';

/** What is said of a file. */
function fault(text: string): string {
  try {
    parseLitmus(text, 'f.json');
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).message;
  }
  throw new Error('no fault was found');
}

const deep = (n: number, form: (inner: unknown) => unknown, core: unknown) =>
  Array.from({ length: n }).reduce((inner) => form(inner), core);

describe('parseLitmus', () => {
  it('numbers locations and registers as they come', () => {
    const test = testOf({
      init: { p: ['addr', 'x'], x: 7 },
      regInit: [{ b: -1 }],
      threads: [[load('a', 'p'), store(r('a'), r('b'), 'release')], []],
      reach: ['==', ['r', 1, 'c'], ['m', 'x']],
      expected: { sc: 'forbidden', lkmm: 'allowed', tso: null },
      needs: ['speculation'],
    });
    expect(test.locations).toEqual(['p', 'x']);
    expect(test.init).toEqual([addressOf(1), 7]);
    expect(test.registers).toEqual([['b', 'a'], ['c']]);
    expect(test.regInit).toEqual([[-1, 0], [0]]);
    expect(test.threads[0]).toEqual([
      { op: 'load', dst: 1, addr: { kind: 'address', loc: 0 }, acquire: false },
      {
        op: 'store',
        addr: { kind: 'register', register: 1 },
        val: { kind: 'register', register: 0 },
        release: true,
      },
    ]);
    expect(test.expected).toEqual({ sc: 'forbidden', weak: 'allowed' });
    expect(test.needs).toEqual(['speculation']);
    expect(test.filter).toBeNull();
  });

  it('takes 32 bits, signed or not', () => {
    expect(testOf({ init: { x: 0xffffffff, y: -0x80000000 }, threads: [[]] }).init).toEqual([
      -1, -0x80000000,
    ]);
  });

  it('leaves alone what it does not know', () => {
    const text = fileOf({ threads: [[{ ...store('x', 1), line: 3 }]] });
    expect(parseLitmus(text.replace('"name"', '"features":["rcu"],"name"'), 'f')).toHaveLength(1);
  });

  it.each<[string, string]>([
    ['', 'f.json: no JSON: '],
    ['{"format":"litmus-json/1"', 'f.json: no JSON: '],
    ['[]', 'f.json: a list (expected an object)'],
    ['null', 'f.json: `null` (expected an object)'],
    ['{}', 'f.json: format: missing (expected litmus-json/1)'],
    ['{"format":"litmus-json/2","tests":[]}', 'f.json: format: `"litmus-json/2"` (expected litmus-json/1)'],
    ['{"format":"litmus-json/1"}', 'f.json: tests: missing (expected a list of tests)'],
    ['{"format":"litmus-json/1","tests":[3]}', 'f.json: tests[0]: `3` (expected an object)'],
    ['{"format":"litmus-json/1","tests":[{}]}', 'f.json: tests[0].name: missing (expected a name)'],
    [
      '{"format":"litmus-json/1","tests":[{"name":"a\\nb"}]}',
      'f.json: tests[0] ("a\\x0ab").init: missing (expected an object)',
    ],
  ])('refuses %j', (text, says) => {
    expect(fault(text).startsWith(says), fault(text)).toBe(true);
    expect(fault(text)).not.toContain('\n');
  });

  it.each<[Parts, string]>([
    [{ threads: [] }, 'threads: 0 threads (expected 1 to 30)'],
    [{ threads: [[{}]] }, 'threads[0][0].op: missing (expected load, store, '],
    [{ threads: [[], [{ op: 'fly' }]] }, 'threads[1][0].op: `"fly"` (expected load, '],
    [{ threads: [[load('a', 'z')]] }, 'threads[0][0].addr[1]: `"z"` (expected a location of `init`)'],
    [
      { threads: [[load('a', 'x', 'release')]] },
      'threads[0][0].order: `"release"` (expected once, acquire, plain)',
    ],
    [
      { threads: [[{ op: 'store', addr: 0, order: 'once' }]] },
      'threads[0][0].val: missing (expected a whole number',
    ],
    [
      { threads: [[{ op: 'load', addr: 0, order: 'once' }]] },
      'threads[0][0].dst: missing (expected a register)',
    ],
    [{ threads: [[fence('smp')]] }, 'threads[0][0].kind: `"smp"` (expected mb, rmb, '],
    [
      { threads: [[{ op: 'rmw', kind: 'cmpxchg', addr: 0, val: 0, order: 'full' }]] },
      'threads[0][0].expect: missing',
    ],
    // biome-ignore lint/suspicious/noThenProperty: the format's word
    [{ threads: [[{ op: 'if', cond: 1, then: [fence('x')] }]] }, 'threads[0][0].then[0].kind: `"x"`'],
    [{ threads: [[mov('a', ['**', 1, 2])]] }, 'threads[0][0].val[0]: `"**"` (expected addr r ! '],
    [{ threads: [[mov('a', ['+', 1])]] }, 'threads[0][0].val: the wrong number of operands'],
    [{ threads: [[mov('a', [])]] }, 'threads[0][0].val: a list (expected '],
    [{ threads: [[mov('a', 1.5)]] }, 'threads[0][0].val: `1.5` (expected a whole number of 32 bits'],
    [{ threads: [[mov('a', 2 ** 32)]] }, 'threads[0][0].val: `4294967296` (expected '],
    [
      {
        threads: [
          [
            mov(
              'a',
              deep(101, (e) => ['!', e], 0),
            ),
          ],
        ],
      },
      'threads[0][0].val[1][1]',
    ],
    [{ threads: [[]], init: { x: ['addr', 'q'] } }, 'init.x[1]: `"q"` (expected a location of `init`)'],
    [{ threads: [[]], init: { x: 'a' } }, 'init.x: `"a"` (expected a whole number of 32 bits, or '],
    [{ threads: [[]], regInit: [{}, {}] }, 'reg_init[1]: no such thread (expected 1 of them)'],
    [{ threads: [[]], reach: ['==', 1] }, 'final.reach: the wrong number of operands'],
    [{ threads: [[]], reach: ['<>', 1, 2] }, 'final.reach[0]: `"<>"` (expected and or not == '],
    [
      { threads: [[]], reach: ['==', ['r', 1, 'a'], 2] },
      'final.reach[1][1]: `1` (expected the number of a thread',
    ],
    [{ threads: [[]], reach: ['==', ['q', 'x'], 2] }, 'final.reach[1]: a list (expected a whole number'],
    [{ threads: [[]], filter: 3 }, 'final.filter: `3` (expected true, false, '],
    [{ threads: [[]], expected: { tso: 'maybe' } }, 'expected.tso: `"maybe"` (expected allowed, forbidden)'],
  ])('refuses %j', (parts, says) => {
    const whole = fault(fileOf(parts));
    expect(whole.startsWith(`f.json: tests[0] ("T").${says}`), whole).toBe(true);
    expect(whole).toMatch(/ \(expected .+\)$/);
  });

  it('is not lost in what is nested very deeply', () => {
    const list = (n: number) => '['.repeat(n) + ']'.repeat(n);
    const text = fileOf({ threads: [[mov('a', 4711)]] });
    expect(fault(text.replace('4711', list(50_000)))).toMatch(/^f\.json: /);
    expect(fault(text.replace('4711', `${'["!",'.repeat(50_000)}1${']'.repeat(50_000)}`))).toMatch(
      /nested too/,
    );
  });
});
