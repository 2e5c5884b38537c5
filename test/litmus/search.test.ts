import { describe, expect, it } from 'vitest';
import { LitmusMemory } from '../../src/engine/litmus-memory.js';
import type { LitmusTest } from '../../src/litmus/litmus-test.js';
import { outcomeText } from '../../src/litmus/outcome-text.js';
import { search } from '../../src/litmus/search.js';
import { MEMORIES, type Memory } from '../../src/words.js';
import { fence, load, mov, type Parts, r, store, testOf } from './build.js';
import { litmusTests } from './files.js';

const memory = new LitmusMemory('checked');
const MAX_STATES = 100_000;

const finals = (test: LitmusTest, model: Memory, reduce = true) => {
  const result = search(memory, test, model, { maxStates: MAX_STATES, reduce });
  expect(result.complete).toBe(true);
  return result.outcomes.map((outcome) => outcomeText(test, result.terms, outcome));
};
const same = ['==', ['m', 'x'], 0];
const finalsOf = (parts: Parts, model: Memory = 'sc') => finals(testOf(parts), model);

describe('search', () => {
  it.each(litmusTests())('$name: the same final states with and without reduction', ({ test }) => {
    for (const model of MEMORIES) expect(finals(test, model)).toEqual(finals(test, model, false));
  });

  it('never has fewer final states under a weaker model', () => {
    for (const { test } of litmusTests()) {
      const [sc, tso, weak] = MEMORIES.map((model) => new Set(finals(test, model)));
      expect([...sc!].filter((state) => !tso!.has(state))).toEqual([]);
      expect([...tso!].filter((state) => !weak!.has(state))).toEqual([]);
    }
  });

  it('stops at the bound, and says so', () => {
    const { test } = litmusTests().find(({ name }) => name === 'classic.json: IRIW')!;
    const { complete, visited } = search(memory, test, 'weak', { maxStates: 10, reduce: true });
    expect(complete).toBe(false);
    expect(visited).toBeLessThan(30);
  });
});

describe('a program', () => {
  it('computes and branches', () => {
    const branch = (cond: unknown) => ({
      op: 'if',
      cond,
      // biome-ignore lint/suspicious/noThenProperty: the format's word
      then: [store('x', ['+', ['*', r('a'), 2], 1])],
      else: [store('y', ['-', 0, 1])],
    });
    const reach = ['==', ['m', 'x'], ['m', 'y']];
    expect(finalsOf({ threads: [[mov('a', 20), branch(['>', r('a'), 3])]], reach })).toEqual(['x=41; y=0']);
    expect(finalsOf({ threads: [[mov('a', 2), branch(['>', r('a'), 3])]], reach })).toEqual(['x=0; y=-1']);
  });

  it('goes on after a branch without `else`', () => {
    // biome-ignore lint/suspicious/noThenProperty: the format's word
    const branch = { op: 'if', cond: r('a'), then: [mov('b', 1)] };
    const reach = ['==', ['r', 0, 'b'], ['r', 0, 'c']];
    expect(finalsOf({ threads: [[branch, mov('c', 2)]], reach })).toEqual(['0:b=0; 0:c=2']);
    expect(finalsOf({ regInit: [{ a: 1 }], threads: [[branch, mov('c', 2)]], reach })).toEqual([
      '0:b=1; 0:c=2',
    ]);
  });

  it('follows pointers, and tells them by their names', () => {
    const parts = {
      init: { p: ['addr', 'x'], x: 0, y: 0 },
      threads: [[load('a', 'p'), store(r('a'), ['addr', 'y']), load('b', 'x'), store(r('b'), 4)]],
      reach: ['and', ['==', ['m', 'x'], ['addr', 'y']], ['==', ['m', 'y'], 4]],
    };
    for (const model of MEMORIES) expect(finalsOf(parts, model)).toEqual(['x=&y; y=4']);
  });

  it('has no final state where it goes through a pointer to nothing', () => {
    const threads = [[load('a', 'x'), load('b', r('a'))], [store('x', ['addr', 'y'])]];
    for (const model of MEMORIES) {
      expect(finalsOf({ threads, reach: ['==', ['r', 0, 'a'], 0] }, model)).toEqual(['0:a=&y']);
    }
  });

  it('leaves out what the filter does not let pass', () => {
    const threads = [[store('x', 1)], [load('a', 'x')]];
    const reach = ['==', ['r', 1, 'a'], 1];
    expect(finalsOf({ threads, reach })).toEqual(['1:a=0', '1:a=1']);
    expect(finalsOf({ threads, reach, filter: ['!=', ['r', 1, 'a'], 0] })).toEqual(['1:a=1']);
  });

  it.each([
    ['xchg', { val: 7 }, 3, 7],
    ['fetch_add', { val: -4 }, 3, -1],
    ['cmpxchg', { val: 7, expect: 3 }, 3, 7],
    ['cmpxchg', { val: 7, expect: 4 }, 3, 3],
    ['add_unless', { val: 7, unless: 4 }, 3, 10],
    ['add_unless', { val: 7, unless: 3 }, 3, 3],
  ])('%s %j of 3', (kind, operands, old, now) => {
    for (const order of ['full', 'acquire', 'release', 'once', 'noreturn']) {
      const rmw = { op: 'rmw', kind, dst: 'a', addr: ['addr', 'x'], order, ...operands };
      const reach = ['==', ['r', 0, 'a'], ['m', 'x']];
      for (const model of MEMORIES) {
        expect(finalsOf({ init: { x: 3 }, threads: [[rmw]], reach }, model)).toEqual([
          `0:a=${old}; x=${now}`,
        ]);
      }
    }
  });

  it('waits for a lock, for ever if need be', () => {
    const lock = { op: 'lock', addr: ['addr', 'x'] };
    const unlock = { op: 'unlock', addr: ['addr', 'x'] };
    for (const model of MEMORIES) {
      expect(
        finalsOf(
          {
            threads: [
              [lock, unlock, lock, unlock],
              [lock, unlock],
            ],
            reach: same,
          },
          model,
        ),
      ).toEqual(['x=0']);
      // The other one came first, or never ends.
      expect(finalsOf({ threads: [[lock], [lock, unlock]], reach: same }, model)).toEqual(['x=1']);
      expect(finalsOf({ threads: [[lock], [lock]], reach: same }, model)).toEqual([]);
      expect(finalsOf({ init: { x: 1 }, threads: [[lock]], reach: same }, model)).toEqual([]);
    }
  });

  it('does not come to the end of a grace period within its own section', () => {
    const ops = ['rcu_read_lock', 'synchronize_rcu', 'rcu_read_unlock'].map((op) => ({ op }));
    for (const model of MEMORIES) expect(finalsOf({ threads: [ops], reach: same }, model)).toEqual([]);
  });

  it('may store more than a buffer holds', () => {
    const stores = Array.from({ length: 10 }, (_, i) => store(`l${i}`, 1));
    const init = Object.fromEntries(stores.map((_, i) => [`l${i}`, 0]));
    const reader = [load('a', 'l9'), fence('rmb'), load('b', 'l0')];
    const reach = ['and', ['==', ['r', 1, 'a'], 1], ['==', ['r', 1, 'b'], 0]];
    const test = testOf({ init, threads: [stores, reader], reach });
    for (const model of MEMORIES) {
      // Only weak lets the last one overtake the first, where some in between have made room.
      const found = finals(test, model);
      expect(found.includes('1:a=1; 1:b=0')).toBe(model === 'weak');
      if (model !== 'weak') expect(found).toEqual(finals(test, model, false));
    }
  });
});
