import {
  CID_LAZY_PUT,
  CID_UNSET,
  OP_LOAD,
  OP_MB,
  OP_RMW,
  OP_STORE,
  ROUTINE_SWITCH,
  ROUTINE_WORK,
} from '../../abi.js';
import { TASK_SHIFT } from '../../engine/addresses.js';
import { type Bases, EVENT_WORDS } from '../../engine/replayer.js';

/** What an algorithm has done, all of it counted in micro-steps. */
export interface Cost {
  /** Atomic read-modify-writes, those that take a lock included. */
  rmw: number;
  /** Locks taken: v6.3's mm->cid_lock, and cid_lock. */
  locks: number;
  /** Full barriers of a switch from kernel to user, where the patch adds one. */
  barriers: number;
  /** 64-bit words of cidmasks that were searched for a zero bit. */
  wordsScanned: number;
  /** Cids taken out of a mask. */
  allocations: number;
  /** Lazy slots that a switch has put. */
  lazyPuts: number;
  /** mm_cid_get() that found its cid old and a lower one free. */
  compactions: number;
  /** Cids that clear-old has taken back. */
  cleared: number;
  /** All micro-steps. */
  steps: number;
}

/** All zero. */
export function noCost(): Cost {
  return {
    rmw: 0,
    locks: 0,
    barriers: 0,
    wordsScanned: 0,
    allocations: 0,
    lazyPuts: 0,
    compactions: 0,
    cleared: 0,
    steps: 0,
  };
}

// Where a location is, by its address.
const GLOBAL = 0;
const CURR = 1;
const TASK = 2;
const MM_HEADER = 3;
const MASK = 4;
const CID = 5;
const OTHER = 6;

/** mm[t] = none. */
const NO_MM = 0xffffffff;

/** Offsets in records (assembly/layout.ts). */
const MM_IN_TASK = 0;
const ACTIVE_IN_TASK = 8;
const CID_LOCK_IN_MM = 8;
const MASK_IN_MM = 32;

/**
 * Counts events in the engine's own form, as they come: nothing is made of them. Routines come one after the other, never in between
 * each other.
 */
export class Tally {
  readonly cost = noCost();
  /** The highest cid that each mm has handed out, by its number; -1: none. */
  readonly highest: Int16Array;
  /** The cid that each cpu's current task holds, or -1; the highest of all since it was asked for last. */
  private readonly held: Int16Array;
  private peak = -1;
  /** Who runs on each cpu, by the engine's number, and which of them have an mm. */
  private readonly current: Int32Array;
  private readonly isUser: Uint8Array;
  /** The switch under way has made its first barrier. */
  private entered = false;
  /** Who ran before it. */
  private previous = 0;
  /** The mask word that was searched last, if its owner has not been seen to store it since. */
  private maskLo = 0;
  private maskHi = 0;
  private searched = false;

  constructor(
    private readonly bases: Bases,
    cpus: number,
    tasks: number,
    mms: number,
  ) {
    this.highest = new Int16Array(mms).fill(-1);
    this.held = new Int16Array(cpus).fill(-1);
    this.current = Int32Array.from({ length: cpus }, (_, cpu) => cpu);
    this.isUser = new Uint8Array(cpus + tasks);
  }

  /** A task comes to be, with an mm or without. `task`: the engine's number. */
  born(task: number, user: boolean): void {
    this.isUser[task] = user ? 1 : 0;
  }

  /** The highest cid that a running task has held since the last call; -1: none. */
  takePeak(): number {
    const { peak } = this;
    this.peak = Math.max(...this.held);
    return peak;
  }

  add(words: Uint32Array, count: number): void {
    this.cost.steps += count;
    for (let i = 0, at = 0; i < count; i++, at += EVENT_WORDS) this.event(words, at);
  }

  private event(words: Uint32Array, at: number): void {
    const op = words[at + 1]! >>> 24;
    const routine = (words[at + 1]! >>> 16) & 0xff;
    const cpu = words[at + 1]! & 0xffff;
    const address = words[at + 3]!;
    if (op === OP_MB) {
      if (routine === ROUTINE_SWITCH) this.barrier(words[at + 2]!);
      return;
    }
    const where = this.where(address);
    if (op === OP_RMW) {
      this.rmw(words, at, routine, where, address);
    } else if (op === OP_STORE) {
      if (where === CURR) this.switched(cpu, words[at + 4]!);
      else if (where === TASK) this.taskStore(words, at, routine, cpu, address);
      else if (where === MASK) this.maskStore(words, at, cpu, address);
      else if (where === CID) this.holds(cpu, words[at + 4]!);
    } else if (op === OP_LOAD) {
      if (where === MASK) this.searches(words, at);
      // prev's in mm_cid_put_lazy(), then next's in mm_cid_get().
      else if (where === CID && routine === ROUTINE_SWITCH) this.holds(cpu, words[at + 4]!);
    }
  }

  private searches(words: Uint32Array, at: number): void {
    this.cost.wordsScanned++;
    this.maskLo = words[at + 4]!;
    this.maskHi = words[at + 5]!;
    this.searched = true;
  }

  /** A slot's word is what the current task of its cpu holds, where it is valid. */
  private holds(cpu: number, word: number): void {
    if (word >= CID_LAZY_PUT) return;
    this.held[cpu] = word;
    if (word > this.peak) this.peak = word;
  }

  private where(address: number): number {
    const { cpuBase, taskBase, mmBase, mmShift, slotsInMm } = this.bases;
    if (address < cpuBase) return GLOBAL;
    if (address < taskBase) return address & 8 ? OTHER : CURR;
    if (address < mmBase) return TASK;
    const offset = (address - mmBase) & ((1 << mmShift) - 1);
    if (offset >= slotsInMm) return (offset - slotsInMm) & 8 ? CID : OTHER;
    return offset >= MASK_IN_MM ? MASK : MM_HEADER;
  }

  /** On entry to the scheduler, or where prev and next need one. */
  private barrier(next: number): void {
    if (this.entered) {
      if (!this.isUser[this.previous] && this.isUser[next]) this.cost.barriers++;
    }
    this.entered = true;
  }

  private rmw(words: Uint32Array, at: number, routine: number, where: number, address: number): void {
    const { cost } = this;
    cost.rmw++;
    const info = words[at + 8]!;
    const ok = (info & 0xff0000) !== 0;
    if (!ok) return;
    const old = words[at + 4]!;
    const after = words[at + 6]!;
    if (where === MASK) {
      // Set, not cleared.
      if (after > old || words[at + 7]! > words[at + 5]!) this.allocated(address, info & 0xffff);
    } else if (where === GLOBAL || where === MM_HEADER) {
      // The only other ones there are of next_scan, which is no lock.
      if (where === GLOBAL || this.inMm(address) === CID_LOCK_IN_MM) cost.locks++;
    } else if (where === CID && after === CID_UNSET) {
      if (routine === ROUTINE_WORK) cost.cleared++;
      else if (old >= CID_LAZY_PUT) cost.lazyPuts++;
      else if (routine === ROUTINE_SWITCH) cost.compactions++;
    }
  }

  private inMm(address: number): number {
    return (address - this.bases.mmBase) & ((1 << this.bases.mmShift) - 1);
  }

  private allocated(address: number, cid: number): void {
    this.cost.allocations++;
    const mm = (address - this.bases.mmBase) >>> this.bases.mmShift;
    if (cid > this.highest[mm]!) this.highest[mm] = cid;
  }

  private switched(cpu: number, next: number): void {
    this.previous = this.current[cpu]!;
    this.current[cpu] = next;
  }

  private taskStore(words: Uint32Array, at: number, routine: number, cpu: number, address: number): void {
    const offset = address - this.bases.taskBase;
    const field = offset & ((1 << TASK_SHIFT) - 1);
    const value = words[at + 4]!;
    if (routine === ROUTINE_SWITCH) {
      // on_cpu = 0: the switch is over.
      this.entered = false;
      if (!this.isUser[this.current[cpu]!]) this.held[cpu] = -1;
    } else if (field === MM_IN_TASK && value === NO_MM) {
      // It is no user any more.
      this.isUser[offset >>> TASK_SHIFT] = 0;
    } else if (field === ACTIVE_IN_TASK && value === 0) {
      this.held[cpu] = -1;
    }
  }

  /** v6.3 changes its mask by plain stores: after a search to take a cid, else to give it back. */
  private maskStore(words: Uint32Array, at: number, cpu: number, address: number): void {
    if (!this.searched) {
      this.held[cpu] = -1;
      return;
    }
    this.searched = false;
    const lo = words[at + 4]! ^ this.maskLo;
    const hi = words[at + 5]! ^ this.maskHi;
    const bit = lo !== 0 ? 31 - Math.clz32(lo) : 63 - Math.clz32(hi);
    const cid = 64 * ((this.inMm(address) - MASK_IN_MM) >> 3) + bit;
    this.allocated(address, cid);
    this.holds(cpu, cid);
  }
}
