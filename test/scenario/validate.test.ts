import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_ACTIONS } from '../../src/abi.js';
import { parseScenario } from '../../src/scenario/parse.js';
import type { Action, Scenario } from '../../src/scenario/scenario.js';
import { validateScenario } from '../../src/scenario/validate.js';
import { anyScenario } from './arbitrary.js';

const VALID = parseScenario(
  `cidfuzz 1
cpus 2
mm A
task y A 0
---
fork 0 process z B 1
exec 0 C
switch 1 z
`,
  'f',
);
const TICK: Action = { op: 'tick', cpu: 0 };

/** What is wrong, the scenario, and the message behind `invalid scenario: `. */
const BAD: readonly (readonly [string, unknown, string])[] = [
  ['algo', { algo: 'v7' }, 'unknown algo `v7`'],
  ['memory', { memory: 'pso' }, 'unknown memory `pso`'],
  ['arch', { arch: 'riscv' }, 'unknown arch `riscv`'],
  ['preempt', { preempt: 'lazy' }, 'unknown preempt `lazy`'],
  ['mutant', { mutants: ['none'] }, 'unknown mutant `none`'],
  ['mutant twice', { mutants: ['racy-set', 'racy-set'] }, 'mutant `racy-set` repeated or out of order'],
  [
    'mutants out of order',
    { mutants: ['racy-set', 'no-age-check'] },
    'mutant `no-age-check` repeated or out of order',
  ],
  ['oracle', { oracle: ['none'] }, 'unknown oracle kind `none`'],
  [
    'oracle out of order',
    { oracle: ['ownership', 'duplicate-cid'] },
    'oracle kind `duplicate-cid` repeated or out of order',
  ],
  ['expect', { expects: [{ algo: null, outcome: 'none' }] }, 'unknown outcome `none`'],
  ['expect algo', { expects: [{ algo: 'v7', outcome: 'ok' }] }, 'unknown algo of an expectation `v7`'],
  [
    'expect twice',
    {
      expects: [
        { algo: null, outcome: 'ok' },
        { algo: null, outcome: 'null-mm' },
      ],
    },
    'two expectations for every algo',
  ],
  ['no cpus', { cpus: 0 }, 'number of cpus 0 (expected a whole number from 1 to 1024)'],
  ['many cpus', { cpus: 1025 }, 'number of cpus 1025 (expected a whole number from 1 to 1024)'],
  ['half a cpu', { cpus: 1.5 }, 'number of cpus 1.5 (expected a whole number from 1 to 1024)'],
  ['task name', { taskNames: ['y', 'Z'] }, 'bad task name `Z`'],
  ['reserved name', { taskNames: ['y', 'idle1'] }, 'bad task name `idle1`'],
  ['task name with a line feed', { taskNames: ['y', 'z\n'] }, 'bad task name `z\\x0a`'],
  ['same task name', { taskNames: ['y', 'y'] }, 'two tasks with the name y'],
  ['mm name', { mmNames: ['A', 'B', 'c'] }, 'bad mm name `c`'],
  ['same mm name', { mmNames: ['A', 'B', 'A'] }, 'two mms with the name A'],
  [
    'many tasks',
    { taskNames: Array.from({ length: 257 }, (_, i) => `t${i}`) },
    '257 tasks (expected at most 256)',
  ],
  ['many mms', { mmNames: Array.from({ length: 65 }, (_, i) => `M${i}`) }, '65 mms (expected at most 64)'],
  ['too few task names', { taskNames: ['y'] }, '1 task names (expected 2, as many as are introduced)'],
  [
    'too many task names',
    { taskNames: ['y', 'z', 'x'] },
    '3 task names (expected 2, as many as are introduced)',
  ],
  [
    'too many mm names',
    { mmNames: ['A', 'B', 'C', 'D'] },
    '4 mm names (expected 3, as many as are introduced)',
  ],
  ['more declared than named', { mms: 4 }, 'number of declared mms 4 (expected a whole number from 0 to 3)'],
  [
    'task of no mm',
    { tasks: [{ mm: 1, home: 0 }] },
    'declared task 0: mm 1 (expected a whole number from 0 to 0)',
  ],
  ['home', { tasks: [{ mm: 0, home: 2 }] }, 'declared task 0: home 2 (expected a whole number from 0 to 1)'],
  [
    'many actions',
    { actions: Array.from({ length: MAX_ACTIONS + 1 }, () => TICK) },
    'more than 1000000 actions',
  ],
];

/** An action that is wrong as the fourth of VALID, and the message behind `invalid scenario: action 4 `. */
const BAD_ACTIONS: readonly (readonly [unknown, string])[] = [
  [{ op: 'fork', cpu: 0 }, ': unknown op `fork`'],
  [{ op: 'tick', cpu: 2 }, ' (tick): cpu 2 (expected a whole number from 0 to 1)'],
  [{ op: 'tick', cpu: Number.NaN }, ' (tick): cpu NaN (expected a whole number from 0 to 1)'],
  [{ op: 'switch', cpu: 0, task: 2 }, ' (switch): task 2 (expected a whole number from 0 to 1)'],
  [{ op: 'switch', cpu: 0, task: -2 }, ' (switch): task -2 (expected a whole number from 0 to 1)'],
  [{ op: 'step', cpu: 0, count: 0 }, ' (step): count 0 (expected a whole number from 1 to 1000000)'],
  [{ op: 'exec', cpu: 0, mm: 2 }, ' (exec): new mm 2 (expected a whole number from 3 to 3)'],
  [
    { op: 'fork-thread', cpu: 0, task: 3, home: null },
    ' (fork-thread): new task 3 (expected a whole number from 2 to 2)',
  ],
  [
    { op: 'fork-thread', cpu: 0, task: 2, home: 2 },
    ' (fork-thread): home 2 (expected a whole number from 0 to 1)',
  ],
  [
    { op: 'fork-process', cpu: 0, task: 2, mm: 1, home: null },
    ' (fork-process): new mm 1 (expected a whole number from 3 to 3)',
  ],
  [
    { op: 'fork-process', cpu: 0, task: 2, mm: 3, home: -1 },
    ' (fork-process): home -1 (expected a whole number from 0 to 1)',
  ],
  [{ op: 'migrate', task: -1, cpu: 0 }, ' (migrate): task -1 (expected a whole number from 0 to 1)'],
  [
    { op: 'advance', ns: 5_000_000_001 },
    ' (advance): ns 5000000001 (expected a whole number from 0 to 5000000000)',
  ],
  [
    { op: 'flush', cpu: 0, index: 1_000_001 },
    ' (flush): index 1000001 (expected a whole number from 0 to 1000000)',
  ],
  [{ op: 'stale', cpu: 0, age: 0 }, ' (stale): age 0 (expected a whole number from 1 to 1000000)'],
];

describe('validateScenario', () => {
  test('takes what a text can say', () => {
    fc.assert(fc.property(anyScenario, (scenario) => validateScenario(scenario)));
  });

  test.each(BAD)('%s', (_, change, message) => {
    validateScenario(VALID);
    const scenario = { ...VALID, ...(change as Partial<Scenario>) };
    expect(() => validateScenario(scenario)).toThrow(new Error(`invalid scenario: ${message}`));
  });

  test.each(BAD_ACTIONS)('action %j', (action, message) => {
    const scenario = { ...VALID, actions: [...VALID.actions, action as Action] };
    expect(() => validateScenario(scenario)).toThrow(new Error(`invalid scenario: action 4${message}`));
  });

  test('takes no use before the introduction', () => {
    const [fork, exec, use] = VALID.actions;
    expect(() => validateScenario({ ...VALID, actions: [use!, fork!, exec!] })).toThrow(
      'invalid scenario: action 1 (switch): task 1 (expected a whole number from 0 to 0)',
    );
  });
});
