/**
 * The shared memory: the only file that knows how a store reaches it, and what a load may see.
 *
 * Rules of `sc`, the one model that is here so far:
 * - every access acts on memory at once;
 * - so every cpu sees what is in memory, no store is ever waiting, barriers and the rq lock do nothing, and
 *   there is nothing to `flush` or to be `stale`.
 *
 * Another model is another {@link SharedMemory}, and the routines stay as they are. What it needs besides: the
 * actions `flush` and `stale`, and in the checks, that a cid in a buffer owns its bit, that a frame owns one only
 * when its UNSET has reached memory, that a mask word with a buffered store is not judged, and that the end
 * checks look at memory as if all buffers had drained.
 */
import {
  CID_UNSET,
  LOC_ACTIVE,
  LOC_CID,
  LOC_MASK,
  LOC_MM,
  LOC_MM_CID_LOCK,
  LOC_ON_CPU,
  LOC_TIME,
} from '../abi.js';
import { NO_MM } from '../scenario/scenario.js';
import type { Memory } from '../words.js';
import type { Loc, Word } from './location.js';

/** What a store does besides storing. `rq-locked`: the rq lock is taken first, as part of that step. */
export type StoreOrder = 'plain' | 'release' | 'rq-locked';

/** What an atomic read-modify-write did. */
export interface Rmw<W extends Word> {
  readonly old: W;
  /** Memory after it. */
  readonly after: W;
  readonly ok: boolean;
}

/** Memory as the cpus use it. */
export interface SharedMemory {
  load<W extends Word>(cpu: number, loc: Loc<W>): W;
  store<W extends Word>(cpu: number, loc: Loc<W>, value: W, order: StoreOrder): void;
  /** `change` tells the new value, or null where the access fails and changes nothing. */
  rmw<W extends Word>(cpu: number, loc: Loc<W>, change: (old: W) => W | null): Rmw<W>;
  fullBarrier(cpu: number): void;

  // What is not an access of the algorithm.

  /** The value as `cpu` sees it, its own waiting stores included. */
  seen<W extends Word>(cpu: number, loc: Loc<W>): W;
  /** The value in memory. */
  inMemory<W extends Word>(loc: Loc<W>): W;
  /** Whether a store to `loc` waits in some cpu's buffer. */
  buffered(loc: Loc): boolean;
  /** Puts a value into memory at once, without an event: a world's start, fork, a switch's on_cpu. */
  place<W extends Word>(loc: Loc<W>, value: W): void;
}

/** How big a world is. */
export interface WorldSize {
  readonly cpus: number;
  /** All tasks that are ever named, without the idle ones. */
  readonly tasks: number;
  /** All mms that are ever named. */
  readonly mms: number;
}

/** Words in an mm's cidmask. */
export const cidmaskWords = (cpus: number): number => Math.ceil(cpus / 64);

/** The memory of a world under `model`: all cids unset, everything else 0, and no task has an mm. */
export function createMemory(model: Memory, size: WorldSize): SharedMemory {
  if (model !== 'sc') throw new Error(`memory ${model} is not supported by the reference`);
  return new SequentiallyConsistent(size);
}

class SequentiallyConsistent implements SharedMemory {
  readonly #size: WorldSize;
  /** By kind of location. */
  readonly #cells: (Float64Array | bigint[])[];

  constructor(size: WorldSize) {
    this.#size = size;
    const { cpus, mms } = size;
    this.#cells = [];
    for (let kind = 0; kind <= LOC_MM_CID_LOCK; kind++) {
      const perMm = kind === LOC_CID || kind === LOC_TIME ? cpus : kind === LOC_MASK ? cidmaskWords(cpus) : 1;
      const length = Math.max(mms * perMm, size.tasks + cpus);
      const initial = kind === LOC_CID ? CID_UNSET : kind === LOC_MM ? NO_MM : 0;
      this.#cells.push(
        kind === LOC_MASK ? new Array<bigint>(length).fill(0n) : new Float64Array(length).fill(initial),
      );
    }
  }

  #index(loc: Loc): number {
    switch (loc.kind) {
      case LOC_CID:
      case LOC_TIME:
        return loc.a * this.#size.cpus + loc.b;
      case LOC_MASK:
        return loc.a * cidmaskWords(this.#size.cpus) + loc.b;
      case LOC_ON_CPU:
      case LOC_ACTIVE:
      case LOC_MM:
        // Cpu c's idle task is -1-c; its cells follow those of the named tasks.
        return loc.a >= 0 ? loc.a : this.#size.tasks - 1 - loc.a;
      default:
        return loc.a;
    }
  }

  inMemory<W extends Word>(loc: Loc<W>): W {
    return this.#cells[loc.kind]![this.#index(loc)] as W;
  }

  place<W extends Word>(loc: Loc<W>, value: W): void {
    this.#cells[loc.kind]![this.#index(loc)] = value;
  }

  load<W extends Word>(_cpu: number, loc: Loc<W>): W {
    return this.inMemory(loc);
  }

  store<W extends Word>(_cpu: number, loc: Loc<W>, value: W, _order: StoreOrder): void {
    this.place(loc, value);
  }

  rmw<W extends Word>(_cpu: number, loc: Loc<W>, change: (old: W) => W | null): Rmw<W> {
    const old = this.inMemory(loc);
    const after = change(old);
    if (after === null) return { old, after: old, ok: false };
    this.place(loc, after);
    return { old, after, ok: true };
  }

  fullBarrier(_cpu: number): void {}

  seen<W extends Word>(_cpu: number, loc: Loc<W>): W {
    return this.inMemory(loc);
  }

  buffered(_loc: Loc): boolean {
    return false;
  }
}
