/** What an exploration may do, and what is left of it in the state at hand. */

import { REDUCE_HOMES, UNBOUNDED, WIDEN_WORK } from '../../src/engine/addresses';
import { clearWords } from '../layout';
import { SETTINGS } from './places';

/** Written by the host, with the bounds behind it (src/explore/explorer.ts). */
@unmanaged
export class ExploreConfig {
  /** REDUCE_* */
  reductions: u32;
  /** No task exits or execs, ever: `active` and `mm` of a task do not change. */
  constant: bool;
  /** Some bound is a number, so what is left of it is a part of the state. */
  counts: bool;
}

/** The bounds, or what is left of them: numbers up to 254, or UNBOUNDED. Sixteen bytes: two words of a packed state. */
@unmanaged
export class Left {
  /** Execs that may fail or not, and more that fail; forks of a thread or a process, and more of a thread. */
  exits: u8;
  execs: u8;
  execFails: u8;
  forks: u8;
  threadForks: u8;
  switches: u8;
  ticks: u8;
  works: u8;
  migrations: u8;
  advances: u8;
  preemptions: u8;
  /** Whose step the last one was, where preemptions are bounded; else UNBOUNDED. */
  lastCpu: u8;
}
export const LEFT_WORDS: i32 = 2;
const BOUNDS: usize = SETTINGS + 16;
const LEFT: usize = SETTINGS + 32;
/** Which mms are or were in use, a byte each: fork and exec take one that is not. */
const USED: usize = SETTINGS + 48;

export const explore: ExploreConfig = changetype<ExploreConfig>(SETTINGS);
export const bounds: Left = changetype<Left>(BOUNDS);
export const left: Left = changetype<Left>(LEFT);

export function reduces(by: u32): bool {
  return (explore.reductions & by) != 0;
}

/** All of it is left. */
export function resetLeft(): void {
  store<u64>(LEFT, load<u64>(BOUNDS));
  store<u64>(LEFT, load<u64>(BOUNDS, 8), 8);
  left.lastCpu = <u8>UNBOUNDED;
  clearWords(USED, 8);
}

export function leftWord(i: i32): u64 {
  return load<u64>(LEFT + ((<usize>i) << 3));
}

export function setLeftWord(i: i32, word: u64): void {
  store<u64>(LEFT + ((<usize>i) << 3), word);
}

export function isUsed(m: i32): bool {
  return load<u8>(USED + <usize>m) != 0;
}

export function setUsed(m: i32, used: bool): void {
  store<u8>(USED + <usize>m, <u8>used);
}

/** All the `used` marks at once, for a snapshot. */
export function usedWord(): u64 {
  return load<u64>(USED);
}

export function setUsedWord(word: u64): void {
  store<u64>(USED, word);
}

/** One of what a bound allows is used up. The bound was not 0. */
export function spend(bound: u8): u8 {
  return bound == UNBOUNDED ? bound : bound - 1;
}

/** Whether a task that is not running may begin anywhere: a migration before it can be added to any run. */
export function anyHome(): bool {
  return reduces(REDUCE_HOMES);
}

/** Task work may run at any time, queued or not: more than can happen, so what is not violated then never is. */
export function anyWork(): bool {
  return reduces(WIDEN_WORK);
}
