import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { lockstep } from '../../src/check/lockstep.js';
import { kindWord } from '../../src/check/verdict.js';
import { FUZZ_DONE } from '../../src/engine/addresses.js';
import { Engine } from '../../src/engine/engine.js';
import { runBatch } from '../../src/fuzz/batch.js';
import {
  type CampaignConfig,
  defaultConfig,
  headerOf,
  STRATEGIES,
  type Strategy,
  settingsOf,
} from '../../src/fuzz/config.js';
import { searchBatch } from '../../src/mutants/search.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { printScenario } from '../../src/scenario/print.js';
import type { Scenario } from '../../src/scenario/scenario.js';
import { validateScenario } from '../../src/scenario/validate.js';

const engine = new Engine();
const other = new Engine();

/** Schedules [first, first + count), each handed out. */
function schedules(config: CampaignConfig, first: number, count: number, on = engine): Scenario[] {
  const all: Scenario[] = [];
  on.beginBatch(headerOf(config), { ...settingsOf(config), compareEvery: 1 }, first, count);
  while (on.fuzz() !== FUZZ_DONE) all.push(on.takeSchedule());
  expect(all).toHaveLength(count);
  return all;
}

const texts = (...of: Parameters<typeof schedules>) => schedules(...of).map(printScenario);

const MACHINES: readonly Partial<CampaignConfig>[] = [
  {},
  { memory: 'tso', arch: 'arm64', cpus: [1, 4] },
  { memory: 'weak', mutants: ['late-curr'], tasks: [1, 9], mms: [1, 4] },
];

describe.each(STRATEGIES)('%s', (strategy) => {
  const configs = MACHINES.map((machine): CampaignConfig => ({ ...defaultConfig, ...machine, strategy }));

  it('has the schedules of the seed, whatever batches they are taken from', () => {
    for (const config of configs) {
      const whole = texts(config, 0, 130);
      expect(new Set(whole).size).toBeGreaterThan(100);
      for (const at of [0, 1, 47, 129]) expect(texts(config, at, 1)).toEqual([whole[at]]);
      expect([...texts(config, 0, 33), ...texts(config, 33, 97)]).toEqual(whole);
      expect(texts({ ...config, seed: 2 }, 0, 20)).not.toEqual(whole.slice(0, 20));
    }
  });

  it('has them in all builds, whatever the engine did before', () => {
    for (const config of configs) {
      const release = texts(config, 0, 60);
      texts({ ...config, cpus: [70, 70] }, 500, 3);
      expect(texts(config, 0, 60)).toEqual(release);
      expect(texts(config, 0, 60, new Engine('checked'))).toEqual(release);
      expect(texts(config, 0, 60, new Engine('debug'))).toEqual(release);
    }
  });

  it('proposes nothing that is skipped, and both implementations see the same', () => {
    for (const config of configs) {
      for (const scenario of schedules(config, 0, 150)) {
        validateScenario(scenario);
        const { result, divergence } = lockstep(other, scenario);
        expect(divergence).toBeNull();
        expect(result.skipped).toEqual([]);
        expect(result.applied).toBe(scenario.actions.length);
      }
    }
  });

  it('is itself in worlds of many cpus, tasks and mms', () => {
    const wide: CampaignConfig = { ...configs[1]!, cpus: [65, 130], tasks: [30, 60], mms: [1, 9] };
    const whole = texts(wide, 490, 20);
    expect(whole).toEqual([...texts(wide, 490, 10), ...texts(wide, 500, 10)]);
    for (const scenario of schedules(wide, 490, 20)) expect(lockstep(other, scenario).divergence).toBeNull();
  });

  // The canary: a strategy that finds none of these finds nothing at all.
  it.each([
    ['exit-stays-active', 'sc'],
    ['racy-set', 'sc'],
    ['no-mb-kernel-user', 'tso'],
  ] as const)('finds the mutant %s under %s, the same by itself and among others', (mutant, memory) => {
    const config: CampaignConfig = {
      ...defaultConfig,
      algo: 'rfc-v6-fixed',
      mutants: [mutant],
      memory,
      strategy,
      compareEvery: 0,
    };
    const { found, parted } = searchBatch(engine, other, config, 0, 10_000);
    expect(parted).toBeNull();
    expect(found).not.toBeNull();
    const { schedule, kind, pc, scenario } = found!;
    expect(kindWord(kind)).toBe(kindWord(other.run(scenario).violation!.kind));
    const again = runBatch(engine, other, config, schedule, 1);
    expect(again.found).toEqual([{ schedule, kind, pc, scenario }]);
  });

  // Findings are told by seed and number. When this changes on purpose, say so in the change log.
  it('is pinned', () => {
    const all = configs.flatMap((config) => texts(config, 0, 50)).join('');
    const digest = createHash('sha256').update(all).digest('hex').slice(0, 16);
    expect(`${strategy} ${digest}`).toBe(`${strategy} ${PINNED[strategy]}`);
  });
});

const PINNED: Record<Strategy, string> = {
  'random-walk': '83afd7ad6aba2ec6',
  guided: 'f16f0029dfc22b79',
  pct: '882ba1355630a9b2',
  pos: '8a43602b06bc06d6',
  surw: '91818477c024f582',
  portfolio: '1b4fd567cc8cbfe2',
};

describe('guided search', () => {
  it('finds the duplicate cid of RFC v6 in a batch, which the random walk does not', () => {
    const config: CampaignConfig = {
      ...defaultConfig,
      cpus: [2, 2],
      oracle: ['duplicate-cid'],
      compareEvery: 0,
    };
    const found = (strategy: Strategy) =>
      runBatch(engine, other, { ...config, strategy }, 0, 10_000).found.length;
    expect(found('random-walk')).toBe(0);
    expect(found('guided')).toBe(1);
  });

  it('begins anew with every batch, and keeps what covers something', () => {
    const config: CampaignConfig = { ...defaultConfig, strategy: 'guided', compareEvery: 0 };
    const two = runBatch(engine, other, config, 10_000, 300);
    const report = runBatch(engine, other, config, 10_000, 300);
    expect(report).toEqual(two);
    expect(report.corpus.length).toBeGreaterThan(10);
    const before = new Set<number>();
    for (const { scenario, features } of report.corpus) {
      expect([...other.runCovered(scenario).features]).toEqual([...features]);
      expect([...features].some((feature) => !before.has(feature))).toBe(true);
      for (const feature of features) before.add(feature);
    }
  });
});

describe('the portfolio', () => {
  it('gives each strategy some of its schedules, all of them together', () => {
    const report = runBatch(engine, other, { ...defaultConfig, compareEvery: 0 }, 0, 3000);
    expect(report.plays.reduce((sum, n) => sum + n, 0)).toBe(3000);
    for (const [i, name] of STRATEGIES.entries()) {
      if (name === 'portfolio') expect(report.plays[i]).toBe(0);
      else expect(report.plays[i]).toBeGreaterThan(3000 / 16 / 5 / 2);
    }
  });
});

describe('surw', () => {
  /** Routines under way, so many accesses before their ends, that have nothing to do with each other. */
  function underWay(left: readonly number[]): Scenario {
    const cpus = left.length;
    // A switch from idle to a fresh task of an mm of its own makes 11 accesses.
    return parseScenario(
      `cidfuzz 1\ncpus ${cpus}\n` +
        left.map((_, c) => `mm M${c}\n`).join('') +
        left.map((_, c) => `task t${c} M${c} ${c}\n`).join('') +
        '---\n' +
        left.map((n, c) => `switch ${c} t${c}\nstep ${c} ${11 - n}\n`).join(''),
      'under-way.cid',
    );
  }

  /** How often each interleaving came, of `count` schedules. */
  function sampled(left: readonly number[], count: number, strategy: Strategy): Map<string, number> {
    const header = underWay(left);
    const settings = { ...settingsOf({ ...defaultConfig, strategy }), actions: 0, compareEvery: 1 };
    const times = new Map<string, number>();
    // The first schedule only counts the events.
    engine.beginBatch(header, settings, 0, count + 1);
    for (let i = 0; engine.fuzz() !== FUZZ_DONE; i++) {
      const steps = engine.takeSchedule().actions.slice(header.actions.length);
      const order = steps.map((a) => (a.op === 'step' ? `${a.cpu}`.repeat(a.count) : '?')).join('');
      if (i > 0) times.set(order, (times.get(order) ?? 0) + 1);
    }
    return times;
  }

  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  const interleavings = (left: readonly number[]) =>
    factorial(left.reduce((a, b) => a + b)) / left.map(factorial).reduce((a, b) => a * b);

  /** Pearson's statistic of equal chances, as a number of standard deviations from what it should be. */
  function deviation(times: Map<string, number>, cells: number): number {
    const total = [...times.values()].reduce((a, b) => a + b);
    const expected = total / cells;
    const seen = [...times.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
    const chi2 = seen + (cells - times.size) * expected;
    // Wilson and Hilferty: the cube root of chi-square / df is about normal.
    const df = cells - 1;
    return (Math.cbrt(chi2 / df) - (1 - 2 / (9 * df))) / Math.sqrt(2 / (9 * df));
  }

  it.each([[[3, 4]], [[1, 6]], [[2, 2, 3]], [[2, 5, 1]]])(
    'is uniform over the interleavings of %j accesses',
    (left) => {
      const cells = interleavings(left);
      const times = sampled(left, cells * 100, 'surw');
      expect(times.size).toBe(cells);
      // One in three million; the schedules are those of a seed, so it is always the same.
      expect(deviation(times, cells)).toBeLessThan(5);
    },
  );

  it('is: the test can tell it from what is not uniform', () => {
    expect(deviation(sampled([1, 6], 700, 'pct'), 7)).toBeGreaterThan(5);
    expect(deviation(sampled([2, 5, 1], 16_800, 'pos'), 168)).toBeGreaterThan(5);
  });
});
