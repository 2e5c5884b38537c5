/**
 * What a run covers, as *features*: numbers 0 … 65535, each counted once a run. They say how far a schedule has come
 * where no branch of the code would: which accesses met.
 *
 * ```
 *      0 …  8191  reads-from: pc of a read, pc of the write that it reads, whether one cpu made both (after RFF: Wolff
 *                 et al., "Greybox Fuzzing for Concurrency Testing", ASPLOS 2024; departure: the pairs alone count,
 *                 no schedule is proposed from them)
 *   8192 … 12287  conflicts: pc of an access, pc of a frame that is stopped in front of its own access to that location
 *  12288 … 16383  a slot's state: from, to, by which pc, on the slot's own cpu or not, in use or not
 *  16384 … 65535  abstract states between two actions, hashed: which frames are stopped where, in front of what, and
 *                 what the cpus' slots and tasks hold; the same for cpus and tasks in whatever order
 * ```
 *
 * Nothing is cleared for a run: what is kept of a location (SHADOW) and of a feature (STAMPS) carries the number of the
 * run that it is of.
 */

import { CID_UNSET, LOC_CID } from '../src/abi';
import * as addresses from '../src/engine/addresses';
import { isValid } from './checks';
import { nextAddr } from './kernel/next';
import {
  cpuAt,
  cpuFrame,
  cpus,
  Frame,
  locationKind,
  mmOfAddr,
  offsetInMm,
  slotAt,
  slotsOffset,
  taskAt,
  taskFrame,
  tasksTotal,
  WORLD,
} from './layout';

const CONFLICTS: u32 = 8192;
const SLOTS: u32 = 12288;
const STATES: u32 = 16384;
const STATE_COUNT: u32 = 65536 - 16384;

/** Tasks beyond these are left out of abstract states: they are to be cheap. */
const STATE_TASKS: i32 = 64;
const STATE_CPUS: i32 = 16;

export let covering: bool = false;
/** The run's number, 1 … 65535. */
let run: u32 = 0;
/** Whose access it is. */
let actorCpu: i32 = 0;
let actorPc: u32 = 0;
/** Features of this run: as many numbers in TOUCHED. */
export let touched: i32 = 0;
/** How many of them `coverAt` has dated. */
let dated: i32 = 0;

export function setCovering(on: bool): void {
  covering = on;
}

/** A run begins. */
export function beginCover(): void {
  touched = 0;
  dated = 0;
  run += 1;
  if (run <= 0xffff) return;
  memory.fill(addresses.SHADOW, 0, addresses.MEM_STATE - addresses.WORLD);
  memory.fill(addresses.STAMPS, 0, 2 << 16);
  run = 1;
}

function touch(feature: u32): void {
  const at = <usize>addresses.STAMPS + ((<usize>feature) << 1);
  if (<u32>load<u16>(at) == run) return;
  store<u16>(at, <u16>run);
  store<u16>(<usize>addresses.TOUCHED + ((<usize>touched) << 1), <u16>feature);
  touched += 1;
}

/** What was touched since the last call was touched by action n, counted from 1. */
export function coverAt(n: i32): void {
  for (; dated < touched; dated++) store<u16>(<usize>addresses.TOUCHED_AT + ((<usize>dated) << 1), <u16>n);
}

/** By which action feature i was touched. */
export function touchedAtAction(i: i32): i32 {
  return load<u16>(<usize>addresses.TOUCHED_AT + ((<usize>i) << 1));
}

/** Feature i of the run. */
export function touchedAt(i: i32): i32 {
  return load<u16>(<usize>addresses.TOUCHED + ((<usize>i) << 1));
}

/** The next accesses are of cpu c, at this pc. */
export function setCoverActor(c: i32, pc: u32): void {
  actorCpu = c;
  actorPc = pc;
}

export function coverPc(): u32 {
  return actorPc;
}

// ---- locations: {pc u8, cpu u8, run u16} of the last write, {pc u8, pc u8, run u16} of frames stopped before it --------

function shadow(addr: usize): usize {
  return addr + (<usize>addresses.SHADOW - WORLD);
}

function meet(addr: usize): void {
  const waiters = load<u32>(shadow(addr), 4);
  if (waiters >> 16 != run) return;
  const first = waiters & 0xff;
  const second = (waiters >> 8) & 0xff;
  if (first != 0) touch(CONFLICTS | ((actorPc & 63) << 6) | (first & 63));
  if (second != 0) touch(CONFLICTS | ((actorPc & 63) << 6) | (second & 63));
}

function coverReadsFrom(writer: u32, same: bool): void {
  touch(((actorPc & 63) << 7) | ((writer & 63) << 1) | <u32>same);
}

/** A load, or an rmw, reads what memory has. */
export function coverRead(c: i32, addr: usize): void {
  const word = load<u32>(shadow(addr));
  const writer = select<u32>(word, 0, word >> 16 == run);
  coverReadsFrom(writer & 0xff, writer != 0 && ((writer >> 8) & 0xff) == <u32>(c & 0xff));
  meet(addr);
}

/** It reads what the cpu itself has waiting, stored at that pc. */
export function coverForward(addr: usize, pc: u32): void {
  coverReadsFrom(pc, true);
  meet(addr);
}

/** It reads an older value. */
export function coverStale(addr: usize): void {
  coverReadsFrom(0, true);
  meet(addr);
}

/** A store is issued. */
export function coverStore(addr: usize): void {
  meet(addr);
}

/** The actor's store is in memory. */
export function coverWrite(addr: usize): void {
  store<u32>(shadow(addr), (run << 16) | ((<u32>(actorCpu & 0xff)) << 8) | actorPc);
}

/** Unset, valid or lazy. */
function slotClass(word: u32): u32 {
  if (word == CID_UNSET) return 0;
  return isValid(word) ? 1 : 2;
}

/** cid[m][c] changes in memory. */
export function coverSlot(m: i32, c: i32, old: u32, value: u32): void {
  const used = <u32>(cpuAt(c).holdMm == m);
  const own = <u32>(c == actorCpu);
  touch(SLOTS | ((actorPc & 63) << 6) | (own << 5) | (used << 4) | (slotClass(old) << 2) | slotClass(value));
}

// ---- frames that are stopped ------------------------------------------------------------------------------------------

/** Frame f on cpu c is stopped in front of an access. (Where another cpu takes its task up, it may be another one.) */
export function coverStop(c: i32, f: Frame): void {
  const addr = nextAddr(c, f);
  f.watched = <u32>addr;
  if (addr == 0) return;
  const at = shadow(addr) + 4;
  const waiters = load<u32>(at);
  const before = waiters >> 16 == run ? waiters & 0xff : 0;
  store<u32>(at, (run << 16) | (before << 8) | f.pc);
}

/** It goes on. */
export function coverGo(f: Frame): void {
  if (f.watched == 0) return;
  const at = shadow(f.watched) + 4;
  f.watched = 0;
  const waiters = load<u32>(at);
  if (waiters >> 16 != run) return;
  const first = waiters & 0xff;
  const second = (waiters >> 8) & 0xff;
  if (first == <u32>f.pc) store<u32>(at, (run << 16) | second);
  else if (second == <u32>f.pc) store<u32>(at, (run << 16) | first);
}

// ---- abstract states ----------------------------------------------------------------------------------------------------

function mix(x: u64): u64 {
  x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93;
  return x ^ (x >> 32);
}

function touchState(word: u64): void {
  touch(STATES + <u32>(((mix(word + 0x9e3779b97f4a7c15) >> 32) * <u64>STATE_COUNT) >> 32));
}

/** A stopped frame: where it is, in front of what, and who else is. `context`: how its task or cpu is. */
function coverFrame(f: Frame, context: u64): void {
  let word: u64 = <u64>f.pc | (context << 32);
  if (f.watched != 0) {
    word |= (<u64>(load<u32>(shadow(f.watched) + 4) & 0xffff)) << 8;
    if (locationKind(f.watched) == LOC_CID) {
      word |= (<u64>(1 + slotClass(load<u32>(f.watched)))) << 24;
      const m = mmOfAddr(f.watched);
      const c = <i32>((offsetInMm(f.watched) - slotsOffset()) >> 4);
      word |= (<u64>(cpuAt(c).holdMm == m)) << 28;
    }
  }
  touchState(word);
}

/** The state between two actions. */
export function coverState(): void {
  let all: u64 = 0;
  for (let c = 0, n = min(cpus, STATE_CPUS); c < n; c++) {
    const cpu = cpuAt(c);
    const t = cpu.current;
    const task = taskAt(t);
    let word: u64 = <u64>cpuFrame(c).routine | ((<u64>taskFrame(t).routine) << 3);
    if (task.ownMm >= 0) {
      word |= 1 << 6;
      word |= (<u64>slotClass(<u32>slotAt(task.ownMm, c).cid)) << 7;
      word |= (<u64>task.ownActive) << 9;
    }
    word |= (<u64>(cpu.holdMm >= 0)) << 10;
    all += mix(word + 1);
    if (cpuFrame(c).routine != 0) coverFrame(cpuFrame(c), 1);
  }
  touchState(all);
  for (let i = cpus, n = min(tasksTotal, cpus + STATE_TASKS); i < n; i++) {
    const f = taskFrame(i);
    if (f.routine != 0) coverFrame(f, taskAt(i).current ? 2 : 3);
  }
}
