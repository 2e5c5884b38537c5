import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { MAX_ACTIONS, MAX_TASKS } from '../../src/abi.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { printScenario } from '../../src/scenario/print.js';
import { IDLE, NO_MM, type Scenario } from '../../src/scenario/scenario.js';
import { validateScenario } from '../../src/scenario/validate.js';

const FIXTURES = new URL('./fixtures/', import.meta.url);

/** Every kind of line, with comments, odd blanks and other spellings of numbers. */
const EVERYTHING = `# a comment first

cidfuzz 1                  # format version
algo rfc-v6
mutant no-second-check     # none or more
mutant racy-set no-age-check no-second-check
memory weak
arch arm64
preempt none
mm A
task y A 0
task k - 00_1# glued
\tcpus\t2\t
oracle ownership
oracle duplicate-cid   ownership
expect duplicate-cid
expect v6.3 ok
  ---  # über
switch 0 y
step 0 1_2
step 1
advance 101ms
advance 5s
advance 7
advance 1_500us
tick 0
work 0
fork 0 thread z
fork 1 thread z2 0
fork 0 process w B
fork 0 process w2 B2 1
exec 0 C
exec-fail 0
exit 0
migrate z 1
switch 0 idle
flush 0
flush 0 2
stale 0 1`;

const EVERYTHING_PARSED: Scenario = {
  algo: 'rfc-v6',
  mutants: ['no-age-check', 'no-second-check', 'racy-set'],
  memory: 'weak',
  arch: 'arm64',
  preempt: 'none',
  cpus: 2,
  mms: 1,
  tasks: [
    { mm: 0, home: 0 },
    { mm: NO_MM, home: 1 },
  ],
  mmNames: ['A', 'B', 'B2', 'C'],
  taskNames: ['y', 'k', 'z', 'z2', 'w', 'w2'],
  oracle: ['duplicate-cid', 'ownership'],
  expects: [
    { algo: null, outcome: 'duplicate-cid' },
    { algo: 'v6.3', outcome: 'ok' },
  ],
  actions: [
    { op: 'switch', cpu: 0, task: 0 },
    { op: 'step', cpu: 0, count: 12 },
    { op: 'step', cpu: 1, count: 1 },
    { op: 'advance', ns: 101_000_000 },
    { op: 'advance', ns: 5_000_000_000 },
    { op: 'advance', ns: 7 },
    { op: 'advance', ns: 1_500_000 },
    { op: 'tick', cpu: 0 },
    { op: 'work', cpu: 0 },
    { op: 'fork-thread', cpu: 0, task: 2, home: null },
    { op: 'fork-thread', cpu: 1, task: 3, home: 0 },
    { op: 'fork-process', cpu: 0, task: 4, mm: 1, home: null },
    { op: 'fork-process', cpu: 0, task: 5, mm: 2, home: 1 },
    { op: 'exec', cpu: 0, mm: 3 },
    { op: 'exec-fail', cpu: 0 },
    { op: 'exit', cpu: 0 },
    { op: 'migrate', task: 2, cpu: 1 },
    { op: 'switch', cpu: 0, task: IDLE },
    { op: 'flush', cpu: 0, index: 0 },
    { op: 'flush', cpu: 0, index: 2 },
    { op: 'stale', cpu: 0, age: 1 },
  ],
};

describe('parseScenario', () => {
  test('reads every kind of line', () => {
    expect(parseScenario(EVERYTHING, 'f')).toStrictEqual(EVERYTHING_PARSED);
  });

  test('reads bytes as it reads a string, from a view into a larger buffer too', () => {
    const bytes = new TextEncoder().encode(`junk${EVERYTHING}junk`);
    expect(parseScenario(bytes.subarray(4, bytes.length - 4), 'f')).toStrictEqual(EVERYTHING_PARSED);
  });

  test('takes CRLF for LF, and a carriage return at the end of the text', () => {
    expect(parseScenario(`${EVERYTHING.replaceAll('\n', '\r\n')}\r`, 'f')).toStrictEqual(EVERYTHING_PARSED);
  });

  test('gives the defaults, and no oracle where no line names one', () => {
    expect(parseScenario('cidfuzz 1\ncpus 1\n---\n', 'f')).toStrictEqual({
      algo: 'rfc-v6',
      mutants: [],
      memory: 'sc',
      arch: 'x86',
      preempt: 'full',
      cpus: 1,
      mms: 0,
      tasks: [],
      mmNames: [],
      taskNames: [],
      oracle: null,
      expects: [],
      actions: [],
    });
  });

  test('takes an oracle line without names for one under which nothing counts', () => {
    expect(parseScenario('cidfuzz 1\ncpus 1\noracle\n---\n', 'f').oracle).toEqual([]);
  });

  test('takes names that only look reserved', () => {
    const { taskNames } = parseScenario('cidfuzz 1\ncpus 1\ntask idlex - 0\ntask idle_0 - 0\n---', 'f');
    expect(taskNames).toEqual(['idlex', 'idle_0']);
  });

  test('takes as many tasks and cpus as are allowed', () => {
    const tasks = Array.from({ length: MAX_TASKS }, (_, i) => `task t${i} - 1023`).join('\n');
    const scenario = parseScenario(`cidfuzz 1\n${tasks}\ncpus 1024\n---\nswitch 1023 t255\n`, 'f');
    expect(scenario.tasks.length).toBe(MAX_TASKS);
    expect(scenario.actions).toEqual([{ op: 'switch', cpu: 1023, task: 255 }]);
  });

  test('takes a million actions, in linear time, and no more', () => {
    const text = `cidfuzz 1\ncpus 2\n---\n${'step 1 12\n'.repeat(MAX_ACTIONS)}`;
    const started = performance.now();
    expect(parseScenario(text, 'f').actions.length).toBe(MAX_ACTIONS);
    // Half a second on a slow machine; anything quadratic takes hours.
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(() => parseScenario(`${text}tick 0\n`, 'f')).toThrow(
      'f:1000004:1: more than 1000000 actions (expected fewer)',
    );
  });

  const fixtures = readdirSync(FIXTURES).filter((file) => file.endsWith('.cid'));

  test('finds the fixtures', () => {
    expect(fixtures.length).toBe(6);
  });

  test.each(fixtures)('reads %s', (file) => {
    const text = readFileSync(new URL(file, FIXTURES), 'utf8');
    const scenario = parseScenario(text, file);
    validateScenario(scenario);
    expect(scenario.actions.length).toBe(text.split('---\n')[1]!.trim().split('\n').length);
    // Machine-written: canonical but for a step count of 1.
    expect(printScenario(scenario)).toBe(text.replace(/^(step \d+) 1$/gm, '$1'));
  });
});
