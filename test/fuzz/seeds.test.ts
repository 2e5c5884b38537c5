import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lockstep } from '../../src/check/lockstep.js';
import { kindWord } from '../../src/check/verdict.js';
import { FUZZ_DONE } from '../../src/engine/addresses.js';
import { Engine, type Seed } from '../../src/engine/engine.js';
import { runBatch } from '../../src/fuzz/batch.js';
import {
  type CampaignConfig,
  campaignKey,
  defaultConfig,
  headerOf,
  STRATEGIES,
  settingsOf,
} from '../../src/fuzz/config.js';
import { shrink } from '../../src/fuzz/finding.js';
import { prepareSeeds, readSeeds } from '../../src/fuzz/seeds.js';
import { printScenario } from '../../src/scenario/print.js';
import type { Action, Scenario } from '../../src/scenario/scenario.js';
import { validateScenario } from '../../src/scenario/validate.js';
import { corpusFiles } from '../corpus/files.js';

const engine = new Engine();
const other = new Engine();
const EPOCH = 5000;

const folder = mkdtempSync(join(tmpdir(), 'cidfuzz-seeds-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A schedule of the walk, as a real one for others: long, with many tasks and mms, forks and execs. */
function longSchedule(cpus: number, actions: number): Scenario {
  const config: CampaignConfig = {
    ...defaultConfig,
    cpus: [cpus, cpus],
    tasks: [20, 60],
    mms: [3, 9],
    oracle: [],
  };
  const settings = { ...settingsOf({ ...config, strategy: 'random-walk' }), compareEvery: 1, actions };
  engine.beginBatch(headerOf(config), settings, 0, 1);
  engine.fuzz();
  return engine.takeSchedule();
}

const SCENARIOS = [
  ...corpusFiles('seeds/').map(({ scenario }) => scenario),
  longSchedule(4, 3000),
  longSchedule(5, 1000),
  longSchedule(70, 1000),
  ...corpusFiles('known/duplicate-cid.cid').map(({ scenario }) => scenario),
];
SCENARIOS.forEach((scenario, i) => {
  writeFileSync(join(folder, `${i}.cid`), printScenario(scenario));
});

/** A campaign that begins from files. */
async function seeded(
  config: Partial<CampaignConfig> = {},
  paths = [folder],
): Promise<{ config: CampaignConfig; seeds: Seed[] }> {
  const plain = { ...defaultConfig, ...config };
  const texts = await readSeeds(paths, plain);
  return { config: { ...plain, seeds: texts.names }, seeds: prepareSeeds(other, texts) };
}

type Seeded = Awaited<ReturnType<typeof seeded>>;

/** Schedules [first, first + count), each handed out. */
function schedules({ config, seeds }: Seeded, first: number, count: number, on = engine): Scenario[] {
  const all: Scenario[] = [];
  on.beginBatch(headerOf(config), { ...settingsOf(config), compareEvery: 1 }, first, count, seeds);
  while (on.fuzz() !== FUZZ_DONE) all.push(on.takeSchedule());
  expect(all).toHaveLength(count);
  return all;
}

const texts = (...of: Parameters<typeof schedules>) => schedules(...of).map(printScenario);

const MACHINES: readonly Partial<CampaignConfig>[] = [
  {},
  { memory: 'tso', arch: 'arm64', preempt: 'none' },
  { memory: 'weak', mutants: ['late-curr'], oracle: ['duplicate-cid'] },
  { algo: 'v6.3' },
];

/** How many actions two schedules have in common at the front. */
function commonActions(a: readonly Action[], b: readonly Action[]): number {
  const i = a.findIndex((action, at) => JSON.stringify(action) !== JSON.stringify(b[at]));
  return i < 0 ? a.length : i;
}

/** The seed that a schedule begins in: the one of its world with which it has most in common. */
const inCommon = (scenario: Scenario, seeds: readonly Seed[]) =>
  Math.max(
    ...seeds.map(({ scenario: seed }) =>
      seed.cpus === scenario.cpus ? commonActions(seed.actions, scenario.actions) : -1,
    ),
  );

describe.each(STRATEGIES)('schedules that %s begins in the midst of others', (strategy) => {
  // Each machine with more than one strategy, each strategy on more than one machine.
  const at = STRATEGIES.indexOf(strategy);
  const machines = [0, 1].map((i) => MACHINES[(at + i) % MACHINES.length]!);

  it('are those of seed and files, whatever batches they are taken from, in all builds', async () => {
    for (const machine of machines) {
      const campaign = await seeded({ ...machine, strategy });
      const whole = texts(campaign, 4980, 50);
      expect(new Set(whole).size).toBeGreaterThan(30);
      for (const n of [0, 19, 20, 49]) expect(texts(campaign, 4980 + n, 1)).toEqual([whole[n]]);
      expect([...texts(campaign, 4980, 33), ...texts(campaign, 5013, 17)]).toEqual(whole);
      expect(texts(campaign, 4980, 50, new Engine('checked'))).toEqual(whole);
      expect(texts({ ...campaign, config: { ...campaign.config, seed: 2 } }, 4980, 50)).not.toEqual(whole);
    }
  });

  it('can be told and replayed, and both implementations see the same', async () => {
    for (const machine of machines) {
      const campaign = await seeded({ ...machine, strategy });
      for (const epoch of [0, 1, 2, 3, 4]) {
        for (const scenario of schedules(campaign, epoch * EPOCH, 4)) {
          validateScenario(scenario);
          expect(scenario).toMatchObject({ algo: campaign.config.algo, memory: campaign.config.memory });
          const { result, divergence } = lockstep(other, scenario);
          expect(divergence).toBeNull();
          // What is not of the seed is logged where it is applied.
          const last = result.skipped.at(-1) ?? 0;
          if (last > 0) expect(last).toBeLessThanOrEqual(inCommon(scenario, campaign.seeds));
        }
      }
    }
  });
});

describe('a campaign that begins from seeds', () => {
  it('begins everywhere in them, and where nothing is violated yet', async () => {
    const campaign = await seeded({ strategy: 'random-walk' });
    const [cpus, begun] = [new Set<number>(), new Set<number>()];
    for (let epoch = 0; epoch < 60; epoch++) {
      const [first, ...more] = schedules(campaign, epoch * EPOCH, 6) as [Scenario, ...Scenario[]];
      cpus.add(first.cpus);
      const shared = Math.min(...more.map(({ actions }) => commonActions(first.actions, actions)));
      begun.add(shared);
      // What the schedules of an epoch have in common is of the seed.
      expect(inCommon(first, campaign.seeds)).toBeGreaterThanOrEqual(shared);
      for (const scenario of more) expect(scenario.cpus).toBe(first.cpus);
    }
    expect(cpus.size).toBeGreaterThan(3);
    expect(Math.min(...begun)).toBeLessThan(10);
    expect(Math.max(...begun)).toBeGreaterThan(400);
    expect(begun.size).toBeGreaterThan(20);

    const [violating] = campaign.seeds.filter(({ scenario, sound }) => sound < scenario.actions.length);
    const { violation } = other.run(violating!.scenario);
    expect(violating!.sound).toBe(violation!.action - 1);
  });

  it('goes other ways than the seed: pieces of routines, other orders, more and fewer actions', async () => {
    const campaign = await seeded({ strategy: 'random-walk' }, [join(folder, '1.cid')]);
    const [{ scenario: seed }] = campaign.seeds as [Seed];
    const all = schedules(campaign, 0, 400);
    const lines = (s: Scenario) =>
      s.actions.map((a) => (a.op === 'step' ? `${a.op} ${a.cpu}` : JSON.stringify(a)));
    const sorted = (s: Scenario) => [...new Set(lines(s))].sort().join();
    const isCut = (s: Scenario) =>
      lines(s).some((line, i, of) => line.startsWith('step') && line === of[i - 2]);
    expect(all.filter(isCut).length).toBeGreaterThan(40);
    expect(all.filter((s) => sorted(s) !== sorted(seed)).length).toBeGreaterThan(40);
    expect(all.filter((s) => s.actions.length > seed.actions.length).length).toBeGreaterThan(40);
    // Some go its way, to its end.
    expect(all.filter((s) => lines(s).join().startsWith(lines(seed).join())).length).toBeGreaterThan(5);
  });

  it('finds what is planted in a seed sooner than without', async () => {
    const median = (numbers: number[]) => numbers.sort((a, b) => a - b)[numbers.length >> 1]!;
    const planted = corpusFiles('seeds/two-cleaners').map(({ name }) => `corpus/${name}`);
    const first = (campaign: Seeded): number => {
      for (let at = 0; at < 40_000; at += EPOCH) {
        const { config, seeds } = campaign;
        engine.beginBatch(headerOf(config), settingsOf(config), at, EPOCH, seeds);
        if (engine.fuzz() !== FUZZ_DONE) return engine.scheduleIndex();
      }
      return Number.POSITIVE_INFINITY;
    };
    const config: Partial<CampaignConfig> = {
      strategy: 'guided',
      cpus: [2, 2],
      oracle: ['duplicate-cid'],
      compareEvery: 0,
    };
    const [withSeed, without]: [number[], number[]] = [[], []];
    for (const seed of [1, 2, 3, 4, 5]) {
      withSeed.push(first(await seeded({ ...config, seed }, planted)));
      without.push(first({ config: { ...defaultConfig, ...config, seed }, seeds: [] }));
    }
    expect(2 * median(withSeed)).toBeLessThan(median(without));
  });

  it('has what it finds confirmed by the reference, and made small', async () => {
    const campaign = await seeded({ mutants: ['plain-unset'], compareEvery: 100 });
    const { config, seeds } = campaign;
    const report = runBatch(engine, other, config, 0, EPOCH, { seeds });
    expect(report.parted).toEqual([]);
    expect(report.found.length).toBeGreaterThan(0);
    for (const { scenario, kind } of report.found) {
      const { result, divergence } = lockstep(other, scenario);
      expect(divergence).toBeNull();
      expect(kindWord(result.violation!.kind)).toBe(kindWord(kind));
      expect(shrink(other, scenario).actions.length).toBeLessThan(60);
    }
    // What is known already is counted, and not told of.
    const met = new Set(report.found.map(({ kind, pc }) => `${kind} ${pc}`));
    const again = runBatch(engine, other, config, 0, EPOCH, { seeds, met });
    expect(again).toEqual({ ...report, found: [] });
  });

  it('has a name by what the files hold, and not by what they are called', async () => {
    const one = join(folder, '0.cid');
    const copy = join(folder, 'copy');
    const [scenario] = SCENARIOS as [Scenario, ...Scenario[]];
    writeFileSync(copy, `${printScenario({ ...scenario, memory: 'weak', expects: [] })}# a comment\n`);
    const key = async (path: string) => campaignKey((await seeded({}, [path])).config);
    expect(await key(copy)).toBe(await key(one));
    expect(await key(join(folder, '1.cid'))).not.toBe(await key(one));
    expect(campaignKey(defaultConfig)).not.toBe(await key(one));
    writeFileSync(copy, `${printScenario(scenario)}tick 0\n`);
    expect(await key(copy)).not.toBe(await key(one));
    rmSync(copy);
  });

  // Findings are told by seed and number. When this changes on purpose, say so in the change log.
  it('is pinned', async () => {
    const all: string[] = [];
    for (const machine of MACHINES) all.push(...texts(await seeded(machine, ['corpus/seeds']), 4980, 40));
    const digest = createHash('sha256').update(all.join('')).digest('hex').slice(0, 16);
    expect(digest).toMatchInlineSnapshot(`"2baa3779f4c95d3c"`);
  });

  it('compares fewer schedules, the longer the seeds are', async () => {
    const { config, seeds } = await seeded({ compareEvery: 10 });
    const long = seeds.find(({ scenario }) => scenario.actions.length > 2000)!;
    const short = seeds.find(({ scenario }) => scenario.actions.length < 100)!;
    const compared = (seed: Seed) => {
      const { compared: all, found } = runBatch(engine, other, config, 0, 2000, { seeds: [seed] });
      return all - found.length;
    };
    expect(compared(short)).toBeGreaterThan(150);
    expect(compared(long)).toBeLessThan(40);
  });
});

describe('a finding in a long schedule', () => {
  it('is cut down to what matters, time that passes in small steps included', () => {
    const { scenario } = corpusFiles('known/compactness-frozen-clock')[0]!;
    const at = scenario.actions.findIndex(({ op }) => op === 'advance');
    const hum: Action[] = Array.from({ length: 4000 }, () => [
      { op: 'switch', cpu: 2, task: 2 } as const,
      { op: 'step', cpu: 2, count: 224 } as const,
      { op: 'advance', ns: 50_000 } as const,
      { op: 'switch', cpu: 2, task: -1 } as const,
      { op: 'step', cpu: 2, count: 224 } as const,
    ]).flat();
    // A kernel thread comes and goes.
    const long: Scenario = {
      ...scenario,
      tasks: [...scenario.tasks, { mm: -1, home: 2 }],
      taskNames: [...scenario.taskNames, 'k'],
      actions: scenario.actions.toSpliced(at, 1, ...hum),
    };
    validateScenario(long);
    expect(printScenario(shrink(engine, long))).toBe(printScenario(scenario));
  });
});
