/**
 * The memory subsystem: every access of the algorithm to shared memory goes through here.
 *
 * The model's rules under `memory sc` (the only one yet), one by one:
 *  1. Every access acts on memory at once, in the order of the steps.
 *  2. A read-modify-write is one step; a failed cmpxchg changes nothing.
 *  3. Taking a lock that is held is a step that changes nothing (a spin).
 *  4. A full barrier is a step that changes nothing.
 *  5. `peek` is no step: what a cpu looks up of its own data between two accesses.
 * Store buffers (tso) and delayed stores with older values (weak) go between `write`/`read` and `commit`: no
 * routine knows of them, and the checks hear of a store when it is committed.
 */

import { OP_LOAD, OP_MB, OP_RMW, OP_SPIN, OP_STORE } from '../src/abi';
import { maskChanged, slotChanged } from './checks';
import { currAddr, MASK_IN_MM, maskAddr, mmOfAddr, offsetInMm, slotsOffset } from './layout';
import { emit, tracing } from './trace';

/** The value that the last cmpxchg found. */
export let found: u64 = 0;
/** Whether commits tell the checks: off only where the bare engine is measured. */
export let checking: bool = true;

export function setChecking(on: bool): void {
  checking = on;
}

/** A store reaches memory. */
function commit(addr: usize, old: u64, value: u64): void {
  store<u64>(addr, value);
  if (!checking) return;
  const m = mmOfAddr(addr);
  if (m < 0) return;
  const offset = offsetInMm(addr);
  const slots = slotsOffset();
  if (offset >= slots) {
    // {time, cid}: the cid is the odd word.
    if ((offset - slots) & 8) slotChanged(m, <i32>((offset - slots) >> 4), <u32>old, <u32>value);
  } else if (offset >= MASK_IN_MM) {
    maskChanged(m, <i32>((offset - MASK_IN_MM) >> 3), old, value);
  }
}

/** What cpu c would load from `addr`; no step. */
export function peek(c: i32, addr: usize): u64 {
  return load<u64>(addr);
}

/** cpu c's current task, as cpu c sees it; no step. */
export function currentOf(c: i32): i32 {
  return <i32>peek(c, currAddr(c));
}

/** READ_ONCE */
export function read(c: i32, addr: usize): u64 {
  const value = load<u64>(addr);
  if (tracing) emit(c, OP_LOAD, addr, value, 0, false, -1);
  return value;
}

/** WRITE_ONCE, and smp_store_release. */
export function write(c: i32, addr: usize, value: u64): void {
  commit(addr, load<u64>(addr), value);
  if (tracing) emit(c, OP_STORE, addr, value, 0, false, -1);
}

/** cmpxchg: true where it took effect; `found` is what was there. */
export function cmpxchg(c: i32, addr: usize, expected: u64, value: u64): bool {
  found = load<u64>(addr);
  const ok = found == expected;
  if (ok) commit(addr, found, value);
  if (tracing) emit(c, OP_RMW, addr, found, ok ? value : found, ok, -1);
  return ok;
}

/** test_and_set_bit on mm m's mask: true where the bit was clear. */
export function testAndSet(c: i32, m: i32, bit: i32): bool {
  const addr = maskAddr(m, bit >> 6);
  const old = load<u64>(addr);
  const value = old | ((<u64>1) << (bit & 63));
  const ok = value != old;
  if (ok) commit(addr, old, value);
  if (tracing) emit(c, OP_RMW, addr, old, value, ok, bit);
  return ok;
}

/** clear_bit on mm m's mask. */
export function clearBit(c: i32, m: i32, bit: i32): void {
  const addr = maskAddr(m, bit >> 6);
  const old = load<u64>(addr);
  const value = old & ~((<u64>1) << (bit & 63));
  commit(addr, old, value);
  if (tracing) emit(c, OP_RMW, addr, old, value, true, bit);
}

/** One try at a spinlock: true where it was free. */
export function lock(c: i32, addr: usize): bool {
  if (load<u64>(addr) != 0) {
    if (tracing) emit(c, OP_SPIN, addr, 0, 0, false, -1);
    return false;
  }
  commit(addr, 0, 1);
  if (tracing) emit(c, OP_RMW, addr, 0, 1, true, -1);
  return true;
}

/** smp_mb() */
export function barrier(c: i32): void {
  if (tracing) emit(c, OP_MB, 0, 0, 0, false, -1);
}
