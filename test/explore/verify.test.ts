import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseVerdicts } from '../../src/explore/verdict-list.js';
import { verifyEntry } from '../../src/explore/verify.js';
import { MUTANTS } from '../../src/words.js';
import { usualOptions } from './worlds.js';

const LIST = 'corpus/worlds/verdicts.json';
const entries = parseVerdicts(readFileSync(LIST, 'utf8'), LIST);

describe('the list of worlds', () => {
  it.each(entries.filter(({ short }) => short))('$name is $verdict', async (entry) => {
    const { outcome, met, verdict } = await verifyEntry(LIST, entry, usualOptions);
    expect([outcome, verdict.witness?.length ?? null]).toEqual([entry.verdict, entry.length]);
    expect(met).toBe(true);
  });

  it('would notice another verdict, and another length', async () => {
    const racy = entries.find(({ mutants }) => mutants.includes('racy-set'))!;
    const metAs = async (change: object) =>
      (await verifyEntry(LIST, { ...racy, ...change }, usualOptions)).met;
    expect(await metAs({})).toBe(true);
    expect(await metAs({ verdict: 'clean', length: null })).toBe(false);
    expect(await metAs({ length: racy.length! - 1 })).toBe(false);
    expect(await metAs({ mutants: [], bounds: { ...racy.bounds, works: 0 } })).toBe(false);
  });

  it('has a world for every algorithm and every mutant, and names once', () => {
    const algos = new Set(entries.map(({ algo }) => algo));
    expect([...algos].sort()).toEqual(['rfc-v6', 'rfc-v6-fixed', 'v6.3']);
    const mutants = new Set(entries.flatMap((entry) => entry.mutants));
    expect(MUTANTS.filter((mutant) => !mutants.has(mutant))).toEqual([]);
    expect(new Set(entries.map(({ name }) => name)).size).toBe(entries.length);
  });
});

describe('parseVerdicts', () => {
  const good = { name: 'n', world: 'w.cid', algo: 'rfc-v6', memory: 'sc', verdict: 'clean' };
  const parsed = (entry: object) => parseVerdicts(JSON.stringify([entry]), 'f.json');

  it('fills in what is left out', () => {
    expect(parsed(good)[0]).toMatchObject({
      arch: 'x86',
      preempt: 'full',
      mutants: [],
      anyWork: false,
      length: null,
    });
  });

  it.each([
    ['{', 'no JSON'],
    ['{}', 'no list (expected an array of worlds)'],
    ['[1]', 'entry 1: no object (expected one)'],
    [JSON.stringify([{ ...good, colour: 1 }]), 'entry 1: "colour" (expected one of name,'],
    [JSON.stringify([{ ...good, algo: 'x' }]), 'entry 1: algo is "x" (expected v6.3, rfc-v6, rfc-v6-fixed)'],
    [
      JSON.stringify([{ ...good, verdict: 'fine' }]),
      'entry 1: verdict is "fine" (expected clean, duplicate-cid',
    ],
    [JSON.stringify([{ ...good, name: '' }]), 'entry 1: name is missing (expected a text)'],
    [JSON.stringify([{ ...good, anyWork: 1 }]), 'entry 1: anyWork is 1 (expected true or false)'],
    [JSON.stringify([{ ...good, mutants: ['x'] }]), 'entry 1: mutants are no list of names of mutants'],
    [JSON.stringify([{ ...good, length: 'x' }]), 'entry 1: length is no number'],
    [JSON.stringify([{ ...good, bounds: { naps: 1 } }]), 'entry 1: bound "naps" (expected one of exits,'],
    [
      JSON.stringify([{ ...good, bounds: { ticks: 255 } }]),
      'entry 1: bound ticks is 255 (expected a whole number from 0 to 254)',
    ],
  ])('refuses %s', (text, message) => {
    expect(() => parseVerdicts(text, 'f.json')).toThrowError(`f.json: ${message}`);
  });
});
