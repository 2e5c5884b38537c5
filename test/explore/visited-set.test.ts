import { describe, expect, it } from 'vitest';
import { VisitedSet } from '../../src/explore/visited-set.js';
import { Random } from '../check/random.js';

const WORDS_EACH = 44;
const FP_MASK = (1n << 63n) - 1n;

function drawWord(random: Random): bigint {
  return (BigInt(random.below(2 ** 32)) << 32n) | BigInt(random.below(2 ** 32));
}

/** A fingerprint: 63 bits, never 0. */
function drawFp(random: Random): bigint {
  return drawWord(random) & FP_MASK || 1n;
}

/** Puts all in, with room made before each `step`; how often it grew. */
function fill(set: VisitedSet, fps: readonly bigint[], step: number): number {
  let growths = 0;
  for (let i = 0; i < fps.length; i++) {
    if (i % step === 0 && !set.hasRoom(i, step)) {
      const before = set.bytes();
      expect(set.makeRoom(i, step, WORDS_EACH)).toBe(true);
      expect(set.bytes()).toBeGreaterThan(before);
      growths += 1;
    }
    expect(set.exports.insert(fps[i]!)).toBe(1);
  }
  return growths;
}

function expectExactly(set: VisitedSet, fps: readonly bigint[], others: readonly bigint[]): void {
  expect(fps.filter((fp) => set.exports.has(fp) !== 1)).toEqual([]);
  expect(fps.filter((fp) => set.exports.insert(fp) !== 0)).toEqual([]);
  expect(others.filter((fp) => set.exports.has(fp) !== 0)).toEqual([]);
}

/** The fingerprints in the table's slots: what is in it, and how often. */
function tableOf(set: VisitedSet): bigint[] {
  const slots = new BigUint64Array(set.memory.buffer, 0x10000, set.exports.slots() >>> 0);
  return [...slots].filter((fp) => fp !== 0n).sort((a, b) => (a < b ? -1 : 1));
}

function distinct(count: number, draw: () => bigint): bigint[] {
  const drawn = new Set<bigint>();
  while (drawn.size < count) drawn.add(draw());
  return [...drawn];
}

const ascending = (fps: readonly bigint[]) => [...fps].sort((a, b) => (a < b ? -1 : 1));

describe('fingerprints', () => {
  it('are all there after many growths, each once, and no others', () => {
    const random = new Random(1);
    const all = distinct(320_000, () => drawFp(random));
    const fps = all.slice(0, 300_000);
    const set = VisitedSet.create(64, false);
    expect(fill(set, fps, 1000)).toBeGreaterThan(3);
    expectExactly(set, fps, all.slice(300_000));
    expect(tableOf(set)).toEqual(ascending(fps));
  });

  it.each([
    ['at the end of the table, so that they go on at its beginning', FP_MASK - 0xffff_ffffn],
    ['at its beginning', 1n],
    ['in its middle', 1n << 62n],
  ])('that are next to each other: %s', (_, base) => {
    const random = new Random(2);
    // All of one home, until the table is large; and some elsewhere.
    const near = distinct(3000, () => base + (drawWord(random) & 0xfff_ffffn));
    const far = distinct(60_000, () => drawFp(random));
    const fps = [...new Set([...near, ...far])];
    const set = VisitedSet.create(64, false);
    // It grows while they are one long run, and again when others are between them.
    let slots = 1 << 16;
    for (const [i, fp] of fps.entries()) {
      if (i === 1000 || i === 5000 || i === 30_000) {
        slots = Math.ceil(slots * 1.5);
        expect(set.makeRoom(Math.floor(slots * 0.8) - 100, 100, WORDS_EACH)).toBe(true);
      }
      expect(set.exports.insert(fp)).toBe(1);
    }
    expect(set.exports.slots()).toBeGreaterThan(1 << 16);
    expectExactly(set, fps, [base + 0x1000_0000n, base + 0x1000_0001n]);
    expect(tableOf(set)).toEqual(ascending(fps));
  });

  it('are shared with a worker, and kept in a copy of the memory', () => {
    const random = new Random(3);
    const fps = distinct(50_000, () => drawFp(random));
    const set = VisitedSet.create(64, false);
    fill(set, fps.slice(0, 40_000), 1000);
    const worker = VisitedSet.join(set.memory);
    for (const fp of fps.slice(40_000, 45_000)) expect(worker.exports.insert(fp)).toBe(1);
    expectExactly(set, fps.slice(0, 45_000), fps.slice(45_000));
    const copy = VisitedSet.restore(new Uint8Array(set.memory.buffer).slice(), 64, false);
    expect(copy.bytes()).toBe(set.bytes());
    expectExactly(copy, fps.slice(0, 45_000), fps.slice(45_000));
    // It goes on by itself, and grows.
    expect(copy.makeRoom(45_000, 200_000, WORDS_EACH)).toBe(true);
    for (const fp of fps.slice(45_000)) expect(copy.exports.insert(fp)).toBe(1);
    expectExactly(copy, fps, []);
    expect(set.exports.has(fps[45_000]!)).toBe(0);
  });

  it.each([1, 3, 10])('take no more than the %i MiB allowed', (megabytes) => {
    const set = VisitedSet.create(megabytes, false);
    let used = 0;
    while (set.makeRoom(used, 1000, WORDS_EACH)) used += 1000;
    expect(set.memory.buffer.byteLength).toBeLessThanOrEqual(megabytes << 20);
    expect(set.bytes()).toBeLessThan(megabytes << 20);
    // Most of it is of use, and it never gets full.
    expect(used * 8).toBeGreaterThan((megabytes << 20) * 0.8);
    expect(used * 8).toBeLessThan(set.bytes() * 0.95);
    // What is too much at once leaves it as it is.
    expect(set.makeRoom(0, 1000, WORDS_EACH)).toBe(true);
    expect(set.makeRoom(1_000_000_000, 1000, WORDS_EACH)).toBe(false);
  });

  it('to a copy more memory may be allowed', () => {
    const small = VisitedSet.create(1, false);
    while (small.makeRoom(Math.floor((small.bytes() / 8) * 0.85), 1000, WORDS_EACH)) {
      if (small.memory.buffer.byteLength >= 1 << 20) break;
    }
    expect(small.makeRoom(200_000, 1000, WORDS_EACH)).toBe(false);
    const bytes = new Uint8Array(small.memory.buffer).slice();
    expect(VisitedSet.restore(bytes, 1, false).makeRoom(200_000, 1000, WORDS_EACH)).toBe(false);
    expect(VisitedSet.restore(bytes, 8, false).makeRoom(200_000, 1000, WORDS_EACH)).toBe(true);
  });
});

describe('whole states', () => {
  /** As the explorer does: its words, then the state. */
  function insert(set: VisitedSet, words: readonly bigint[], fp: bigint): number {
    words.forEach((word, i) => {
      set.exports.word(i, word);
    });
    return set.exports.insertWhole(words.length, fp);
  }

  const draw = (random: Random) => Array.from({ length: 1 + random.below(44) }, () => drawWord(random));

  it('are all there, each once', () => {
    const random = new Random(4);
    const states = Array.from({ length: 10_000 }, () => ({ words: draw(random), fp: drawFp(random) }));
    const set = VisitedSet.create(64, true);
    for (const [i, { words, fp }] of states.entries()) {
      if (i % 1000 === 0) expect(set.makeRoom(i, 1000, WORDS_EACH)).toBe(true);
      expect(insert(set, words, fp)).toBe(1);
    }
    const used = set.bytes();
    for (const { words, fp } of states) expect(insert(set, words, fp)).toBe(0);
    expect(set.bytes()).toBe(used);
    const copy = VisitedSet.restore(new Uint8Array(set.memory.buffer).slice(), 64, true);
    for (const { words, fp } of states) expect(insert(copy, words, fp)).toBe(0);
    expect(insert(copy, [1n], 1n)).toBe(1);
  });

  it('are never taken for others of the same fingerprint', () => {
    const random = new Random(5);
    const set = VisitedSet.create(64, true);
    const words = draw(random);
    const long = [...words, ...words, 7n].slice(0, 10);
    const states = [
      long,
      // One word less, one bit more, in another order.
      long.slice(0, 9),
      [...long.slice(0, 9), long[9]! ^ 1n],
      [...long.slice(0, 9), long[9]! ^ (1n << 63n)],
      [long[0]! ^ 1n, ...long.slice(1)],
      [...long, 0n],
    ];
    for (const fp of [1n, FP_MASK, 0x1234_5678_9abc_def0n]) {
      for (const state of states) expect(insert(set, state, fp)).toBe(1);
      for (const state of states) expect(insert(set, state, fp)).toBe(0);
    }
  });

  it('take no more than the memory allowed', () => {
    const set = VisitedSet.create(2, true);
    const random = new Random(6);
    let used = 0;
    while (set.makeRoom(used, 10, WORDS_EACH)) {
      for (let i = 0; i < 10; i++) expect(insert(set, draw(random), drawFp(random))).toBe(1);
      used += 10;
    }
    expect(set.memory.buffer.byteLength).toBeLessThanOrEqual(2 << 20);
    expect(set.bytes()).toBeGreaterThan((2 << 20) * 0.9);
    expect(set.bytes()).toBeLessThanOrEqual(set.memory.buffer.byteLength);
  });

  it('of one word are as many as the table takes', () => {
    const set = VisitedSet.create(1, true);
    const random = new Random(7);
    let used = 0;
    while (set.makeRoom(used, 10, 1)) {
      for (let i = 0; i < 10; i++) expect(insert(set, [drawWord(random)], drawFp(random))).toBe(1);
      used += 10;
    }
    expect(used).toBeLessThan(set.exports.slots());
    expect(used).toBeGreaterThan(set.exports.slots() * 0.8);
  });
});
