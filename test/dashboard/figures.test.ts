import { describe, expect, it } from 'vitest';
import { campaignTitle, campaignWords } from '../../src/dashboard/campaign-words.js';
import { figuresOf, findingWords, paceNow, sharesOf } from '../../src/dashboard/figures.js';
import { defaultConfig } from '../../src/fuzz/config.js';
import type { CampaignView } from '../../src/fuzz/progress.js';
import { findingRow, sampleAt, viewAt } from '../live/views.js';

/** What a figure says; undefined: it is not there. */
const valueAt = (view: CampaignView, label: string) =>
  Object.values(figuresOf(view))
    .flat()
    .find((figure) => figure.label === label)?.value;

describe('the figures of a campaign', () => {
  it('say when it ends', () => {
    expect(valueAt(viewAt(125), 'to go')).toBe('57 min 55 s');
    expect(valueAt(viewAt(125, { time: null }), 'to go')).toBeUndefined();
    expect(valueAt(viewAt(1, { time: null, runs: 100_000 }), 'to go')).toBe('70 000 schedules');
    expect(valueAt(viewAt(1, { runs: 100_000 }), 'to go')).toBe('59 min 59 s, or 70 000 schedules');
    expect(valueAt(viewAt(5000, { runs: 100 }), 'to go')).toBe('0 s, or 0 schedules');
  });

  it('count the time of this session alone towards its end', () => {
    const history = [sampleAt(1000, { session: 3 }), sampleAt(1010, { session: 3 })];
    const view = viewAt(1010, { now: sampleAt(1010, { session: 3 }), history, time: 60 });
    expect(valueAt(view, 'to go')).toBe('50 s');
    expect(valueAt({ ...view, history: [] }, 'to go')).toBe('1 min 0 s');
  });

  it('tell how fast it is now from the last ten seconds', () => {
    const now = sampleAt(100, { schedules: 1_000_000 });
    const history = [
      sampleAt(50, { schedules: 0 }),
      sampleAt(90, { schedules: 900_000 }),
      sampleAt(99, { schedules: 999_999 }),
    ];
    expect(paceNow({ now, history }).schedules).toBe(10_000);
    expect(paceNow({ now, history: [] }).schedules).toBe(10_000);
    expect(paceNow({ now: sampleAt(0), history: [] })).toEqual({ schedules: 0, steps: 0 });
    // A session that goes on: what earlier ones did is not what it does.
    expect(paceNow({ now, history: [sampleAt(95, { schedules: 999_000 })] }).schedules).toBe(200);
  });

  it('do not round a contradiction away', () => {
    const of = (stable: number, compared: number) =>
      valueAt(viewAt(1, { now: sampleAt(1, { stable, compared }) }), 'stability');
    expect(of(0, 0)).toBe('none compared yet');
    expect(of(7, 7)).toBe('100 %');
    expect(of(9_999_999, 10_000_000)).toBe('99.99 %');
    expect(of(0, 3)).toBe('0.00 %');
  });

  it('have parts that make a whole', () => {
    const shares = sharesOf(sampleAt(3));
    expect(shares.map(({ strategy }) => strategy)).toEqual(['guided', 'random-walk', 'surw']);
    expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
    expect(sharesOf(sampleAt(3, { plays: {} }))).toEqual([]);
    expect(figuresOf(viewAt(3)).strategies[0]).toEqual({ label: 'guided', value: '67 %' });
  });

  it('are words, however large, or none', () => {
    const huge = sampleAt(9e8, { schedules: 9e15, steps: 9e15, corpus: 9e9, memory: 2 ** 50 });
    for (const view of [viewAt(0), viewAt(9e8, { now: huge, history: [] })]) {
      expect(JSON.stringify(figuresOf(view))).not.toMatch(/NaN|Infinity|undefined|e\+/);
    }
    expect(valueAt(viewAt(9e8, { now: huge }), 'schedules')).toBe('9 000 000 000 000 000');
  });
});

describe('words', () => {
  it('of what is fuzzed', () => {
    const config = {
      ...defaultConfig,
      mutants: ['late-curr'],
      from: 5000,
      oracle: ['duplicate-cid', 'ownership'],
      seeds: ['a', 'b'],
    } as const;
    expect(campaignTitle(config)).toBe('rfc-v6 · late-curr · sc · x86 · preempt full · seed 1 · portfolio');
    expect(campaignWords(config).map(({ label, value }) => `${label}: ${value}`)).toEqual([
      'algorithm: rfc-v6, late-curr',
      'machine: sc, x86, preempt full',
      'worlds: 2-3 cpus, 2-6 tasks, 1-2 mms',
      'seed: 1, from schedule 5 000',
      'strategy: portfolio',
      'seeds: 2 schedules',
      'only: duplicate-cid, ownership',
    ]);
    expect(campaignWords(defaultConfig).map(({ label }) => label)).toEqual([
      'algorithm',
      'machine',
      'worlds',
      'seed',
      'strategy',
    ]);
  });

  it('of a finding', () => {
    expect(findingWords(findingRow())).toBe('met 1 740 times, 22 actions, first in schedule 27 477');
    expect(findingWords(findingRow({ met: 1, actions: 0 }))).toBe('met once, first in schedule 27 477');
  });
});
