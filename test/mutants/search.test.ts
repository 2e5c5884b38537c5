import { describe, expect, it } from 'vitest';
import { PERIOD_NS } from '../../src/abi.js';
import { outcomeOf } from '../../src/check/verdict.js';
import { FUZZ_DONE } from '../../src/engine/addresses.js';
import { Engine } from '../../src/engine/engine.js';
import { headerOf, settingsOf } from '../../src/fuzz/config.js';
import { campaignOf } from '../../src/mutants/plan.js';
import { searchBatch } from '../../src/mutants/search.js';
import { shrinkConfirmed } from '../../src/mutants/shrink.js';
import type { Mutant } from '../../src/words.js';
import { withConstant } from '../check/broken.js';
import { PLAN } from './plans.js';

const engine = new Engine();
const other = new Engine();
const RUNS = 2000;

const campaign = (row: Mutant | 'none', seed: number) =>
  campaignOf(PLAN, { row, memory: 'sc', arch: 'x86' }, seed);

/** The first finding, in batches of that size. */
function searched(row: Mutant | 'none', seed: number, size: number) {
  for (let first = 0; first < RUNS; first += size) {
    const { found, parted } = searchBatch(engine, other, campaign(row, seed), first, size);
    expect(parted).toBeNull();
    if (found !== null) return found;
  }
  return null;
}

describe('searchBatch', () => {
  it.each([1, 2, 3])('finds what a campaign with seed %i meets first, whatever the size', (seed) => {
    const config = campaign('exit-stays-active', seed);
    engine.beginBatch(headerOf(config), settingsOf({ ...config, compareEvery: 1 }), 0, RUNS);
    // Of all schedules, one after the other.
    while (engine.fuzz() !== FUZZ_DONE && engine.scheduleKind() === 0);
    const met = { schedule: engine.scheduleIndex(), kind: engine.scheduleKind(), pc: engine.schedulePc() };
    expect(met.kind).not.toBe(0);
    const scenario = engine.takeSchedule();
    for (const size of [RUNS, 500, 7, 1]) {
      expect(searched('exit-stays-active', seed, size)).toEqual({ ...met, scenario });
    }
  });

  it('finds nothing where there is nothing', () => {
    expect(searched('no-exit-mb', 1, RUNS)).toBeNull();
  });

  it('tells where the implementations part on what it finds', () => {
    const broken = () => new Engine(withConstant('release', PERIOD_NS, 120_000_000).wasm);
    const [fuzzing, single] = [broken(), broken()];
    const seeds = Array.from({ length: 50 }, (_, i) => i + 1);
    const results = seeds.map((seed) =>
      searchBatch(fuzzing, single, campaign('lazy-is-valid', seed), 0, RUNS),
    );
    const parted = results.filter((result) => result.parted !== null);
    expect(parted.length).toBeGreaterThan(0);
    for (const result of parted) {
      expect(result.found).toBeNull();
      expect(result.parted!.divergence.what).toMatch(/differs|in the engine/);
    }
  });
});

describe('shrink', () => {
  const { scenario: found } = searched('exit-stays-active', 1, RUNS)!;

  it('makes it small, and tells what it is', () => {
    const { scenario, divergence } = shrinkConfirmed(engine, found);
    expect(divergence).toBeNull();
    expect(scenario.actions.length).toBeLessThanOrEqual(8);
    expect(scenario.actions.length).toBeLessThan(found.actions.length);
    const outcome = outcomeOf(engine.run(found));
    expect(scenario.expects).toEqual([{ algo: null, outcome }]);
    expect(outcomeOf(engine.run(scenario))).toBe(outcome);
    expect(scenario.mutants).toEqual(['exit-stays-active']);
  });
});
