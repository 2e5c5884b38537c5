import { describe, expect, it } from 'vitest';
import { KINDS } from '../../src/abi.js';
import type { Violation } from '../../src/event/event.js';
import { violationSentence } from '../../src/report/sentence.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { KIND_WORDS } from '../../src/words.js';

const scenario = parseScenario('cidfuzz 1\ncpus 4\nmm A\ntask w A 0\ntask y A 1\n---\n', 'names');
const cpuOf = (task: number) => task;

function of(kind: (typeof KIND_WORDS)[number], rest: Partial<Violation> = {}, known = {}): string {
  const violation = { step: 57, action: 9, cpu: 0, mm: 0, cid: 0, tasks: [], ...rest };
  return violationSentence(scenario, { kind: KIND_WORDS.indexOf(kind), ...violation }, known);
}

describe('violationSentence', () => {
  it('names who shares an id', () => {
    expect(of('duplicate-cid', { tasks: [0, 1] }, { cpuOf })).toBe(
      'At step 57 w on cpu 0 and y on cpu 1 both run with concurrency id 0 of A: user space that indexes per-id data is corrupted.',
    );
    expect(of('duplicate-cid', { tasks: [0, 1] })).toContain(' w and y both run with ');
  });

  it('tells who freed an id, where it is known', () => {
    expect(
      of('freed-in-use', { tasks: [1] }, { cpuOf, actor: 'w on cpu 0', slot: { cpu: 1, word: 'unset' } }),
    ).toBe(
      'At step 57 w on cpu 0 makes cid[A][1] unset while y on cpu 1 runs with concurrency id 0 of A: the id can be given to another task while y still uses it.',
    );
    expect(of('freed-in-use', { tasks: [1] })).toBe(
      "At step 57 y runs with concurrency id 0 of A, but its cpu's slot says neither 0 nor lazy 0: the id can be given to another task while y still uses it.",
    );
    expect(of('freed-in-use', { tasks: [0] }, { cpuOf, slot: { cpu: 0, word: '2' } })).toContain(
      'but cid[A][0] says 2',
    );
  });

  it('tells the ways in which ownership breaks apart', () => {
    const ownership = (slots: number[], bitSet: boolean, buffered: number[] = []) =>
      of('ownership', { cid: 3 }, { ownership: { slots, buffered, bitSet } });
    expect(ownership([], true)).toContain(
      "bit 3 of A's cidmask is set, no slot holds the id, and not exactly one routine under way owns it",
    );
    expect(ownership([1], false)).toContain('is clear while cid[A][1] still holds 3');
    expect(ownership([1, 2], true)).toContain('more than one owner, cid[A][1] and cid[A][2]');
    expect(ownership([1], true, [2])).toContain(
      "more than one owner, cid[A][1] and cid[A][2] (in cpu 2's store buffer)",
    );
    expect(ownership([1], true)).toContain('two owners, cid[A][1] and a routine under way');
  });

  it('names what is missing, stuck or left over', () => {
    expect(of('bad-cid', { cid: -1 })).toContain(
      'mm_cid_get(A) on cpu 0 ends with no id (-1), outside 0 to 3',
    );
    expect(of('null-mm', {}, { leaving: 'w' })).toContain(
      'switches away from w, that has mm_cid_active set but no mm',
    );
    expect(of('livelock', {}, { waitsFor: 'cid_lock' })).toContain('cpu 0 spins for ever on cid_lock');
    expect(of('compactness', { cid: 1, tasks: [1] }, { cpuOf })).toContain(
      'y on cpu 1 runs with concurrency id 1 of A, although A has no more than 1 user',
    );
    expect(of('stranded-lazy', { cpu: 1 })).toMatch(/^At the end A's slot on cpu 1 is left as lazy 0/);
    expect(of('lock-leak', {}, { leaked: 'cid_lock is still held' })).toMatch(
      /^At the end cid_lock is still held/,
    );
  });

  it('has a sentence of its own for every kind', () => {
    const sentences = KIND_WORDS.slice(1).map((kind) => of(kind));
    expect(new Set(sentences).size).toBe(KINDS - 1);
    for (const sentence of sentences) {
      expect(sentence).toMatch(/^At (step 57|the end) .*\.$/);
      expect(sentence).not.toMatch(/is violated|undefined|null\b/);
    }
  });
});
