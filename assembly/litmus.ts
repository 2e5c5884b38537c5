/**
 * The memory subsystem alone, for litmus tests (src/litmus/): a number of threads, one a cpu, and of locations, one
 * u64 each from WORLD on, that hold 32-bit signed numbers. Nothing of the algorithm is there, and no check.
 */

import { MEMORY_WEAK } from '../src/abi';
import { config, setCpus, WORLD } from './layout';
import * as mem from './memory';

function addrOf(loc: i32): usize {
  return WORLD + ((<usize>loc) << 3);
}

/** An empty memory: every location 0, nothing waiting. model: MEMORY_*. */
export function litmusBegin(threads: i32, model: i32, locations: i32): void {
  mem.setChecking(false);
  config.memory = model;
  setCpus(threads);
  mem.resetMemory();
  for (let c = 0; c < threads; c++) mem.resetBuffer(c);
  for (let loc = 0; loc < locations; loc++) litmusInit(loc, 0);
}

/** The value that a location starts with. */
export function litmusInit(loc: i32, value: i32): void {
  store<u64>(addrOf(loc), <u64>(<i64>value));
}

export function litmusValue(loc: i32): i32 {
  return <i32>load<u64>(addrOf(loc));
}

/** How many older values a load may return now. */
export function litmusAges(c: i32, loc: i32, after: u32): i32 {
  return mem.ages(c, addrOf(loc), after);
}

/** A load of the age-th older value (0: the newest), not older than what was there at position `after`. */
export function litmusLoad(c: i32, loc: i32, age: i32, after: u32, acquire: bool): i32 {
  if (age > 0) mem.arm(c, age);
  const addr = addrOf(loc);
  return <i32>(acquire ? mem.readAcquire(c, addr, after) : mem.readMarked(c, addr, after));
}

/** The position that the last load, or the last litmusRmwOld, read from. */
export function litmusPosition(): u32 {
  return mem.position;
}

/** order: ORDER_*. since: the position that value and address depend on. */
export function litmusStore(c: i32, loc: i32, value: i32, order: i32, since: u32): void {
  mem.writeOrdered(c, addrOf(loc), <u64>(<i64>value), order, since);
}

/** An rmw begins: what must be before it drains. Returns what it finds. */
export function litmusRmwOld(c: i32, loc: i32): i32 {
  mem.beginMarkedRmw(c, addrOf(loc));
  return litmusValue(loc);
}

/** And writes. order: RMW_* of memory.ts. */
export function litmusRmwWrite(c: i32, loc: i32, value: i32, order: i32): void {
  mem.endRmw(c, addrOf(loc), <u64>(<i64>value), order);
}

/** Or fails: nothing is written or ordered. */
export function litmusRmwFail(c: i32, loc: i32): void {
  mem.rmwOrdersNothing(c, addrOf(loc));
}

/** kind: 0 mb, 1 rmb, 2 wmb. */
export function litmusFence(c: i32, kind: i32): void {
  if (kind == 0) mem.barrier(c);
  else if (config.memory != MEMORY_WEAK) return;
  else if (kind == 1) mem.raiseFloor(c, litmusNow());
  else mem.writeBarrier(c);
}

export function litmusWaiting(c: i32): i32 {
  return mem.waiting(c);
}

export function litmusMayFlush(c: i32, i: i32): bool {
  return mem.mayFlush(c, i);
}

export function litmusFlush(c: i32, i: i32): void {
  mem.flush(c, i);
}

/** Stores that have reached memory: the position now. */
export function litmusNow(): u32 {
  return mem.now();
}

/** Loads of c return nothing older than what was there at `position`. */
export function litmusRaise(c: i32, position: u32): void {
  mem.raiseFloor(c, position);
}

export function litmusDrain(c: i32): void {
  mem.drainAll(c);
}
