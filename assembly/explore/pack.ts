/**
 * The state at hand as a few 64-bit words, in a canonical form: what has no influence on the future is left out (dead
 * registers, last_mm_cid, what can be computed from the rest), times are ages, and tasks and mms that could change
 * places stand in one order. Two worlds with the same words have the same futures but for names.
 *
 * ```
 *  word 0        use_cid_lock, cid_lock
 *  words 1, 2    what is left of the bounds, where there are any
 *  one an mm     9 bits a cpu: cid 5, age of time 4; @45 mask 5, next_scan 4, users 4, cid_lock 1, used 1
 *  one a task    exists, dead, exiting, queued, active, on_cpu; @6 home 3, mm 3, mm_cid 4; then its frame:
 *                @16 pc 6, routine 2, irqs off, gap, holds lock, owns, unset waits; @29 mm 3, target 3, v 5, cid 4,
 *                mode 2, return 2, @48 age of jiffies 4, loaded 5, task seen 5
 *  one a cpu     curr 4, current 4, age of clock 4; @12 its frame: pc 6, task 4, prev 4, mm 3, v 5, cid 4, mode 2, owns,
 *                holds lock, return 2, loaded 5, tick; @50 waiting stores 4, order 4
 *  two a word    waiting stores, the oldest first: location 11, value 12, frame 4, needs 4, unlock 1
 * ```
 *
 * An idle task has no state: it is always on its cpu or ready, and has no mm.
 */

import {
  ALGO_V6_3,
  CID_UNSET,
  LOC_ACTIVE,
  LOC_CID,
  LOC_CLOCK,
  LOC_CURR,
  LOC_MASK,
  LOC_MM,
  LOC_MM_CID_LOCK,
  LOC_NEXT_SCAN,
  LOC_ON_CPU,
  LOC_TIME,
  MEMORY_SC,
  MEMORY_TSO,
  ROUTINE_EXEC,
  ROUTINE_TICK,
  ROUTINE_WORK,
  SCAN_RUNNING_JIFFIES,
} from '../../src/abi';
import { REDUCE_CPUS, REDUCE_LOCAL, REDUCE_MMS, REDUCE_TASKS, UNBOUNDED } from '../../src/engine/addresses';
import {
  clockAddr,
  config,
  cpuAt,
  cpuFrame,
  cpuOfAddr,
  cpus,
  Frame,
  locationKind,
  maskAddr,
  mmAt,
  mmOfAddr,
  mmsTotal,
  NO_MM,
  nextScanAddr,
  slotAt,
  slotOfAddr,
  Task,
  taskAt,
  taskFrame,
  taskOfAddr,
  tasksTotal,
  world,
} from '../layout';
import {
  waiting,
  waitingAddr,
  waitingFrame,
  waitingNeeds,
  waitingOrder,
  waitingUnlock,
  waitingValue,
} from '../memory';
import { anyHome, anyWork, bounds, explore, isUsed, LEFT_WORDS, leftWord, reduces } from './config';
import {
  LIVE_CID,
  LIVE_CLOCK,
  LIVE_JIFFIES,
  LIVE_JUDGED,
  LIVE_MASK,
  LIVE_MODE,
  LIVE_SCAN,
  LIVE_SEEN,
  LIVE_SELDOM,
  LIVE_V,
  liveAt,
  liveOfCpu,
  liveOfTask,
  targetLives,
} from './live';
import { NAMES, PACKED } from './places';
import { ageOf, gatherTimes, jiffiesAge, loadedAge, scanAge } from './time';

/** A slot's word, or a register that holds one, in 5 bits. */
export const PACKED_UNSET: u64 = 31;
const PACKED_LAZY: u64 = 8;
/** next_scan: never set, and the repaired scan's "running". */
export const SCAN_ZERO: u64 = 14;
export const SCAN_RUNNING: u64 = 15;
export const NO_MM_3: u64 = 7;
/** No task in clear-old's second check, in 5 bits; cpus and tasks are fewer than 16. */
export const NOBODY_5: u64 = 31;
/** A task's word without the task that its frame has seen. */
const WITHOUT_SEEN: u64 = 0x01ffffffffffffff;

export const CPU_BITS: u64 = 9;

/** Off while a way is traced again: in a real run the stores that are left out here are there. */
let merging: bool = true;

export function setMerging(on: bool): void {
  merging = on;
}

/** The words of the state that was packed last. */
export let packedWords: i32 = 0;

function put(i: i32, word: u64): void {
  store<u64>(PACKED + ((<usize>i) << 3), word);
}

export function packedWord(i: i32): u64 {
  return load<u64>(PACKED + ((<usize>i) << 3));
}

// Names in the canonical form, of the mm and of the named task that has a number here; and the other way round.
const NEW_MM: usize = NAMES;
const NEW_TASK: usize = NAMES + 0x10;
const OLD_MM: usize = NAMES + 0x20;
const OLD_TASK: usize = NAMES + 0x30;
/** Where tasks are referred to, and what is told of cpus: to be sorted by. */
const KEYS: usize = NAMES + 0x40;
const NEW_CPU: usize = NAMES + 0x80;
const OLD_CPU: usize = NAMES + 0x88;
const CPU_KEYS: usize = NAMES + 0x90;

/** Of a dead register, too, which is masked out: it may hold anything, but must not spill into other fields. */
function newMm(m: i32): u64 {
  return load<u8>(NEW_MM + <usize>(m & 7)) & 7;
}

function newCpu(c: i32): u64 {
  return load<u8>(NEW_CPU + <usize>c);
}

/** A task's id, idle tasks first, in the canonical form. */
function newTask(t: i32): u64 {
  return t < cpus ? newCpu(t) : <u64>cpus + <u64>load<u8>(NEW_TASK + <usize>(t - cpus));
}

/** Which cpu, mm, and named task, the i-th of the canonical form is in the world that was packed. */
export function oldCpu(i: i32): i32 {
  return load<u8>(OLD_CPU + <usize>i);
}

export function oldMm(i: i32): i32 {
  return load<u8>(OLD_MM + <usize>i);
}

export function oldTask(i: i32): i32 {
  return load<u8>(OLD_TASK + <usize>i);
}

export function packCid(word: u32): u64 {
  return select<u64>(PACKED_UNSET, ((word >> 28) & PACKED_LAZY) | (word & 7), word == CID_UNSET);
}

function packMmRef(mm: u64): u64 {
  return mm == NO_MM ? NO_MM_3 : newMm(<i32>mm);
}

function packScan(m: i32, next: u64): u64 {
  if (next == 0) return SCAN_ZERO;
  return next == SCAN_RUNNING_JIFFIES ? SCAN_RUNNING : scanAge(m, next);
}

function packMm(m: i32): u64 {
  const mm = mmAt(m);
  let word =
    (load<u64>(maskAddr(m, 0)) << 45) |
    (packScan(m, mm.nextScan) << 50) |
    ((<u64>mm.users) << 54) |
    (mm.cidLock << 58) |
    ((<u64>isUsed(m)) << 59);
  for (let c = 0; c < cpus; c++) {
    const slot = slotAt(m, c);
    word |= (packCid(<u32>slot.cid) | (ageOf(c, slot.time) << 5)) << (newCpu(c) * CPU_BITS);
  }
  return word;
}

// ---- cpus that are alike -------------------------------------------------------------------------------------

/**
 * Cpus may change places where nobody scans: clear-old goes through them in the order of their numbers, so in a world with task
 * work the number of a cpu matters.
 */
let sortsCpus: bool = false;

export function planNames(): void {
  const scans = config.algo != ALGO_V6_3 && bounds.works != 0;
  sortsCpus = reduces(REDUCE_CPUS) && !scans && bounds.preemptions == UNBOUNDED;
  for (let t = cpus; t < tasksTotal; t++) {
    if (taskFrame(t).routine == ROUTINE_WORK) sortsCpus = false;
  }
  for (let c = 0; c < cpus; c++) {
    store<u8>(NEW_CPU + <usize>c, <u8>c);
    store<u8>(OLD_CPU + <usize>c, <u8>c);
  }
}

/** Whether cpus get new names: then nothing sleeps, for the ranks of moves go by them. */
export function renamesCpus(): bool {
  return sortsCpus;
}

function mix(h: u64, word: u64): u64 {
  return rotl<u64>((h ^ word) * 0x9ddfea08eb382d69, 29);
}

/** What is told of a cpu without names. Cpus with the same key keep their order, which costs states and is no mistake. */
function cpuKey(c: i32): u64 {
  const cpu = cpuAt(c);
  const f = cpuFrame(c);
  let key = mix(cpu.current < cpus ? 1 : 0, ageOf(c, cpu.clock) | ((<u64>f.pc) << 8));
  if (f.routine != 0 && f.routine != ROUTINE_TICK) {
    const live = liveAt(f.pc);
    if (live & LIVE_V) key = mix(key, packCid(f.v));
    if (live & LIVE_CID) key = mix(key, f.cid);
    if (live & LIVE_MODE) key = mix(key, f.mode);
    key = mix(key, <u64>(f.task < cpus) | ((<u64>(f.prev < cpus)) << 1));
  }
  const task = taskFrame(cpu.current);
  key = mix(key, ((<u64>task.routine) << 8) | task.pc);
  let slots: u64 = 0;
  for (let m = 0; m < mmsTotal; m++)
    slots += mix(packCid(<u32>slotAt(m, c).cid), ageOf(c, slotAt(m, c).time));
  return mix(mix(key, slots), waiting(c));
}

function nameCpus(): void {
  for (let c = 0; c < cpus; c++) {
    const key = cpuKey(c);
    let i = c;
    for (; i > 0 && load<u64>(CPU_KEYS + ((<usize>(i - 1)) << 3)) < key; i--) {
      store<u64>(CPU_KEYS + ((<usize>i) << 3), load<u64>(CPU_KEYS + ((<usize>(i - 1)) << 3)));
      store<u8>(OLD_CPU + <usize>i, load<u8>(OLD_CPU + <usize>(i - 1)));
    }
    store<u64>(CPU_KEYS + ((<usize>i) << 3), key);
    store<u8>(OLD_CPU + <usize>i, <u8>c);
  }
  for (let i = 0; i < cpus; i++) store<u8>(NEW_CPU + <usize>oldCpu(i), <u8>i);
}

// ---- mms, tasks, cpus ---------------------------------------------------------------------------------------------

/** Mms in order, which gives them their new names. */
function packMms(at: i32): void {
  const sorts = reduces(REDUCE_MMS);
  for (let m = 0; m < mmsTotal; m++) {
    const word = packMm(m);
    let i = m;
    for (; sorts && i > 0 && packedWord(at + i - 1) < word; i--) {
      put(at + i, packedWord(at + i - 1));
      store<u8>(OLD_MM + <usize>i, load<u8>(OLD_MM + <usize>(i - 1)));
    }
    put(at + i, word);
    store<u8>(OLD_MM + <usize>i, <u8>m);
  }
  for (let i = 0; i < mmsTotal; i++) store<u8>(NEW_MM + <usize>oldMm(i), <u8>i);
}

/**
 * next_scan of mm m as it will be when all stores have drained: what a task work has loaded is that, perhaps out of the buffer
 * of its cpu, or it is out of date for good, for next_scan does not come back.
 */
export function lastScan(m: i32): u64 {
  const addr = nextScanAddr(m);
  if (config.memory != MEMORY_SC) {
    for (let c = 0; c < cpus; c++) {
      for (let i = waiting(c) - 1; i >= 0; i--) {
        if (<usize>waitingAddr(c, i) == addr) return waitingValue(c, i);
      }
    }
  }
  return load<u64>(addr);
}

/** A task's frame from bit 16 on, without the task that it has seen. */
function packTaskFrame(f: Frame): u64 {
  const live = liveAt(f.pc);
  // work 1, exit 2, exec 3
  let word: u64 =
    ((<u64>f.pc) << 16) |
    ((<u64>(f.routine - ROUTINE_WORK + 1)) << 22) |
    ((<u64>f.irqsOff) << 24) |
    ((<u64>f.gap) << 25) |
    ((<u64>f.holdsLock) << 26) |
    ((<u64>(f.ownCid >= 0)) << 27) |
    ((<u64>f.unsetWaits) << 28) |
    (newMm(f.mm) << 29);
  word |=
    (((<u64>(f.target & 7)) << 32) |
      (packCid(f.v) << 35) |
      ((<u64>((f.cid + 1) & 15)) << 40) |
      ((<u64>(f.mode & 3)) << 44) |
      ((<u64>(f.putReturn & 3)) << 46)) &
    liveOfTask(f.pc);
  if (f.routine == ROUTINE_EXEC && targetLives(f.pc, live, f.putReturn))
    word |= (f.target < 0 ? NO_MM_3 : newMm(f.target)) << 32;
  if ((live & LIVE_SELDOM) == 0) return word;
  if (live & LIVE_JIFFIES) word |= jiffiesAge(f.mm, f.jiffies) << 48;
  if (live & LIVE_CLOCK) word |= loadedAge(f) << 52;
  else if (live & LIVE_SCAN) word |= (<u64>(f.loaded == lastScan(f.mm))) << 52;
  else if (live & LIVE_MASK) word |= f.loaded << 52;
  return word;
}

function packTask(task: Task, f: Frame): u64 {
  const word =
    <u64>task.exists |
    ((<u64>task.dead) << 1) |
    ((<u64>task.exiting) << 2) |
    (anyWork() ? 0 : (<u64>task.queued) << 3) |
    (task.active << 4) |
    (task.onCpu << 5) |
    (anyHome() ? 0 : newCpu(task.home) << 6) |
    (packMmRef(task.mm) << 9) |
    ((<u64>(task.mmCid + 1)) << 12);
  return f.routine == 0 ? word : word | packTaskFrame(f);
}

/** Where cpus refer to task id t: of tasks that are alike but for this, the one on the lower cpu comes first. */
function refersTo(t: i32): u32 {
  let refs: u32 = 0;
  for (let c = 0; c < cpus; c++) {
    const cpu = cpuAt(c);
    const f = cpuFrame(c);
    const here =
      <u32>(cpu.curr == <u64>t) |
      ((<u32>(cpu.current == t)) << 1) |
      ((<u32>(f.routine != 0 && f.task == t)) << 2) |
      ((<u32>(f.routine != 0 && f.prev == t)) << 3);
    refs |= here << ((<u32>newCpu(c)) << 2);
  }
  return refs;
}

/** Tasks in order, which gives them their new names. What a frame has seen is added when all have theirs. */
function packTasks(at: i32): void {
  const sorts = reduces(REDUCE_TASKS);
  const count = tasksTotal - cpus;
  for (let t = 0; t < count; t++) {
    const word = packTask(taskAt(cpus + t), taskFrame(cpus + t));
    const refs = sorts ? refersTo(cpus + t) : 0;
    let i = t;
    for (; sorts && i > 0; i--) {
      const other = packedWord(at + i - 1);
      const otherRefs = load<u32>(KEYS + ((<usize>(i - 1)) << 2));
      if (other > word || (other == word && otherRefs >= refs)) break;
      put(at + i, other);
      store<u32>(KEYS + ((<usize>i) << 2), otherRefs);
      store<u8>(OLD_TASK + <usize>i, load<u8>(OLD_TASK + <usize>(i - 1)));
    }
    put(at + i, word);
    store<u32>(KEYS + ((<usize>i) << 2), refs);
    store<u8>(OLD_TASK + <usize>i, <u8>t);
  }
  for (let i = 0; i < count; i++) store<u8>(NEW_TASK + <usize>oldTask(i), <u8>i);
  for (let i = 0; i < count; i++) {
    const f = taskFrame(cpus + oldTask(i));
    if (f.routine != ROUTINE_WORK) continue;
    const live = liveAt(f.pc);
    let seen: u64 = 0;
    if (live & LIVE_SEEN) seen = newTask(f.task);
    else if (live & LIVE_JUDGED) seen = f.prev < 0 ? NOBODY_5 : newTask(f.prev);
    put(at + i, (packedWord(at + i) & WITHOUT_SEEN) | (seen << 57));
  }
}

function packCpuFrame(f: Frame): u64 {
  if (f.routine == ROUTINE_TICK) return ((<u64>f.pc) << 12) | (1 << 49);
  const word =
    ((<u64>f.pc) << 12) |
    (newTask(f.task) << 18) |
    (newTask(f.prev) << 22) |
    ((<u64>(f.ownCid >= 0)) << 40) |
    ((<u64>f.holdsLock) << 41) |
    (((newMm(f.mm) << 26) |
      (packCid(f.v) << 29) |
      ((<u64>((f.cid + 1) & 15)) << 34) |
      ((<u64>(f.mode & 3)) << 38) |
      ((<u64>(f.putReturn & 3)) << 42)) &
      liveOfCpu(f.pc));
  return liveAt(f.pc) & LIVE_MASK ? word | (f.loaded << 44) : word;
}

function packCpu(c: i32): u64 {
  const cpu = cpuAt(c);
  const word = newTask(<i32>cpu.curr) | (newTask(cpu.current) << 4) | (ageOf(c, cpu.clock) << 8);
  const f = cpuFrame(c);
  return f.routine == 0 ? word : word | packCpuFrame(f);
}

/** kind 4, mm or task 4, cpu 3 */
function packLocation(addr: usize, kind: i32): u64 {
  let first: u64 = 0;
  let second: u64 = 0;
  switch (kind) {
    case LOC_CURR:
    case LOC_CLOCK:
      second = newCpu(cpuOfAddr(addr));
      break;
    case LOC_ON_CPU:
    case LOC_ACTIVE:
    case LOC_MM:
      first = newTask(taskOfAddr(addr));
      break;
    case LOC_CID:
    case LOC_TIME:
      first = newMm(mmOfAddr(addr));
      second = newCpu(slotOfAddr(addr));
      break;
    case LOC_MASK:
    case LOC_NEXT_SCAN:
    case LOC_MM_CID_LOCK:
      first = newMm(mmOfAddr(addr));
      break;
  }
  return <u64>kind | (first << 4) | (second << 8);
}

function packValue(c: i32, addr: usize, kind: i32, value: u64): u64 {
  switch (kind) {
    case LOC_CURR:
      return newTask(<i32>value);
    case LOC_CLOCK:
    case LOC_TIME:
      return ageOf(c, value);
    case LOC_MM:
      return packMmRef(value);
    case LOC_CID:
      return packCid(<u32>value);
    case LOC_NEXT_SCAN:
      return packScan(mmOfAddr(addr), value);
    default:
      return value;
  }
}

/** Which task's frame it is that a waiting store takes a cid out of a slot for, from 1; 0 for none. */
function packFrameRef(frame: u32): u64 {
  if (frame == 0) return 0;
  return newTask(taskOfAddr(frame)) - <u64>cpus + 1;
}

function packEntry(c: i32, i: i32): u64 {
  const addr = <usize>waitingAddr(c, i);
  const kind = locationKind(addr);
  return (
    packLocation(addr, kind) |
    (packValue(c, addr, kind, waitingValue(c, i)) << 11) |
    (packFrameRef(waitingFrame(c, i)) << 23) |
    ((<u64>waitingNeeds(c, i)) << 27) |
    ((<u64>waitingUnlock(c, i)) << 31)
  );
}

/**
 * Whether waiting store i of cpu c is covered by the one behind it, so that they may as well drain together: it is the same store
 * once more; or both are of the clock. (Only clear-old looks at that, to compare it with a time that memory has by then or gets
 * later: older than both, or not older than either.) What is lost is that it takes one of eight places: a state without it
 * can do all that one with it can, and keep more stores waiting.
 */
function isCovered(c: i32, i: i32): bool {
  if (i + 1 == waiting(c) || waitingAddr(c, i) != waitingAddr(c, i + 1)) return false;
  return waitingValue(c, i) == waitingValue(c, i + 1) || waitingAddr(c, i) == <u32>clockAddr(c);
}

/** Packs the state at hand into PACKED; `oldMm` and `oldTask` tell what was renamed. */
export function pack(): void {
  gatherTimes();
  if (sortsCpus) nameCpus();
  put(0, world.useCidLock | (world.cidLock << 1));
  let at = 1;
  if (explore.counts) {
    for (let i = 0; i < LEFT_WORDS; i++) put(at + i, leftWord(i));
    at += LEFT_WORDS;
  }
  packMms(at);
  at += mmsTotal;
  packTasks(at);
  at += tasksTotal - cpus;
  const cpuWords = at;
  for (let c = 0; c < cpus; c++) put(at + <i32>newCpu(c), packCpu(c));
  at += cpus;
  if (config.memory != MEMORY_SC) {
    let pending: u64 = 0;
    let half: u64 = 0;
    const merges = merging && config.memory == MEMORY_TSO && reduces(REDUCE_LOCAL);
    for (let i = 0; i < cpus; i++) {
      const c = oldCpu(i);
      const count = waiting(c);
      const order = <u64>waitingOrder(c);
      let kept: u64 = 0;
      for (let k = 0; k < count; k++) {
        if (merges && isCovered(c, k)) continue;
        kept += 1;
        pending |= packEntry(c, k) << (half << 5);
        half ^= 1;
        if (half == 0) {
          put(at++, pending);
          pending = 0;
        }
      }
      put(cpuWords + i, packedWord(cpuWords + i) | (kept << 50) | (order << 54));
    }
    if (half != 0) put(at++, pending);
  }
  packedWords = at;
}

/** 63 bits of the packed words, never 0 (the mixing is MurmurHash3's, a word at a time). */
export function fingerprint(): u64 {
  let h: u64 = 0x9e3779b97f4a7c15;
  for (let i = 0; i < packedWords; i++) {
    h = rotl<u64>(h ^ (packedWord(i) * 0x87c37b91114253d5), 31) * 0x4cf5ad432745937f;
  }
  h ^= <u64>packedWords;
  h = (h ^ (h >> 33)) * 0xff51afd7ed558ccd;
  h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53;
  h = (h ^ (h >> 33)) >> 1;
  return h == 0 ? 1 : h;
}
