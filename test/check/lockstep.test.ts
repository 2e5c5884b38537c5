/**
 * The two implementations, step by step, on random schedules. CIDFUZZ_LOCKSTEP=N asks for N schedules of the
 * engine's own generator instead of 2500, and scales the other tests with it.
 */
import { describe, expect, it } from 'vitest';
import { lockstep } from '../../src/check/lockstep.js';
import { FUZZ_DONE } from '../../src/engine/addresses.js';
import { Engine, type FuzzSettings } from '../../src/engine/engine.js';
import { scenarioFromBytes } from '../../src/scenario/bytes.js';
import type { Scenario } from '../../src/scenario/scenario.js';
import { validateScenario } from '../../src/scenario/validate.js';
import { ALGOS, ARCHES, MEMORIES, MUTANTS } from '../../src/words.js';
import { Random } from './random.js';
import {
  askForOlder,
  drawHeader,
  drawSchedules,
  expectAgreement,
  HEADER,
  mutate,
  SETTINGS,
} from './schedules.js';

const SCHEDULES = Number(process.env.CIDFUZZ_LOCKSTEP ?? 2500);
if (!(SCHEDULES >= 1))
  throw new Error(`CIDFUZZ_LOCKSTEP=${process.env.CIDFUZZ_LOCKSTEP}: expected a number from 1 on`);
const share = (part: number) => Math.ceil(SCHEDULES * part);
const TIMEOUT_MS = 60_000 + SCHEDULES * 60;

/** Schedules of one header. */
const BATCH = 10;

/**
 * Runs `schedules` of the generator in engine and reference; tells what came by. `words` are those of every header,
 * the others are drawn.
 */
function runGenerated(
  build: 'release' | 'checked',
  seed: number,
  schedules: number,
  worlds: Partial<FuzzSettings>,
  words: Partial<Scenario> = {},
) {
  const random = new Random(seed);
  const drawing = new Engine(build);
  const engine = new Engine(build);
  const seen = { schedules: 0, kinds: new Set<number>(), mutants: new Set<string>(), ops: new Set<string>() };
  for (let turn = 0; seen.schedules < schedules; turn++) {
    const header = { ...drawHeader(random, turn), ...words };
    const settings = {
      ...SETTINGS,
      seed: random.below(2 ** 32) * 2 ** 21 + random.below(2 ** 21),
      actions: random.pick([30, 150, 150, 400]),
      ...worlds,
    };
    const first = random.pick([0, random.below(1000), 2 ** 40]);
    const { drawn, steps } = drawSchedules(drawing, header, settings, first, BATCH);
    let sum = 0;
    for (const [i, { scenario, kind }] of drawn.entries()) {
      const what = `turn ${turn}, seed ${settings.seed}, schedule ${first + i}`;
      validateScenario(scenario);
      const result = expectAgreement(engine, scenario, what);
      // The generator logs only what was applied, and the schedule shows alone what it showed in the batch.
      expect(result.skipped, what).toEqual([]);
      expect(result.applied, what).toBe(scenario.actions.length);
      expect(result.violation?.kind ?? 0, what).toBe(kind);
      sum += result.steps;
      seen.schedules++;
      seen.kinds.add(kind);
      for (const mutant of header.mutants) seen.mutants.add(mutant);
      for (const { op } of scenario.actions) seen.ops.add(op);
    }
    expect(steps).toBe(sum);
  }
  return seen;
}

describe('engine and reference agree on every step, check and end state', () => {
  it(
    `of ${SCHEDULES} schedules of the generator`,
    () => {
      const seen = runGenerated('release', 1, SCHEDULES, {});
      if (SCHEDULES < 2500) return;
      // It would be worth little if it did not come by most of what there is.
      expect(seen.kinds.size).toBeGreaterThanOrEqual(4);
      expect([...seen.mutants].sort()).toEqual([...MUTANTS].sort());
      expect([...seen.ops].sort()).toEqual([
        'advance',
        'exec',
        'exec-fail',
        'exit',
        'flush',
        'fork-process',
        'fork-thread',
        'migrate',
        'stale',
        'step',
        'switch',
        'tick',
        'work',
      ]);
    },
    TIMEOUT_MS,
  );

  it(
    `of ${share(0.1)} schedules on 60 to 70 cpus, where a mask has one word or two`,
    () => {
      runGenerated('release', 2, share(0.05), { cpus: [60, 70], tasks: [60, 80], actions: 200 });
      runGenerated('release', 3, share(0.05), { cpus: [60, 70], tasks: [2, 8] });
    },
    TIMEOUT_MS,
  );

  it(
    `of ${share(0.25)} schedules in the build with assertions`,
    () => {
      runGenerated('checked', 4, share(0.2), {});
      runGenerated('checked', 5, share(0.05), { cpus: [60, 70], tasks: [20, 80] });
    },
    TIMEOUT_MS,
  );

  const models = ALGOS.flatMap((algo) =>
    MEMORIES.flatMap((memory) => ARCHES.map((arch) => ({ algo, memory, arch }))),
  );
  it.each(models)(
    `of ${share(0.02)} schedules under $algo, $memory, $arch, in the build with assertions`,
    (words) => {
      const { ops } = runGenerated('checked', 9, share(0.02), {}, words);
      if (SCHEDULES < 2500) return;
      expect(ops.has('flush')).toBe(words.memory !== 'sc');
      if (words.memory !== 'weak') expect(ops.has('stale')).toBe(false);
    },
    TIMEOUT_MS,
  );

  it.each(models.filter(({ memory, algo }) => memory === 'weak' && algo !== 'v6.3'))(
    `of ${share(0.04)} schedules under $algo, $memory, $arch that ask for older values, in the build with assertions`,
    (words) => {
      const random = new Random(10);
      const drawing = new Engine('checked');
      const engine = new Engine('checked');
      let older = 0;
      for (let turn = 0; turn * BATCH < share(0.04); turn++) {
        // No kind that counts, in every other batch: so the schedules go on.
        const oracle = turn % 2 === 0 ? null : [];
        const header = { ...drawHeader(random, turn), ...words, oracle };
        const { drawn } = drawSchedules(drawing, header, { ...SETTINGS, seed: turn, actions: 400 }, 0, BATCH);
        for (const [i, { scenario }] of drawn.entries()) {
          const asking = askForOlder(random, scenario);
          const { violation, skipped } = expectAgreement(engine, asking, `turn ${turn}, schedule ${i}`);
          const made = asking.actions.slice(0, violation?.action);
          older += made.filter(({ op }, at) => op === 'stale' && !skipped.includes(at + 1)).length;
        }
      }
      if (SCHEDULES >= 2500) expect(older).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );

  it(
    `of ${share(1.2)} scenarios from random bytes, in both builds`,
    () => {
      const random = new Random(6);
      const engines = [new Engine('release'), new Engine('checked')];
      const seen = { skipped: 0, steps: 0, violations: 0 };
      for (let i = 0; i < share(1.2); i++) {
        const scenario = scenarioFromBytes(random.bytes(random.pick([20, 100, 400, 1500])));
        validateScenario(scenario);
        const result = expectAgreement(engines[i % 2]!, scenario, `bytes ${i}`);
        seen.skipped += result.skipped.length;
        seen.steps += result.steps;
        if (result.violation) seen.violations++;
      }
      if (SCHEDULES < 2500) return;
      expect(seen.skipped).toBeGreaterThan(100_000);
      expect(seen.steps).toBeGreaterThan(10_000);
      expect(seen.violations).toBeGreaterThan(10);
    },
    TIMEOUT_MS,
  );

  it(
    `of ${share(0.4)} schedules with actions left out, doubled and exchanged, in both builds`,
    () => {
      const random = new Random(7);
      const drawing = new Engine();
      const engines = [new Engine('release'), new Engine('checked')];
      let skipped = 0;
      for (let turn = 0; turn * BATCH < share(0.4); turn++) {
        const header = drawHeader(random, turn);
        const wide = turn % 10 === 0 ? { cpus: [60, 70] as const } : {};
        const { drawn } = drawSchedules(drawing, header, { ...SETTINGS, ...wide, seed: turn }, 0, BATCH);
        for (const [i, { scenario }] of drawn.entries()) {
          const mutated = mutate(random, scenario);
          validateScenario(mutated);
          skipped += expectAgreement(engines[i % 2]!, mutated, `turn ${turn}, schedule ${i}`).skipped.length;
        }
      }
      expect(skipped).toBeGreaterThan(share(0.4));
    },
    TIMEOUT_MS,
  );

  it.each([
    ['duplicate-cid', 'late-curr'],
    ['freed-in-use', 'no-second-check'],
    ['ownership', 'plain-lazy'],
    ['bad-cid', 'full-mask-fails'],
    ['null-mm', 'exit-stays-active'],
    ['livelock', 'racy-set'],
    ['compactness', 'no-scan-limit'],
    ['stranded-lazy', 'no-put-lazy'],
  ] as const)('of schedules that end in %s', (kind, mutant) => {
    const drawing = new Engine();
    const header = { ...HEADER, mutants: [mutant], oracle: [kind] };
    drawing.beginBatch(header, { ...SETTINGS, cpus: [2, 3], compareEvery: 0, actions: 300 }, 0, 60_000);
    // The first of each bucket.
    while (drawing.fuzz() !== FUZZ_DONE) {
      const scenario = drawing.takeSchedule();
      for (const build of ['release', 'checked', 'debug'] as const) {
        const result = expectAgreement(
          new Engine(build),
          scenario,
          `${kind}, schedule ${drawing.scheduleIndex()}`,
        );
        expect(result.violation?.kind).toBe(drawing.scheduleKind());
      }
      return;
    }
    expect.fail(`no ${kind} with ${mutant}`);
  });

  it.each(MEMORIES)('where a watchdog stops both (%s)', (memory) => {
    const random = new Random(8);
    const engine = new Engine();
    const header = { ...drawHeader(random, 0), memory };
    const { drawn } = drawSchedules(new Engine(), header, SETTINGS, 0, 20);
    for (const { scenario } of drawn) {
      const { steps } = expectAgreement(engine, scenario, 'whole');
      const some = Array.from({ length: 10 }, () => random.between(1, steps));
      for (const maxSteps of [1, 7, ...some, steps - 1, steps, steps + 1]) {
        const { result, divergence } = lockstep(engine, scenario, { maxSteps });
        expect(divergence).toBeNull();
        expect(result.watchdog).toBe(maxSteps < steps);
        expect(result.steps).toBe(Math.min(steps, maxSteps));
      }
    }
  });
});
