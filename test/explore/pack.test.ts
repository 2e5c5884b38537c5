import { describe, expect, it } from 'vitest';
import { FUZZ_DONE, STRATEGY_GUIDED, STRATEGY_RANDOM_WALK } from '../../src/engine/addresses.js';
import { Engine } from '../../src/engine/engine.js';
import { unbounded } from '../../src/explore/bounds.js';
import { Explorer } from '../../src/explore/explorer.js';
import { plainWorld } from '../../src/explore/plain-world.js';
import { allReductions } from '../../src/explore/reductions.js';
import { VisitedSet } from '../../src/explore/visited-set.js';
import type { Scenario } from '../../src/scenario/scenario.js';
import { ALGOS, ARCHES, MEMORIES, MUTANTS, type Mutant } from '../../src/words.js';

const ADVANCE_NS = 101_000_000;

/** Schedules as campaigns draw them, with the advances that an exploration makes, and no older values. */
function schedules(header: Scenario, strategy: number, seed: number, count: number): Scenario[] {
  const engine = new Engine();
  const found: Scenario[] = [];
  engine.beginBatch(
    header,
    {
      seed,
      cpus: [1, 3],
      tasks: [1, 5],
      mms: [1, 2],
      actions: 200,
      compareEvery: 1,
      checks: true,
      coverage: true,
      strategy,
      epoch: 10_000,
    },
    0,
    count,
  );
  while (engine.fuzz() !== FUZZ_DONE) found.push(engine.takeSchedule());
  return found
    .filter(({ taskNames, mmNames }) => taskNames.length <= 10 && mmNames.length <= 6)
    .map((scenario) => ({
      ...scenario,
      actions: scenario.actions
        .filter((action) => action.op !== 'stale')
        .map((action) => (action.op === 'advance' ? { ...action, ns: ADVANCE_NS } : action)),
    }));
}

const MUTANTS_EACH: (Mutant | null)[] = [null, ...MUTANTS];
const explorer = new Explorer(VisitedSet.create(16, false), 'explore-checked');
const engine = new Engine();
/** Names stay: the scenario's actions are in them. */
const reductions = { ...allReductions, local: false, tasks: false, mms: false, cpus: false, homes: false };

describe('what is packed is all that matters', () => {
  const cases = ALGOS.flatMap((algo) =>
    MEMORIES.flatMap((memory) =>
      (algo === 'v6.3' ? [null] : MUTANTS_EACH).map((mutant, i) => ({
        algo,
        memory,
        mutant,
        arch: ARCHES[i % 2]!,
      })),
    ),
  );
  it.each(cases)('$algo $mutant $memory $arch', ({ algo, memory, mutant, arch }) => {
    const header: Scenario = {
      ...plainWorld(2, 2, 1),
      algo,
      memory,
      arch,
      mutants: mutant === null ? [] : [mutant],
      actions: [],
    };
    let steps = 0;
    for (const strategy of [STRATEGY_RANDOM_WALK, STRATEGY_GUIDED]) {
      for (const scenario of schedules(header, strategy, 7, 60)) {
        const world = { scenario, mmsUsed: scenario.mms, bounds: unbounded };
        const plain = explorer.rehearse(world, reductions, false);
        expect(explorer.rehearse(world, reductions, true)).toEqual(plain);
        const whole = { ...scenario, oracle: null };
        const run = engine.run(whole);
        // The explorer's end checks are made elsewhere: a run that ends well there, or at its end.
        if (plain.kind !== 0) expect([run.violation?.kind, run.steps]).toEqual([plain.kind, plain.steps]);
        else expect(run.steps).toBe(plain.steps);
        steps += plain.steps;
      }
    }
    expect(steps).toBeGreaterThan(1000);
  });
});
