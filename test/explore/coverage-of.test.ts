import { describe, expect, it } from 'vitest';
import { coverageOf } from '../../src/explore/coverage-of.js';
import { plainWorld } from '../../src/explore/plain-world.js';
import { defaultConfig } from '../../src/fuzz/config.js';
import type { Scenario } from '../../src/scenario/scenario.js';

const options = {
  config: { ...defaultConfig, strategy: 'random-walk' as const },
  runs: 400,
  timeMs: null,
  memoryMb: 512,
  signal: new AbortController().signal,
  onCoverage: () => {},
};

const cover = (scenario: Scenario) => {
  const { algo, mutants, memory, arch, preempt } = scenario;
  return coverageOf(scenario, 'w', {
    ...options,
    config: { ...options.config, algo, mutants, memory, arch, preempt },
  });
};

describe('the states that a campaign comes to', () => {
  const worlds: [string, Scenario][] = [
    ['one cpu', { ...plainWorld(1, 2, 1), algo: 'rfc-v6-fixed' }],
    ['one cpu, tso', { ...plainWorld(1, 1, 1), memory: 'tso' }],
    ['one cpu, tso, arm64', { ...plainWorld(1, 2, 2), memory: 'tso', arch: 'arm64', preempt: 'none' }],
    ['two cpus, preempt none', { ...plainWorld(2, 1, 1), preempt: 'none' }],
    ['two cpus, tso', { ...plainWorld(2, 1, 1), algo: 'v6.3', memory: 'tso' }],
    ['two cpus, weak', { ...plainWorld(2, 1, 1), algo: 'v6.3', memory: 'weak' }],
    ['v6.3', { ...plainWorld(2, 3, 2), algo: 'v6.3' }],
  ];
  it.each(worlds)('are among those that an exploration meets: %s', async (_, scenario) => {
    const { visited, reachable, outside, inWorld, schedules } = await cover(scenario);
    expect(outside).toBe(0);
    expect(schedules).toBe(400);
    expect(inWorld).toBeGreaterThan(10);
    expect(visited).toBeGreaterThan(30);
    expect(visited).toBeLessThanOrEqual(reachable);
  });

  it('would be found outside: a campaign of another algorithm', async () => {
    const scenario: Scenario = { ...plainWorld(1, 2, 1), algo: 'rfc-v6-fixed' };
    const { outside } = await coverageOf(scenario, 'w', {
      ...options,
      config: { ...options.config, algo: 'rfc-v6' },
      runWith: { ...scenario, algo: 'rfc-v6' },
    });
    expect(outside).toBeGreaterThan(0);
  });

  it('are of a clean world', async () => {
    const racy: Scenario = { ...plainWorld(2, 2, 1), mutants: ['racy-set'] };
    await expect(cover(racy)).rejects.toThrowError(
      'w: explore finds a violation in this world (expected a clean one',
    );
  });
});
