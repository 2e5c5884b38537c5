/**
 * What a run covers, as *features*: numbers 0 … 65535, each counted once a run. They say how far a schedule has come
 * where no branch of the code would: which accesses met.
 *
 * ```
 *      0 …  8191  reads-from: pc of a read, pc of another cpu's write that it reads (0: what was there at the start, or
 *                 comes of no step), whether out of the ordinary: of its own cpu's buffer, or (by 0) an older value
 *                 (after RFF: Wolff et al., "Greybox Fuzzing for Concurrency Testing", ASPLOS 2024; departures: what
 *                 a cpu reads of its own in memory is left out; the pairs alone count, no schedule is proposed from them)
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
  cidAddr,
  cpuAt,
  cpuFrame,
  Frame,
  locationKind,
  mmOfAddr,
  offsetInMm,
  slotAt,
  slotsOffset,
  taskAt,
  taskFrame,
} from './layout';

/** Of a frame that is stopped: its task has left the cpu. */
const LEFT: u32 = 64;

const CONFLICTS: u32 = 8192;
const SLOTS: u32 = 12288;
const STATES: u32 = 16384;
const STATE_COUNT: u32 = 65536 - 16384;

/** Cpus beyond these are left out of abstract states. */
const STATE_CPUS: i32 = 16;

/** A frame that makes no access, for what is no step; and one that stands for whoever issued a store that drains. */
const NOBODY: usize = memory.data(<i32>offsetof<Frame>(), 8);
const ISSUER: usize = memory.data(<i32>offsetof<Frame>(), 8);

export let covering: bool = false;
/** The run's number, 1 … 65535; and where it stands in a shadow: half a word of this run is greater, one of an earlier less. */
let run: u32 = 0;
let thisRun: u32 = 0;
/** The frame whose access it is, and its cpu. A step changes its frame's pc only after its access. */
let actor: Frame = changetype<Frame>(NOBODY);
let actorCpu: i32 = 0;
/** What says in a shadow that the actor's cpu has written in this run; the pc comes to it. */
let own: u32 = 0;
/** Features of this run: as many numbers in TOUCHED. */
export let touched: i32 = 0;
/** The action under way, from 1, where somebody tells it. */
let action: i32 = 0;
/** Whose turn it is: the cpu that made the last step, or began something, or -1. A turn's accesses are that cpu's. */
let turn: i32 = -1;

export function setCovering(on: bool): void {
  covering = on;
}

/** A run begins. */
export function beginCover(): void {
  touched = 0;
  action = 0;
  turn = -1;
  paused = changetype<Frame>(0);
  beginStates();
  run += 1;
  if (run > 0xffff) {
    memory.fill(addresses.SHADOW, 0, addresses.MEM_STATE - addresses.WORLD);
    memory.fill(addresses.STAMPS, 0, 2 << 16);
    run = 1;
  }
  thisRun = run << 16;
  setCpu(0);
}

function touch(feature: u32): void {
  const at = <usize>addresses.STAMPS + ((<usize>feature) << 1);
  if (<u32>load<u16>(at) == run) return;
  store<u16>(at, <u16>run);
  store<u16>(<usize>addresses.TOUCHED + ((<usize>touched) << 1), <u16>feature);
  store<u16>(<usize>addresses.TOUCHED_AT + ((<usize>touched) << 1), <u16>action);
  touched += 1;
}

/** What is touched from now on is touched by action n. */
export function coverAction(n: i32): void {
  action = n;
}

/** By which action feature i was touched. */
export function touchedAtAction(i: i32): i32 {
  return load<u16>(<usize>addresses.TOUCHED_AT + ((<usize>i) << 1));
}

/** Feature i of the run. */
export function touchedAt(i: i32): i32 {
  return load<u16>(<usize>addresses.TOUCHED + ((<usize>i) << 1));
}

function setCpu(c: i32): void {
  actorCpu = c;
  own = thisRun | ((<u32>c & 0xff) << 8);
}

/** The pc of the access under way; 0 for none. */
export function coverPc(): u32 {
  return actor.pc;
}

/** What happens next is that a store, which cpu c has issued at that pc, drains. Returns whose access that is part of. */
export function coverDrain(c: i32, pc: u8): Frame {
  const during = actor;
  actor = changetype<Frame>(ISSUER);
  actor.pc = pc;
  setCpu(c);
  return during;
}

/** It has drained. */
export function coverDrained(during: Frame): void {
  actor = during;
}

// ---- locations: {pc u8, cpu u8, run u16} of the last write, {pc u8, pc u8, run u16} of frames stopped before it
// (of a cpu its last eight bits: two that are 256 apart are taken for one)

/** From a location to its shadow: to the write, and to the frames. */
const LAST: usize = <usize>addresses.SHADOW - <usize>addresses.WORLD;
const WAITERS: usize = LAST + 4;

/** `waiters` is that half of a location's shadow. */
function meet(waiters: u32): void {
  if (waiters <= thisRun) return;
  touch(CONFLICTS | ((<u32>actor.pc) << 6) | (waiters & 63));
  const second = (waiters >> 8) & 63;
  if (second != 0) touch(CONFLICTS | ((<u32>actor.pc) << 6) | second);
}

function waitersAt(addr: usize): u32 {
  return load<u32>(addr, WAITERS);
}

function coverReadsFrom(writer: u32, same: bool): void {
  touch(((<u32>actor.pc) << 7) | ((writer & 63) << 1) | <u32>same);
}

/** A load, or an rmw, of the actor reads what memory has. */
export function coverRead(addr: usize): void {
  const both = load<u64>(addr, LAST);
  const word = <u32>both;
  // What a cpu reads of its own says little.
  if ((word ^ own) > 0xff) coverReadsFrom(word > thisRun ? word & 0xff : 0, false);
  meet(<u32>(both >> 32));
}

/** It reads what the cpu itself has waiting, stored at that pc. */
export function coverForward(addr: usize, pc: u32): void {
  coverReadsFrom(pc, true);
  meet(waitersAt(addr));
}

/** It reads an older value. */
export function coverStale(addr: usize): void {
  coverReadsFrom(0, true);
  meet(waitersAt(addr));
}

/** A store is issued. */
export function coverStore(addr: usize): void {
  meet(waitersAt(addr));
}

/** The actor's store is in memory. */
export function coverWrite(addr: usize): void {
  store<u32>(addr, own | actor.pc, LAST);
}

/** A store that is issued, and in memory at once. */
export function coverStored(addr: usize): void {
  meet(waitersAt(addr));
  coverWrite(addr);
}

/** Unset, valid or lazy. */
function slotClass(word: u32): u32 {
  if (word == CID_UNSET) return 0;
  return isValid(word) ? 1 : 2;
}

/** cid[m][c], at `addr`, changes in memory. */
export function coverSlot(m: i32, c: i32, addr: usize, old: u32, value: u32): void {
  const used = <u32>(cpuAt(c).holdMm == m);
  const onOwnCpu = <u32>(c == actorCpu);
  touch(
    SLOTS | ((<u32>actor.pc) << 6) | (onOwnCpu << 5) | (used << 4) | (slotClass(old) << 2) | slotClass(value),
  );
  changed(addr);
}

/** What the task on cpu c holds changes. */
export function coverHold(c: i32): void {
  const m = cpuAt(c).holdMm;
  if (m >= 0) changed(cidAddr(m, c));
}

// ---- frames that are stopped ------------------------------------------------------------------------------------------

/**
 * The frame that made the last burst, of the cpu whose turn it is, and is not at its end. It is in front of its next access
 * for others only when another frame makes a step, or the turn ends.
 */
let paused: Frame = changetype<Frame>(0);

/** A burst of frame f begins on cpu c. */
export function coverGo(c: i32, f: Frame): void {
  coverTurn(c);
  actor = f;
  if (f == paused) return;
  stopPaused();
  if (f.watched == 0) return;
  replaceWaiter(f, 0);
  f.watched = 0;
}

/** A burst of frame f has ended. */
export function coverPause(f: Frame): void {
  actor = changetype<Frame>(NOBODY);
  paused = f.routine != 0 ? f : changetype<Frame>(0);
}

/** The paused frame is stopped. (Where another cpu takes its task up, its next access may be another one.) */
function stopPaused(): void {
  if (changetype<usize>(paused) == 0) return;
  const f = paused;
  paused = changetype<Frame>(0);
  const addr = nextAddr(turn, f);
  f.watched = <u32>addr;
  if (addr == 0) return;
  const waiters = waitersAt(addr);
  const before = waiters > thisRun ? waiters & 0xff : 0;
  store<u32>(addr, thisRun | (before << 8) | f.pc, WAITERS);
  remember(addr);
}

/** The task of a frame that is stopped leaves its cpu. */
export function coverLeave(f: Frame): void {
  if (f.routine != 0 && f.watched != 0) replaceWaiter(f, <u32>f.pc | LEFT);
}

/** Puts another byte in place of frame f's; 0 takes it out. */
function replaceWaiter(f: Frame, byte: u32): void {
  const at = <usize>f.watched;
  const waiters = waitersAt(at);
  if (waiters <= thisRun) return;
  const first = waiters & 0xff;
  const second = (waiters >> 8) & 0xff;
  if ((first & 63) == <u32>f.pc)
    store<u32>(at, thisRun | (byte == 0 ? second : (second << 8) | byte), WAITERS);
  else if ((second & 63) == <u32>f.pc) store<u32>(at, thisRun | (byte << 8) | first, WAITERS);
  changed(at);
}

// ---- abstract states ----------------------------------------------------------------------------------------------------

/** Locations of which something has changed since the last state; what is beyond CHANGED_MAX is not seen. */
const CHANGED_MAX: i32 = 8;
const CHANGED: usize = memory.data(4 * CHANGED_MAX, 4);
let changes: i32 = 0;
/** What was last said of each cpu, never 0, and the sum of it all, mixed. */
const CPU_WORDS: usize = memory.data(8 * STATE_CPUS, 8);
let sum: u64 = 0;

function beginStates(): void {
  changes = 0;
  sum = 0;
  for (let c = 0; c < STATE_CPUS; c++) store<u64>(CPU_WORDS + ((<usize>c) << 3), 0);
}

/** Something about the location has changed: of interest where frames are stopped in front of it. */
function changed(addr: usize): void {
  const waiters = waitersAt(addr);
  if (waiters > thisRun) remember(addr);
}

function remember(addr: usize): void {
  if (changes == CHANGED_MAX) return;
  store<u32>(CHANGED + ((<usize>changes) << 2), <u32>addr);
  changes += 1;
}

function mix(x: u64): u64 {
  x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93;
  return x ^ (x >> 32);
}

function touchState(word: u64): void {
  touch(STATES + <u32>(((mix(word + 0x9e3779b97f4a7c15) >> 32) * <u64>STATE_COUNT) >> 32));
}

/** Who is stopped in front of a location, and of a slot also what it is, and whether it is in use. */
function coverLocation(addr: usize): void {
  const waiters = waitersAt(addr);
  if (waiters <= thisRun) return;
  let word: u64 = waiters & 0xffff;
  if (locationKind(addr) == LOC_CID) {
    const c = <i32>((offsetInMm(addr) - slotsOffset()) >> 4);
    const used = <u64>(cpuAt(c).holdMm == mmOfAddr(addr));
    word |= ((<u64>(1 + slotClass(load<u32>(addr)))) << 16) | (used << 20);
  }
  touchState(word);
}

/** What cpu c is doing, and what its slot of the mm that it runs is. */
function cpuWord(c: i32): u64 {
  const cpu = cpuAt(c);
  const task = taskAt(cpu.current);
  let word: u64 = <u64>cpuFrame(c).routine | ((<u64>taskFrame(cpu.current).routine) << 3);
  if (task.ownMm >= 0) {
    word |= 1 << 6;
    word |= (<u64>slotClass(<u32>slotAt(task.ownMm, c).cid)) << 7;
    word |= (<u64>task.ownActive) << 9;
  }
  return (word | ((<u64>(cpu.holdMm >= 0)) << 10)) + 1;
}

/** Cpu c makes a step, or has begun something (-1: nobody has): if it was another's turn, that one's state is looked at. */
export function coverTurn(c: i32): void {
  if (c != turn) turnTo(c);
}

function turnTo(c: i32): void {
  if (c >= 0) setCpu(c);
  // It was there after the action before this one.
  action -= 1;
  if (turn >= 0) coverState(turn);
  action += 1;
  turn = c;
}

/** The actions have come to their end: the state is looked at, and nothing that comes after is of the schedule. */
export function coverEnd(): void {
  if (turn >= 0) coverState(turn);
  turn = -1;
  action = 0xffff;
}

/** What cpu c has come to. */
function coverState(c: i32): void {
  // A cpu that is in the middle of nothing, and has changed nothing that others wait for, is of no interest.
  if (changetype<usize>(paused) == 0 && changes == 0) return;
  stopPaused();
  if (c < STATE_CPUS) {
    const at = CPU_WORDS + ((<usize>c) << 3);
    const word = cpuWord(c);
    const before = load<u64>(at);
    if (word != before) {
      store<u64>(at, word);
      sum += mix(word) - mix(before);
      touchState(sum);
    }
  }
  for (let i = 0; i < changes; i++) coverLocation(load<u32>(CHANGED + ((<usize>i) << 2)));
  changes = 0;
}
