/**
 * Whether the harness still finds what it is there to find: a few mutants through the real campaigns, with a
 * fixed seed and a small budget. One that is lost means that a check, the engine or the generation went blind.
 */
import { describe, expect, it } from 'vitest';
import { measureMutants } from '../../src/mutants/measure.js';
import type { Plan } from '../../src/mutants/plan.js';
import type { Algo, Arch, Kind, Memory, Mutant } from '../../src/words.js';
import { askHere, PLAN, QUIETLY } from './plans.js';

interface Canary {
  readonly mutant: Mutant;
  readonly algo: Algo;
  readonly memory: Memory;
  readonly arch: Arch;
  /** Schedules of each seed: several times what it took when the canary was set. */
  readonly runs: number;
  /** What it may be found by: which of its faults comes first is a matter of the schedules. */
  readonly kinds: readonly Kind[];
}

const CANARIES: readonly Canary[] = [
  {
    mutant: 'no-second-check',
    algo: 'rfc-v6-fixed',
    memory: 'sc',
    arch: 'x86',
    runs: 2000,
    kinds: ['freed-in-use', 'duplicate-cid'],
  },
  {
    mutant: 'racy-set',
    algo: 'rfc-v6-fixed',
    memory: 'sc',
    arch: 'x86',
    runs: 2000,
    kinds: ['ownership', 'duplicate-cid', 'livelock'],
  },
  {
    mutant: 'no-mb-kernel-user',
    algo: 'rfc-v6-fixed',
    memory: 'tso',
    arch: 'x86',
    runs: 2000,
    kinds: ['freed-in-use', 'duplicate-cid'],
  },
];

const planOf = ({ mutant, algo, memory, arch, runs }: Canary): Plan => ({
  ...PLAN,
  rows: ['none', mutant],
  memories: [memory],
  arches: [arch],
  base: { ...PLAN.base, algo },
  runs,
});

describe('canary', () => {
  it.each(CANARIES)(
    '$mutant is found in $algo under $memory, $arch, and it is the mutant',
    async (canary) => {
      const { figures, parted } = await measureMutants({
        plan: planOf(canary),
        jobs: 1,
        ask: askHere,
        signal: QUIETLY,
      });
      expect(parted).toBeNull();
      const [without, mutated] = figures;
      // In the same schedules, more or less, the algorithm without it does nothing wrong.
      expect(without).toMatchObject({ mutant: 'none', found: null });
      expect(canary.kinds).toContain(mutated!.found);
      expect(mutated!.seeds).toBeGreaterThanOrEqual(3);
    },
  );
});
