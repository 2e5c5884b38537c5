import { describe, expect, it } from 'vitest';
import { guessLeft } from '../../src/explore/progress.js';

/** Levels like those of a search: as many states as a bell has, `depth` levels from its top to where one state is left. */
function bell(most: number, top: number, width: number): number[] {
  const levels: number[] = [];
  for (let i = 0; ; i++) {
    const states = Math.round(most * Math.exp(-((i - top) ** 2) / width ** 2));
    if (i > top && states < 1) return levels;
    levels.push(Math.max(1, states));
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, n) => all + n, 0);

describe('guessLeft', () => {
  it.each([
    [100_000, 40, 15],
    [5_000_000, 60, 20],
    [1000, 30, 14],
  ])('is near for levels like a bell: %i states at most, in level %i', (most, top, width) => {
    const levels = bell(most, top, width);
    // From a little before the top on, where no level is so small that rounding hides its shape.
    for (let level = top - 10; levels[level]! > 100; level++) {
      const guess = guessLeft(levels.slice(0, level + 1))!;
      const left = sum(levels.slice(level + 1));
      expect(guess / left, `level ${level}`).toBeGreaterThan(0.9);
      expect(guess / left, `level ${level}`).toBeLessThan(1.1);
    }
  });

  it('is exact where every level is half of the one before', () => {
    const levels = Array.from({ length: 20 }, (_, i) => 2 ** (30 - i));
    // 2 ** 11 is the last: 2 ** 10, 2 ** 9, …, 1, and what rounding adds.
    expect(guessLeft(levels)).toBeGreaterThanOrEqual(2 ** 11 - 1);
    expect(guessLeft(levels)).toBeLessThanOrEqual(2 ** 11);
  });

  it('is next to nothing at the end', () => {
    expect(guessLeft(bell(100_000, 40, 15))).toBeLessThan(5);
  });

  it.each([2, 3, 1.5, 7, 1.1])('is none while every level is %d times the one before', (times) => {
    const levels = Array.from({ length: 30 }, (_, i) => times ** i);
    for (let count = 0; count <= levels.length; count++) expect(guessLeft(levels.slice(0, count))).toBe(null);
  });

  it('is none while levels are alike, grow ever faster, or are too few', () => {
    expect(guessLeft(Array(40).fill(1000))).toBe(null);
    expect(guessLeft(Array.from({ length: 30 }, (_, i) => Math.round(1.01 ** (i * i))))).toBe(null);
    expect(guessLeft(bell(100_000, 5, 3).slice(0, 11))).toBe(null);
    expect(guessLeft([])).toBe(null);
  });

  it('is none where it would be of no use: levels that grow a little less each time', () => {
    expect(guessLeft(Array.from({ length: 30 }, (_, i) => Math.exp(i - i * i * 1e-7)))).toBe(null);
  });
});
