import { describe, expect, it } from 'vitest';
import { compareMeasures, measure } from '../../src/minimize/measure.js';
import { parseScenario } from '../../src/scenario/parse.js';

const of = (text: string) => measure(parseScenario(`cidfuzz 1\n${text}`, 'measure'));

describe('measure', () => {
  it('counts the memory model, seen delays, actions, objects, cast, changes, early starts, steps, time and weight', () => {
    const text = `cpus 3
mm A
task a A 2
task k - 0
---
switch 2 a
step 2 7
fork 2 process b B 1
advance 5ms
switch 0 idle
migrate b 2
step 0 3
`;
    // Weight: home 2; cpus 2, 2, 2 and 0, 2, 0; the fork's home 1, told; advance fourth, migrate sixth.
    expect(of(text)).toEqual([0, 0, 7, 3 + 3 + 2, 1 + 1, 1, 1, 10, 5_000_000, 2 + 6 + 2 + 2 + 3 + 5]);
  });

  it('has fewer seen delays before all else, but for a stronger memory model', () => {
    const text = (memory: string, steps: string) =>
      parseScenario(`cidfuzz 1\nmemory ${memory}\ncpus 1\n---\n${steps}`, 'measure');
    const long = 'step 0 9\nstep 0 9\n';
    const tso = measure(text('tso', 'step 0 1\n'), 2);
    expect(compareMeasures(measure(text('tso', long), 1), tso)).toBeLessThan(0);
    expect(compareMeasures(measure(text('tso', long), 3), tso)).toBeGreaterThan(0);
    expect(compareMeasures(measure(text('tso', long), 2), tso)).toBeGreaterThan(0);
    expect(compareMeasures(measure(text('sc', long), 3), tso)).toBeLessThan(0);
    expect(compareMeasures(measure(text('weak', 'step 0 1\n'), 0), tso)).toBeGreaterThan(0);
  });

  it('is compared from its first number on', () => {
    const one = of('cpus 1\n---\nstep 0 9\n');
    expect(compareMeasures(one, of('cpus 1\n---\nstep 0 1\nstep 0 1\n'))).toBeLessThan(0);
    expect(compareMeasures(one, of('cpus 1\n---\nstep 0 8\n'))).toBeGreaterThan(0);
    expect(compareMeasures(one, of('cpus 1\n---\nstep 0 9\n'))).toBe(0);
  });
});
