import { describe, expect, it } from 'vitest';
import { drawSvg } from '../../src/chart/svg.js';
import { campaignCharts } from '../../src/dashboard/charts.js';
import { ratesOf } from '../../src/dashboard/rates.js';
import { thinned } from '../../src/dashboard/thinned.js';
import type { Sample } from '../../src/fuzz/progress.js';
import { sampleAt } from '../live/views.js';

const draw = async (samples: readonly Sample[]) => {
  const drawn: Record<string, string> = {};
  for (const { name, spec } of campaignCharts(samples)) drawn[name] = await drawSvg(spec);
  return drawn;
};
const hour = Array.from({ length: 300 }, (_, i) => sampleAt(12 * (i + 1)));

describe('the charts of a campaign', () => {
  it('are four, the same bytes for the same samples', async () => {
    const drawn = await draw(hour);
    expect(Object.keys(drawn)).toEqual(['throughput', 'coverage', 'strategies', 'memory']);
    expect(await draw(hour)).toEqual(drawn);
    for (const svg of Object.values(drawn)) {
      expect(svg).toContain('minutes of work');
      expect(svg).not.toMatch(/NaN|undefined|Infinity/);
      expect(svg).not.toMatch(/fill="(black|#000)/);
    }
    expect(drawn.coverage).toContain('files of the corpus');
    expect(drawn.strategies).toContain('random-walk');
  });

  it.each([
    ['nothing', []],
    ['one sample', [sampleAt(1)]],
    ['two of the same moment', [sampleAt(1), sampleAt(1)]],
    [
      'a campaign that kept nothing',
      [
        sampleAt(1, { corpus: 0, features: 0, plays: {} }),
        sampleAt(2, { corpus: 0, features: 0, plays: {} }),
      ],
    ],
  ])('can be drawn of %s', async (_, samples) => {
    for (const svg of Object.values(await draw(samples))) expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('take the unit of the time that it took', () => {
    const unit = (seconds: number) => JSON.stringify(campaignCharts([sampleAt(1), sampleAt(seconds)]));
    expect(unit(200)).toContain('seconds of work');
    expect(unit(2000)).toContain('minutes of work');
    expect(unit(20_000)).toContain('hours of work');
    expect(unit(1_000_000)).toContain('days of work');
  });

  it('draw no line from one session to the next', () => {
    const two = [sampleAt(10), sampleAt(20), sampleAt(30, { session: 2 }), sampleAt(40, { session: 2 })];
    const [throughput] = campaignCharts(two);
    const { values } = (throughput!.spec as unknown as { data: { values: { time: number; rate: number }[] } })
      .data;
    expect(values.map(({ time }) => time)).toEqual([20, 40]);
    for (const { rate } of values) expect(rate).toBe(30_000);
  });

  it('can be drawn of a long campaign, in reasonable time and size', async () => {
    const all = Array.from({ length: 10_000 }, (_, i) => sampleAt(60 * (i + 1)));
    const began = performance.now();
    const drawn = await draw(all);
    expect(performance.now() - began).toBeLessThan(20_000);
    for (const svg of Object.values(drawn)) expect(svg.length).toBeLessThan(200_000);
    expect(drawn.memory).toContain('days of work');
  });

  it('show in one legend what there is, and nothing of HTML', async () => {
    const { strategies, coverage } = await draw(hour);
    expect(strategies).toContain('>surw<');
    expect(strategies).not.toContain('>pos<');
    expect(coverage).toContain('>files of the corpus<');
    expect(coverage).not.toMatch(/<script|href="http/);
  });

  it('mark the findings, also those between two samples that are drawn', async () => {
    const rules = (svg: string) => [...svg.matchAll(/aria-roledescription="rule mark"/g)].length;
    const late = Array.from({ length: 5000 }, (_, i) =>
      sampleAt(12 * (i + 1), { findings: i >= 2501 ? 2 : i >= 703 ? 1 : 0 }),
    );
    expect(rules((await draw(late)).coverage!)).toBe(2);
    expect(rules((await draw(late.slice(0, 700))).coverage!)).toBe(0);
  });

  it('are thinned out evenly, the ends stay', () => {
    const all = Array.from({ length: 10_000 }, (_, i) => sampleAt(i + 1));
    const few = thinned(all, 100);
    expect(few.length).toBeLessThanOrEqual(100);
    expect(few.length).toBeGreaterThan(90);
    expect([few[0], few.at(-1)]).toEqual([all[0], all.at(-1)]);
    const gaps = few.slice(1, -1).map((sample, i) => sample.seconds - few[i]!.seconds);
    expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(1);
    expect(thinned(all.slice(0, 50), 100)).toHaveLength(50);
  });
});

describe('schedules a second', () => {
  it('are those of the time that was worked, however short the sessions', () => {
    const short = Array.from({ length: 1000 }, (_, i) => [
      sampleAt(2 * i, { session: i + 1 }),
      sampleAt(2 * i + 1, { session: i + 1 }),
    ]).flat();
    const rates = ratesOf(short, 80);
    expect(rates.length).toBeGreaterThan(40);
    expect(rates.length).toBeLessThanOrEqual(160);
    for (const { rate } of rates) expect(rate).toBeCloseTo(30_000);
  });

  it('are never less than none, though a killed session counted what was not saved', () => {
    const back = [
      sampleAt(10),
      sampleAt(20, { schedules: 600_000 }),
      sampleAt(30, { session: 2, schedules: 500_000 }),
      sampleAt(40, { session: 2, schedules: 800_000 }),
    ];
    expect(ratesOf(back, 80).map(({ rate }) => rate)).toEqual([30_000, 30_000]);
    const strategies = campaignCharts(back)[2]!.spec as unknown as { data: { values: { share: number }[] } };
    for (const { share } of strategies.data.values) expect(share).toBeGreaterThanOrEqual(0);
  });

  it('of nothing are none', () => {
    expect(ratesOf([], 80)).toEqual([]);
    expect(ratesOf([sampleAt(5)], 80)).toEqual([]);
    expect(ratesOf([sampleAt(5), sampleAt(5)], 80)).toEqual([]);
  });
});
