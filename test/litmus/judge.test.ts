import { describe, expect, it } from 'vitest';
import { LitmusMemory } from '../../src/engine/litmus-memory.js';
import { judge } from '../../src/litmus/judge.js';
import { MEMORIES } from '../../src/words.js';
import { load, store, testOf } from './build.js';

const memory = new LitmusMemory();
/** Store buffering: reached under tso and weak. */
const threads = [
  [store('x', 1), load('a', 'y')],
  [store('y', 1), load('a', 'x')],
];
const reach = ['and', ['==', ['r', 0, 'a'], 0], ['==', ['r', 1, 'a'], 0]];

function verdicts(expected: string | null, needs: string[] = [], maxStates = 1000) {
  const test = testOf({ threads, reach, expected: { sc: expected, tso: expected, lkmm: expected }, needs });
  return MEMORIES.map((model) => {
    const verdict = judge(memory, test, model, maxStates);
    return [verdict.reached, verdict.agree];
  });
}

describe('judge', () => {
  it('what is forbidden must not be reached', () => {
    expect(verdicts('forbidden', ['speculation'])).toEqual([
      [false, true],
      [true, false],
      [true, false],
    ]);
  });

  it('what is allowed must be', () => {
    expect(verdicts('allowed')).toEqual([
      [false, false],
      [true, true],
      [true, true],
    ]);
  });

  it('but under weak only where it needs nothing that the engine has not', () => {
    // Nothing reaches it, under any model.
    const test = (needs: string[]) =>
      testOf({ threads, reach: false, expected: { tso: 'allowed', lkmm: 'allowed' }, needs });
    const agree = (needs: string[]) => MEMORIES.map((model) => judge(memory, test(needs), model, 1000).agree);
    expect(agree(['speculation'])).toEqual([null, false, true]);
    expect(agree([])).toEqual([null, false, false]);
  });

  it('nothing is expected, nothing agrees', () => {
    expect(verdicts(null)).toEqual([
      [false, null],
      [true, null],
      [true, null],
    ]);
  });

  it('a search that was stopped knows what it has found, and no more', () => {
    expect(verdicts('forbidden', [], 1)).toEqual([
      [null, null],
      [null, null],
      [null, null],
    ]);
    const always = testOf({ threads, reach: true, expected: { lkmm: 'allowed' } });
    expect(judge(memory, always, 'weak', 6)).toMatchObject({ reached: true, agree: true });
    expect(judge(memory, always, 'weak', 6).result.complete).toBe(false);
  });
});
