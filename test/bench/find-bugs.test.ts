import { describe, expect, it } from 'vitest';
import { knownBugs } from '../../src/bench/bugs.js';
import { claimedTimes, findBugs, guidedRatios, limitOf } from '../../src/bench/find-bugs.js';
import type { BugRow, Cell } from '../../src/bench/result.js';
import { type Limit, timeToFind } from '../../src/bench/time-to-find.js';
import { defaultConfig } from '../../src/fuzz/config.js';
import { calmly, untilTold } from './pace.js';

const bugs = await knownBugs();
const named = (...names: string[]) => bugs.filter(({ name }) => names.includes(name));
const walk = { strategies: ['random-walk'], seed: 1, seeds: 3 } as const;

describe('timeToFind', () => {
  const config = { ...defaultConfig, algo: 'rfc-v6-fixed', strategy: 'random-walk' } as const;

  it('ends with the first finding, from 1', async () => {
    const mutant = { ...config, mutants: ['clear-before-unset'], cpus: [2, 2] } as const;
    const found = await timeToFind(mutant, { schedules: 1000, seconds: 60 }, calmly());
    expect(found).toMatchObject({ found: true, schedules: 1 });
  });

  it('gives up after so many schedules, or where there is no time', async () => {
    const search = (limit: Limit) => timeToFind(config, limit, calmly());
    expect(await search({ schedules: 25, seconds: 60 })).toMatchObject({ found: false, schedules: 25 });
    expect(await search({ schedules: 25, seconds: 0 })).toMatchObject({ found: false, schedules: 0 });
    expect(await search({ schedules: 25, seconds: 0, both: true })).toMatchObject({ schedules: 25 });
    // Batches of 10 000 until there was so much time, too.
    const long = await search({ schedules: 25, seconds: 0.001, both: true });
    expect(long.seconds).toBeGreaterThan(0.001);
  });
});

describe('findBugs', () => {
  const limit = { schedules: 300, seconds: 60 };

  it('tells the schedules that each seed takes', async () => {
    const rows: BugRow[] = [];
    await findBugs({ ...walk, bugs: named('exit-stays-active'), limit, pace: calmly() }, rows);
    expect(rows).toHaveLength(1);
    expect(rows[0]!.bug.name).toBe('exit-stays-active');
    expect(rows[0]!.cells).toMatchObject([
      {
        strategy: 'random-walk',
        seeds: 3,
        found: 3,
        schedules: { min: 5, median: 6, max: 11 },
        beyond: null,
      },
    ]);
  });

  it('does not go on where the median is known to be beyond the limit', async () => {
    const rows: BugRow[] = [];
    await findBugs({ ...walk, bugs: named('stranded-lazy'), limit, pace: calmly() }, rows);
    expect(rows[0]!.cells).toMatchObject([
      { seeds: 2, found: 0, schedules: null, beyond: { schedules: 300 } },
    ]);
  });

  it('keeps what is known when it is told to end', async () => {
    const rows: BugRow[] = [];
    const two = named('late-curr', 'racy-set');
    const pace = untilTold(/racy-set/);
    await expect(findBugs({ ...walk, bugs: two, limit, pace }, rows)).rejects.toThrow(/abort/);
    expect(rows.map(({ cells }) => cells[0]?.found ?? null)).toEqual([3, null]);
  });
});

/** A cell of a strategy that may not be there yet. */
function cellOf(strategy: string, median: number | null): Cell {
  const spread = { min: 1, lowerQuartile: 1, median, upperQuartile: null, max: null };
  return {
    strategy: strategy as Cell['strategy'],
    seeds: 11,
    found: 6,
    schedules: spread,
    seconds: spread,
    beyond: median === null ? { schedules: 9000, seconds: 900 } : null,
  };
}

describe('what is claimed', () => {
  const [duplicate, prev, late, racy] = ['duplicate-cid', 'inactive-prev', 'late-curr', 'racy-set'].map(
    (name) => named(name)[0]!,
  );

  it('compares guided search with the walk', () => {
    const rows = [{ bug: duplicate!, cells: [cellOf('guided', 100), cellOf('random-walk', 6000)] }];
    expect(guidedRatios(rows)).toEqual([
      { what: 'random-walk to guided, schedules to duplicate-cid', ratio: 60, wanted: 50, bound: false },
      { what: 'random-walk to guided, seconds to duplicate-cid', ratio: 60, wanted: 20, bound: false },
    ]);
  });

  it('says of a walk that was given up that it is at least so far behind', () => {
    const rows = [{ bug: duplicate!, cells: [cellOf('guided', 100), cellOf('random-walk', null)] }];
    expect(guidedRatios(rows)).toMatchObject([
      { ratio: 90, bound: true },
      { ratio: 9, bound: true },
    ]);
  });

  it('compares nothing where one of them is not there', () => {
    expect(guidedRatios([{ bug: duplicate!, cells: [cellOf('random-walk', 6000)] }])).toEqual([]);
    expect(guidedRatios([])).toEqual([]);
  });

  it('gives the walk as long as it needs to show that', () => {
    const limit = { schedules: 100, seconds: 1 };
    expect(limitOf(duplicate!, 'random-walk', limit, cellOf('guided', 1000))).toEqual({
      schedules: 60_000,
      seconds: 24_000,
      both: true,
    });
    expect(limitOf(racy!, 'random-walk', limit, null)).toBe(limit);
  });

  it('gives those longer of whom times are claimed', () => {
    const limit = { schedules: 100, seconds: 1 };
    for (const strategy of ['guided', defaultConfig.strategy] as const) {
      expect(limitOf(racy!, strategy, limit, null)).toEqual({ schedules: 1000, seconds: 10 });
    }
    expect(limitOf(duplicate!, 'pct', limit, null)).toBe(limit);
  });

  it('names the times of guided search and the default strategy, and the slowest mutant', () => {
    const { strategy } = defaultConfig;
    const rows = [
      { bug: prev!, cells: [cellOf(strategy, 2)] },
      { bug: late!, cells: [cellOf(strategy, 7)] },
      { bug: racy!, cells: [cellOf(strategy, 3)] },
    ];
    expect(claimedTimes(rows)).toEqual([
      { what: `inactive-prev by ${strategy}`, seconds: 2, wanted: 5 },
      { what: `the slowest of 2 mutants, late-curr, by ${strategy}`, seconds: 7, wanted: 60 },
    ]);
    expect(claimedTimes([{ bug: late!, cells: [cellOf(strategy, null)] }])).toMatchObject([
      { seconds: null },
    ]);
    expect(claimedTimes([{ bug: prev!, cells: [cellOf('guided', 1), cellOf(strategy, 2)] }])).toEqual([
      { what: 'inactive-prev by guided', seconds: 1, wanted: 5 },
      { what: `inactive-prev by ${strategy}`, seconds: 2, wanted: 5 },
    ]);
  });
});
