import {
  COUNT,
  ENTRY_SINCE,
  ENTRY_WORDS,
  FLOOR,
  type LitmusMemory,
  ORDER,
  SEEN,
  UNLOCKED,
} from '../engine/litmus-memory.js';
import { bitOf } from './compile.js';
import type { Machine } from './machine.js';

/** No commit comes so late. */
const NEVER = 0x7fffffff;
/** The set of all locations. */
const ALL = -1;

/**
 * Takes down a machine's state as words, and sets it back. States from which the same can come have the same
 * words, wherever that is easy to see:
 *
 *  - Commits are forgotten that nobody can read behind any more: those before the window of every thread that may
 *    yet read their location. A position is then a number of the commits that are left, so that two ways
 *    to a state that differ in forgotten commits meet.
 *  - What a thread must not go back behind is left out where its window or its accesses to come do not reach there.
 *  - Registers count only where something depends on them ({@link Locals.settle}).
 *
 * Words: those of Locals; the values of the locations; how many commits are left, and for each its location and
 * the value before it; for each thread its buffer (count, order, floor, unlocked, pairs), its entries and its pairs.
 * Under sc and tso there are no commits, positions and pairs.
 */
export class Canonical {
  private words = new Int32Array(1024);
  private length = 0;
  /** By thread and location: the position that the loads of the thread must not go back behind; 0 for none. */
  private readonly seen: Int32Array;
  /** By location: the first commit that somebody may yet read behind. */
  private readonly kept: Int32Array;
  /** By position: how many commits before it are left. */
  private ranks = new Int32Array(64);
  /** By thread: its window, a rank. */
  private readonly floors: Int32Array;
  private readonly threads: number;
  private readonly locations: number;
  private readonly memory: LitmusMemory;
  private readonly weak: boolean;
  private readonly rank = (position: number): number => this.ranks[position]!;
  private readonly floor = (t: number): number => this.floors[t]!;

  constructor(private readonly machine: Machine) {
    const { program, memory } = machine;
    this.memory = memory;
    this.weak = program.model === 'weak';
    this.threads = program.threads.length;
    this.locations = program.test.locations.length;
    this.seen = new Int32Array(this.threads * this.locations);
    this.kept = new Int32Array(this.locations);
    this.floors = new Int32Array(this.threads);
  }

  /** The state of the machine; valid until the next call. The machine must then be set to one before it goes on. */
  save(): Int32Array {
    const { machine, memory } = this;
    const locals = machine.locals;
    this.gatherSeen();
    this.rankCommits();
    for (let t = 0; t < this.threads; t++) {
      this.floors[t] = this.reads(t) === 0 ? 0 : this.rank(memory.words[memory.bufferAt(t) + FLOOR]!);
    }
    if (machine.reduce) locals.settle(this.rank, this.floor);
    this.length = 0;
    for (let i = 0; i < locals.words.length; i++) this.put(locals.words[i]!);
    for (let loc = 0; loc < this.locations; loc++) this.put(memory.value(loc));
    if (this.weak) this.putCommits();
    for (let t = 0; t < this.threads; t++) this.putThread(t);
    return this.words.subarray(0, this.length);
  }

  /** Sets the machine to a state that `save` gave. */
  restore(saved: Int32Array): void {
    const { memory } = this;
    const { words } = memory;
    const locals = this.machine.locals.words;
    let i = 0;
    for (; i < locals.length; i++) locals[i] = saved[i]!;
    for (let loc = 0; loc < this.locations; loc++) this.setWide(memory.valueAt(loc), saved[i++]!);
    const commits = this.weak ? saved[i++]! : 0;
    memory.setNow(commits);
    for (let n = 0; n < commits; n++) {
      words[memory.commitAt(n)] = memory.addressOf(saved[i++]!);
      this.setWide(memory.commitAt(n) + 2, saved[i++]!);
    }
    for (let t = 0; t < this.threads; t++) {
      const at = memory.bufferAt(t);
      for (const field of [COUNT, ORDER, FLOOR, UNLOCKED, SEEN]) words[at + field] = saved[i++]!;
      for (let e = 0; e < words[at + COUNT]!; e++) {
        const entry = memory.entryAt(t, e);
        words[entry] = memory.addressOf(saved[i++]!);
        for (let word = 1; word < ENTRY_WORDS; word++) words[entry + word] = saved[i++]!;
      }
      for (let pair = 0; pair < words[at + SEEN]!; pair++) {
        words[memory.seenAt(t, pair)] = memory.addressOf(saved[i++]!);
        words[memory.seenAt(t, pair) + 1] = saved[i++]!;
      }
    }
  }

  /**
   * The locations that a thread may yet read, if it has loads to come: what it reads there, by an rmw too, may
   * narrow those.
   */
  private reads(t: number): number {
    const { program, locals, reduce } = this.machine;
    if (!reduce) return ALL;
    const ahead = program.ahead[t]!;
    const pc = locals.words[t]!;
    return ahead.loads[pc] === 0 ? 0 : ahead.reads[pc]!;
  }

  private gatherSeen(): void {
    const { memory, seen } = this;
    seen.fill(0);
    for (let t = 0; t < this.threads; t++) {
      const pairs = memory.words[memory.bufferAt(t) + SEEN]!;
      for (let i = 0; i < pairs; i++) {
        const at = memory.seenAt(t, i);
        const cell = t * this.locations + memory.locationAt(memory.words[at]!);
        seen[cell] = Math.max(seen[cell]!, memory.words[at + 1]!);
      }
    }
  }

  private rankCommits(): void {
    const { memory, kept } = this;
    const commits = memory.now();
    if (this.ranks.length <= commits) this.ranks = new Int32Array(2 * commits + 2);
    kept.fill(this.machine.reduce ? NEVER : 0);
    if (this.machine.reduce) for (let t = 0; t < this.threads; t++) this.keepFor(t);
    let left = 0;
    this.ranks[0] = 0;
    for (let n = 0; n < commits; n++) {
      if (this.isKept(n)) left++;
      this.ranks[n + 1] = left;
    }
  }

  /** Keeps the commits that a thread may yet read behind. */
  private keepFor(t: number): void {
    const { memory, kept } = this;
    const reads = this.reads(t);
    if (reads === 0) return;
    const floor = memory.words[memory.bufferAt(t) + FLOOR]!;
    for (let loc = 0; loc < this.locations; loc++) {
      // A load is forwarded from a store that waits; when that has drained, there is no way back behind it.
      if ((reads & bitOf(loc)) === 0 || this.hasWaiting(t, loc)) continue;
      kept[loc] = Math.min(kept[loc]!, Math.max(floor, this.seen[t * this.locations + loc]!));
    }
  }

  private hasWaiting(t: number, loc: number): boolean {
    const { memory } = this;
    const address = memory.addressOf(loc);
    for (let i = memory.waiting(t) - 1; i >= 0; i--) {
      if (memory.words[memory.entryAt(t, i)] === address) return true;
    }
    return false;
  }

  private isKept(n: number): boolean {
    const { memory } = this;
    return n >= this.kept[memory.locationAt(memory.words[memory.commitAt(n)]!)]! && n >= memory.oldest();
  }

  private putCommits(): void {
    const { memory } = this;
    const commits = memory.now();
    this.put(this.rank(commits));
    for (let n = 0; n < commits; n++) {
      if (!this.isKept(n)) continue;
      const at = memory.commitAt(n);
      this.put(memory.locationAt(memory.words[at]!));
      this.put(memory.words[at + 2]!);
    }
  }

  private putThread(t: number): void {
    const { memory } = this;
    const { words } = memory;
    const reads = this.reads(t);
    const floor = this.floors[t]!;
    const at = memory.bufferAt(t);
    const count = words[at + COUNT]!;
    this.put(count);
    this.put(words[at + ORDER]!);
    this.put(floor);
    const unlocked = this.weak && reads !== 0 ? this.rank(words[at + UNLOCKED]!) : 0;
    this.put(unlocked > floor ? unlocked : 0);
    const pairsAt = this.length;
    this.put(0);
    for (let i = 0; i < count; i++) {
      const entry = memory.entryAt(t, i);
      const loc = memory.locationAt(words[entry]!);
      this.put(loc);
      for (let word = 1; word < ENTRY_SINCE; word++) this.put(words[entry + word]!);
      const since = this.weak && reads & bitOf(loc) ? this.rank(words[entry + ENTRY_SINCE]!) : 0;
      this.put(since > floor ? since : 0);
    }
    for (let loc = 0; loc < this.locations; loc++) {
      if ((reads & bitOf(loc)) === 0) continue;
      const position = this.rank(this.seen[t * this.locations + loc]!);
      if (position <= floor) continue;
      this.put(loc);
      this.put(position);
      this.words[pairsAt]!++;
    }
  }

  private put(word: number): void {
    if (this.length === this.words.length) {
      const longer = new Int32Array(2 * this.length);
      longer.set(this.words);
      this.words = longer;
    }
    this.words[this.length++] = word;
  }

  /** A number of 64 bits where the engine keeps one. */
  private setWide(at: number, value: number): void {
    this.memory.words[at] = value;
    this.memory.words[at + 1] = value >> 31;
  }
}
