import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.js';
import { parseScenario } from '../../src/scenario/parse.js';

const scenario = (actions: string, header = '') =>
  parseScenario(
    `cidfuzz 1\n${header}cpus 2\nmm A\ntask a A 0\ntask b A 1\ntask c A 0\n---\n${actions}`,
    'coverage.cid',
  );

const RUNS = `switch 0 a
step 0 11
switch 1 b
step 1 5
tick 0
step 0 2
work 0
step 0 9
step 1 6
`;

describe('coverage', () => {
  const engine = new Engine();
  const featuresOf = (text: string, header = '', on = engine) => [
    ...on.runCovered(scenario(text, header)).features,
  ];

  it('is the same for the same run, in every build, whatever ran before', () => {
    const first = featuresOf(RUNS);
    expect(new Set(first).size).toBe(first.length);
    expect(first.length).toBeGreaterThan(10);
    featuresOf('switch 0 idle\ntick 1\nstep 1');
    expect(featuresOf(RUNS)).toEqual(first);
    for (const build of ['debug', 'checked'] as const)
      expect(featuresOf(RUNS, '', new Engine(build))).toEqual(first);
  });

  it('changes nothing of the run', () => {
    for (const header of ['', 'memory tso\n', 'memory weak\n']) {
      const text = `${RUNS}tick 0\nstep 0 2\nwork 0\nstep 0 9\nflush 1\nadvance 101ms\nstep 0 9\n`;
      expect(engine.runCovered(scenario(text, header)).result).toEqual(engine.run(scenario(text, header)));
    }
  });

  it('outlasts the numbers of runs that stamps can hold', () => {
    const first = featuresOf(RUNS);
    const other = scenario('tick 0\nstep 0');
    for (let i = 0; i < 65_536; i++) engine.runCovered(other);
    expect(featuresOf(RUNS)).toEqual(first);
  });

  it('tells one interleaving of the same accesses from another', () => {
    const begun = 'switch 0 a\nswitch 1 b\n';
    const one = featuresOf(`${begun}step 0 11\nstep 1 11\n`);
    const two = featuresOf(`${begun}step 0 7\nstep 1 11\nstep 0 4\n`);
    const only = two.filter((feature) => !one.includes(feature));
    // Of accesses, not of states alone.
    expect(only.some((feature) => feature < 16_384)).toBe(true);
  });

  it('of abstract states is the same with the cpus exchanged', () => {
    // Told when another cpu takes its turn.
    const states = (text: string) => featuresOf(text).filter((feature) => feature >= 16_384);
    const first = states('switch 0 a\nstep 0 5\ntick 1\nstep 1');
    expect(first.length).toBeGreaterThan(0);
    expect(states('switch 1 b\nstep 1 5\ntick 0\nstep 0')).toEqual(first);
    expect(states('switch 0 a\nstep 0 9\ntick 1\nstep 1')).not.toEqual(first);
  });
});
