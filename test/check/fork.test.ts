import { describe, expect, it } from 'vitest';
import { LOC_NEXT_SCAN, OP_LOAD } from '../../src/abi.js';
import { lockstep } from '../../src/check/lockstep.js';
import { Engine } from '../../src/engine/engine.js';
import { parseScenario } from '../../src/scenario/parse.js';

/** a ends its scan, whose store to next_scan waits; then it forks, which puts the next scan off. */
const scenarioOf = (memory: string, arch: string) =>
  parseScenario(
    `cidfuzz 1
algo rfc-v6-fixed
memory ${memory}
arch ${arch}
cpus 1
mm A
task a A 0
---
switch 0 a
step 0 11
tick 0
step 0 2
work 0
step 0 20
advance 50ms
fork 0 thread z
advance 60ms
tick 0
step 0 2
`,
    'fork.cid',
  );

describe('a fork that stores where its cpu has a store waiting', () => {
  const engine = new Engine('checked');

  it.each([
    ['sc', 'x86'],
    ['tso', 'x86'],
    ['tso', 'arm64'],
    ['weak', 'x86'],
    ['weak', 'arm64'],
  ])('is not overtaken by it: %s, %s', (memory, arch) => {
    const loads: unknown[] = [];
    const { divergence } = lockstep(engine, scenarioOf(memory, arch), {
      onEvent: ({ op, loc, value }) => {
        if (op === OP_LOAD && loc === LOC_NEXT_SCAN) loads.push(value);
      },
    });
    expect(divergence).toBeNull();
    // 10.05 s and 100 jiffies, not the 10.1 s that the scan has stored.
    expect(loads.at(-1)).toBe(10_150);
  });
});
