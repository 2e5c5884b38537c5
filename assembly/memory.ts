/**
 * The memory subsystem: every access of the algorithm to shared memory goes through here. No routine knows of
 * buffers; the checks hear of a store when it waits (`storeWaits`) and when memory has it (`commit`).
 *
 * The model's rules, one by one.
 *
 * `sc`
 *  1. Every access acts on memory at once, in the order of the steps.
 *  2. A read-modify-write is one step; a failed cmpxchg changes nothing. A lock found held is a step that
 *     changes nothing (a spin). A full barrier changes nothing.
 *  3. `peek` is no step: what a cpu looks up of its own data between two accesses, its waiting stores included.
 *     Nor is `place`, which acts on memory at once: fork, and a switch's on_cpu. What the forking cpu has stored to the
 *     same next_scan drains before (`settle`).
 *
 * `tso` (Sewell et al., "x86-TSO", CACM 2010)
 *  4. A store waits in its cpu's buffer of 8, first in, first out. A load of that cpu sees its newest waiting
 *     store to the location, else memory.
 *  5. A read-modify-write, whatever comes of it, and a full barrier first drain the whole buffer, as part of
 *     their step; so does a store that finds it full.
 *  6. `flush` drains the oldest store as a step of its own.
 *  7. A release (unlock, on_cpu = 0) is an ordinary store.
 *  8. Taking the rq lock (tick, exit, exec) drains under arch x86, as part of the store after it.
 *
 * `weak`: LKMM, emulated by delayed stores and older values (OEMU: Jeong et al., "OZZ", SOSP 2024)
 *  9. As tso, but `flush` may drain any waiting store except past one to the same location, past a release's
 *     predecessors, and past what `order` says (a wmb, a lock).
 * 10. A load may return an older value (`stale`): one that memory held after the cpu's window was opened. The
 *     window opens anew (`floor`) with a full barrier, rmb, acquire, a lock taken, a switch, and a fork.
 * 11. Coherence: no load goes back behind what the cpu has read from, or written to, that location.
 * 12. An address dependency: the load that depends returns nothing older than what the first one read.
 *     Data and control dependencies to a store hold anyway: nothing is issued before its turn.
 * 13. Full barriers: MB, a successful cmpxchg, test-and-set. A failed cmpxchg, the clear of a bit and a lock found
 *     held act on memory at once, after the cpu's own waiting stores to that location, and order nothing.
 * 14. A lock taken is an acquire, of all that memory holds by then (in a litmus test exactly: of what it read, and of
 *     what memory held at the cpu's last unlock); stores before the cpu's last unlock stay before those after it.
 *     Taking the rq lock is that under arm64, with all waiting stores, and a full barrier under x86.
 * 15. A switch acquires on_cpu and the rq lock: the task sees all that it did before, wherever.
 * 16. Memory remembers its last 4096 changes; a cpu's window is also opened anew after 128 loads.
 *
 * Not modelled: a store that runs ahead of an earlier load (load buffering, which needs speculation); a store
 * that reaches some cpus before others, or slips in before one that is visible already (non-multi-copy
 * atomicity); compiler reordering. So nothing is reachable that LKMM forbids, and not all that it allows.
 */

import {
  ARCH_X86,
  MEMORY_SC,
  MEMORY_WEAK,
  OP_DRAIN,
  OP_LOAD,
  OP_MB,
  OP_RMW,
  OP_SPIN,
  OP_STORE,
} from '../src/abi';
import * as addresses from '../src/engine/addresses';
import {
  bitCleared,
  bitSet,
  maskChanged,
  slotChanged,
  storeLeaves,
  storeWaits,
  unsetReached,
} from './checks';
import {
  coverDrain,
  coverDrained,
  coverForward,
  covering,
  coverPc,
  coverRead,
  coverSlot,
  coverStale,
  coverStore,
  coverStored,
  coverWrite,
} from './coverage';
import {
  cidAddr,
  config,
  cpus,
  Frame,
  locationKind,
  MASK_IN_MM,
  maskAddr,
  mmOfAddr,
  offsetInMm,
  slotsOffset,
} from './layout';
import { emit, setActor, tracing } from './trace';

// ---- state ------------------------------------------------------------------------------------------------------

/** Of all cpus. */
@unmanaged
class MemState {
  /** Stores that have reached memory. A *position* is a number of them: memory after so many. */
  commits: u32;
}

/** A cpu's store buffer and window. Its entries follow at +ENTRIES_IN_BUFFER, the oldest first. */
@unmanaged
class Buffer {
  count: u32;
  /** How many of the oldest waiting stores must be gone before a store issued now may drain. */
  order: u32;
  /** No load returns what was gone at this position. */
  floor: u32;
  /** Pairs in the cpu's part of LOADS. */
  loads: u32;
  /** `stale`: how much older a value the next step returns, if it is a load. */
  armed: u32;
  /** Litmus: the position at the last unlock. */
  unlocked: u32;
}
const ENTRIES_IN_BUFFER: usize = 32;

/** A waiting store. */
@unmanaged
class Entry {
  addr: u32;
  /** How many of the oldest waiting stores must be gone first. */
  needs: u16;
  unlock: bool;
  /** Where it was issued (coverage). */
  pc: u8;
  value: u64;
  /** The frame that takes a cid out of a slot with this store (mutant plain-unset), or 0. */
  frame: u32;
  /** Litmus: the position that its value and address depend on. */
  since: u32;
}
const ENTRY_SIZE: usize = 24;

/** A commit: where, and what was there before. */
@unmanaged
class Commit {
  addr: u32;
  old: u64;
}

/** What a cpu's loads of one location must not go back behind. */
@unmanaged
class Seen {
  addr: u32;
  position: u32;
}

/** Commits that HISTORY holds. */
const REMEMBERED: u32 = addresses.HISTORY_COMMITS;

const state: MemState = changetype<MemState>(addresses.MEM_STATE);

let buffering: bool = false;
let weak: bool = false;
/**
 * An access is what memory makes of it and no more: `sc`, and nobody wants to hear of it. So are nearly all, and an
 * access is the heart of a step: each has this short way, and next to it the way `InFull`.
 */
let direct: bool = false;

/** The value that the last cmpxchg found. */
export let found: u64 = 0;
/** The position that the last load of the litmus runner, or the last `readMarked`, read from. */
export let position: u32 = 0;
/** Whether commits tell the checks: off only where the bare engine is measured. */
export let checking: bool = true;

export function setChecking(on: bool): void {
  checking = on;
}

/** The model of CONFIG, nothing waiting, and no change remembered. Cpus' buffers: `resetBuffer`. */
export function resetMemory(): void {
  buffering = config.memory != MEMORY_SC;
  weak = config.memory == MEMORY_WEAK;
  direct = !buffering && !tracing;
  state.commits = 0;
}

function bufferOf(c: i32): Buffer {
  return changetype<Buffer>(<usize>addresses.BUFFERS + ((<usize>c) << addresses.BUFFER_SHIFT));
}

export function resetBuffer(c: i32): void {
  const b = bufferOf(c);
  b.count = 0;
  b.order = 0;
  b.floor = 0;
  b.loads = 0;
  b.armed = 0;
  b.unlocked = 0;
}

function entryAt(b: Buffer, i: u32): Entry {
  return changetype<Entry>(changetype<usize>(b) + ENTRIES_IN_BUFFER + <usize>i * ENTRY_SIZE);
}

function commitAt(n: u32): Commit {
  return changetype<Commit>(<usize>addresses.HISTORY + ((<usize>n & (addresses.HISTORY_COMMITS - 1)) << 4));
}

function seenAt(c: i32, i: u32): Seen {
  return changetype<Seen>(<usize>addresses.LOADS + ((<usize>c) << addresses.LOADS_SHIFT) + ((<usize>i) << 3));
}

/** The position now. */
export function now(): u32 {
  return state.commits;
}

/** How many stores of cpu c wait. */
export function waiting(c: i32): i32 {
  return bufferOf(c).count;
}

/** The location of waiting store i of cpu c, counted from the oldest. */
export function waitingAddr(c: i32, i: i32): u32 {
  return entryAt(bufferOf(c), i).addr;
}

/** Its value; what it needs (see Entry) and whether it is an unlock; the frame that takes a cid with it, or 0. */
export function waitingValue(c: i32, i: i32): u64 {
  return entryAt(bufferOf(c), i).value;
}

export function waitingNeeds(c: i32, i: i32): u32 {
  return entryAt(bufferOf(c), i).needs;
}

export function waitingUnlock(c: i32, i: i32): bool {
  return entryAt(bufferOf(c), i).unlock;
}

export function waitingFrame(c: i32, i: i32): u32 {
  return entryAt(bufferOf(c), i).frame;
}

/** How many of the oldest waiting stores must be gone before one that c issues now may drain (weak). */
export function waitingOrder(c: i32): u32 {
  return bufferOf(c).order;
}

/** Puts a store back that waited when the explorer packed the state; the checks are counted anew (explore/unpack.ts). */
export function putBack(c: i32, addr: usize, value: u64, needs: u32, unlock: bool, frame: u32): void {
  const b = bufferOf(c);
  const e = entryAt(b, b.count);
  e.addr = <u32>addr;
  e.needs = <u16>needs;
  e.unlock = unlock;
  e.pc = 0;
  e.value = value;
  e.frame = frame;
  e.since = 0;
  b.count += 1;
}

/** And an empty buffer before. */
export function emptyBuffer(c: i32, order: u32): void {
  resetBuffer(c);
  bufferOf(c).order = order;
}

/** Whether a store to `addr` waits in some cpu's buffer. */
export function isWaiting(addr: usize): bool {
  if (!buffering) return false;
  for (let c = 0; c < cpus; c++) {
    if (newestTo(bufferOf(c), addr) >= 0) return true;
  }
  return false;
}

/** Whether a store of cpu c to `addr` waits. */
export function waitsIn(c: i32, addr: usize): bool {
  return newestTo(bufferOf(c), addr) >= 0;
}

/** The newest waiting store of b to `addr`, or -1. */
function newestTo(b: Buffer, addr: usize): i32 {
  for (let i = <i32>b.count - 1; i >= 0; i--) {
    if (entryAt(b, i).addr == <u32>addr) return i;
  }
  return -1;
}

// ---- stores reach memory ------------------------------------------------------------------------------------

/** A store reaches memory. */
function commit(addr: usize, old: u64, value: u64): void {
  if (weak) {
    const entry = commitAt(state.commits);
    entry.addr = <u32>addr;
    entry.old = old;
    state.commits += 1;
  }
  store<u64>(addr, value);
  if (covering) coverWrite(addr);
  if (!checking) return;
  const m = mmOfAddr(addr);
  if (m < 0) return;
  const offset = offsetInMm(addr);
  const slots = slotsOffset();
  if (offset >= slots) {
    // {time, cid}: the cid is the odd word.
    if (((offset - slots) & 8) == 0) return;
    const c = <i32>((offset - slots) >> 4);
    if (covering) coverSlot(m, c, addr, <u32>old, <u32>value);
    slotChanged(m, c, <u32>old, <u32>value);
  } else if (offset >= MASK_IN_MM) {
    maskChanged(m, <i32>((offset - MASK_IN_MM) >> 3), old, value);
  }
}

/** What the model does to memory at once, beside the steps: fork, and a switch's on_cpu. */
export function place(addr: usize, value: u64): void {
  assert(!isWatched(addr));
  if (direct) store<u64>(addr, value);
  else commit(addr, load<u64>(addr), value);
}

/** Whether the checks must hear of a change there: a cid or a word of a mask. */
function isWatched(addr: usize): bool {
  if (mmOfAddr(addr) < 0) return false;
  const offset = offsetInMm(addr);
  return offset >= slotsOffset() ? ((offset - slotsOffset()) & 8) != 0 : offset >= MASK_IN_MM;
}

/** Entry e of cpu c's buffer reaches memory; the caller takes it out of the buffer. */
function commitEntry(c: i32, e: Entry): void {
  if (checking) storeLeaves(c, e.addr, e.value);
  if (covering) {
    const during = coverDrain(c, e.pc);
    commit(e.addr, load<u64>(e.addr), e.value);
    coverDrained(during);
  } else {
    commit(e.addr, load<u64>(e.addr), e.value);
  }
  if (weak) record(c, e.addr, state.commits);
  if (e.frame != 0) unsetReached(changetype<Frame>(<usize>e.frame));
}

/** Drains the whole buffer of c, the oldest store first. */
export function drainAll(c: i32): void {
  const b = bufferOf(c);
  const count = b.count;
  for (let i: u32 = 0; i < count; i++) commitEntry(c, entryAt(b, i));
  b.count = 0;
  b.order = 0;
}

/** Drains entry i; those behind it move up. */
function drainAt(c: i32, i: u32): void {
  const b = bufferOf(c);
  const at = changetype<usize>(entryAt(b, i));
  commitEntry(c, entryAt(b, i));
  const last = b.count - 1;
  memory.copy(at, at + ENTRY_SIZE, <usize>(last - i) * ENTRY_SIZE);
  b.count = last;
  if (!weak) return;
  if (b.order > i) b.order -= 1;
  for (let j: u32 = 0; j < last; j++) {
    const e = entryAt(b, j);
    if (<u32>e.needs > i) e.needs -= 1;
  }
}

/** Under weak, before an access of c that acts on memory at once: what must not stay behind it drains. */
function drainFor(c: i32, addr: usize): void {
  const b = bufferOf(c);
  let first = b.order;
  for (let i: u32 = 0; i < b.count; i++) {
    const e = entryAt(b, i);
    if (e.addr == <u32>addr) first = max(first, <u32>e.needs);
  }
  for (; first > 0; first--) drainAt(c, 0);
  for (let i: u32 = 0; i < b.count; ) {
    if (entryAt(b, i).addr == <u32>addr) drainAt(c, i);
    else i++;
  }
}

/** Whether waiting store i of cpu c, counted from the oldest, may drain now. */
export function mayFlush(c: i32, i: i32): bool {
  const b = bufferOf(c);
  if (!buffering || <u32>i >= b.count) return false;
  if (!weak) return i == 0;
  const e = entryAt(b, i);
  if (e.needs != 0) return false;
  for (let j = 0; j < i; j++) {
    if (entryAt(b, j).addr == e.addr) return false;
  }
  return true;
}

/** What stands for the pc in the bucket of a drain of that store: by the kind of its location. */
export function flushedPc(c: i32, i: i32): i32 {
  return addresses.PC_DRAIN + locationKind(entryAt(bufferOf(c), i).addr);
}

/** `flush`: a step of its own. */
export function flush(c: i32, i: i32): void {
  const e = entryAt(bufferOf(c), i);
  if (tracing) {
    setActor(0, 0);
    emit(c, OP_DRAIN, e.addr, e.value, 0, false, -1);
  }
  drainAt(c, i);
}

/** The end of a run: all buffers drain, no step. */
export function drainEverything(): void {
  if (!buffering) return;
  for (let c = 0; c < cpus; c++) drainAll(c);
}

/** Frame f is done with the cid that it took out of a slot: what still waits of it owns nothing when it drains. */
export function forgetFrame(c: i32, f: Frame): void {
  const b = bufferOf(c);
  for (let i: u32 = 0; i < b.count; i++) {
    const e = entryAt(b, i);
    if (<usize>e.frame == changetype<usize>(f)) e.frame = 0;
  }
}

// ---- what loads may return (weak) -----------------------------------------------------------------------------

/** Full barrier, acquire: loads from now on return what memory holds now, or newer. */
function openWindow(b: Buffer): void {
  b.floor = state.commits;
  b.loads = 0;
}

/** Cpu c's loads of `addr` do not go back behind `at`. */
function record(c: i32, addr: usize, at: u32): void {
  const b = bufferOf(c);
  if (b.loads == addresses.LOADS_MAX) openWindow(b);
  const seen = seenAt(c, b.loads);
  seen.addr = <u32>addr;
  seen.position = at;
  b.loads += 1;
}

/** A value that was gone at this position is too old for a load of `addr`. */
function lowerBound(c: i32, addr: usize, after: u32): u32 {
  const b = bufferOf(c);
  const commits = state.commits;
  let bound = max(b.floor, after);
  if (commits > REMEMBERED) bound = max(bound, commits - REMEMBERED);
  for (let i: u32 = 0; i < b.loads; i++) {
    const seen = seenAt(c, i);
    if (seen.addr == <u32>addr) bound = max(bound, seen.position);
  }
  return bound;
}

/** The last commit to `addr` before number n and not before `bound`, or u32.MAX_VALUE. */
function commitBefore(n: u32, addr: usize, bound: u32): u32 {
  while (n > bound) {
    n -= 1;
    if (commitAt(n).addr == <u32>addr) return n;
  }
  return u32.MAX_VALUE;
}

/** The commit that overwrote the `age`-th older value of `addr`, or u32.MAX_VALUE where that is too old. */
function overwrote(addr: usize, age: u32, bound: u32): u32 {
  let n = state.commits;
  for (; age > 0 && n != u32.MAX_VALUE; age--) n = commitBefore(n, addr, bound);
  return n;
}

/** The position from which the value of `addr` that was there before commit n may have been read. */
function readFrom(addr: usize, n: u32, bound: u32): u32 {
  const made = commitBefore(n, addr, bound);
  return made == u32.MAX_VALUE ? bound : made + 1;
}

/** How many older values a load of `addr` by c may return now. */
export function ages(c: i32, addr: usize, after: u32): i32 {
  if (!weak || newestTo(bufferOf(c), addr) >= 0) return 0;
  const bound = lowerBound(c, addr, after);
  let n = commitBefore(state.commits, addr, bound);
  let count = 0;
  for (; n != u32.MAX_VALUE; count++) n = commitBefore(n, addr, bound);
  return count;
}

/** `stale`: the next step of c, if it is a load, returns the age-th older value. */
export function arm(c: i32, age: u32): void {
  bufferOf(c).armed = age;
}

/** A load under weak. `mark`: find out the position that it reads from. */
function weakLoad(c: i32, addr: usize, after: u32, mark: bool): u64 {
  const b = bufferOf(c);
  const age = b.armed;
  b.armed = 0;
  const own = newestTo(b, addr);
  if (own >= 0) {
    if (mark) position = max(lowerBound(c, addr, after), entryAt(b, own).since);
    return entryAt(b, own).value;
  }
  let value = load<u64>(addr);
  let until = state.commits;
  let from = until;
  if (age != 0 || mark) {
    const bound = lowerBound(c, addr, after);
    if (age != 0) {
      const n = overwrote(addr, age, bound);
      if (n != u32.MAX_VALUE) {
        value = commitAt(n).old;
        until = n;
        from = n;
      }
    }
    if (mark) position = readFrom(addr, from, bound);
  }
  record(c, addr, until);
  return value;
}

// ---- accesses -------------------------------------------------------------------------------------------------

/** What cpu c would load from `addr`, its own waiting stores included; no step. */
export function peek(c: i32, addr: usize): u64 {
  return direct ? load<u64>(addr) : peekInFull(c, addr);
}

function peekInFull(c: i32, addr: usize): u64 {
  if (buffering) {
    const b = bufferOf(c);
    const own = newestTo(b, addr);
    if (own >= 0) return entryAt(b, own).value;
  }
  return load<u64>(addr);
}

/** Tells coverage what a load of c is about to read. */
function coverLoad(c: i32, addr: usize): void {
  const b = bufferOf(c);
  const own = buffering ? newestTo(b, addr) : -1;
  if (own >= 0) coverForward(addr, entryAt(b, own).pc);
  else if (buffering && b.armed != 0) coverStale(addr);
  else coverRead(addr);
}

function readDirect(addr: usize): u64 {
  if (covering) coverRead(addr);
  return load<u64>(addr);
}

/** What no check watches, at once. */
function storeDirect(addr: usize, value: u64): void {
  if (covering) coverStored(addr);
  store<u64>(addr, value);
}

/** READ_ONCE */
export function read(c: i32, addr: usize): u64 {
  return direct ? readDirect(addr) : readInFull(c, addr);
}

function readInFull(c: i32, addr: usize): u64 {
  if (covering) coverLoad(c, addr);
  const value = weak ? weakLoad(c, addr, 0, false) : peekInFull(c, addr);
  if (tracing) emit(c, OP_LOAD, addr, value, 0, false, -1);
  return value;
}

/**
 * READ_ONCE of a location whose address was loaded at position `after`; `position` is then the one that this
 * load read from.
 */
export function readMarked(c: i32, addr: usize, after: u32): u64 {
  return direct ? readDirect(addr) : readMarkedInFull(c, addr, after);
}

function readMarkedInFull(c: i32, addr: usize, after: u32): u64 {
  if (covering) coverLoad(c, addr);
  const value = weak ? weakLoad(c, addr, after, true) : peekInFull(c, addr);
  if (tracing) emit(c, OP_LOAD, addr, value, 0, false, -1);
  return value;
}

/** smp_load_acquire, with an address dependency as in `readMarked`. */
export function readAcquire(c: i32, addr: usize, after: u32): u64 {
  return direct ? readDirect(addr) : readAcquireInFull(c, addr, after);
}

function readAcquireInFull(c: i32, addr: usize, after: u32): u64 {
  const value = readMarkedInFull(c, addr, after);
  if (weak) raiseFloor(c, position);
  return value;
}

/** Loads of c from now on return nothing that was gone at `at`. */
export function raiseFloor(c: i32, at: u32): void {
  const b = bufferOf(c);
  b.floor = max(b.floor, at);
}

export const ORDER_PLAIN: i32 = 0;
export const ORDER_RELEASE: i32 = 1;
/** A release that ends a critical section. */
export const ORDER_UNLOCK: i32 = 2;

/** Puts a store into c's buffer. */
function wait(c: i32, addr: usize, value: u64, order: i32, frame: u32): Entry {
  const b = bufferOf(c);
  if (b.count == addresses.BUFFER_STORES) drainAll(c);
  const e = entryAt(b, b.count);
  e.addr = <u32>addr;
  e.needs = <u16>(order == ORDER_PLAIN ? b.order : b.count);
  e.unlock = order == ORDER_UNLOCK;
  e.pc = <u8>coverPc();
  e.value = value;
  e.frame = frame;
  e.since = 0;
  b.count += 1;
  b.armed = 0;
  if (checking) storeWaits(c, addr, value);
  return e;
}

/** A store of the litmus runner. `since`: the position that its value and address depend on. */
export function writeOrdered(c: i32, addr: usize, value: u64, order: i32, since: u32): void {
  if (order == ORDER_UNLOCK) bufferOf(c).unlocked = state.commits;
  if (buffering) wait(c, addr, value, order, 0).since = since;
  else commit(addr, load<u64>(addr), value);
}

/** smp_wmb(): stores from now on wait for those that wait now. */
export function writeBarrier(c: i32): void {
  const b = bufferOf(c);
  b.order = b.count;
}

/** WRITE_ONCE of what no check watches. */
export function write(c: i32, addr: usize, value: u64): void {
  assert(!isWatched(addr));
  if (direct) storeDirect(addr, value);
  else writeInFull(c, addr, value);
}

/** WRITE_ONCE of cid[m][target] */
export function writeCid(c: i32, m: i32, target: i32, value: u64): void {
  const addr = cidAddr(m, target);
  if (direct) storeCid(m, target, addr, load<u64>(addr), value);
  else writeInFull(c, addr, value);
}

/** WRITE_ONCE of a word of mask[m] */
export function writeMask(c: i32, m: i32, word: i32, value: u64): void {
  const addr = maskAddr(m, word);
  if (!direct) {
    writeInFull(c, addr, value);
    return;
  }
  const old = load<u64>(addr);
  storeDirect(addr, value);
  if (checking) maskChanged(m, word, old, value);
}

/** Memory at once: cid[m][target]. */
function storeCid(m: i32, target: i32, addr: usize, old: u64, value: u64): void {
  storeDirect(addr, value);
  if (!checking) return;
  if (covering) coverSlot(m, target, addr, <u32>old, <u32>value);
  slotChanged(m, target, <u32>old, <u32>value);
}

function writeInFull(c: i32, addr: usize, value: u64): void {
  if (covering) coverStore(addr);
  if (buffering) wait(c, addr, value, ORDER_PLAIN, 0);
  else commit(addr, load<u64>(addr), value);
  if (tracing) emit(c, OP_STORE, addr, value, 0, false, -1);
}

/** smp_store_release at the end of a critical section: unlock, on_cpu = 0. */
export function writeUnlock(c: i32, addr: usize, value: u64): void {
  assert(!isWatched(addr));
  if (direct) storeDirect(addr, value);
  else writeUnlockInFull(c, addr, value);
}

function writeUnlockInFull(c: i32, addr: usize, value: u64): void {
  if (covering) coverStore(addr);
  if (buffering) wait(c, addr, value, ORDER_UNLOCK, 0);
  else commit(addr, load<u64>(addr), value);
  if (tracing) emit(c, OP_STORE, addr, value, 0, false, -1);
}

/** WRITE_ONCE of UNSET to a slot by frame f, which owns the cid once memory has it (mutant plain-unset). */
export function writeUnset(c: i32, addr: usize, value: u64, f: Frame): void {
  if (covering) coverStore(addr);
  if (buffering) {
    wait(c, addr, value, ORDER_PLAIN, <u32>changetype<usize>(f));
  } else {
    commit(addr, load<u64>(addr), value);
    unsetReached(f);
  }
  if (tracing) emit(c, OP_STORE, addr, value, 0, false, -1);
}

/** WRITE_ONCE after taking the rq lock, which is a part of this step. */
export function writeRqLocked(c: i32, addr: usize, value: u64): void {
  assert(!isWatched(addr));
  if (direct) storeDirect(addr, value);
  else writeRqLockedInFull(c, addr, value);
}

function writeRqLockedInFull(c: i32, addr: usize, value: u64): void {
  if (buffering) {
    if (config.arch == ARCH_X86) drainAll(c);
    if (weak) takeRqLock(c);
  }
  writeInFull(c, addr, value);
}

/** An acquire, after which no store overtakes one that waits (weak). */
function takeRqLock(c: i32): void {
  const b = bufferOf(c);
  b.order = b.count;
  openWindow(b);
}

/** A fork is about to store to `addr`: what c itself has stored there before must not come after it. */
export function settle(c: i32, addr: usize): void {
  if (!buffering || newestTo(bufferOf(c), addr) < 0) return;
  if (weak) drainFor(c, addr);
  else drainAll(c);
}

/** A fork has put its values into memory: what c loads from now on is not older. */
export function forked(c: i32): void {
  if (weak) openWindow(bufferOf(c));
}

/** context_switch() to a task begins: the rq lock is taken, and on_cpu acquired. */
export function beginSwitch(c: i32): void {
  if (weak) takeRqLock(c);
}

/** An rmw of c on `addr` begins. Its outcome is not known yet. */
export function beginRmw(c: i32, addr: usize): void {
  if (!buffering) return;
  if (weak) {
    drainFor(c, addr);
    bufferOf(c).armed = 0;
  } else {
    drainAll(c);
  }
}

/** It orders nothing, but it has read from `addr`. */
export function rmwOrdersNothing(c: i32, addr: usize): void {
  if (weak) record(c, addr, state.commits);
}

export const RMW_RELAXED: i32 = 0;
export const RMW_ACQUIRE: i32 = 1;
export const RMW_RELEASE: i32 = 2;
export const RMW_FULL: i32 = 3;
export const RMW_LOCK: i32 = 4;

/** An rmw of the litmus runner writes. order: RMW_*. */
export function endRmw(c: i32, addr: usize, value: u64, order: i32): void {
  if (order == RMW_RELEASE || order == RMW_FULL) fullBefore(c);
  commit(addr, load<u64>(addr), value);
  if (order == RMW_FULL) {
    fullAfter(c);
    return;
  }
  if (weak && (order == RMW_ACQUIRE || order == RMW_LOCK)) acquireRmw(c, order == RMW_LOCK);
  rmwOrdersNothing(c, addr);
}

/** An rmw of the litmus runner orders what follows after what it has read, no more. */
function acquireRmw(c: i32, isLock: bool): void {
  raiseFloor(c, position);
  if (!isLock) return;
  const b = bufferOf(c);
  raiseFloor(c, b.unlocked);
  orderAfterUnlock(b);
}

/** The same for the litmus runner, which is told from which position it has read. */
export function beginMarkedRmw(c: i32, addr: usize): void {
  const b = bufferOf(c);
  const own = weak ? newestTo(b, addr) : -1;
  // What it reads of its own needs no memory: as a load that is forwarded.
  if (own >= 0) position = max(lowerBound(c, addr, 0), entryAt(b, own).since);
  beginRmw(c, addr);
  if (weak && own < 0) position = readFrom(addr, state.commits, lowerBound(c, addr, 0));
}

/** It writes, or is a full barrier in any case: before it writes. */
function fullBefore(c: i32): void {
  if (weak) drainAll(c);
}

function fullAfter(c: i32): void {
  if (weak) openWindow(bufferOf(c));
}

/** cmpxchg of what no check watches: true where it took effect; `found` is what was there. */
export function cmpxchg(c: i32, addr: usize, expected: u64, value: u64): bool {
  assert(!isWatched(addr));
  if (!direct) return cmpxchgInFull(c, addr, expected, value);
  found = readDirect(addr);
  if (found != expected) return false;
  storeDirect(addr, value);
  return true;
}

/** cmpxchg of cid[m][target] */
export function cmpxchgCid(c: i32, m: i32, target: i32, expected: u64, value: u64): bool {
  const addr = cidAddr(m, target);
  if (!direct) return cmpxchgInFull(c, addr, expected, value);
  found = readDirect(addr);
  if (found != expected) return false;
  storeCid(m, target, addr, expected, value);
  return true;
}

function cmpxchgInFull(c: i32, addr: usize, expected: u64, value: u64): bool {
  beginRmw(c, addr);
  if (covering) coverRead(addr);
  found = load<u64>(addr);
  const ok = found == expected;
  if (ok) {
    fullBefore(c);
    commit(addr, found, value);
    fullAfter(c);
  } else {
    rmwOrdersNothing(c, addr);
  }
  if (tracing) emit(c, OP_RMW, addr, found, ok ? value : found, ok, -1);
  return ok;
}

/** test_and_set_bit on mm m's mask: true where the bit was clear. A full barrier either way. */
export function testAndSet(c: i32, m: i32, bit: i32): bool {
  if (!direct) return testAndSetInFull(c, m, bit);
  const addr = maskAddr(m, bit >> 6);
  const old = readDirect(addr);
  const value = old | ((<u64>1) << (bit & 63));
  if (value == old) return false;
  storeDirect(addr, value);
  if (checking) bitSet(m, bit);
  return true;
}

function testAndSetInFull(c: i32, m: i32, bit: i32): bool {
  const addr = maskAddr(m, bit >> 6);
  beginRmw(c, addr);
  fullBefore(c);
  if (covering) coverRead(addr);
  const old = load<u64>(addr);
  const value = old | ((<u64>1) << (bit & 63));
  const ok = value != old;
  if (ok) commit(addr, old, value);
  fullAfter(c);
  if (tracing) emit(c, OP_RMW, addr, old, value, ok, bit);
  return ok;
}

/** clear_bit on mm m's mask. */
export function clearBit(c: i32, m: i32, bit: i32): void {
  if (!direct) {
    clearBitInFull(c, m, bit);
    return;
  }
  const addr = maskAddr(m, bit >> 6);
  const old = readDirect(addr);
  const value = old & ~((<u64>1) << (bit & 63));
  if (value == old) return;
  storeDirect(addr, value);
  if (checking) bitCleared(m, bit);
}

function clearBitInFull(c: i32, m: i32, bit: i32): void {
  const addr = maskAddr(m, bit >> 6);
  beginRmw(c, addr);
  if (covering) coverRead(addr);
  const old = load<u64>(addr);
  const value = old & ~((<u64>1) << (bit & 63));
  commit(addr, old, value);
  rmwOrdersNothing(c, addr);
  if (tracing) emit(c, OP_RMW, addr, old, value, true, bit);
}

/** One try at a spinlock: true where it was free. */
export function lock(c: i32, addr: usize): bool {
  if (!direct) return lockInFull(c, addr);
  if (readDirect(addr) != 0) return false;
  storeDirect(addr, 1);
  return true;
}

function lockInFull(c: i32, addr: usize): bool {
  beginRmw(c, addr);
  if (covering) coverRead(addr);
  if (load<u64>(addr) != 0) {
    rmwOrdersNothing(c, addr);
    if (tracing) emit(c, OP_SPIN, addr, 0, 0, false, -1);
    return false;
  }
  commit(addr, 0, 1);
  lockTaken(c);
  if (tracing) emit(c, OP_RMW, addr, 0, 1, true, -1);
  return true;
}

/** Acquire; and no later store overtakes the newest unlock that waits, or what that one waits for. */
function lockTaken(c: i32): void {
  if (!weak) return;
  const b = bufferOf(c);
  openWindow(b);
  orderAfterUnlock(b);
}

function orderAfterUnlock(b: Buffer): void {
  for (let i = b.count; i > b.order; i--) {
    if (entryAt(b, i - 1).unlock) b.order = i;
  }
}

/** smp_mb() */
export function barrier(c: i32): void {
  if (!direct) barrierInFull(c);
}

function barrierInFull(c: i32): void {
  fence(c);
  if (tracing) emit(c, OP_MB, 0, 0, 0, false, -1);
}

function fence(c: i32): void {
  if (!buffering) return;
  drainAll(c);
  if (!weak) return;
  const b = bufferOf(c);
  openWindow(b);
  b.armed = 0;
}
