import { describe, expect, it } from 'vitest';
import { compareMeasures, measure } from '../../src/minimize/measure.js';
import { minimize } from '../../src/minimize/minimize.js';
import { isOneMinimal } from '../../src/minimize/one-minimal.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { printScenario } from '../../src/scenario/print.js';
import type { Scenario } from '../../src/scenario/scenario.js';
import { validateScenario } from '../../src/scenario/validate.js';
import { fakeRun, fixture, runWithReference } from './runner.js';

const FOUND = ['kind-freed-1', 'kind-stranded-1', 'kind-null-mm-1', 'compactness-1', 'delayed-cleaner'];

describe.each(FOUND)('%s', (name) => {
  const scenario = fixture(name);
  const kind = runWithReference(scenario).violation?.kind;
  const minimized = minimize(scenario, runWithReference);

  it('keeps the kind of violation, and expects it', () => {
    expect(kind).toBeGreaterThan(0);
    expect(runWithReference(minimized.scenario).violation?.kind).toBe(kind);
    expect(minimized.scenario.expects).toHaveLength(1);
    expect(minimized.complete).toBe(true);
  });

  it('is 1-minimal, which the input is not', () => {
    expect(isOneMinimal(scenario, runWithReference).ok).toBe(false);
    expect(isOneMinimal(minimized.scenario, runWithReference)).toEqual({ ok: true });
  });

  it('gives the same result every time, and leaves its own results alone', () => {
    const text = printScenario(minimized.scenario);
    expect(printScenario(minimize(scenario, runWithReference).scenario)).toBe(text);
    expect(printScenario(minimize(minimized.scenario, runWithReference).scenario)).toBe(text);
  });

  it('only accepts what is smaller, and only runs what is valid', () => {
    let last = measure(scenario);
    let candidates = 0;
    minimize(
      scenario,
      (candidate) => {
        validateScenario(candidate);
        candidates++;
        return runWithReference(candidate);
      },
      {
        onProgress: (progress) => {
          expect(compareMeasures(progress.measure, last)).toBeLessThan(0);
          expect(progress.measure).toEqual(measure(progress.scenario));
          last = progress.measure;
        },
      },
    );
    expect(candidates).toBe(minimized.runs);
    expect(compareMeasures(last, measure(scenario))).toBeLessThan(0);
  });

  it('keeps the header words', () => {
    const words = ({ algo, mutants, memory, arch, preempt, oracle }: Scenario) => ({
      algo,
      mutants,
      memory,
      arch,
      preempt,
      oracle,
    });
    expect(words(minimized.scenario)).toEqual(words(scenario));
  });
});

describe('minimize', () => {
  it('finds the smallest form of an id freed by a delayed cleaner', () => {
    const { scenario } = minimize(fixture('kind-freed-1'), runWithReference);
    expect(printScenario(scenario)).toMatchInlineSnapshot(`
      "cidfuzz 1
      algo rfc-v6
      mutant no-second-check
      memory sc
      arch x86
      preempt full
      cpus 2
      mm A
      task a A 1
      task b A 0
      expect freed-in-use
      ---
      switch 1 a
      step 1 11
      advance 100ms
      switch 1 idle
      step 1 6
      switch 0 b
      step 0 11
      tick 0
      step 0 2
      work 0
      step 0 8
      switch 1 a
      step 1 5
      step 0 3
      "
    `);
  });

  it('refuses a scenario without a violation', () => {
    const scenario = parseScenario('cidfuzz 1\ncpus 1\nmm A\ntask a A 0\n---\nswitch 0 a\nstep 0 3\n', 'ok');
    expect(() => minimize(scenario, runWithReference)).toThrow(/nothing to minimize: .*without a violation/);
  });

  it('stops at the budget of runs with the best so far', () => {
    const scenario = fixture('kind-freed-1');
    const stopped = minimize(scenario, runWithReference, { maxRuns: 20 });
    expect(stopped.runs).toBe(20);
    expect(stopped.complete).toBe(false);
    expect(runWithReference(stopped.scenario).violation?.kind).toBe(
      runWithReference(scenario).violation?.kind,
    );
    expect(stopped.scenario.actions.length).toBeLessThan(scenario.actions.length);
  });

  it('stops when it is told to', () => {
    let asked = 0;
    const stopped = minimize(fixture('kind-freed-1'), runWithReference, { shouldStop: () => ++asked > 5 });
    expect(stopped.complete).toBe(false);
    expect(stopped.runs).toBe(6);
  });

  it('gives a step the lowest count that keeps the violation, not only the next lower', () => {
    const scenario = parseScenario('cidfuzz 1\ncpus 1\n---\nstep 0 9\n', 'steps');
    const run = fakeRun(({ actions }) => {
      const [action] = actions;
      return action?.op === 'step' && [3, 7, 9].includes(action.count);
    });
    const minimized = minimize(scenario, run).scenario;
    expect(minimized.actions).toEqual([{ op: 'step', cpu: 0, count: 3 }]);
    expect(isOneMinimal(minimized, run)).toEqual({ ok: true });
    expect(isOneMinimal(scenario, run)).toEqual({
      ok: false,
      why: 'duplicate-cid with count 3 for 9 in action 1',
    });
  });

  it('gets 5000 actions down to the few that matter in a bounded number of runs', () => {
    const filler = Array.from({ length: 5000 }, (_, i) =>
      i % 700 === 350 ? `migrate a ${1 + (((i / 350) % 3) | 0)}` : `step ${i % 4} ${1 + (i % 9)}`,
    );
    const scenario = parseScenario(
      `cidfuzz 1\ncpus 4\nmm A\ntask a A 0\n---\n${filler.join('\n')}\n`,
      'long',
    );
    const migrations = (candidate: Scenario) => candidate.actions.filter(({ op }) => op === 'migrate').length;
    const wanted = migrations(scenario);
    expect(wanted).toBe(7);
    const minimized = minimize(
      scenario,
      fakeRun((candidate) => migrations(candidate) === wanted),
    );
    expect(minimized.scenario.actions).toHaveLength(wanted);
    expect(minimized.runs).toBeLessThan(3000);
  });
});
