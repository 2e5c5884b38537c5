import { describe, expect, it } from 'vitest';
import { type Findings, figuresOf, medianOf } from '../../src/mutants/figures.js';
import { faultsOf } from '../../src/mutants/verdict.js';
import { KIND_WORDS, type Kind } from '../../src/words.js';
import { found } from './found.js';

const cell = { row: 'late-curr', memory: 'tso', arch: 'x86' } as const;
const figures = (...findings: Findings) => figuresOf(cell, findings);

describe('medianOf', () => {
  it('is the middle one by value, whatever the order', () => {
    expect(medianOf([100, 9, 20, 1, 3])).toBe(9);
    expect(medianOf([7, 7, 1, 7, 1])).toBe(7);
  });

  it('counts what is not found as infinite', () => {
    const never = Number.POSITIVE_INFINITY;
    expect(medianOf([never, 5, never, 4, 6])).toBe(6);
    expect(medianOf([never, 5, never, 4, never])).toBe(never);
  });
});

describe('figuresOf', () => {
  it('tells nothing of nothing', () => {
    expect(figures(null, null, null, null, null)).toEqual({
      mutant: 'late-curr',
      memory: 'tso',
      arch: 'x86',
      found: null,
      schedules: null,
      seeds: 0,
    });
  });

  it('numbers schedules from 1', () => {
    const all = [0, 0, 0, 0, 0].map((schedule) => found('ownership', schedule));
    expect(figures(...all)).toMatchObject({ found: 'ownership', schedules: 1, seeds: 5 });
  });

  it('has a median where three of five found something, and none where two did', () => {
    const one = found('ownership', 9);
    const two = found('ownership', 19);
    const three = found('ownership', 4);
    expect(figures(one, null, two, null, three)).toMatchObject({ schedules: 20, seeds: 3 });
    expect(figures(one, null, two, null, null)).toMatchObject({
      found: 'ownership',
      schedules: null,
      seeds: 2,
    });
  });

  it('tells the kind that most seeds found; of equals that of the earlier seed', () => {
    const kinds = (...words: Kind[]) => figures(...words.map((kind) => found(kind, 0))).found;
    expect(kinds('ownership', 'livelock', 'livelock')).toBe('livelock');
    expect(kinds('livelock', 'ownership', 'ownership', 'livelock', 'bad-cid')).toBe('livelock');
    expect(kinds('ownership', 'livelock', 'livelock', 'ownership', 'bad-cid')).toBe('ownership');
    for (const kind of KIND_WORDS.slice(1) as Kind[]) expect(kinds(kind)).toBe(kind);
  });
});

describe('faultsOf', () => {
  const lost = figures(null, null, null, null, null);
  const met = figures(found('ownership', 3), null, null, null, null);

  it('has none where all is as it should be', () => {
    expect(faultsOf([{ ...lost, mutant: 'none' }, lost, met], [])).toEqual([]);
  });

  it('has each finding without a mutant', () => {
    expect(faultsOf([{ ...met, mutant: 'none' }, met], [])).toEqual([
      'without a mutant: ownership under tso, x86',
    ]);
  });

  it('has what is required and found on no machine', () => {
    expect(faultsOf([lost, met], ['late-curr'])).toEqual([]);
    expect(faultsOf([lost, null], ['late-curr'])).toEqual(['late-curr: required, and not found']);
  });
});
