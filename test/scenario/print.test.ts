import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/parse.js';
import { printScenario } from '../../src/scenario/print.js';
import { IDLE, NO_MM, type Scenario } from '../../src/scenario/scenario.js';
import { anyScenario } from './arbitrary.js';

const SCENARIO: Scenario = {
  algo: 'v6.3',
  mutants: ['no-age-check', 'racy-set'],
  memory: 'weak',
  arch: 'arm64',
  preempt: 'none',
  cpus: 3,
  mms: 1,
  tasks: [
    { mm: 0, home: 2 },
    { mm: NO_MM, home: 0 },
  ],
  mmNames: ['A', 'B', 'C'],
  taskNames: ['y', 'k', 'z', 'w'],
  oracle: ['duplicate-cid', 'ownership'],
  expects: [
    { algo: 'rfc-v6', outcome: 'null-mm' },
    { algo: null, outcome: 'ok' },
  ],
  actions: [
    { op: 'switch', cpu: 2, task: 0 },
    { op: 'step', cpu: 2, count: 1 },
    { op: 'step', cpu: 2, count: 12 },
    { op: 'fork-thread', cpu: 2, task: 2, home: null },
    { op: 'fork-process', cpu: 2, task: 3, mm: 1, home: 0 },
    { op: 'exec', cpu: 2, mm: 2 },
    { op: 'exec-fail', cpu: 2 },
    { op: 'tick', cpu: 2 },
    { op: 'work', cpu: 2 },
    { op: 'exit', cpu: 2 },
    { op: 'switch', cpu: 2, task: IDLE },
    { op: 'migrate', task: 2, cpu: 1 },
    { op: 'advance', ns: 0 },
    { op: 'advance', ns: 100_000_001 },
    { op: 'advance', ns: 1_500_000 },
    { op: 'advance', ns: 101_000_000 },
    { op: 'advance', ns: 5_000_000_000 },
    { op: 'flush', cpu: 0, index: 0 },
    { op: 'flush', cpu: 0, index: 2 },
    { op: 'stale', cpu: 1, age: 1 },
  ],
};

const TEXT = `cidfuzz 1
algo v6.3
mutant no-age-check
mutant racy-set
memory weak
arch arm64
preempt none
cpus 3
mm A
task y A 2
task k - 0
oracle duplicate-cid ownership
expect rfc-v6 null-mm
expect ok
---
switch 2 y
step 2
step 2 12
fork 2 thread z
fork 2 process w B 0
exec 2 C
exec-fail 2
tick 2
work 2
exit 2
switch 2 idle
migrate z 1
advance 0
advance 100000001
advance 1500us
advance 101ms
advance 5s
flush 0
flush 0 2
stale 1 1
`;

describe('printScenario', () => {
  test('prints every kind of line', () => {
    expect(printScenario(SCENARIO)).toBe(TEXT);
  });

  test('prints an oracle under which nothing counts', () => {
    expect(printScenario({ ...SCENARIO, oracle: [] })).toContain('\noracle\nexpect');
    expect(printScenario({ ...SCENARIO, oracle: null })).not.toContain('oracle');
  });

  test('prints what parses to the same scenario, and that to the same text', () => {
    fc.assert(
      fc.property(anyScenario, (scenario) => {
        const text = printScenario(scenario);
        const again = parseScenario(text, 'f');
        expect(again).toStrictEqual(scenario);
        expect(printScenario(again)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });
});
