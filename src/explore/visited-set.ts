import { readFileSync } from 'node:fs';

const PAGE = 65536;
const TABLE = 0x10000;
const SLOT = 8;
/** Of a table of fingerprints, how much is used before it grows, and by how much: never more than 15 bytes a state. */
const FULL = 0.8;
const GROWTH = 1.5;
/** How much of the largest table may be used. */
const FULLEST = 0.9;
const FIRST_SLOTS = 1 << 16;
/** The most that a 32-bit module can address, with a page to spare. */
const MOST_PAGES = 65535;

interface Exports extends WebAssembly.Exports {
  slots(): number;
  insert(fp: bigint): number;
  has(fp: bigint): number;
  grow(slots: number): void;
  startWhole(slots: number): void;
  wholeUnits(): number;
  word(i: number, word: bigint): void;
  insertWhole(words: number, fp: bigint): number;
}

let compiled: WebAssembly.Module | undefined;

function link(memory: WebAssembly.Memory): Exports {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('../../build/visited.wasm', import.meta.url)));
  return new WebAssembly.Instance(compiled, { env: { memory, abort: () => {} } }).exports as Exports;
}

/**
 * The states that were met, one 64-bit fingerprint each or (`whole`) all their words, in a memory that workers share
 * (assembly/visited/).
 */
export class VisitedSet {
  readonly memory: WebAssembly.Memory;
  /** What the explorer's module imports. */
  readonly exports: Exports;
  private slots: number;

  private constructor(
    memory: WebAssembly.Memory,
    slots: number,
    readonly whole: boolean,
    private readonly mostPages: number,
  ) {
    this.memory = memory;
    this.exports = link(memory);
    this.slots = slots;
  }

  /** An empty one that grows to so many MiB. */
  static create(megabytes: number, whole: boolean): VisitedSet {
    const mostPages = Math.max(2 + (FIRST_SLOTS * SLOT) / PAGE, Math.min(MOST_PAGES, megabytes * 16));
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
    const slots = whole ? Math.floor(((mostPages - 1) * PAGE) / 8 / SLOT) : FIRST_SLOTS;
    const set = new VisitedSet(memory, slots, whole, mostPages);
    set.reach(TABLE + slots * SLOT);
    if (whole) set.exports.startWhole(slots);
    else set.exports.grow(slots);
    return set;
  }

  /** The same set, in a worker. (Whole states are for one thread.) */
  static join(memory: WebAssembly.Memory): VisitedSet {
    return new VisitedSet(memory, 0, false, 0);
  }

  /** A set from what `memory` held once. */
  static restore(bytes: Uint8Array, megabytes: number, whole: boolean): VisitedSet {
    const mostPages = Math.min(MOST_PAGES, Math.max(megabytes * 16, bytes.length / PAGE));
    const memory = new WebAssembly.Memory({ initial: bytes.length / PAGE, maximum: 65536, shared: true });
    new Uint8Array(memory.buffer).set(bytes);
    const set = new VisitedSet(memory, 0, whole, mostPages);
    set.slots = set.exports.slots() >>> 0;
    return set;
  }

  /** Makes the memory at least so many bytes long; false where that is more than allowed. */
  private reach(bytes: number): boolean {
    const pages = Math.ceil(bytes / PAGE);
    const now = this.memory.buffer.byteLength / PAGE;
    if (pages <= now) return true;
    if (pages > this.mostPages) return false;
    this.memory.grow(pages - now);
    return true;
  }

  /** Whether `wanted` more states than `used` have room without growing. */
  hasRoom(used: number, wanted: number): boolean {
    return !this.whole && used + wanted <= this.slots * FULL;
  }

  /** Grows where that is due; no worker is at work. False where the memory allowed does not do. */
  makeRoom(used: number, wanted: number, wordsEach: number): boolean {
    if (this.whole) {
      const units = this.exports.wholeUnits() >>> 0;
      const fits = this.reach((units + (wordsEach + 1) * wanted) * 8);
      return fits && used + wanted <= this.slots * FULLEST;
    }
    while (used + wanted > this.slots * FULL) {
      const most = Math.floor(((this.mostPages - 1) * PAGE) / SLOT);
      const slots = Math.min(most, Math.ceil(this.slots * GROWTH));
      if (slots === this.slots) return used + wanted <= slots * FULLEST;
      this.reach(TABLE + slots * SLOT);
      this.exports.grow(slots);
      this.slots = slots;
    }
    return true;
  }

  /** Bytes of the table, and of whole states. */
  bytes(): number {
    return this.whole ? (this.exports.wholeUnits() >>> 0) * 8 : this.slots * SLOT;
  }
}
