import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Sample } from '../../src/fuzz/progress.js';
import { readStatistics, Statistics } from '../../src/fuzz/stats.js';

const folder = mkdtempSync(join(tmpdir(), 'cidfuzz-stats-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function sample(seconds: number, session = 1): Sample {
  return {
    ...{
      format: 1,
      session,
      at: 0,
      seconds,
      cpuSeconds: seconds,
      jobs: 1,
      schedules: 0,
      steps: 0,
      compared: 0,
    },
    ...{ stable: 0, corpus: 0, features: 0, findings: 0, lastFeature: null, lastFinding: null, plays: {} },
    ...{ memory: 0, workerMemory: 0, replaced: 0, faults: 0 },
  };
}

describe('statistics', () => {
  it('have a line for a 300th of the time, so that a week is some thousand lines', async () => {
    const stats = await Statistics.open(join(folder, 'week.ndjson'), async () => undefined);
    let lines = 0;
    // As often as batches are counted; later on, as often as it takes to see the difference.
    for (let seconds = 0.3; seconds < 7 * 86_400; seconds += Math.max(0.7, seconds / 10_000)) {
      if (!stats.isDue(sample(seconds))) continue;
      stats.last = sample(seconds);
      lines++;
    }
    expect(lines).toBeGreaterThan(1500);
    expect(lines).toBeLessThan(3500);
    expect(stats.isDue(sample(1, 2))).toBe(true);
  });

  it('read back what they were given', async () => {
    const path = join(folder, 'back.ndjson');
    const stats = await Statistics.open(path, async () => undefined);
    for (const seconds of [1, 2, 3]) await stats.add(sample(seconds));
    expect(await readStatistics(path)).toEqual([1, 2, 3].map((seconds) => sample(seconds)));
    expect((await Statistics.open(path, async () => undefined)).last).toEqual(sample(3));
  });

  it.each([
    ['a line that is cut off', `${JSON.stringify(sample(1))}\n{"format":1`, false],
    ['a line of something else', `${JSON.stringify(sample(1))}\n{"format":2}\n`, true],
    ['a line of nothing', `\n${JSON.stringify(sample(1))}\n`, true],
    ['binary', '\0\xff\n', true],
  ])('are mended: %s', async (_, text, foreign) => {
    const path = join(folder, 'mended.ndjson');
    writeFileSync(path, text);
    let told = false;
    const stats = await Statistics.open(path, async () => {
      told = true;
    });
    expect(told).toBe(foreign);
    const rest = readFileSync(path, 'utf8');
    expect(rest).toBe(stats.last === null ? '' : `${JSON.stringify(sample(1))}\n`);
  });
});
