import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lockstep } from '../../src/check/lockstep.js';
import { kindWord, outcomeOf } from '../../src/check/verdict.js';
import { Engine } from '../../src/engine/engine.js';
import { carryOn, smallFinding } from '../../src/fuzz/finding.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { printScenario } from '../../src/scenario/print.js';
import { validateScenario } from '../../src/scenario/validate.js';
import { KIND_WORDS } from '../../src/words.js';

const read = (name: string) =>
  parseScenario(readFileSync(new URL(`fixtures/${name}.cid`, import.meta.url), 'utf8'), `${name}.cid`);

describe('a schedule of RFC v6 that frees a cid in use', () => {
  const engine = new Engine();
  // As a campaign found it: seed 1, schedule 50718 of an early generator.
  const found = read('freed-in-use-found');
  const { result } = lockstep(engine, found);
  const kind = KIND_WORDS.indexOf('freed-in-use');

  it('is one', () => {
    expect(outcomeOf(result)).toBe('freed-in-use');
    expect(found.mutants).toEqual([]);
  });

  it('is made small, confirmed, and carried on to two tasks with one cid', () => {
    const small = smallFinding(engine, new Engine(), { schedule: 50718, kind, pc: 24, scenario: found });
    expect(small.parted).toBeNull();
    expect(small.found.scenario).toBe(found);
    validateScenario(small.minimized);
    expect(outcomeOf(lockstep(engine, small.minimized).result)).toBe('freed-in-use');
    expect(small.minimized.actions.length).toBeLessThanOrEqual(30);
    expect(small.minimized.expects).toEqual([{ algo: null, outcome: 'freed-in-use' }]);

    const carried = small.carried!;
    validateScenario(carried);
    expect(carried.oracle).toEqual(['duplicate-cid']);
    const { result: end, divergence } = lockstep(engine, carried);
    expect(divergence).toBeNull();
    expect(outcomeOf(end)).toBe('duplicate-cid');
    expect(new Set(end.violation!.tasks).size).toBe(2);
    expect(end.violation!.cid).toBeGreaterThanOrEqual(0);
    // With all kinds counting, it is the same finding that comes first.
    expect(outcomeOf(lockstep(engine, { ...carried, oracle: null }).result)).toBe('freed-in-use');
    expect(carried.expects).toEqual([{ algo: null, outcome: 'duplicate-cid' }]);
  });

  it('is carried on in the same way each time, whatever the engine did before', () => {
    const minimized = read('freed-in-use');
    const once = carryOn(new Engine(), minimized)!;
    engine.run(found);
    expect(printScenario(carryOn(engine, minimized)!)).toBe(printScenario(once));
    expect(kindWord(engine.run(once).violation!.kind)).toBe('duplicate-cid');
    // The baseline has no such thing.
    expect(engine.run({ ...once, algo: 'v6.3' }).violation).toBeNull();
  });

  it('is not carried on where that leads nowhere', () => {
    // A lone cpu has no second task at the same time.
    const lone = parseScenario(
      'cidfuzz 1\ncpus 1\nmm A\ntask a A 0\n---\nswitch 0 a\nstep 0 11\n',
      'lone.cid',
    );
    expect(carryOn(engine, lone)).toBeNull();
  });
});
