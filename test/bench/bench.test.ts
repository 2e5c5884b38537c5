import { describe, expect, it } from 'vitest';
import { bench } from '../../src/bench/bench.js';
import { defaultConfig } from '../../src/fuzz/config.js';

describe('bench', () => {
  // v6.3 under weak: what is asked for must not change what the models are measured on.
  it.each([defaultConfig, { ...defaultConfig, algo: 'v6.3', memory: 'weak', arch: 'arm64' } as const])(
    'of $algo, $memory, $arch measures every way, and tells each ratio with what is wanted',
    (config) => {
      const { schedules, steps, rates, ratios } = bench({ config, schedules: 60, rounds: 3 });
      expect(schedules).toBe(60);
      expect(steps).toBeGreaterThan(60);
      expect(rates.map(({ what }) => what)).toEqual([
        'bare engine',
        'engine',
        'fuzz loop',
        'reference',
        'fixed, sc',
        'fixed, tso',
        'fixed, weak',
      ]);
      expect(ratios.map(({ what, wanted }) => [what, wanted])).toEqual([
        ['engine to reference', 50],
        ['fuzz loop with all checks to bare engine', 0.6],
        ['fuzz loop under tso to sc', 0.7],
        ['fuzz loop under weak to sc', 0.4],
      ]);
      // How fast this machine is now is no matter here.
      for (const { stepsPerSecond } of rates) {
        expect(stepsPerSecond).toBeGreaterThan(0);
        expect(stepsPerSecond).toBeLessThan(Number.POSITIVE_INFINITY);
      }
      for (const { ratio } of ratios) {
        expect(ratio).toBeGreaterThan(0);
        expect(ratio).toBeLessThan(Number.POSITIVE_INFINITY);
      }
    },
  );
});
