import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../src/check/verdict.js';
import { Engine } from '../../src/engine/engine.js';
import { isOneMinimal } from '../../src/minimize/one-minimal.js';
import { harmlessUnder, reasonFor } from '../../src/mutants/harmless.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { ARCHES, MEMORIES, MUTANTS } from '../../src/words.js';
import { corpusFiles, corpusText, mutantPairs } from './files.js';
import { kindsInStep, runnerWithTwin } from './twin.js';

const engine = new Engine();
const findings = corpusFiles('known/').filter(({ name }) => !name.startsWith('known/mutants'));
const pairs = mutantPairs();
const ofFixed = corpusFiles('known/mutants-of-fixed/');

const harmless = harmlessUnder('rfc-v6-fixed');
const machines = MEMORIES.flatMap((memory) => ARCHES.map((arch) => ({ memory, arch })));

/** The mutants that the README lists as what sc cannot show: those in the first column of its table. */
const NOT_SHOWN = MUTANTS.filter((mutant) =>
  corpusText('known/mutants/README.md')
    .split('\n')
    .some((line) => line.split('|')[1]?.includes(`\`${mutant}\``)),
);

describe('findings in the algorithms', () => {
  it.each(findings)('$name is no mutant, and 1-minimal', ({ scenario }) => {
    expect(scenario.mutants).toEqual([]);
    expect(isOneMinimal(scenario, (candidate) => engine.run(candidate))).toEqual({ ok: true });
  });
});

describe('mutants', () => {
  it('each is there, or the README says why sc cannot show it', () => {
    const shown = pairs.flatMap(({ name, scenario }) => {
      expect(name).toMatch(new RegExp(`^known/mutants/${scenario.mutants.join()}\\.`));
      return scenario.mutants;
    });
    expect([...new Set(shown), ...NOT_SHOWN].sort()).toEqual([...MUTANTS].sort());
  });

  it('each README row is of a mutant that changes nothing under sc', () => {
    const scenarios = corpusFiles().filter(
      ({ scenario: { algo, memory, mutants } }) =>
        algo === 'rfc-v6' && memory === 'sc' && mutants.length === 0,
    );
    for (const mutant of NOT_SHOWN) {
      for (const { name, scenario } of scenarios) {
        const kinds = kindsInStep({ ...scenario, mutants: [mutant] });
        expect([name, mutant, kinds.mutant]).toEqual([name, mutant, kinds.twin]);
      }
    }
  });

  it.each(pairs)('$name is broken by its mutant, and 1-minimal', ({ scenario, twin }) => {
    const { expects, mutants, ...rest } = scenario;
    expect(twin!.scenario).toEqual({ ...rest, mutants: [], expects: [{ algo: null, outcome: 'ok' }] });
    expect(mutants).toHaveLength(1);
    expect(expects[0]!.outcome).not.toBe('ok');
    expect(outcomeOf(engine.run(twin!.scenario))).toBe('ok');
    expect(kindsInStep(scenario)).toEqual({ mutant: expects[0]!.outcome, twin: 'none' });
    expect(isOneMinimal(scenario, runnerWithTwin(engine))).toEqual({ ok: true });
  });
});

describe('mutants of the repaired algorithm', () => {
  it.each(ofFixed)('$name is broken by its mutant alone, and 1-minimal', ({ name, scenario }) => {
    const [, mutant] = /mutants-of-fixed\/([^.]+)\.(?:sc|tso|weak)-(?:x86|arm64)\.cid$/.exec(name)!;
    expect(scenario.algo).toBe('rfc-v6-fixed');
    expect(scenario.mutants).toEqual([mutant]);
    expect(outcomeOf(engine.run(scenario))).toBe(scenario.expects[0]!.outcome);
    expect(outcomeOf(engine.run({ ...scenario, mutants: [] }))).toBe('ok');
    expect(isOneMinimal(scenario, (candidate) => engine.run(candidate))).toEqual({ ok: true });
  });

  it('show every mutant but those that break nothing', () => {
    const shown = new Set(ofFixed.map(({ scenario }) => scenario.mutants[0]!));
    const rest = MUTANTS.filter((mutant) => !shown.has(mutant));
    expect(rest.every((row) => machines.every((on) => reasonFor({ row, ...on }, harmless) !== null))).toBe(
      true,
    );
  });
});

describe('a twin kept in step', () => {
  // Without the mutant, the two accesses of the age check move the points at which the cleaners stop.
  const STOPPED_ELSEWHERE = parseScenario(
    `cidfuzz 1
mutant no-age-check
cpus 2
mm A
task a A 0
task b A 1
---
switch 0 a
step 0 11
tick 0
step 0 2
work 0
advance 100ms
switch 0 idle
step 0 6
migrate a 1
switch 1 a
step 1 11
step 1 5
switch 1 b
step 1 6
migrate a 0
tick 1
step 1 2
work 1
step 1 7
switch 0 a
step 0 13
step 0
step 1 2
`,
    'stopped-elsewhere.cid',
  );

  it('violates where its cpus would only be stopped elsewhere', () => {
    expect(outcomeOf(engine.run(STOPPED_ELSEWHERE))).toBe('freed-in-use');
    expect(outcomeOf(engine.run({ ...STOPPED_ELSEWHERE, mutants: [] }))).toBe('ok');
    expect(kindsInStep(STOPPED_ELSEWHERE)).toEqual({ mutant: 'freed-in-use', twin: 'freed-in-use' });
  });
});
