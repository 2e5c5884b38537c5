import { describe, expect, it } from 'vitest';
import { measureRates } from '../../src/bench/rates.js';
import { defaultConfig, STRATEGIES } from '../../src/fuzz/config.js';
import { calmly, untilTold } from './pace.js';

describe('measureRates', () => {
  // v6.3 under weak: what is asked for must not change what the models are measured on.
  it.each([defaultConfig, { ...defaultConfig, algo: 'v6.3', memory: 'weak', arch: 'arm64' } as const])(
    'of $algo, $memory, $arch measures every way, and tells each ratio with what is wanted',
    async (config) => {
      const { steps, rates, ratios, loops } = await measureRates(config, 60, 3, calmly());
      expect(steps).toBeGreaterThan(60);
      expect(rates.map(({ what }) => what)).toEqual([
        'bare engine',
        'engine',
        'engine with coverage',
        'fuzz loop',
        'reference',
        'fixed, sc',
        'fixed, tso',
        'fixed, weak',
      ]);
      expect(ratios.map(({ what, wanted }) => [what, wanted])).toEqual([
        ['engine to reference', 100],
        ['engine with checks and coverage to bare engine', 0.6],
        ['fuzz loop with checks and coverage to bare engine', null],
        ['fuzz loop under tso to sc', 0.7],
        ['fuzz loop under weak to sc', 0.4],
      ]);
      expect(loops.map(({ strategy, checks, coverage }) => [strategy, checks, coverage])).toEqual(
        STRATEGIES.flatMap((strategy) => [
          [strategy, true, true],
          [strategy, true, false],
          [strategy, false, true],
          [strategy, false, false],
        ]),
      );
      // How fast this machine is now is no matter here.
      for (const { stepsPerSecond, schedulesPerSecond } of [...rates, ...loops]) {
        expect(stepsPerSecond).toBeGreaterThan(0);
        expect(schedulesPerSecond).toBeGreaterThan(0);
      }
      for (const { ratio } of ratios) expect(ratio).toBeGreaterThan(0);
      expect(loops[3]!.relative).toBe(1);
    },
  );

  it('ends when it is told to', async () => {
    await expect(measureRates(defaultConfig, 20, 100, untilTold(/round 1 of 100/))).rejects.toThrow(/abort/);
  });
});
