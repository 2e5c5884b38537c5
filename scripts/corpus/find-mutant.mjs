/**
 * `node scripts/corpus/find-mutant.mjs NAME`: what corpus/known/mutants holds. Fuzzes rfc-v6 with a mutant under
 * sc and prints the smallest scenario that violates with the mutant and does not without it (its twin), also not
 * when the twin is kept in step (twin.mjs): rfc-v6 has faults of its own, and what one of those breaks says
 * nothing of the mutant.
 *
 *   --seed N        the seed of all schedules (default 1)
 *   --cpus N        cpus of a world (default 2)
 *   --oracle KIND   only this kind counts
 *   --tries N       how many findings are minimized; the smallest is printed (default 5)
 *   --schedules N   give up after so many schedules (default 10 000 000)
 *
 * Needs `npm run build`. The same words print the same scenario.
 */

import { parseArgs } from 'node:util';
import { inStep } from './twin.mjs';

/** @typedef {import('../../src/scenario/scenario.js').Scenario} Scenario */

/**
 * A module of dist/. Not by an `import` of its own: the type check of scripts/ would then go through dist/.
 * @param {string} path
 */
const built = (path) => import(new URL(`../../dist/${path}`, import.meta.url).href);

const { FUZZ_FINDING, STRATEGY_RANDOM_WALK } = await built('engine/addresses.js');
const { Engine } = await built('engine/engine.js');
const { compareMeasures, measure } = await built('minimize/measure.js');
const { minimize } = await built('minimize/minimize.js');
const { printScenario } = await built('scenario/print.js');
const reference = {
  ...(await built('reference/actions.js')),
  ...(await built('reference/check.js')),
  ...(await built('reference/step.js')),
  ...(await built('reference/world.js')),
};

const BATCH = 10_000;
const MAX_STEPS = 1_000_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    cpus: { type: 'string', default: '2' },
    oracle: { type: 'string' },
    tries: { type: 'string', default: '5' },
    schedules: { type: 'string', default: '10000000' },
  },
});

const cpus = Number(values.cpus);
const header = {
  algo: 'rfc-v6',
  mutants: positionals,
  memory: 'sc',
  arch: 'x86',
  preempt: 'full',
  cpus,
  mms: 0,
  tasks: [],
  mmNames: [],
  taskNames: [],
  oracle: values.oracle === undefined ? null : [values.oracle],
  expects: [],
  actions: [],
};
const settings = {
  seed: Number(values.seed),
  cpus: [cpus, cpus],
  tasks: [2, 6],
  mms: [1, 2],
  actions: 400,
  compareEvery: 0,
  checks: true,
  coverage: false,
  strategy: STRATEGY_RANDOM_WALK,
  epoch: 10_000,
};

const fuzzing = new Engine();
const single = new Engine();

/**
 * A run that counts as a violation only where the twin has none, in step or not.
 * @param {Scenario} scenario
 */
function runWithTwin(scenario) {
  const result = single.run(scenario, MAX_STEPS);
  if (result.violation === null) return result;
  const apart = single.run({ ...scenario, mutants: [] }, MAX_STEPS).violation;
  const ok = apart === null && inStep(reference, scenario).twin === 0;
  return ok ? result : { ...result, violation: null };
}

let best = null;
let tries = Number(values.tries);
let steps = 0;
for (let first = 0; first < Number(values.schedules) && tries > 0; first += BATCH) {
  fuzzing.beginBatch(header, settings, first, BATCH);
  while (tries > 0 && fuzzing.fuzz() === FUZZ_FINDING) {
    const scenario = fuzzing.takeSchedule();
    if (runWithTwin(scenario).violation === null) continue;
    tries--;
    const small = minimize(scenario, runWithTwin).scenario;
    if (best !== null && compareMeasures(measure(small), measure(best)) >= 0) continue;
    best = small;
    console.error(`schedule ${fuzzing.scheduleIndex()}: ${small.actions.length} actions`);
  }
  steps += fuzzing.batchSteps();
}
console.error(`${steps} micro-steps, ${best === null ? 'nothing found' : 'found'}`);
if (best === null) process.exitCode = 1;
else process.stdout.write(printScenario(best));
