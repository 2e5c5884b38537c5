import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { kindWord } from '../../src/check/verdict.js';
import { FUZZ_DONE, FUZZ_FINDING } from '../../src/engine/addresses.js';
import { Engine } from '../../src/engine/engine.js';
import { runBatch } from '../../src/fuzz/batch.js';
import { type CampaignConfig, defaultConfig, headerOf, settingsOf } from '../../src/fuzz/config.js';
import { runReference } from '../../src/reference/run.js';
import { printScenario } from '../../src/scenario/print.js';
import type { Scenario } from '../../src/scenario/scenario.js';
import { validateScenario } from '../../src/scenario/validate.js';

/** What `cidfuzz fuzz` takes by default, but for the strategy: strategies.test.ts has them all. */
const CONFIG: CampaignConfig = { ...defaultConfig, strategy: 'random-walk' };

/** Schedules [first, first + count) as texts. */
function texts(config: CampaignConfig, first: number, count: number, engine = new Engine()): string[] {
  const all: string[] = [];
  engine.beginBatch(headerOf(config), { ...settingsOf(config), compareEvery: 1 }, first, count);
  while (engine.fuzz() !== FUZZ_DONE) all.push(printScenario(engine.takeSchedule()));
  expect(all).toHaveLength(count);
  return all;
}

describe('the schedules of a seed', () => {
  const engine = new Engine();
  const wide: CampaignConfig = { ...CONFIG, cpus: [1, 70], tasks: [1, 20], mms: [1, 5] };

  it('are those of the seed, whatever batches they are taken from', () => {
    for (const config of [CONFIG, wide]) {
      const whole = texts(config, 0, 100);
      expect(texts(config, 0, 100)).toEqual(whole);
      for (let i = 0; i < 100; i++) expect(texts(config, i, 1, engine)).toEqual([whole[i]]);
      const parts = [0, 1, 15, 16, 17, 50, 63, 99, 100];
      const joined = parts.slice(1).flatMap((end, i) => texts(config, parts[i]!, end - parts[i]!, engine));
      expect(joined).toEqual(whole);
    }
  });

  it('are the same in all builds', () => {
    const release = texts(wide, 0, 60);
    expect(texts(wide, 0, 60, new Engine('checked'))).toEqual(release);
    expect(texts(wide, 0, 60, new Engine('debug'))).toEqual(release);
  });

  it('do not depend on what the engine did before', () => {
    const whole = texts(CONFIG, 0, 50);
    texts(wide, 7, 30, engine);
    expect(texts(CONFIG, 0, 50, engine)).toEqual(whole);
    engine.run({ ...headerOf(CONFIG), cpus: 1024, actions: [{ op: 'tick', cpu: 1023 }] });
    expect(texts(CONFIG, 0, 50, engine)).toEqual(whole);
  });

  it('differ, and differ from those of other seeds', () => {
    // The upper half of a seed counts, and so does that of a schedule's number.
    const seeds = [0, 1, 2, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER];
    const all = seeds.flatMap((seed) => texts({ ...CONFIG, seed }, 0, 200));
    all.push(...texts(CONFIG, 2 ** 32, 200), ...texts(CONFIG, 2 ** 45, 200));
    expect(new Set(all).size).toBe(all.length);
  });

  it('stay within their settings', () => {
    const cpus = new Set<number>();
    const tasks = new Set<number>();
    const mms = new Set<number>();
    engine.beginBatch(headerOf(CONFIG), { ...settingsOf(CONFIG), compareEvery: 1 }, 0, 1000);
    while (engine.fuzz() !== FUZZ_DONE) {
      const scenario = engine.takeSchedule();
      validateScenario(scenario);
      cpus.add(scenario.cpus);
      tasks.add(scenario.tasks.length);
      mms.add(scenario.mms);
      expect(scenario.actions.length).toBeLessThanOrEqual(settingsOf(CONFIG).actions);
    }
    expect([...cpus].sort()).toEqual([2, 3]);
    expect([...tasks].sort()).toEqual([2, 3, 4, 5, 6]);
    expect([...mms].sort()).toEqual([1, 2]);
  });

  // Findings are told by seed and number. When this changes on purpose, say so in the change log.
  it('are pinned', () => {
    const digest = (config: CampaignConfig) =>
      createHash('sha256')
        .update(texts(config, 0, 50).join(''))
        .digest('hex')
        .slice(0, 16);
    expect(digest(CONFIG)).toMatchInlineSnapshot(`"00f9e6d13ff2a267"`);
    expect(digest(wide)).toMatchInlineSnapshot(`"d2d51a9ea9798c73"`);
    expect(digest({ ...CONFIG, algo: 'v6.3', preempt: 'none' })).toMatchInlineSnapshot(`"c3beedf8565eac08"`);
  });
});

describe('a batch', () => {
  const engine = new Engine();
  const other = new Engine();

  // The canary: a fuzzer that finds none of these finds nothing at all.
  it.each([
    ['exit-stays-active', 'freed-in-use'],
    ['racy-set', 'ownership'],
    ['full-mask-fails', 'bad-cid'],
    ['no-second-check', 'freed-in-use'],
    ['plain-unset', 'freed-in-use'],
    ['late-curr', 'freed-in-use'],
  ] as const)('finds the mutant %s, by %s', (mutant, kind) => {
    const config = { ...CONFIG, mutants: [mutant] };
    const report = runBatch(engine, other, config, 0, 10_000);
    expect(report.parted).toEqual([]);
    const found = report.found.find((f) => kindWord(f.kind) === kind)!;
    expect(found, report.found.map((f) => kindWord(f.kind)).join()).toBeDefined();
    expect(found.scenario.mutants).toEqual([mutant]);
    expect(referenceKind(found.scenario)).toBe(kind);
    // Without the mutant there is nothing wrong with that schedule.
    expect(referenceKind({ ...found.scenario, mutants: [] })).toBe('none');
  });

  it('of v6.3, and of RFC v6 with no kind that counts, finds nothing', () => {
    for (const config of [
      { ...CONFIG, algo: 'v6.3' as const },
      { ...CONFIG, algo: 'v6.3' as const, preempt: 'none' as const, cpus: [1, 5] as const },
      { ...CONFIG, oracle: [], mutants: ['exit-stays-active' as const] },
    ]) {
      const report = runBatch(engine, other, config, 0, 20_000);
      expect(report.found).toEqual([]);
      expect(report.buckets).toEqual([]);
      expect(report.parted).toEqual([]);
      expect(report.compared).toBeGreaterThan(0);
      expect(report.schedules).toBe(20_000);
    }
  });

  it('counts each violation in its bucket, the first of each with its schedule', () => {
    const config = { ...CONFIG, mutants: ['late-curr' as const], compareEvery: 0 };
    const count = 3000;
    const report = runBatch(engine, other, config, 0, count);
    // The same by hand, every schedule handed out.
    const buckets = new Map<string, { count: number; schedule: number }>();
    let steps = 0;
    engine.beginBatch(headerOf(config), { ...settingsOf(config), compareEvery: 1 }, 0, count);
    while (engine.fuzz() !== FUZZ_DONE) {
      const scenario = engine.takeSchedule();
      const result = other.run(scenario);
      steps += result.steps;
      expect(result.skipped).toEqual([]);
      expect(result.applied).toBe(scenario.actions.length);
      expect(result.violation?.kind ?? 0).toBe(engine.scheduleKind());
      if (result.violation === null) continue;
      const key = `${engine.scheduleKind()} ${engine.schedulePc()}`;
      const before = buckets.get(key);
      if (before) before.count++;
      else buckets.set(key, { count: 1, schedule: engine.scheduleIndex() });
    }
    expect(report.steps).toBe(steps);
    expect(buckets.size).toBeGreaterThan(1);
    const sorted = [...buckets].map(([key, { count: n }]) => `${key}: ${n}`).sort();
    expect(report.buckets.map(({ kind, pc, count: n }) => `${kind} ${pc}: ${n}`).sort()).toEqual(sorted);
    expect(report.found.map(({ kind, pc, schedule }) => `${kind} ${pc} @${schedule}`)).toEqual(
      [...buckets].map(([key, { schedule }]) => `${key} @${schedule}`),
    );
    expect(report.compared).toBe(report.found.length);
    for (const found of report.found) {
      expect(other.run(found.scenario).violation!.kind).toBe(found.kind);
    }
  });

  it('in two parts finds and counts what it does in one', () => {
    const config = { ...CONFIG, mutants: ['plain-lazy' as const], compareEvery: 100 };
    const whole = runBatch(engine, other, config, 0, 4000);
    const parts = [runBatch(engine, other, config, 0, 1111), runBatch(engine, other, config, 1111, 2889)];
    expect(parts[0]!.steps + parts[1]!.steps).toBe(whole.steps);
    for (const { kind, pc, count } of whole.buckets) {
      const counts = parts.map(
        (part) => part.buckets.find((b) => b.kind === kind && b.pc === pc)?.count ?? 0,
      );
      expect(counts[0]! + counts[1]!).toBe(count);
    }
    const firsts = parts.flatMap((part) => part.found.map((found) => found.schedule));
    expect(firsts).toEqual(expect.arrayContaining(whole.found.map((found) => found.schedule)));
  });

  it('compares about one schedule in so many, and the same ones in any batch', () => {
    const config = { ...CONFIG, compareEvery: 50 };
    const sampled = (first: number, count: number) => {
      const all: number[] = [];
      engine.beginBatch(headerOf(config), settingsOf(config), first, count);
      for (let code = engine.fuzz(); code !== FUZZ_DONE; code = engine.fuzz()) {
        if (code !== FUZZ_FINDING) all.push(engine.scheduleIndex());
      }
      return all;
    };
    const whole = sampled(0, 20_000);
    expect(whole.length).toBeGreaterThan(300);
    expect(whole.length).toBeLessThan(500);
    expect([...sampled(0, 7), ...sampled(7, 9000), ...sampled(9007, 10_993)]).toEqual(whole);
    expect(runBatch(engine, other, { ...config, compareEvery: 0 }, 0, 1000).compared).toBe(0);
  });
});

function referenceKind(scenario: Scenario): string {
  const run = runReference(scenario);
  let at = run.next();
  while (!at.done) at = run.next();
  return at.value.violation === null ? 'none' : kindWord(at.value.violation.kind);
}
