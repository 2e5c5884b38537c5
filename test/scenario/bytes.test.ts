import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_ACTIONS, MAX_ADVANCE_NS, MAX_MMS, MAX_TASKS } from '../../src/abi.js';
import { scenarioFromBytes, scenarioToBytes } from '../../src/scenario/bytes.js';
import { mmNameAt, taskNameAt } from '../../src/scenario/names.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { printScenario } from '../../src/scenario/print.js';
import type { Scenario } from '../../src/scenario/scenario.js';
import { validateScenario } from '../../src/scenario/validate.js';
import { anyScenario } from './arbitrary.js';

/** What the byte form keeps of a scenario. */
function nameless(scenario: Scenario): Scenario {
  return {
    ...scenario,
    mmNames: scenario.mmNames.map((_, i) => mmNameAt(i)),
    taskNames: scenario.taskNames.map((_, i) => taskNameAt(i)),
    expects: [],
  };
}

/** Byte strings as a fuzzer has them: drawn, or of a scenario and changed, or with a wide or full head. */
const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 400, size: 'max' }),
  fc
    .tuple(anyScenario, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }), fc.nat())
    .map(([scenario, changes, cut]) => {
      const bytes = scenarioToBytes(scenario);
      for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
      return cut % 3 === 0 ? bytes.slice(0, cut % bytes.length) : bytes;
    }),
);

describe('the byte form', () => {
  test('carries all but names and expectations', () => {
    fc.assert(
      fc.property(anyScenario, (scenario) => {
        expect(scenarioFromBytes(scenarioToBytes(scenario))).toStrictEqual(nameless(scenario));
      }),
      { numRuns: 1000 },
    );
  });

  test('makes a valid scenario of every byte string, which reads back itself', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const scenario = scenarioFromBytes(bytes);
        validateScenario(scenario);
        const canonical = scenarioToBytes(scenario);
        expect(scenarioFromBytes(canonical)).toStrictEqual(scenario);
        expect(scenarioToBytes(scenarioFromBytes(canonical))).toEqual(canonical);
        expect(parseScenario(printScenario(scenario), 'f')).toStrictEqual(scenario);
      }),
      { numRuns: 2000 },
    );
  });

  test('makes of no bytes two tasks of one mm on two cpus, at rest', () => {
    expect(printScenario(scenarioFromBytes(new Uint8Array()))).toBe(`cidfuzz 1
algo rfc-v6
memory sc
arch x86
preempt full
cpus 2
mm A
task t0 A 0
task t1 A 0
---
`);
  });

  // Pinned: a stored byte string must go on meaning what it meant.
  test('stays what it was', () => {
    const text = `cidfuzz 1
algo v6.3
mutant no-age-check
mutant no-scan-limit
memory weak
arch arm64
preempt none
cpus 4
mm A
mm B
task t0 B 3
task t1 - 1
oracle duplicate-cid lock-leak
---
switch 3 t1
switch 2 idle
step 1
step 1 32
step 1 33
step 1 96
step 1 97
tick 1
work 1
exit 1
fork 1 thread t2
fork 1 process t3 C 0
exec 1 D
exec-fail 1
migrate t3 2
advance 101ms
advance 500ms
advance 250us
advance 255
advance 256
flush 1 7
flush 1 39
flush 1 40
stale 1 1
stale 1 40
stale 1 41
`;
    const hex = Buffer.from(scenarioToBytes(parseScenario(text, 'f'))).toString('hex');
    expect(hex.match(/../g)!.join(' ')).toBe(
      [
        '01 fe 02 01 00 80 00 08 01 01 01 03 f0 01',
        '13 01 22 00 01 00 01 1f 01 c0 01 ff f1 00 60 31 00 41 00 51 00 81 00 91 80 61 00 71 00 a2 03',
        'b0 65 b1 05 b2 fa b3 ff f0 01 80 02 c1 07 c1 ff f1 02 28 d1 00 d1 ff f1 03 28',
      ].join(' '),
    );
    expect(printScenario(scenarioFromBytes(Buffer.from(hex, 'hex')))).toBe(text);
  });

  test.each([
    [2, 2],
    [16, 2],
    [17, 3],
    [1024, 3],
  ])('on %d cpus an ordinary action takes %d bytes', (cpus, size) => {
    const text = `cidfuzz 1\ncpus ${cpus}\nmm A\ntask t0 A 0\n---\n`;
    const empty = scenarioToBytes(parseScenario(text, 'f')).length;
    const last = cpus - 1;
    for (const action of [
      `switch ${last} t0`,
      `switch ${last} idle`,
      `step ${last}`,
      `step ${last} 30`,
      `tick ${last}`,
      `work ${last}`,
      `exit ${last}`,
      `exec ${last} B`,
      `exec-fail ${last}`,
      `fork ${last} thread t1`,
      `fork ${last} process t1 B`,
      `migrate t0 ${last}`,
      'advance 101ms',
      `flush ${last}`,
      `stale ${last} 1`,
    ]) {
      expect(scenarioToBytes(parseScenario(text + action, 'f')).length - empty, action).toBe(size);
    }
  });

  test('makes something harmless of forks and execs in a full world', () => {
    // 256 tasks, 64 mms: a head with escapes, then the tasks; then every fork and exec there is.
    const full = scenarioToBytes({
      ...scenarioFromBytes(new Uint8Array()),
      mms: MAX_MMS,
      tasks: Array.from({ length: MAX_TASKS }, () => ({ mm: 0, home: 0 })),
    });
    const bytes = Buffer.concat([full, Buffer.from('8100918361008101f10401f10501', 'hex')]);
    const scenario = scenarioFromBytes(bytes);
    validateScenario(scenario);
    expect(scenario.actions).toEqual([
      { op: 'step', cpu: 1, count: 1 },
      { op: 'step', cpu: 1, count: 4 },
      { op: 'exec-fail', cpu: 1 },
      { op: 'step', cpu: 1, count: 2 },
      { op: 'step', cpu: 1, count: 1 },
      { op: 'step', cpu: 1, count: 1 },
    ]);
  });

  test('takes the longest number modulo the limit', () => {
    const head = scenarioToBytes(scenarioFromBytes(new Uint8Array()));
    const longest = Buffer.concat([head, Buffer.from('f101ffffffffff3100', 'hex')]);
    const { actions } = scenarioFromBytes(longest);
    expect(actions).toEqual([
      { op: 'advance', ns: (2 ** 35 - 1) % (MAX_ADVANCE_NS + 1) },
      { op: 'tick', cpu: 1 },
    ]);
  });

  test('takes hundreds of milliseconds modulo the longest advance', () => {
    const head = scenarioToBytes(scenarioFromBytes(new Uint8Array()));
    const { actions } = scenarioFromBytes(Buffer.concat([head, Buffer.from('b132b133b1ff', 'hex')]));
    expect(actions).toEqual([
      { op: 'advance', ns: 5_000_000_000 },
      { op: 'advance', ns: 0 },
      { op: 'advance', ns: 0 },
    ]);
  });

  test('stops at a million actions', () => {
    const { actions } = scenarioFromBytes(new Uint8Array(2 * MAX_ACTIONS + 100));
    expect(actions.length).toBe(MAX_ACTIONS);
  });

  test('keeps most actions when a byte among them changes', () => {
    const isLong = (byte: number): boolean => byte >>> 4 === 15;
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 100, maxLength: 100 }),
        fc.nat(99),
        fc.nat(255),
        (body, at, byte) => {
          // Without long actions, whose length differs, and without forks, which change what there is.
          const plain = body.map((b, i) => (i % 2 === 0 && b >>> 4 > 5 && b >>> 4 < 10 ? b & 0xf : b));
          const fixed = plain.map((b, i) => (i % 2 === 0 && isLong(b) ? b & 0xf : b));
          const changed = fixed.slice();
          changed[at] = at % 2 === 0 ? byte % 0x60 : byte;
          const head = scenarioToBytes(scenarioFromBytes(new Uint8Array()));
          const before = scenarioFromBytes(Buffer.concat([head, fixed])).actions;
          const after = scenarioFromBytes(Buffer.concat([head, changed])).actions;
          expect(before.length).toBe(50);
          const hit = at >> 1;
          expect(after.toSpliced(hit, 1)).toEqual(before.toSpliced(hit, 1));
        },
      ),
    );
  });

  test('drawn bytes give small worlds mostly', () => {
    const worlds = fc.sample(fc.uint8Array({ minLength: 100, maxLength: 100 }), { numRuns: 500, seed: 1 });
    const small = worlds.map(scenarioFromBytes).filter((s) => s.cpus <= 16 && s.tasks.length <= 16);
    expect(small.length).toBeGreaterThan(350);
  });
});
