import { describe, expect, it } from 'vitest';
import { partsOf, rebuild, withoutActions } from '../../src/minimize/edit.js';
import { keepCpus } from '../../src/minimize/passes/cpus.js';
import { canonicalNames } from '../../src/minimize/passes/names.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { printScenario } from '../../src/scenario/print.js';
import { validateScenario } from '../../src/scenario/validate.js';

const scenario = parseScenario(
  `cidfuzz 1
cpus 3
mm OLD
mm X
task kt - 2
task t1 X 1
task t0 X 0
---
switch 0 t0
fork 0 process p FRESH 1
fork 0 thread q 2
exec 0 NEXT
switch 1 p
migrate q 1
advance 1ms
switch 2 kt
`,
  'edit',
);
const actionsOf = (text: string) => text.slice(text.indexOf('---\n') + 4);

describe('rebuild', () => {
  it('changes nothing where nothing is changed', () => {
    expect(rebuild(scenario, partsOf(scenario))).toEqual(scenario);
  });

  it('drops the uses of a task with its fork, and numbers the rest anew', () => {
    const smaller = withoutActions(scenario, [1]);
    validateScenario(smaller);
    expect(smaller.mmNames).toEqual(['OLD', 'X', 'NEXT']);
    expect(actionsOf(printScenario(smaller))).toBe(
      'switch 0 t0\nfork 0 thread q 2\nexec 0 NEXT\nmigrate q 1\nadvance 1ms\nswitch 2 kt\n',
    );
  });

  it('drops the tasks of an mm with it', () => {
    const parts = partsOf(scenario);
    const smaller = rebuild(scenario, { ...parts, mms: [0] });
    validateScenario(smaller);
    expect(smaller.taskNames).toEqual(['kt', 'p', 'q']);
    expect(smaller.tasks).toEqual([{ mm: -1, home: 2 }]);
  });

  it('drops what is on a cpu with it, and renumbers the others', () => {
    const smaller = keepCpus(scenario, [0, 2]);
    validateScenario(smaller);
    expect(smaller.taskNames).toEqual(['kt', 't0', 'q']);
    expect(actionsOf(printScenario(smaller))).toBe(
      'switch 0 t0\nfork 0 thread q 1\nexec 0 NEXT\nadvance 1ms\nswitch 1 kt\n',
    );
  });

  it('drops what comes before the introduction of its name', () => {
    const reversed = rebuild(scenario, { ...partsOf(scenario), actions: scenario.actions.toReversed() });
    validateScenario(reversed);
    expect(reversed.actions.map(({ op }) => op)).toEqual([
      'switch',
      'advance',
      'exec',
      'fork-thread',
      'fork-process',
      'switch',
    ]);
  });
});

describe('canonicalNames', () => {
  it('names and orders by first use, kernel threads apart', () => {
    const named = canonicalNames(scenario);
    validateScenario(named);
    expect(printScenario(named)).toMatchInlineSnapshot(`
      "cidfuzz 1
      algo rfc-v6
      memory sc
      arch x86
      preempt full
      cpus 3
      mm A
      mm B
      task a A 0
      task k - 2
      task b A 1
      ---
      switch 0 a
      fork 0 process c C 1
      fork 0 thread d 2
      exec 0 D
      switch 1 c
      migrate d 1
      advance 1ms
      switch 2 k
      "
    `);
  });
});
