/**
 * Where new states go. In breadth-first search to OUT, one behind the other, which the host takes out: how many words it
 * has, what sleeps in it, its words. Beside it the trail: the number of the state that each comes from and by which move.
 * In depth-first search onto the stack, each with those two words behind it.
 *
 * To look a state up in the visited set is to wait for memory. So in breadth-first search states are put into OUT as they
 * come, and looked up some hundred at once; those that have been met before are then taken out again.
 */

import {
  EXPLORE_MAX_WORDS,
  EXPLORE_OUT_BYTES,
  EXPLORE_OUT_STATES,
  EXPLORE_PENDING_STATES,
} from '../../src/engine/addresses';
import { fetch, meet } from './meet';
import { fingerprint, packedWords } from './pack';
import { IN, ORDINALS, OUT, PACKED, PARENTS, PENDING, STACK } from './places';

/** A state's moves are fewer. */
export const MAX_MOVES: i32 = 256;

let diving: bool = false;
/** States met for the first time in this call. */
export let fresh: u32 = 0;
/** States, and bytes, in OUT: all are new. */
export let outStates: i32 = 0;
export let outBytes: u32 = 0;
/** Behind them, those that are still to be looked up: how many, and where they end. */
export let pending: i32 = 0;
let pendingEnd: u32 = 0;
/** The number of the state that is being expanded. */
let parent: u32 = 0;
/** The end of the stack. */
export let top: usize = STACK;

export function words(header: u64): i32 {
  return <i32>(header & 0xff);
}

/** By which move it was met; on the stack, whether it has been expanded; in OUT its parent's number is in the upper half. */
export function ordinalOf(header: u64): u32 {
  return <u32>(header >> 8) & 0xff;
}
export const EXPANDED: u64 = 1 << 32;

function headerOf(ordinal: i32): u64 {
  return <u64>packedWords | ((<u64>ordinal) << 8);
}

/** Of a state of `count` words, with the two before or behind them. */
export function bytesOf(header: u64): usize {
  return ((<usize>words(header)) << 3) + 16;
}

export function beginOut(dives: bool): void {
  diving = dives;
  fresh = 0;
  outStates = 0;
  outBytes = 0;
  pending = 0;
  pendingEnd = 0;
}

export function setParent(id: u32): void {
  parent = id;
}

/** Whether the states of one more expansion have room among the pending ones. */
export function mayWait(): bool {
  return pending + MAX_MOVES <= EXPLORE_PENDING_STATES;
}

/** And in OUT. */
export function hasRoom(): bool {
  return (
    pendingEnd + (EXPLORE_MAX_WORDS + 2) * 8 * MAX_MOVES <= <u32>EXPLORE_OUT_BYTES &&
    outStates + pending + MAX_MOVES <= EXPLORE_OUT_STATES
  );
}

export function stackHasRoom(): bool {
  return top + (EXPLORE_MAX_WORDS + 2) * 8 * MAX_MOVES <= (<usize>memory.size()) << 16;
}

export function emptyStack(): void {
  top = STACK;
}

export function pop(bytes: usize): void {
  top -= bytes;
}

function copyPacked(to: usize): usize {
  const count = packedWords;
  for (let i = 0; i < count; i++) {
    store<u64>(to + ((<usize>i) << 3), load<u64>(PACKED + ((<usize>i) << 3)));
  }
  return (<usize>count) << 3;
}

/** Takes the state that was packed last: it came by move `ordinal`, and `sleep` sleeps in it. */
export function take(ordinal: i32, sleep: u64): void {
  const header = headerOf(ordinal);
  const fp = fingerprint();
  if (diving) {
    if (!meet(PACKED, packedWords, fp)) return;
    fresh += 1;
    const bytes = copyPacked(top);
    store<u64>(top + bytes, sleep);
    store<u64>(top + bytes, header, 8);
    top += bytes + 16;
    return;
  }
  const at = OUT + <usize>pendingEnd;
  store<u64>(at, header | ((<u64>parent) << 32));
  store<u64>(at, sleep, 8);
  pendingEnd += 16 + <u32>copyPacked(at + 16);
  store<u64>(PENDING + ((<usize>pending) << 3), fp);
  pending += 1;
}

/** Keeps what is fetched early from being optimized away. */
export let unused: u64 = 0;

/** Looks the pending states up, and keeps those that are new. */
export function lookUp(): void {
  let fetched: u64 = 0;
  for (let i = 0; i < pending; i++) fetched ^= fetch(load<u64>(PENDING + ((<usize>i) << 3)));
  unused = fetched;
  let at = OUT + <usize>outBytes;
  for (let i = 0; i < pending; i++) {
    const header = load<u64>(at);
    const bytes = bytesOf(header);
    if (meet(at + 16, words(header), load<u64>(PENDING + ((<usize>i) << 3)))) keep(at, header, bytes);
    at += bytes;
  }
  pending = 0;
  pendingEnd = outBytes;
}

/** A new state, `at` in OUT: behind those that are kept. */
function keep(at: usize, header: u64, bytes: usize): void {
  const to = OUT + <usize>outBytes;
  if (to != at) {
    for (let i: usize = 0; i < bytes; i += 8) store<u64>(to + i, load<u64>(at + i));
  }
  outBytes += <u32>bytes;
  store<u32>(PARENTS + ((<usize>outStates) << 2), <u32>(header >> 32));
  store<u8>(ORDINALS + <usize>outStates, <u8>ordinalOf(header));
  outStates += 1;
  fresh += 1;
}

/** Puts the state that was packed last into IN, for a start. Returns its bytes. */
export function keepFirst(): u32 {
  store<u64>(IN, headerOf(0));
  store<u64>(IN, 0, 8);
  return 16 + <u32>copyPacked(IN + 16);
}
