/**
 * Time, as far as it matters. A value of it is written from another (clock = now, time = clock, next_scan = jiffies +
 * 100) or advanced by 101 ms, and read by comparisons alone, across 100 ms; so of two values it matters which is older,
 * not by how much, and only between values that may come to be compared:
 *
 * - a cpu's clock (in memory, in buffers, now, and as clear-old has loaded it) with the `time` of that cpu's slots;
 * - jiffies (now, and when a task work began) with next_scan of its mm.
 *
 * The *age* of a value is the number of different clocks (or jiffies) around that are newer. States that agree in
 * ages have the same future, and there are finitely many ages. Without the reduction (`--no-time`) an age is the
 * number of advances since.
 */

import {
  MEMORY_SC,
  NS_PER_JIFFY,
  PERIOD_NS,
  SCAN_DELAY_JIFFIES,
  SCAN_RUNNING_JIFFIES,
  START_NS,
} from '../../src/abi';
import { REDUCE_TIME } from '../../src/engine/addresses';
import { CLEAR_TIME } from '../kernel/pc';
import {
  clockAddr,
  config,
  cpuAt,
  cpus,
  Frame,
  mmAt,
  mmsTotal,
  slotAt,
  taskFrame,
  tasksTotal,
  world,
} from '../layout';
import { waiting, waitingAddr, waitingValue } from '../memory';
import { reduces } from './config';
import { LIVE_JIFFIES, liveAt } from './live';
import { NAMES } from './places';

/** What `advance` adds. */
export const ADVANCE_NS: u64 = 101000000;
const ADVANCE_JIFFIES: u64 = ADVANCE_NS / NS_PER_JIFFY;
/** Now, in every unpacked state. */
export const NOW: u64 = START_NS + 64 * ADVANCE_NS;
const NOW_JIFFIES: u64 = NOW / NS_PER_JIFFY;
/** An age that stands for all above, where ages are not reduced: older than any advance. */
const NEVER: u64 = 13;

// For each cpu, and for each mm, the different values around: a count, then up to 15 of them.
const CLOCKS: usize = NAMES + 0x100;
const JIFFIES: usize = NAMES + 0x500;

let exact: bool = false;
/** Under sc a cpu's clocks are its clock and now, and one bit is enough for a clock that clear-old has loaded (`loadedAge`). */
let simple: bool = false;
let buffering: bool = false;
/** Some task work knows when it began: else there are no jiffies but now's. */
let worksAround: bool = false;

export function planTime(): void {
  exact = !reduces(REDUCE_TIME);
  buffering = config.memory != MEMORY_SC;
  simple = !exact && !buffering;
}

function listOf(base: usize, i: i32): usize {
  return base + ((<usize>i) << 7);
}

function begin(list: usize, value: u64): void {
  store<u64>(list, 1);
  store<u64>(list, value, 8);
}

function add(list: usize, value: u64): void {
  const count = <usize>load<u64>(list);
  for (let i: usize = 1; i <= count; i++) {
    if (load<u64>(list + (i << 3)) == value) return;
  }
  assert(count < 15);
  store<u64>(list, count + 1);
  store<u64>(list + ((count + 1) << 3), value);
}

function newer(list: usize, than: u64): u64 {
  const count = <usize>load<u64>(list);
  let n: u64 = 0;
  for (let i: usize = 1; i <= count; i++) n += <u64>(load<u64>(list + (i << 3)) > than);
  return n;
}

/** Looks at the times of the state at hand. */
export function gatherTimes(): void {
  if (!simple) gatherClocks();
  worksAround = false;
  for (let t = cpus; t < tasksTotal; t++) {
    const f = taskFrame(t);
    if (f.routine == 0) continue;
    if (liveAt(f.pc) & LIVE_JIFFIES) {
      if (!worksAround) beginJiffies();
      add(listOf(JIFFIES, f.mm), f.jiffies);
    }
    if (!simple && f.pc == CLEAR_TIME) add(listOf(CLOCKS, f.target), f.loaded);
  }
}

function beginJiffies(): void {
  worksAround = true;
  for (let m = 0; m < mmsTotal; m++) begin(listOf(JIFFIES, m), world.jiffies);
}

function gatherClocks(): void {
  for (let c = 0; c < cpus; c++) {
    const list = listOf(CLOCKS, c);
    const clock = cpuAt(c).clock;
    begin(list, world.now);
    if (clock != world.now) add(list, clock);
    for (let i = 0; i < waiting(c); i++) {
      if (waitingAddr(c, i) == <u32>clockAddr(c)) add(list, waitingValue(c, i));
    }
  }
}

/** Whether an advance makes something older than it is: else it comes to the state that it starts from. */
export function ages(): bool {
  if (exact) return true;
  const now = world.now;
  for (let c = 0; c < cpus; c++) {
    if (cpuAt(c).clock == now) return true;
    for (let i = 0; buffering && i < waiting(c); i++) {
      if (waitingAddr(c, i) == <u32>clockAddr(c) && waitingValue(c, i) == now) return true;
    }
  }
  for (let m = 0; m < mmsTotal; m++) {
    const next = mmAt(m).nextScan;
    if (next > world.jiffies && next != SCAN_RUNNING_JIFFIES) return true;
  }
  for (let t = cpus; t < tasksTotal; t++) {
    const f = taskFrame(t);
    if (f.routine != 0 && liveAt(f.pc) & LIVE_JIFFIES && f.jiffies == world.jiffies) return true;
  }
  return false;
}

function advances(value: u64, now: u64, unit: u64): u64 {
  return value > now ? 0 : min<u64>((now - value + unit - 1) / unit, NEVER);
}

/** Of a clock of cpu c, or of a `time` of its slots. At most 13. */
export function ageOf(c: i32, value: u64): u64 {
  if (simple) {
    const clock = cpuAt(c).clock;
    return <u64>(world.now > value) + <u64>(<i32>(clock > value) & <i32>(clock != world.now));
  }
  return exact ? advances(value, world.now, ADVANCE_NS) : newer(listOf(CLOCKS, c), value);
}

export function timeOfAge(age: u64): u64 {
  return NOW - age * ADVANCE_NS;
}

/** Of jiffies when a task work of mm m began. */
export function jiffiesAge(m: i32, jiffies: u64): u64 {
  return exact ? advances(jiffies, world.jiffies, ADVANCE_JIFFIES) : newer(listOf(JIFFIES, m), jiffies);
}

export function jiffiesOfAge(age: u64): u64 {
  return NOW_JIFFIES - age * ADVANCE_JIFFIES;
}

/** Of a next_scan that is a time: which jiffies have come to it. 0: not even now's. */
export function scanAge(m: i32, next: u64): u64 {
  if (<i32>!exact & <i32>!worksAround) return <u64>(world.jiffies >= next);
  // newer than `next - 1`: not older than `next`.
  return exact
    ? advances(next - SCAN_DELAY_JIFFIES, world.jiffies, ADVANCE_JIFFIES)
    : newer(listOf(JIFFIES, m), next - 1);
}

export function scanOfAge(age: u64): u64 {
  return jiffiesOfAge(age) + SCAN_DELAY_JIFFIES;
}

/**
 * Of the clock that clear-old has loaded and is about to compare with the slot's time. Under sc the times that memory will hold
 * are not older than a clock that it held before: all that matters is whether the clock is newer than the time that is
 * there now. (Where stores wait, the time may be read out of the buffer, or out of memory, depending on the cpu.)
 */
export function loadedAge(f: Frame): u64 {
  return simple ? <u64>(f.loaded > slotAt(f.mm, f.target).time) : ageOf(f.target, f.loaded);
}

/** When clocks and times are unpacked. */
export function loadedOfAge(f: Frame, age: u64): u64 {
  if (!simple) return timeOfAge(age);
  return age != 0 ? cpuAt(f.target).clock : slotAt(f.mm, f.target).time;
}

function apart(a: u64, b: u64): bool {
  return a == b || max(a, b) - min(a, b) > <u64>PERIOD_NS;
}

/**
 * Whether the times of the state at hand are equal or more than 100 ms apart, which ages take for granted. So they stay, for
 * `advance` adds 101 ms; a prefix may have left others.
 */
export function timesApart(): bool {
  gatherClocks();
  if (!worksAround) beginJiffies();
  for (let c = 0; c < cpus; c++) {
    const list = listOf(CLOCKS, c);
    const count = <usize>load<u64>(list);
    for (let i: usize = 1; i <= count; i++) {
      const clock = load<u64>(list + (i << 3));
      for (let j: usize = 1; j < i; j++) {
        if (!apart(clock, load<u64>(list + (j << 3)))) return false;
      }
      for (let m = 0; m < mmsTotal; m++) {
        if (!apart(clock, slotAt(m, c).time)) return false;
      }
    }
  }
  for (let m = 0; m < mmsTotal; m++) {
    const list = listOf(JIFFIES, m);
    const count = <usize>load<u64>(list);
    for (let i: usize = 1; i <= count; i++) {
      const j = load<u64>(list + (i << 3));
      if (j != world.jiffies && world.jiffies - j < <u64>SCAN_DELAY_JIFFIES) return false;
    }
  }
  return true;
}
