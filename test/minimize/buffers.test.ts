import { describe, expect, it } from 'vitest';
import { LOC_CURR } from '../../src/abi.js';
import { Engine } from '../../src/engine/engine.js';
import { delaysOf } from '../../src/minimize/delays.js';
import { compareMeasures, measure } from '../../src/minimize/measure.js';
import { minimize } from '../../src/minimize/minimize.js';
import { isOneMinimal } from '../../src/minimize/one-minimal.js';
import { showStores, showValues } from '../../src/minimize/passes/sooner.js';
import { Search } from '../../src/minimize/search.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { printScenario } from '../../src/scenario/print.js';
import type { Scenario } from '../../src/scenario/scenario.js';
import { fakeRun, fixture, runWithReference } from './runner.js';
import { SCAN } from './scan.js';

const engine = new Engine();
const run = (scenario: Scenario) => engine.run(scenario, 1_000_000);
const unseen = (scenario: Scenario) => delaysOf(scenario, run(scenario).steps).unseen;
const scenarioOf = (text: string) => parseScenario(`cidfuzz 1\n${text}`, 'buffers');
const actionsOf = (scenario: Scenario) => {
  const text = printScenario(scenario);
  return text
    .slice(text.indexOf('---\n') + 4)
    .trimEnd()
    .split('\n');
};

describe.each([
  ['tso-found-1', 'tso'],
  ['tso-found-2', 'tso'],
  ['weak-found-1', 'tso'],
  ['tso-found-sc', 'sc'],
])('%s', (name, memory) => {
  const scenario = fixture(name);
  const minimized = minimize(scenario, run).scenario;

  it(`keeps the kind of violation, under ${memory}, and under nothing stronger`, () => {
    expect(minimized.memory).toBe(memory);
    const { violation } = runWithReference(minimized);
    expect(violation?.kind).toBe(run(scenario).violation?.kind);
    if (memory === 'tso') expect(run({ ...minimized, memory: 'sc' }).violation).toBeNull();
  });

  it('is 1-minimal, with no more delays than the input has', () => {
    expect(isOneMinimal(minimized, run)).toEqual({ ok: true });
    expect(unseen(minimized)).toBeLessThanOrEqual(unseen(scenario));
    if (memory === 'tso') expect(unseen(minimized)).toBeGreaterThan(0);
  });

  it('gives the same result every time, and leaves its own results alone', () => {
    const text = printScenario(minimized);
    expect(printScenario(minimize(scenario, run).scenario)).toBe(text);
    expect(printScenario(minimize(minimized, run).scenario)).toBe(text);
  });

  it('only accepts what is smaller', () => {
    let last = measure(scenario, unseen(scenario));
    minimize(scenario, run, {
      onProgress: (progress) => {
        expect(compareMeasures(progress.measure, last)).toBeLessThan(0);
        expect(progress.measure).toEqual(measure(progress.scenario, unseen(progress.scenario)));
        last = progress.measure;
      },
    });
    expect(last[1]).toBe(unseen(minimized));
  });
});

describe('minimize with buffers', () => {
  it('shows the missing barrier of a kernel to user switch by one store', () => {
    expect(printScenario(minimize(fixture('tso-found-1'), run).scenario)).toMatchInlineSnapshot(`
      "cidfuzz 1
      algo rfc-v6
      mutant no-mb-kernel-user
      memory tso
      arch x86
      preempt full
      cpus 2
      mm A
      task a A 0
      task b A 1
      expect freed-in-use
      ---
      switch 0 a
      step 0 10
      advance 100ms
      switch 0 idle
      step 0 6
      switch 0 a
      step 0 4
      switch 1 b
      step 1 10
      tick 1
      step 1 2
      work 1
      step 1 11
      "
    `);
  });

  it('gets a long schedule with many delays small in a bounded number of runs', () => {
    // A relaxed variant with other delays than the best would be a base that no edit can better.
    const { scenario, runs } = minimize(fixture('tso-found-3'), run);
    expect(scenario.actions.length).toBeLessThan(20);
    expect(runs).toBeLessThan(4000);
  });

  it('takes the strongest memory model that has it, without the actions of the weaker', () => {
    const text = 'memory weak\ncpus 1\n---\ntick 0\nflush 0 1\nflush 0\nstale 0 1\n';
    const least = (...models: string[]) => {
      const fails = ({ memory, actions }: Scenario) =>
        models.includes(memory) && actions.some(({ op }) => op === 'tick');
      const small = minimize(scenarioOf(text), fakeRun(fails)).scenario;
      return [small.memory, ...actionsOf(small)];
    };
    expect(least('sc', 'tso', 'weak')).toEqual(['sc', 'tick 0']);
    expect(least('tso', 'weak')).toEqual(['tso', 'tick 0']);
    expect(least('weak')).toEqual(['weak', 'tick 0']);
    const flushed = ({ memory, actions }: Scenario) =>
      memory !== 'sc' && actions.some((action) => action.op === 'flush' && action.index === 0);
    const small = minimize(scenarioOf(text), fakeRun(flushed)).scenario;
    expect([small.memory, ...actionsOf(small)]).toEqual(['tso', 'flush 0']);
  });
});

/** b's clear-old on cpu 1 misses rq->curr (twice), and time, of cpu 0. */
const scan = (memory: string, last: string) => scenarioOf(`memory ${memory}\narch arm64\n${SCAN}${last}`);

/** A search for what `fails` says of a run that breaks nothing by itself. */
function searchOf(scenario: Scenario, fails: (scenario: Scenario) => boolean): Search {
  return new Search(scenario, (candidate) => ({
    ...runWithReference(candidate),
    violation: fakeRun(fails)(candidate).violation,
  }));
}

/** What is left of the delays that are seen, and of the actions from `work` on. */
function left({ best, bestMeasure }: Search): [unseen: number, ...actions: string[]] {
  const actions = actionsOf(best);
  return [bestMeasure[1], ...actions.slice(actions.indexOf('work 1') + 1)];
}

describe('showStores', () => {
  const shown = (scenario: Scenario, fails: (scenario: Scenario) => boolean = () => true) => {
    const search = searchOf(scenario, fails);
    showStores(search);
    return left(search);
  };

  it('drains what is missed just before it is, with what is older, in the middle of a step', () => {
    const all = [0, 'step 1 3', 'flush 0', 'flush 0', 'flush 0', 'step 1 8'];
    expect(shown(scan('tso', 'step 1 11\n'))).toEqual(all);
    // A flush that comes too late is not made twice.
    expect(shown(scan('tso', 'step 1 8\nflush 0\nflush 0\nstep 1 3\n'))).toEqual([
      ...all.slice(0, -1),
      'step 1 5',
      'step 1 3',
    ]);
  });

  it('drains alone what may drain alone, under weak', () => {
    const all = [0, 'step 1 3', 'flush 0 2', 'step 1 2', 'flush 0 1', 'step 1 6'];
    expect(shown(scan('weak', 'step 1 11\n'))).toEqual(all);
  });

  it('leaves what the violation needs', () => {
    const missesCurr = (scenario: Scenario) =>
      delaysOf(scenario, 1000).missed.some(({ store }) => store.event.loc === LOC_CURR);
    // time[A][0] must be missed too: else the slot is not due, and nobody looks at rq->curr.
    const inOrder = [2, 'step 1 9', 'flush 0', 'flush 0', 'step 1 2'];
    expect(shown(scan('tso', 'step 1 11\n'), missesCurr)).toEqual(inOrder);
    expect(shown(scan('weak', 'step 1 11\n'), missesCurr)).toEqual([2, 'step 1 9', 'flush 0 1', 'step 1 2']);
  });
});

describe('showValues', () => {
  it('drops the stale actions that are not needed', () => {
    const text =
      'memory weak\ncpus 2\nmm A\ntask a A 0\ntask b A 1\n---\nswitch 1 b\nstep 1 6\nswitch 0 a\nstep 0 11\n';
    const scenario = scenarioOf(`${text}work 1\nstale 1 1\nstep 1 1\nstale 1 1\nstep 1 1\n`);
    const search = searchOf(scenario, () => true);
    expect(search.bestMeasure[1]).toBe(1);
    showValues(search);
    expect(left(search)).toEqual([0, 'step 1', 'step 1']);

    const needs = searchOf(scenario, (candidate) => candidate.actions.some(({ op }) => op === 'stale'));
    showValues(needs);
    expect(left(needs)).toEqual([1, 'stale 1 1', 'step 1', 'step 1']);
  });
});
