import { MEMORIES, type Memory } from '../words.js';
import {
  ACTIONS,
  BUFFER_SHIFT,
  BUFFERS,
  HISTORY,
  HISTORY_COMMITS,
  LOADS,
  LOADS_SHIFT,
  MEM_STATE,
  WORLD,
} from './addresses.js';
import { type Build, type Exports, instantiate } from './wasm.js';

const PAGE = 65536;

/** An order of a store. */
export const STORE_ONCE = 0;
export const STORE_RELEASE = 1;
export const STORE_UNLOCK = 2;

/** An order of a read-modify-write that writes. */
export const RMW_RELAXED = 0;
export const RMW_ACQUIRE = 1;
export const RMW_RELEASE = 2;
export const RMW_FULL = 3;
export const RMW_LOCK = 4;

export const FENCE_MB = 0;
export const FENCE_RMB = 1;
export const FENCE_WMB = 2;

// Where the state is, in words of 32 bits (classes Buffer, Entry, Commit and Seen of assembly/memory.ts).
const COMMITS = MEM_STATE >> 2;
const HISTORY_WORD = HISTORY >> 2;
const WORLD_WORD = WORLD >> 2;
/** Within a cpu's buffer. */
export const COUNT = 0;
export const ORDER = 1;
export const FLOOR = 2;
export const SEEN = 3;
/** Litmus only: the position at the last unlock. */
export const UNLOCKED = 5;
const ENTRIES = 8;
/** Words of a waiting store: its location's address, what it waits for, value (2), frame, since. */
export const ENTRY_WORDS = 6;
export const ENTRY_SINCE = 5;

/**
 * The memory subsystem of the Wasm engine alone: threads (one a cpu) and locations, that hold 32-bit signed
 * numbers. It also lays open its state, so that a search can take it down, rewrite it and set it back.
 *
 * A *position* is a number of commits (stores that have reached memory); under sc and tso all are 0.
 */
export class LitmusMemory {
  /** The engine's memory. */
  readonly words: Int32Array;
  private readonly wasm: Exports;

  /** @throws Error when the build is not there */
  constructor(source: Build | Uint8Array = 'release') {
    this.wasm = instantiate(source);
    const missing = ACTIONS - this.wasm.memory.buffer.byteLength;
    if (missing > 0) this.wasm.memory.grow(Math.ceil(missing / PAGE));
    this.words = new Int32Array(this.wasm.memory.buffer);
  }

  /** Everything is empty, and every location 0. */
  begin(threads: number, model: Memory, locations: number): void {
    this.wasm.litmusBegin(threads, MEMORIES.indexOf(model), locations);
  }

  /** What a location starts with. */
  init(loc: number, value: number): void {
    this.wasm.litmusInit(loc, value);
  }

  value(loc: number): number {
    return this.wasm.litmusValue(loc);
  }

  /** How many older values a load of `loc` by `c` may return now, none of which was gone at position `after`. */
  ages(c: number, loc: number, after: number): number {
    return this.wasm.litmusAges(c, loc, after);
  }

  /** Loads the age-th older value (0: the newest). */
  load(c: number, loc: number, age: number, after: number, acquire: boolean): number {
    return this.wasm.litmusLoad(c, loc, age, after, acquire ? 1 : 0);
  }

  /** The position that the last load read from: what a load that depends on it is `after`. */
  position(): number {
    return this.wasm.litmusPosition();
  }

  /**
   * @param order STORE_*
   * @param since the position that its value and address depend on: a load that it is forwarded to is not before
   */
  store(c: number, loc: number, value: number, order: number, since: number): void {
    this.wasm.litmusStore(c, loc, value, order, since);
  }

  /** Begins a read-modify-write: what must be before it drains, then it reads. Then `rmwWrite` or `rmwFail`. */
  rmwOld(c: number, loc: number): number {
    return this.wasm.litmusRmwOld(c, loc);
  }

  /** @param order RMW_* */
  rmwWrite(c: number, loc: number, value: number, order: number): void {
    this.wasm.litmusRmwWrite(c, loc, value, order);
  }

  /** It does not write, and orders nothing. */
  rmwFail(c: number, loc: number): void {
    this.wasm.litmusRmwFail(c, loc);
  }

  /** @param kind FENCE_* */
  fence(c: number, kind: number): void {
    this.wasm.litmusFence(c, kind);
  }

  /** How many stores of `c` wait. */
  waiting(c: number): number {
    return this.wasm.litmusWaiting(c);
  }

  /** Whether waiting store `i` of `c`, from the oldest, may drain now. */
  mayFlush(c: number, i: number): boolean {
    return this.wasm.litmusMayFlush(c, i) !== 0;
  }

  flush(c: number, i: number): void {
    this.wasm.litmusFlush(c, i);
  }

  /** The position now. */
  now(): number {
    return this.wasm.litmusNow();
  }

  /** Loads of `c` from now on return nothing that was gone at `position`. */
  raise(c: number, position: number): void {
    this.wasm.litmusRaise(c, position);
  }

  /** Drains all that `c` has waiting. */
  drain(c: number): void {
    this.wasm.litmusDrain(c);
  }

  // ---- its state ----

  setNow(commits: number): void {
    this.words[COMMITS] = commits;
  }

  /** The word where buffer and window of `c` begin; there COUNT, ORDER, FLOOR, SEEN, UNLOCKED. */
  bufferAt(c: number): number {
    return (BUFFERS >> 2) + (c << (BUFFER_SHIFT - 2));
  }

  /** The word where waiting store `i` of `c` begins. */
  entryAt(c: number, i: number): number {
    return this.bufferAt(c) + ENTRIES + i * ENTRY_WORDS;
  }

  /** The word where pair `i` of what the loads of `c` must not go back behind begins: location's address, position. */
  seenAt(c: number, i: number): number {
    return (LOADS >> 2) + (c << (LOADS_SHIFT - 2)) + 2 * i;
  }

  /** The word where commit number `n` begins: the location's address; two words on, the value before it (2). */
  commitAt(n: number): number {
    return HISTORY_WORD + 4 * (n % HISTORY_COMMITS);
  }

  /** The number of the oldest commit that is remembered. */
  oldest(): number {
    return Math.max(0, this.now() - HISTORY_COMMITS);
  }

  addressOf(loc: number): number {
    return WORLD + 8 * loc;
  }

  locationAt(address: number): number {
    return (address - WORLD) >> 3;
  }

  /** The word where the value of a location begins (2). */
  valueAt(loc: number): number {
    return WORLD_WORD + 2 * loc;
  }
}
