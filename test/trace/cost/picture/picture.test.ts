import { describe, expect, it } from 'vitest';
import type { AlgoCost, Sample, TraceCost } from '../../../../src/trace/cost/cost-of.js';
import { costPicture, pictureFormat } from '../../../../src/trace/cost/picture/picture.js';
import { noCost } from '../../../../src/trace/cost/tally.js';
import { noCounts } from '../../../../src/trace/counts.js';
import { noDepartures } from '../../../../src/trace/schedule.js';
import { ALGOS } from '../../../../src/words.js';

const sample = (seconds: number, ...rmw: number[]): Sample => ({
  seconds,
  switches: 100,
  running: 1,
  costs: rmw.map((n) => ({ rmw: n, locks: 0, highest: n === 0 ? -1 : 1 })),
});

function costOf(samples: readonly Sample[], algos: readonly AlgoCost['algo'][] = ALGOS): TraceCost {
  return {
    counts: { ...noCounts(), lines: 2000 },
    seconds: 2,
    cpus: 2,
    algos: algos.map((algo, i) => ({
      algo,
      cost: { ...noCost(), rmw: 3210 / 10 ** i, locks: i === 0 ? 3210 : 0 },
      maxCid: i,
      violation: 0,
    })),
    maxConcurrency: 2,
    uses: [],
    samples,
    assumed: { kinds: 0, processes: 0, forks: 0, revived: 0 },
    departures: noDepartures(),
    compared: 0,
    divergence: null,
  };
}

const SAMPLES = [sample(1, 150, 3, 3), sample(2, 140, 0, 1)];

/** The elements of an XML text, nested as they should be; throws where they are not. */
function elements(xml: string): string[] {
  const open: string[] = [];
  const all: string[] = [];
  for (const [, closes, name, empty] of xml.matchAll(/<(\/?)([\w:-]+)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (closes) {
      expect(open.pop()).toBe(name);
    } else {
      all.push(name!);
      if (!empty) open.push(name!);
    }
  }
  expect(open).toEqual([]);
  return all;
}

describe('costPicture', () => {
  it('draws all algorithms over time, compactness, and totals', async () => {
    const svg = await costPicture([{ file: 'dir/x.ftrace.txt.gz', cost: costOf(SAMPLES) }], 'svg');
    const names = elements(svg);
    expect(names[0]).toBe('svg');
    for (const text of [
      ...ALGOS,
      'x.ftrace.txt.gz: 2000 switches in 2.000 s on 2 cpus',
      'bitmap words scanned',
    ]) {
      expect(svg).toContain(`>${text}<`);
    }
    expect(svg).not.toMatch(/<script|href="http|NaN|undefined/);
    // Two charts with a line for each algorithm.
    expect([...svg.matchAll(/aria-roledescription="line mark"/g)]).toHaveLength(2 * ALGOS.length);
  });

  it('puts one trace below the other', async () => {
    const one = { file: 'a', cost: costOf(SAMPLES) };
    const heights = async (costs: (typeof one)[]) =>
      Number(/height="([\d.]+)"/.exec(await costPicture(costs, 'svg'))![1]);
    expect(await heights([one, one])).toBeCloseTo(2 * (await heights([one])));
  });

  it('shows what is in the table, in a page that needs nothing else', async () => {
    const html = await costPicture([{ file: 'x', cost: costOf(SAMPLES) }], 'html');
    for (const cell of ['1605', '161', '16.1', '10', '100']) expect(html).toContain(`<td>${cell}</td>`);
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/<script|<link|src=|@import|url\(/);
    const urls = new Set([...html.matchAll(/https?:\/\/[^"' <]*/g)].map(([url]) => url));
    expect([...urls].sort()).toEqual(['http://www.w3.org/1999/xlink', 'http://www.w3.org/2000/svg']);
  });

  it.each(['svg', 'html'] as const)('takes a hostile name as text (%s)', async (format) => {
    const file = 'a/<script>alert(1)</script>"&\u001b[31m.gz'.replaceAll('/', '\u2215');
    const text = await costPicture([{ file, cost: costOf(SAMPLES) }], format);
    expect(text).not.toContain('<script');
    expect(text).not.toContain('\u001b');
    expect(text).toMatch(/(&lt;|&#60;)script/);
  });

  it('has the same bytes for the same costs', async () => {
    const costs = [{ file: 'x', cost: costOf(SAMPLES) }];
    expect(await costPicture(costs, 'html')).toBe(await costPicture(costs, 'html'));
    expect(await costPicture(costs, 'svg')).toBe(await costPicture(costs, 'svg'));
  });

  it.each([
    ['one sample', costOf([sample(1, 1, 1, 1)])],
    ['nothing but zeros', costOf([sample(1, 0, 0, 0), sample(2, 0, 0, 0)])],
    ['a stretch without switches', costOf([{ ...sample(1, 0, 0, 0), switches: 0 }, ...SAMPLES])],
    ['one algorithm', costOf([sample(1, 5), sample(2, 6)], ['rfc-v6'])],
  ])('copes with %s', async (_, cost) => {
    const svg = await costPicture([{ file: 'x', cost }], 'svg');
    elements(svg);
    expect(/NaN|Infinity|undefined/.exec(svg)).toBeNull();
  });
});

it('knows formats by the ending', () => {
  expect(['a.svg', 'a.html', 'a.png', 'svg', 'a.svg.gz'].map(pictureFormat)).toEqual([
    'svg',
    'html',
    null,
    null,
    null,
  ]);
});
