/**
 * Where everything is in linear memory. Nothing is allocated: every address is fixed here, or computed once
 * for each world by {@link layOut} (a world of 2 cpus is about 1 KiB, one of 1024 cpus and 64 mms 2.3 MiB).
 *
 * ```
 *  0x000000 ┌──────────────────────────┐ the compiler's static data (assertion messages)
 *  0x010000 ├──────────────────────────┤ CONFIG   the world's header, written by the host or the generator
 *  0x010100 ├──────────────────────────┤ LAYOUT   where this world's records are, read by the host
 *  0x010200 ├──────────────────────────┤ RESULT   how the run ended, read by the host
 *  0x011000 ├──────────────────────────┤ DECLS    declared tasks, MAX_TASKS x 4 bytes
 *  0x012000 ├──────────────────────────┤ BUCKETS  findings counted by kind and pc, KINDS x 256 x 4 bytes
 *  0x020000 ├──────────────────────────┤ EVENTS   EVENT_CAPACITY x 40 bytes, drained by the host
 *  0x060000 ├──────────────────────────┤ WORLD    one compact block, so that a snapshot is one copy:
 *           │ World                    │   globals of the algorithm, and the sums that the checks keep
 *           │ Cpu + Frame   x cpus     │   cpuBase, 128 bytes each
 *           │ Task + Frame  x all tasks│   taskBase, 128 bytes each: idle tasks first, then the named ones
 *           │ Mm            x mms      │   mmBase, 1 << mmShift bytes each:
 *           │   Mm, mask words,        │     header, then u64 x words,
 *           │   Slot x cpus,           │     then {time, cid} x cpus,
 *           │   owners, holders        │     then u16 x cpus twice (what the checks count, by cid)
 *  0x400000 ├──────────────────────────┤ MEM_STATE how many stores have reached memory
 *  0x410000 ├──────────────────────────┤ BUFFERS  cpus' waiting stores and windows, 256 bytes each (memory.ts)
 *  0x450000 ├──────────────────────────┤ HISTORY  the last 4096 changes of memory, 16 bytes each
 *  0x460000 ├──────────────────────────┤ LOADS    what cpus must not go back behind, 1024 bytes each
 *  0x600000 ├──────────────────────────┤ SHADOW   of each location of WORLD, at the same distance (coverage.ts)
 *  0xa00000 ├──────────────────────────┤ STAMPS   of each feature, 65536 x 2 bytes
 *  0xa20000 ├──────────────────────────┤ TOUCHED  the features of a run, and by which action, 65536 x 2 bytes each
 *  0xa60000 ├──────────────────────────┤ KNOWN    what guided search knows of each feature, 65536 x 8 bytes (search/corpus.ts)
 *  0xae0000 ├──────────────────────────┤ DISCOVERED the features met so far, 65536 x 2 bytes
 *  0xb00000 ├──────────────────────────┤ PLAN     a child's actions (strategy/guided.ts); behind it a seed's window (strategy/window.ts)
 *  0xb20000 ├──────────────────────────┤ CORPUS   2048 schedules of 6176 bytes
 * 0x1800000 ├──────────────────────────┤ ACTIONS  16 bytes each: the scenario, or the log of a fuzzed schedule
 * 0x1c00000 ├──────────────────────────┤ DECK     schedules to be run in one call (deck.ts)
 * 0x2800000 ├──────────────────────────┤ SNAPSHOT the world put by, from WORLD to LOADS (snapshot.ts)
 * 0x2e00000 ├──────────────────────────┤ SEED     actions of a real schedule (search/seeds.ts)
 *           └──────────────────────────┘ (grown by the host, before a run, for a long scenario, a deck or a seed)
 * ```
 *
 * Every shared location of the model is one u64, so that a memory model needs to know of addresses and values
 * only.
 */

import {
  LOC_ACTIVE,
  LOC_CID,
  LOC_CID_LOCK,
  LOC_CLOCK,
  LOC_CURR,
  LOC_MASK,
  LOC_MM,
  LOC_MM_CID_LOCK,
  LOC_NEXT_SCAN,
  LOC_ON_CPU,
  LOC_TIME,
  LOC_USE_CID_LOCK,
  MAX_CPUS,
} from '../src/abi';
import * as addresses from '../src/engine/addresses';

export const CONFIG: usize = addresses.CONFIG;
export const FUZZ_CONFIG: usize = addresses.FUZZ_CONFIG;
export const LAYOUT: usize = addresses.LAYOUT;
export const RESULT: usize = addresses.RESULT;
export const DECLS: usize = addresses.DECLS;
export const BUCKETS: usize = addresses.BUCKETS;
export const EVENTS: usize = addresses.EVENTS;
export const WORLD: usize = addresses.WORLD;
export const ACTIONS: usize = addresses.ACTIONS;
export const DECK: usize = addresses.DECK;

export const CPU_SHIFT: i32 = addresses.CPU_SHIFT;
export const TASK_SHIFT: i32 = addresses.TASK_SHIFT;

/** No mm, as mm[t] holds it. */
export const NO_MM: u64 = 0xffffffffffffffff;

/** The header of a scenario, in numbers (src/abi.ts). */
@unmanaged
export class Config {
  algo: u32;
  memory: u32;
  arch: u32;
  preempt: u32;
  mutants: u32;
  /** Bit KIND_* set: that kind counts. */
  oracle: u32;
  cpus: i32;
  /** Address spaces there at the start, and with those of fork and exec. */
  mms: i32;
  mmsTotal: i32;
  /** Tasks there at the start, and with those of fork. */
  tasks: i32;
  tasksTotal: i32;
  actions: i32;
}

/** A task declared in the header. */
@unmanaged
export class Decl {
  /** Index of its mm, or -1 for a kernel thread. */
  mm: i16;
  home: u16;
}

/** What is global to the algorithm, and the sums that the checks keep up to date. */
@unmanaged
export class World {
  useCidLock: u64;
  cidLock: u64;
  now: u64;
  jiffies: u64;
  /** Frames that hold cid_lock. */
  lockHolders: i32;
  /** Slots that are lazy now (none: nothing can be stranded). */
  lazySlots: i32;
  /** (mm, cid) pairs held by more than one cpu's current task. */
  duplicates: i32;
  /** Cpus whose current task holds a cid that its slot does not. */
  freed: i32;
  /** (mm, cid) pairs whose owners are not as many as their mask bit says. */
  misowned: i32;
  /** Cpus whose current task holds a cid not below its mm's users (counted only where asked for). */
  loose: i32;
  /** Stores to words of masks that wait in buffers. */
  maskWaits: i32;
  /** How many bytes a world is, from WORLD. */
  size: u32;
  /**
   * All of duplicates, freed, misowned and loose, and what else a step must be judged for: 0 where there is nothing to
   * look at after a step. In a run that is watched never 0.
   */
  wrong: i32;
}

/**
 * A cpu. Its scheduler or tick frame follows at +FRAME_IN_CPU. `curr` is what memory holds; what the cpu itself
 * sees, its waiting stores included, is `current`.
 */
@unmanaged
export class Cpu {
  curr: u64;
  clock: u64;
  /** What its current task holds: mm and cid, or -1. */
  holdMm: i32;
  holdCid: i32;
  /** Whether this cpu is one of World.freed, World.loose. */
  freed: bool;
  loose: bool;
  touched: bool;
  /** curr, as this cpu sees it. */
  current: i32;
  /** What `step` goes on with: the cpu's own frame in a routine of the scheduler, else its current task's. */
  under: Frame;
}
export const FRAME_IN_CPU: usize = 40;

/**
 * A task. Its kernel stack's frame (task work, exit, exec) follows at +FRAME_IN_TASK. `mm`, `active` and `onCpu`
 * are what memory holds. Only the task itself changes its mm and active, and it goes to another cpu only when
 * all that it stored has reached memory, so the cpu that it is on sees what it stored last: `ownMm`, `ownActive`.
 */
@unmanaged
export class Task {
  mm: u64;
  active: u64;
  onCpu: u64;
  mmCid: i32;
  lastMmCid: i32;
  home: i32;
  // The next four lie side by side: `mayRun` looks at them at once.
  exists: bool;
  dead: bool;
  /** It is the P or T of a switch under way. */
  claimed: bool;
  /** Some cpu's curr is this task. */
  current: bool;
  /** PF_EXITING */
  exiting: bool;
  /** Its task work is queued. */
  queued: bool;
  touched: bool;
  /** active, as its cpu sees it. */
  ownActive: bool;
  /** mm, as its cpu sees it, or -1. */
  ownMm: i32;

  /** It exists, and is not dead, claimed or current. */
  mayRun(): bool {
    return load<u32>(changetype<usize>(this) + offsetof<Task>('exists')) == 1;
  }
}
export const FRAME_IN_TASK: usize = 48;

/** A routine under way: (routine, pc, registers). 80 bytes; routine and pc 0 is none. */
@unmanaged
export class Frame {
  routine: u8;
  /** The next access (kernel/pc.ts). */
  pc: u8;
  /** Where mm_cid_get and mm_cid_put return to. */
  getReturn: u8;
  putReturn: u8;
  irqsOff: bool;
  /** At a point where `preempt none` may switch the task out. */
  gap: bool;
  /** Holds cid_lock (v6.3: its mm's). */
  holdsLock: bool;
  /** In clear-old between its two cmpxchgs: it will see to the lazy slot. */
  clearing: bool;
  /** The bit that this frame owns: between UNSET and the clear, or between test-and-set and S cid; or -1. */
  ownCid: i32;
  ownMm: i32;
  /** The mm that get, put and clear-old work on. */
  mm: i32;
  /** c' of clear-old; the fresh mm of exec. */
  target: i32;
  /** The mask word that find-first-zero reads next. */
  word: i32;
  /** The slot's value as loaded. */
  v: u32;
  /** The cid found or got. */
  cid: i32;
  /** T of a switch; the task seen on c' in clear-old. */
  task: i32;
  /** P of a switch; in clear-old the task that its second check has found not to use the slot (rfc-v6-fixed). */
  prev: i32;
  /** How try_get was entered: MODE_* of kernel/mm_cid_get.ts. */
  mode: i32;
  /** jiffies when the task work began. */
  jiffies: u64;
  /** A word as loaded: next_scan, clock[c'] in clear-old, the mask word of racy-set. */
  loaded: u64;
  /** The position that `task` was read from in clear-old (memory.ts). */
  seenAt: u32;
  /** Its store of UNSET (plain-unset) waits, or is made: the bit is its own once memory has the store. */
  unsetWaits: bool;
  /** Where it is stopped in front of an access: that location's address (coverage.ts), else 0. */
  watched: u32;

  begin(routine: i32): void {
    this.routine = <u8>routine;
  }

  end(): void {
    this.routine = 0;
    this.pc = 0;
  }
}

/** Sets `bytes` bytes, a multiple of 8, to 0: a call of memory.fill costs more where there are few. */
export function clearWords(addr: usize, bytes: usize): void {
  for (const end = addr + bytes; addr < end; addr += 8) store<u64>(addr, 0);
}

/** An address space. Mask words, slots, owners and holders follow. */
@unmanaged
export class Mm {
  nextScan: u64;
  /** v6.3 only. */
  cidLock: u64;
  users: i32;
  /** Frames that own a bit of this mask. */
  frameOwners: u16;
  /** v6.3: frames that hold its lock. */
  lockHolders: u16;
  /**
   * In jiffies, when next_scan was last moved on though a scan was due: since then none has been, as long as next_scan is not
   * come to. (That is so whatever stood here before: a run begins with a scan that is due.)
   */
  moved: u32;
  touched: bool;
  /** By a scan, which so began then. */
  scanned: bool;
}
export const MASK_IN_MM: usize = 32;

/** struct mm_cid, for one mm and one cpu. */
@unmanaged
export class Slot {
  time: u64;
  cid: u64;
}

/** How a run ended. The host reads it through src/engine/engine.ts. */
@unmanaged
export class Result {
  kind: i32;
  cpu: i32;
  mm: i32;
  cid: i32;
  steps: u64;
  /** The action under way, from 1. */
  action: i32;
  applied: i32;
  /** The pc of the access that broke the property; 0 for an end check. */
  pc: i32;
  /** Events in EVENTS. */
  events: i32;
  /** The action that made the last step, from 1. */
  stepAction: i32;
}

/** Where this world's records are. The host reads it. */
@unmanaged
export class Layout {
  cpuBase: u32;
  taskBase: u32;
  mmBase: u32;
  mmShift: u32;
  slotsInMm: u32;
}

export const config: Config = changetype<Config>(CONFIG);
export const world: World = changetype<World>(WORLD);
export const result: Result = changetype<Result>(RESULT);

/** nr_cpu_ids, and the mask words that it needs. */
export let cpus: i32 = 0;
export let words: i32 = 0;
export let tasksTotal: i32 = 0;
export let mmsTotal: i32 = 0;

const cpuBase: usize = WORLD + 128;
let taskBase: usize = 0;
let mmBase: usize = 0;
let mmShift: i32 = 0;
let slotsInMm: usize = 0;
let ownersInMm: usize = 0;
let holdersInMm: usize = 0;

/** A memory without a world, for litmus tests: so many threads. */
export function setCpus(threads: i32): void {
  cpus = threads;
}

/** Bytes of an mm's owners and holders, rounded up to whole words. */
export function countsSize(): usize {
  return ((((<usize>cpus) << 2) + 7) >> 3) << 3;
}

/** Only the first mms are in use as yet: what sweeps over all need not look at the rest. */
export function useMms(count: i32): void {
  mmsTotal = count;
}

/** Computes the bases for the world of CONFIG. */
export function layOut(): void {
  assert(config.cpus >= 1 && config.cpus <= MAX_CPUS);
  cpus = config.cpus;
  words = (cpus + 63) >> 6;
  tasksTotal = cpus + config.tasksTotal;
  mmsTotal = config.mmsTotal;
  taskBase = cpuBase + ((<usize>cpus) << CPU_SHIFT);
  mmBase = taskBase + ((<usize>tasksTotal) << TASK_SHIFT);
  slotsInMm = MASK_IN_MM + ((<usize>words) << 3);
  ownersInMm = slotsInMm + ((<usize>cpus) << 4);
  holdersInMm = ownersInMm + ((<usize>cpus) << 1);
  // Owners and holders end at a whole word, so that they can be cleared by words.
  const mmSize = <u32>(ownersInMm + countsSize());
  mmShift = 32 - clz<u32>(mmSize - 1);
  world.size = <u32>(mmBase + ((<usize>mmsTotal) << mmShift) - WORLD);
  assert(WORLD + world.size <= <usize>addresses.MEM_STATE);
  const layout = changetype<Layout>(LAYOUT);
  layout.cpuBase = <u32>cpuBase;
  layout.taskBase = <u32>taskBase;
  layout.mmBase = <u32>mmBase;
  layout.mmShift = mmShift;
  layout.slotsInMm = <u32>slotsInMm;
}

export function cpuAt(c: i32): Cpu {
  return changetype<Cpu>(cpuBase + ((<usize>c) << CPU_SHIFT));
}

/** Task id: 0 … cpus-1 are the idle tasks, then the named ones in the scenario's order. */
export function taskAt(t: i32): Task {
  return changetype<Task>(taskBase + ((<usize>t) << TASK_SHIFT));
}

export function mmAt(m: i32): Mm {
  return changetype<Mm>(mmBase + ((<usize>m) << mmShift));
}

export function slotAt(m: i32, c: i32): Slot {
  return changetype<Slot>(mmBase + ((<usize>m) << mmShift) + slotsInMm + ((<usize>c) << 4));
}

export function cpuFrame(c: i32): Frame {
  return changetype<Frame>(changetype<usize>(cpuAt(c)) + FRAME_IN_CPU);
}

export function taskFrame(t: i32): Frame {
  return changetype<Frame>(changetype<usize>(taskAt(t)) + FRAME_IN_TASK);
}

/** A routine of the scheduler begins on cpu c, before whatever its current task is in the middle of. */
export function beginOnCpu(c: i32, routine: i32): Frame {
  const f = cpuFrame(c);
  f.begin(routine);
  cpuAt(c).under = f;
  return f;
}

/** It ends. */
export function endOnCpu(c: i32): void {
  const cpu = cpuAt(c);
  cpuFrame(c).end();
  cpu.under = taskFrame(cpu.current);
}

export function maskAddr(m: i32, word: i32): usize {
  return mmBase + ((<usize>m) << mmShift) + MASK_IN_MM + ((<usize>word) << 3);
}

export function ownersAddr(m: i32, cid: i32): usize {
  return mmBase + ((<usize>m) << mmShift) + ownersInMm + ((<usize>cid) << 1);
}

export function holdersAddr(m: i32, cid: i32): usize {
  return mmBase + ((<usize>m) << mmShift) + holdersInMm + ((<usize>cid) << 1);
}

export function currAddr(c: i32): usize {
  return changetype<usize>(cpuAt(c)) + offsetof<Cpu>('curr');
}

export function clockAddr(c: i32): usize {
  return changetype<usize>(cpuAt(c)) + offsetof<Cpu>('clock');
}

export function onCpuAddr(t: i32): usize {
  return changetype<usize>(taskAt(t)) + offsetof<Task>('onCpu');
}

export function activeAddr(t: i32): usize {
  return changetype<usize>(taskAt(t)) + offsetof<Task>('active');
}

export function taskMmAddr(t: i32): usize {
  return changetype<usize>(taskAt(t)) + offsetof<Task>('mm');
}

export function cidAddr(m: i32, c: i32): usize {
  return changetype<usize>(slotAt(m, c)) + offsetof<Slot>('cid');
}

export function timeAddr(m: i32, c: i32): usize {
  return changetype<usize>(slotAt(m, c)) + offsetof<Slot>('time');
}

export function nextScanAddr(m: i32): usize {
  return changetype<usize>(mmAt(m)) + offsetof<Mm>('nextScan');
}

export function mmCidLockAddr(m: i32): usize {
  return changetype<usize>(mmAt(m)) + offsetof<Mm>('cidLock');
}

export const USE_CID_LOCK_ADDR: usize = WORLD + offsetof<World>('useCidLock');
export const CID_LOCK_ADDR: usize = WORLD + offsetof<World>('cidLock');

/** The mm whose record holds `addr`, or -1 for what is no part of an mm. */
export function mmOfAddr(addr: usize): i32 {
  return addr < mmBase ? -1 : <i32>((addr - mmBase) >> mmShift);
}

/** Where in its mm's record `addr` is. */
export function offsetInMm(addr: usize): usize {
  return (addr - mmBase) & (((<usize>1) << mmShift) - 1);
}

/** Slots start at this offset in an mm's record. */
export function slotsOffset(): usize {
  return slotsInMm;
}

/** The cpu whose record holds `addr`, which is a clock or a curr. */
export function cpuOfAddr(addr: usize): i32 {
  return <i32>((addr - cpuBase) >> CPU_SHIFT);
}

/** The task whose record holds `addr`, which is an mm, an active or an on_cpu. */
export function taskOfAddr(addr: usize): i32 {
  return <i32>((addr - taskBase) >> TASK_SHIFT);
}

/** The cpu whose slot holds `addr`, which is a cid or a time. */
export function slotOfAddr(addr: usize): i32 {
  return <i32>((offsetInMm(addr) - slotsInMm) >> 4);
}

/** LOC_* of a shared location's address. */
export function locationKind(addr: usize): i32 {
  if (addr < cpuBase) return addr == USE_CID_LOCK_ADDR ? LOC_USE_CID_LOCK : LOC_CID_LOCK;
  if (addr < taskBase) return addr & 8 ? LOC_CLOCK : LOC_CURR;
  if (addr < mmBase) {
    const offset = (addr - taskBase) & ((1 << TASK_SHIFT) - 1);
    return offset == offsetof<Task>('mm')
      ? LOC_MM
      : offset == offsetof<Task>('active')
        ? LOC_ACTIVE
        : LOC_ON_CPU;
  }
  const offset = offsetInMm(addr);
  if (offset >= slotsInMm) return (offset - slotsInMm) & 8 ? LOC_CID : LOC_TIME;
  if (offset >= MASK_IN_MM) return LOC_MASK;
  return offset == offsetof<Mm>('nextScan') ? LOC_NEXT_SCAN : LOC_MM_CID_LOCK;
}
