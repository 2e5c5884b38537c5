import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confined, type JsfuzzConfig } from '../../src/jsfuzz/config.js';
import { scenarioFromBytes } from '../../src/scenario/bytes.js';
import { validateScenario } from '../../src/scenario/validate.js';

const config: JsfuzzConfig = {
  seed: 1,
  algo: 'rfc-v6-fixed',
  mutants: ['racy-set'],
  memory: 'tso',
  arch: 'arm64',
  preempt: 'none',
  oracle: ['ownership'],
  cpus: 3,
};

describe('confined', () => {
  it('makes of any bytes a valid scenario with the words of the campaign and few cpus', () => {
    const { seed: _, cpus, ...words } = config;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const scenario = confined(scenarioFromBytes(bytes), config);
        validateScenario(scenario);
        expect(scenario).toMatchObject(words);
        expect(scenario.cpus).toBeLessThanOrEqual(cpus);
      }),
    );
  });

  it('leaves a small world as it is', () => {
    const small = scenarioFromBytes(new Uint8Array(20));
    expect(small.cpus).toBe(2);
    const { algo, mutants, memory, arch, preempt, oracle } = config;
    expect(confined(small, config)).toEqual({ ...small, algo, mutants, memory, arch, preempt, oracle });
  });
});
