/** What this project stands on: an engine that departs from the model is caught, and the finding is small. */
import { describe, expect, it } from 'vitest';
import { NS_PER_JIFFY, PERIOD_NS, SCAN_DELAY_JIFFIES } from '../../src/abi.js';
import { divergenceText } from '../../src/check/divergence-text.js';
import { lockstep } from '../../src/check/lockstep.js';
import { Engine } from '../../src/engine/engine.js';
import type { Parted } from '../../src/fuzz/batch.js';
import { runBatch } from '../../src/fuzz/batch.js';
import { type CampaignConfig, defaultConfig } from '../../src/fuzz/config.js';
import { smallParted } from '../../src/fuzz/finding.js';
import { printScenario } from '../../src/scenario/print.js';
import { validateScenario } from '../../src/scenario/validate.js';
import { withConstant } from './broken.js';

const CONFIG: CampaignConfig = { ...defaultConfig, compareEvery: 10 };
const BATCH = 2000;
const BATCHES = 5;
/** The most actions of a minimized divergence. */
const SMALL = 15;

/** The first schedule on which the broken engine parts from the reference. */
function firstParted(wasm: Uint8Array): Parted {
  const engine = new Engine(wasm);
  const other = new Engine(wasm);
  for (let i = 0; i < BATCHES; i++) {
    const { parted } = runBatch(engine, other, CONFIG, i * BATCH, BATCH);
    if (parted.length > 0) return parted[0]!;
  }
  return expect.fail(`no divergence in ${BATCHES * BATCH} schedules`);
}

describe('an engine with a wrong constant', () => {
  it.each([
    ['a period of 120 ms', 'release', PERIOD_NS, 120_000_000],
    ['a period that is 1 ns longer', 'checked', PERIOD_NS, PERIOD_NS + 1],
    ['a scan delay of 99 jiffies', 'release', SCAN_DELAY_JIFFIES, SCAN_DELAY_JIFFIES - 1],
    ['jiffies of 1000001 ns', 'checked', NS_PER_JIFFY, NS_PER_JIFFY + 1],
  ] as const)('%s (%s) is caught, and made small', (_, build, from, to) => {
    const { wasm, places } = withConstant(build, from, to);
    expect(places).toBeGreaterThanOrEqual(1);
    const parted = firstParted(wasm);
    const engine = new Engine(wasm);
    const small = smallParted(engine, parted);

    expect(parted.divergence.what).not.toBe('');
    validateScenario(small.scenario);
    expect(small.schedule).toBe(parted.schedule);
    expect(small.scenario.actions.length, printScenario(small.scenario)).toBeLessThanOrEqual(SMALL);
    expect(lockstep(engine, small.scenario).divergence).toEqual(small.divergence);
    // It is the engine that is wrong: the sound one agrees on this very scenario.
    expect(lockstep(new Engine(), small.scenario).divergence).toBeNull();
    expect(lockstep(new Engine(), parted.scenario).divergence).toBeNull();

    const { step, what, engine: ours, reference: theirs } = small.divergence;
    for (const side of [ours, theirs]) {
      const last = Number(side.at(-1)!.split(' ')[0]);
      expect(side).toHaveLength(Math.min(10, last));
      expect(side.map((line) => Number(line.split(' ')[0]))).toEqual(
        side.map((_, i) => last - side.length + 1 + i),
      );
      // Past the last event where they part in the end state.
      expect([step - 1, step]).toContain(last);
    }
    if (what.startsWith('step ')) expect(ours.at(-1)).not.toBe(theirs.at(-1));
    else expect(what).toMatch(/^end state: /);
    const report = divergenceText(small.divergence);
    expect(report.split('\n')).toEqual([
      `engine and reference part: ${what}`,
      'engine, last events:',
      ...ours.map((line) => `  ${line}`),
      'reference, last events:',
      ...theirs.map((line) => `  ${line}`),
      '',
    ]);
  });
});
