/**
 * The shared memory: the only file that knows how a store reaches it, and what a load may see.
 *
 * Rules of `sc`
 * - Every access acts on memory at once. So every cpu sees what is in memory, no store is ever waiting, barriers
 *   and the rq lock do nothing, and there is nothing to `flush` or to be `stale`.
 *
 * Rules of every model with buffers
 * - Each cpu has a buffer of at most 8 waiting stores, in the order of issue. A store waits in it until it is
 *   *drained*: reaches memory. A store that finds the buffer full first drains all of it, the oldest first.
 * - A cpu sees its own newest waiting store to a location, and else memory; other cpus see memory.
 * - A full barrier drains all. The end of a run does too: cpu 0 first, each cpu's oldest first.
 * - Under arch x86 the rq lock drains all: it is a locked instruction.
 * - What the model does by itself (a fork, on_cpu = 1 of a switch) is in memory at once, whatever waits; but what the
 *   forking cpu itself has stored to the next_scan that the fork puts off drains before.
 *
 * Rules of `tso`
 * - Stores drain in the order of issue: `flush` takes the oldest.
 * - Every atomic read-modify-write first drains all, whether it then writes or not.
 * - A load returns what its cpu sees: there are no older values.
 *
 * Rules of `weak`: delayed stores
 * - Stores of one cpu drain in any order, except that
 *   - those to one location drain in the order of issue;
 *   - a release (unlock, on_cpu = 0) waits for all that were issued before it;
 *   - a store after the rq lock, or after the start of a switch, waits for all that were issued before that;
 *   - a store after the taking of a lock waits for the releases before it, and for what those wait for.
 * - A read-modify-write first drains the own stores to its location and what must be gone before them.
 * - One that is a full barrier drains all: a cmpxchg that succeeds, and every test-and-set. A cmpxchg that fails, a
 *   lock found held and the clear of a bit act on memory at once, and order nothing.
 *
 * Rules of `weak`: older values
 * - A load that is not served by an own waiting store returns, where `stale` asks for it, any value that its
 *   location held since the cpu's window opened: at the last full barrier, taking of a lock, of the rq lock, start of
 *   a switch, or fork on that cpu, or later where an acquire load moved it.
 * - It never goes back: not behind what the cpu has read from, or stored to, the same location.
 * - Address dependencies: a load through a pointer is not older than the load of that pointer.
 * - An acquire load moves the window to where the version that it returned began.
 * - A cpu remembers {@link LOADS} positions of its loads and stores; where one more comes, its window opens anew.
 *   Memory remembers {@link HISTORY} overwritten values.
 *
 * Not modelled: load buffering (a store ahead of an earlier load), which takes speculation, so data and control
 * dependencies from loads to stores hold by themselves; that a store reaches different cpus at different times
 * (non-multi-copy-atomicity), or slips in before one to its location that is already visible; and what a compiler
 * may reorder, tear or invent.
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
import type { Arch, Memory } from '../words.js';
import { type Loc, sameLoc, type Word } from './location.js';

/** How many stores may wait in a buffer. */
export const CAPACITY = 8;
/** How many positions a cpu remembers under `weak`, so as not to go back behind them. */
export const LOADS = 128;
/** How many overwritten values memory remembers under `weak`. */
export const HISTORY = 4096;

/** What a store does besides storing. `rq-locked`: the rq lock is taken first, as part of that step. */
export type StoreOrder = 'plain' | 'release' | 'rq-locked';

/** Which read-modify-write it is: they differ in what they order. */
export type RmwKind = 'cmpxchg' | 'test-and-set' | 'clear' | 'lock';

/** A number of stores that have reached memory since the start of the run: memory at p is memory after p of them. */
export type Position = number;

/** What a load waits for, or lets wait. */
export interface LoadOrder {
  /** It returns nothing that was overwritten by then: the position of the load that gave the address, else 0. */
  readonly after: Position;
  /** smp_load_acquire(). */
  readonly acquire: boolean;
}

/** READ_ONCE(). */
export const UNORDERED: LoadOrder = { after: 0, acquire: false };

/** What a load returned. */
export interface Loaded<W extends Word> {
  readonly value: W;
  /** Since when that may have been so: what depends on this load is not older. Always 0 but under `weak`. */
  readonly position: Position;
}

/** What an atomic read-modify-write did. */
export interface Rmw<W extends Word> {
  readonly old: W;
  /** Memory after it. */
  readonly after: W;
  readonly ok: boolean;
}

/** A store in a buffer. */
export interface Waiting {
  readonly loc: Loc;
  readonly value: Word;
}

/** A store that went through a buffer, told when it reaches memory. */
export interface ReachedStore {
  readonly cpu: number;
  /** LOC_*; it and its indices are those of an event. */
  readonly loc: number;
  readonly a: number;
  readonly b: number;
  readonly value: Word;
  /** The step that issued it, from 1. */
  readonly issued: number;
  /** The step with which it reached memory, from 1; one more than there are for the draining at the end. */
  readonly reached: number;
}

/** A load that returned an older value. */
export interface StaleLoad {
  readonly step: number;
  /** Which older one, from 1. */
  readonly age: number;
  /** What is in memory. */
  readonly newest: Word;
}

/** Who is told what no event shows. */
export interface Watch {
  /** The step that is being made, from 1. */
  step: number;
  readonly onReached?: ((store: ReachedStore) => void) | undefined;
  readonly onStale?: ((load: StaleLoad) => void) | undefined;
}

/** Memory as the cpus use it. */
export interface SharedMemory {
  /** `age` is which older value is wanted, from 1; 0, and where that may not be returned: the newest. */
  load<W extends Word>(cpu: number, loc: Loc<W>, order: LoadOrder, age: number): Loaded<W>;
  store<W extends Word>(cpu: number, loc: Loc<W>, value: W, order: StoreOrder): void;
  /** `change` tells the new value, or null where the access fails and changes nothing. */
  rmw<W extends Word>(cpu: number, loc: Loc<W>, change: (old: W) => W | null, kind: RmwKind): Rmw<W>;
  fullBarrier(cpu: number): void;
  /** A switch starts: takes the rq lock, and acquires on_cpu of the task that it switches to. */
  startSwitch(cpu: number): void;
  /** A fork is about to put a value there: what that cpu has stored to it before must not come after it. */
  settle(cpu: number, loc: Loc): void;
  /** A fork has put its values into memory: what that cpu loads from now on is not older. */
  forked(cpu: number): void;

  // What is not an access of the algorithm.

  /** Whether the cpu's index-th oldest waiting store is there and may drain. */
  mayFlush(cpu: number, index: number): boolean;
  /** Drains it. */
  flush(cpu: number, index: number): Waiting;
  /** Whether a load by the cpu may return the age-th older value, from 1. */
  mayBeStale(cpu: number, loc: Loc, order: LoadOrder, age: number): boolean;
  /** Drains all buffers: the end of a run. */
  drainAll(): void;

  /** The value as `cpu` sees it, its own waiting stores included. */
  seen<W extends Word>(cpu: number, loc: Loc<W>): W;
  /** The value in memory. */
  inMemory<W extends Word>(loc: Loc<W>): W;
  /** A cpu's waiting stores, the oldest first. */
  waiting(cpu: number): readonly Waiting[];
  /** Whether a store to `loc` waits in some cpu's buffer. */
  buffered(loc: Loc): boolean;
  /** Puts a value into memory at once, without an event: a world's start, fork, a switch's on_cpu. */
  place<W extends Word>(loc: Loc<W>, value: W): void;
  /** The run starts: what was placed before was always there. */
  start(): void;
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
export function createMemory(model: Memory, arch: Arch, size: WorldSize, watch: Watch): SharedMemory {
  const cells = new Cells(size);
  switch (model) {
    case 'sc':
      return new SequentiallyConsistent(cells);
    case 'tso':
      return new Tso(cells, arch, size.cpus, watch);
    case 'weak':
      return new Weak(cells, arch, size.cpus, watch);
  }
}

/** What is in memory. */
class Cells {
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

  get<W extends Word>(loc: Loc<W>): W {
    return this.#cells[loc.kind]![this.#index(loc)] as W;
  }

  set<W extends Word>(loc: Loc<W>, value: W): void {
    this.#cells[loc.kind]![this.#index(loc)] = value;
  }

  /** A number for each location. */
  key(loc: Loc): number {
    return this.#index(loc) * (LOC_MM_CID_LOCK + 1) + loc.kind;
  }
}

class SequentiallyConsistent implements SharedMemory {
  readonly #cells: Cells;

  constructor(cells: Cells) {
    this.#cells = cells;
  }

  load<W extends Word>(_cpu: number, loc: Loc<W>): Loaded<W> {
    return { value: this.#cells.get(loc), position: 0 };
  }

  store<W extends Word>(_cpu: number, loc: Loc<W>, value: W): void {
    this.#cells.set(loc, value);
  }

  rmw<W extends Word>(_cpu: number, loc: Loc<W>, change: (old: W) => W | null): Rmw<W> {
    const old = this.#cells.get(loc);
    const after = change(old);
    if (after === null) return { old, after: old, ok: false };
    this.#cells.set(loc, after);
    return { old, after, ok: true };
  }

  fullBarrier(): void {}

  startSwitch(): void {}

  settle(): void {}

  forked(): void {}

  mayFlush(): boolean {
    return false;
  }

  flush(): Waiting {
    throw new Error('no store waits under sc');
  }

  mayBeStale(): boolean {
    return false;
  }

  drainAll(): void {}

  seen<W extends Word>(_cpu: number, loc: Loc<W>): W {
    return this.#cells.get(loc);
  }

  inMemory<W extends Word>(loc: Loc<W>): W {
    return this.#cells.get(loc);
  }

  waiting(): readonly Waiting[] {
    return [];
  }

  buffered(): boolean {
    return false;
  }

  place<W extends Word>(loc: Loc<W>, value: W): void {
    this.#cells.set(loc, value);
  }

  start(): void {}
}

/** A store in a buffer, and what it waits for. */
interface Entry extends Waiting {
  readonly release: boolean;
  /** How many of the oldest stores in its buffer must be gone before it. */
  needs: number;
  /** The step that issued it. */
  readonly issued: number;
}

/** What the models with buffers share. */
abstract class Buffered implements SharedMemory {
  readonly #cells: Cells;
  readonly #arch: Arch;
  /** By cpu, the oldest first. */
  readonly #buffers: readonly Entry[][];
  protected readonly watch: Watch;

  constructor(cells: Cells, arch: Arch, cpus: number, watch: Watch) {
    this.#cells = cells;
    this.#arch = arch;
    this.#buffers = Array.from({ length: cpus }, () => []);
    this.watch = watch;
  }

  abstract load<W extends Word>(cpu: number, loc: Loc<W>, order: LoadOrder, age: number): Loaded<W>;
  abstract rmw<W extends Word>(cpu: number, loc: Loc<W>, change: (old: W) => W | null, kind: RmwKind): Rmw<W>;
  abstract startSwitch(cpu: number): void;
  abstract settle(cpu: number, loc: Loc): void;
  abstract forked(cpu: number): void;
  abstract mayBeStale(cpu: number, loc: Loc, order: LoadOrder, age: number): boolean;
  abstract start(): void;

  /** The rq lock is taken, by no locked instruction: arch arm64. */
  protected abstract lockRq(cpu: number): void;
  /** How many of the stores that wait already must be gone before a store that is issued now. */
  protected abstract needsOf(cpu: number, release: boolean): number;

  store<W extends Word>(cpu: number, loc: Loc<W>, value: W, order: StoreOrder): void {
    if (order === 'rq-locked') {
      if (this.#arch === 'x86') this.fullBarrier(cpu);
      else this.lockRq(cpu);
    }
    const buffer = this.#buffers[cpu]!;
    if (buffer.length === CAPACITY) this.drainOwn(cpu);
    const release = order === 'release';
    buffer.push({ loc, value, release, needs: this.needsOf(cpu, release), issued: this.watch.step });
  }

  fullBarrier(cpu: number): void {
    this.drainOwn(cpu);
  }

  mayFlush(cpu: number, index: number): boolean {
    const buffer = this.#buffers[cpu]!;
    const entry = buffer[index];
    if (entry === undefined || entry.needs > 0) return false;
    return buffer.findIndex(({ loc }) => sameLoc(loc, entry.loc)) === index;
  }

  flush(cpu: number, index: number): Waiting {
    return this.drain(cpu, index);
  }

  drainAll(): void {
    for (let cpu = 0; cpu < this.#buffers.length; cpu++) this.drainOwn(cpu);
  }

  seen<W extends Word>(cpu: number, loc: Loc<W>): W {
    const own = this.#buffers[cpu]!.findLast((entry) => sameLoc(entry.loc, loc));
    return own === undefined ? this.#cells.get(loc) : (own.value as W);
  }

  inMemory<W extends Word>(loc: Loc<W>): W {
    return this.#cells.get(loc);
  }

  waiting(cpu: number): readonly Entry[] {
    return this.#buffers[cpu]!;
  }

  buffered(loc: Loc): boolean {
    return this.#buffers.some((_, cpu) => this.hasWaiting(cpu, loc));
  }

  place<W extends Word>(loc: Loc<W>, value: W): void {
    this.#cells.set(loc, value);
  }

  /** Whether a store of that cpu to `loc` waits. */
  protected hasWaiting(cpu: number, loc: Loc): boolean {
    return this.#buffers[cpu]!.some((entry) => sameLoc(entry.loc, loc));
  }

  /** Drains the cpu's buffer, the oldest first. */
  protected drainOwn(cpu: number): void {
    while (this.#buffers[cpu]!.length > 0) this.drain(cpu, 0);
  }

  /** One store of a cpu reaches memory. */
  protected drain(cpu: number, index: number): Waiting {
    const buffer = this.#buffers[cpu]!;
    const entry = buffer.splice(index, 1)[0]!;
    for (const other of buffer) if (other.needs > index) other.needs--;
    const { loc, value, issued } = entry;
    this.place(loc, value);
    this.watch.onReached?.({
      cpu,
      loc: loc.kind,
      a: loc.a,
      b: loc.b,
      value,
      issued,
      reached: this.watch.step,
    });
    return entry;
  }
}

class Tso extends Buffered {
  load<W extends Word>(cpu: number, loc: Loc<W>): Loaded<W> {
    return { value: this.seen(cpu, loc), position: 0 };
  }

  rmw<W extends Word>(cpu: number, loc: Loc<W>, change: (old: W) => W | null): Rmw<W> {
    this.drainOwn(cpu);
    const old = this.inMemory(loc);
    const after = change(old);
    if (after === null) return { old, after: old, ok: false };
    this.place(loc, after);
    return { old, after, ok: true };
  }

  startSwitch(): void {}

  settle(cpu: number, loc: Loc): void {
    if (this.hasWaiting(cpu, loc)) this.drainOwn(cpu);
  }

  forked(): void {}

  mayBeStale(): boolean {
    return false;
  }

  start(): void {}

  protected lockRq(): void {}

  protected needsOf(cpu: number): number {
    return this.waiting(cpu).length;
  }
}

/** What a cpu must not go back behind, under `weak`. */
interface View {
  /** Its window: nothing that was overwritten by then. */
  floor: Position;
  /** How many of its oldest waiting stores must be gone before any that it issues from now on. */
  order: number;
  /** What it has read or stored, and when at the latest that was so. */
  met: { readonly loc: Loc; readonly position: Position }[];
}

/** A value that memory no longer holds. */
interface Overwritten {
  readonly value: Word;
  /** The last position at which it held. */
  readonly until: Position;
}

class Weak extends Buffered {
  readonly #views: readonly View[];
  readonly #keyOf: (loc: Loc) => number;
  /** By location, the oldest first. */
  readonly #overwritten = new Map<number, Overwritten[]>();
  /** The position that memory is at. */
  #now: Position = 0;

  constructor(cells: Cells, arch: Arch, cpus: number, watch: Watch) {
    super(cells, arch, cpus, watch);
    this.#keyOf = (loc) => cells.key(loc);
    this.#views = Array.from({ length: cpus }, () => ({ floor: 0, order: 0, met: [] }));
  }

  load<W extends Word>(cpu: number, loc: Loc<W>, order: LoadOrder, age: number): Loaded<W> {
    const limit = this.#limit(cpu, loc, order);
    let value: W;
    let position = limit;
    if (this.hasWaiting(cpu, loc)) {
      value = this.seen(cpu, loc);
    } else {
      const older = this.#older(loc, age, limit);
      value = older === undefined ? this.inMemory(loc) : (older.value as W);
      position = Math.max(limit, this.#heldSince(loc, older === undefined ? 0 : age));
      this.#meet(cpu, loc, older?.until ?? this.#now);
      if (older !== undefined) {
        this.watch.onStale?.({ step: this.watch.step, age, newest: this.inMemory(loc) });
      }
    }
    if (order.acquire) {
      const view = this.#views[cpu]!;
      view.floor = Math.max(view.floor, position);
    }
    return { value, position };
  }

  rmw<W extends Word>(cpu: number, loc: Loc<W>, change: (old: W) => W | null, kind: RmwKind): Rmw<W> {
    this.#drainTo(cpu, loc);
    const old = this.inMemory(loc);
    const after = change(old);
    const ok = after !== null;
    const full = kind === 'test-and-set' || (kind === 'cmpxchg' && ok);
    if (full) this.drainOwn(cpu);
    if (ok) this.place(loc, after);
    if (full) this.#openWindow(cpu);
    else if (kind === 'lock' && ok) this.#acquireLock(cpu);
    else this.#meet(cpu, loc, this.#now);
    return { old, after: ok ? after : old, ok };
  }

  override fullBarrier(cpu: number): void {
    this.drainOwn(cpu);
    this.#openWindow(cpu);
  }

  startSwitch(cpu: number): void {
    this.lockRq(cpu);
  }

  settle(cpu: number, loc: Loc): void {
    if (this.hasWaiting(cpu, loc)) this.#drainTo(cpu, loc);
  }

  forked(cpu: number): void {
    this.#openWindow(cpu);
  }

  mayBeStale(cpu: number, loc: Loc, order: LoadOrder, age: number): boolean {
    if (this.hasWaiting(cpu, loc)) return false;
    return this.#older(loc, age, this.#limit(cpu, loc, order)) !== undefined;
  }

  override place<W extends Word>(loc: Loc<W>, value: W): void {
    const key = this.#keyOf(loc);
    const past = this.#overwritten.get(key) ?? [];
    past.push({ value: this.inMemory(loc), until: this.#now });
    this.#now++;
    while (past[0]!.until < this.#now - HISTORY) past.shift();
    this.#overwritten.set(key, past);
    super.place(loc, value);
  }

  start(): void {
    this.#overwritten.clear();
    this.#now = 0;
  }

  protected lockRq(cpu: number): void {
    this.#views[cpu]!.order = this.waiting(cpu).length;
    this.#openWindow(cpu);
  }

  protected needsOf(cpu: number, release: boolean): number {
    return release ? this.waiting(cpu).length : this.#views[cpu]!.order;
  }

  protected override drain(cpu: number, index: number): Waiting {
    const view = this.#views[cpu]!;
    if (view.order > index) view.order--;
    const entry = super.drain(cpu, index);
    this.#meet(cpu, entry.loc, this.#now);
    return entry;
  }

  /** The own stores to `loc`, and what must be gone before them and before any store from now on. */
  #drainTo(cpu: number, loc: Loc): void {
    const buffer = this.waiting(cpu);
    let first = this.#views[cpu]!.order;
    for (const entry of buffer) if (sameLoc(entry.loc, loc)) first = Math.max(first, entry.needs);
    for (; first > 0; first--) this.drain(cpu, 0);
    for (;;) {
      const index = buffer.findIndex((entry) => sameLoc(entry.loc, loc));
      if (index < 0) return;
      this.drain(cpu, index);
    }
  }

  /** An acquire; and what was released before it on the same cpu stays before all after it. */
  #acquireLock(cpu: number): void {
    const view = this.#views[cpu]!;
    view.order = Math.max(view.order, 1 + this.waiting(cpu).findLastIndex(({ release }) => release));
    this.#openWindow(cpu);
  }

  /** From here on the cpu's loads return nothing that is overwritten by now. */
  #openWindow(cpu: number): void {
    const view = this.#views[cpu]!;
    view.floor = this.#now;
    view.met = [];
  }

  /** From here on the cpu's loads of `loc` return nothing that was overwritten by `position`. */
  #meet(cpu: number, loc: Loc, position: Position): void {
    if (this.#views[cpu]!.met.length === LOADS) this.#openWindow(cpu);
    this.#views[cpu]!.met.push({ loc, position });
  }

  /** The position by which what a load returns must not have been overwritten. */
  #limit(cpu: number, loc: Loc, { after }: LoadOrder): Position {
    const { floor, met } = this.#views[cpu]!;
    let limit = Math.max(floor, after, this.#now - HISTORY);
    for (const one of met) if (sameLoc(one.loc, loc)) limit = Math.max(limit, one.position);
    return limit;
  }

  /** The age-th older value, from 1, if it was overwritten after `limit`; none for 0. */
  #older(loc: Loc, age: number, limit: Position): Overwritten | undefined {
    const past = this.#overwritten.get(this.#keyOf(loc)) ?? [];
    const older = past[past.length - age];
    return older !== undefined && older.until + 1 > limit ? older : undefined;
  }

  /** Since when a location held its age-th older value, from 0: 0 where that is from the start, or forgotten. */
  #heldSince(loc: Loc, age: number): Position {
    const past = this.#overwritten.get(this.#keyOf(loc)) ?? [];
    const before = past[past.length - 1 - age];
    return before === undefined ? 0 : before.until + 1;
  }
}
