import { describe, expect, it } from 'vitest';
import { allReductions, type Reductions } from '../../src/explore/reductions.js';
import { exploreWorld, smallWorld } from './worlds.js';

/** What Spin prints for scripts/bench/explore.pml with these bounds (`spin -a -D…`): an independent count of the same states. */
const SPIN: [string, Parameters<typeof smallWorld>[3], number][] = [
  ['-DWORKS=0', { works: 0 }, 128_948],
  ['-DSWITCHES=2', { switches: 2 }, 842_336],
  ['-DADVANCES=0', { advances: 0 }, 1_549_208],
];

const NONE: Reductions = {
  ...allReductions,
  local: false,
  sleep: false,
  tasks: false,
  mms: false,
  cpus: false,
  homes: false,
};

describe('as many states as Spin meets', () => {
  it.each(SPIN)('%s', async (_, bounds, states) => {
    const world = smallWorld('two tasks', [2, 2, 1], {}, bounds);
    const plain = await exploreWorld(world, { reductions: NONE });
    expect([plain.kind, plain.progress.distinct]).toEqual([null, states]);
    const asleep = await exploreWorld(world, { reductions: { ...NONE, sleep: true } });
    expect(asleep.progress.distinct).toBe(states);
  });
});
