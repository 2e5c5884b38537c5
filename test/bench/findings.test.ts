import { describe, expect, it } from 'vitest';
import { findingOf, isHopeless } from '../../src/bench/findings.js';

const foundAfter = (schedules: number) => ({ found: true, schedules, seconds: schedules / 1000 });
const nothing = (schedules: number) => ({ found: false, schedules, seconds: schedules / 1000 });

describe('findingOf', () => {
  it('tells quartiles: of 11 the third, the sixth and the ninth', () => {
    const searches = [5, 3, 9, 1, 11, 7, 2, 10, 8, 4, 6].map(foundAfter);
    expect(findingOf(searches, 11)).toEqual({
      seeds: 11,
      found: 11,
      schedules: { min: 1, lowerQuartile: 3, median: 6, upperQuartile: 9, max: 11 },
      seconds: { min: 0.001, lowerQuartile: 0.003, median: 0.006, upperQuartile: 0.009, max: 0.011 },
      beyond: null,
    });
  });

  it('takes what was not found for more than all that was', () => {
    const { found, schedules, beyond } = findingOf([foundAfter(7), nothing(5), foundAfter(3)], 3);
    expect(found).toBe(2);
    expect(schedules).toEqual({ min: 3, lowerQuartile: 3, median: 7, upperQuartile: null, max: null });
    expect(beyond).toBeNull();
  });

  it('says what the median is more than, where most found nothing', () => {
    const finding = findingOf([nothing(50), foundAfter(3), nothing(40)], 3);
    expect(finding).toMatchObject({ seeds: 3, found: 1, beyond: { schedules: 40, seconds: 0.04 } });
    expect(finding.schedules!.median).toBeNull();
  });

  it('tells no spread of some of the seeds', () => {
    expect(findingOf([nothing(50), nothing(50)], 3)).toEqual({
      seeds: 2,
      found: 0,
      schedules: null,
      seconds: null,
      beyond: { schedules: 50, seconds: 0.05 },
    });
  });
});

describe('isHopeless', () => {
  it('is when so many found nothing that the others do not matter', () => {
    expect(isHopeless([nothing(1), foundAfter(1), nothing(1)], 5)).toBe(false);
    expect(isHopeless([nothing(1), nothing(1), nothing(1)], 5)).toBe(true);
  });
});
