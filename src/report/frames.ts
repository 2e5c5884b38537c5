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
  NS_PER_JIFFY,
  OP_LOAD,
  OP_MB,
  OP_RMW,
  OP_STORE,
  PERIOD_NS,
  ROUTINE_EXEC,
  ROUTINE_EXIT,
  ROUTINE_SWITCH,
  ROUTINE_TICK,
  ROUTINE_WORK,
} from '../abi.js';
import type { Event } from '../event/event.js';
import { NO_MM, type Scenario } from '../scenario/scenario.js';
import { hasBit, type Replay } from './replay.js';
import { cidWord, mmWord, taskWord } from './wording.js';

/** One sched_mm_cid_clear_old(mm, cpu) of a scan. */
export interface Scan {
  readonly mm: number;
  readonly cpu: number;
  /** Why it left the slot alone before changing anything; null: it did not, or is not that far. */
  rejected: 'not due' | 'unset' | 'lazy' | 'in use' | null;
}

/** A routine under way, as far as its events have shown. */
export interface Frame {
  readonly routine: number;
  readonly task: number;
  /** switch: the task that goes. */
  readonly prev: number;
  /** What a heading calls the routine. */
  title: string;
  /** The function that the last event was in; null: the routine itself. */
  call: string | null;
  scan: Scan | null;
  /** The mm that an mm_cid_get() is under way for. */
  getting: number | null;
  /** switch: mm_cid_put_lazy(prev) is over, or will not come. */
  putDone: boolean;
  clockStored: boolean;
  /** clear-old: the last rq->clock that was read; work: in ns. */
  clockRead: number;
  /** clear-old: the slot has been made lazy. */
  madeLazy: boolean;
  /** v6.3: what a task holds once the lock is let go of. */
  atUnlock: readonly [task: number, cid: number] | null;
  /** The heading was printed for this cpu last. */
  shownOn: number | null;
}

/** What one event is about, besides its access. */
export interface Reading {
  /** A function begins with it: its heading. */
  readonly opens: string | null;
  /** A routine begins a new part: its heading. */
  readonly retitles: string | null;
  readonly depth: number;
  /** What the routine concludes, behind the access. */
  readonly verdict: string;
  readonly scan: Scan | null;
  /** An id that a task holds from now on; -1: none any more. */
  readonly ids: readonly (readonly [task: number, cid: number])[];
}

const CALL_LOCS = new Set([LOC_CID, LOC_TIME, LOC_MASK, LOC_USE_CID_LOCK, LOC_CID_LOCK, LOC_MM_CID_LOCK]);

/** Follows the routines through their events: which function of the patch an access belongs to. */
export class Frames {
  /** mm_cid of each task. */
  readonly ids = new Map<number, number>();
  private readonly onCpu = new Map<number, Frame>();
  private readonly ofTask = new Map<number, Frame>();

  constructor(
    private readonly scenario: Scenario,
    private readonly replay: Replay,
  ) {}

  /** A routine begins. */
  start(routine: number, cpu: number, task: number): Frame {
    const prev = this.currentOf(cpu);
    const fixed = this.scenario.algo === 'rfc-v6-fixed';
    const mayBeLazy = fixed ? this.mmOf(cpu, prev) !== NO_MM : this.activeIn(cpu, prev) !== null;
    const putsLazy = mayBeLazy && !this.scenario.mutants.includes('no-put-lazy');
    const frame: Frame = {
      routine,
      task,
      prev,
      title: this.titleOf(routine, cpu, task, prev),
      call: null,
      scan: null,
      getting: null,
      putDone: !putsLazy,
      clockStored: false,
      clockRead: 0,
      madeLazy: false,
      atUnlock: null,
      shownOn: null,
    };
    if (routine === ROUTINE_SWITCH || routine === ROUTINE_TICK) this.onCpu.set(cpu, frame);
    else this.ofTask.set(task, frame);
    return frame;
  }

  /** The routine that an event belongs to. */
  of(event: Event): Frame {
    const known =
      event.routine === ROUTINE_SWITCH || event.routine === ROUTINE_TICK
        ? this.onCpu.get(event.cpu)
        : this.ofTask.get(event.task);
    return known?.routine === event.routine ? known : this.start(event.routine, event.cpu, event.task);
  }

  /** A cpu's current task, as it sees it. */
  currentOf(cpu: number): number {
    return Number(this.replay.seenBy(cpu, { loc: LOC_CURR, a: cpu, b: 0 }));
  }

  /** The mm of a task that is active, as a cpu sees it; null: it is not active. */
  activeIn(cpu: number, task: number): number | null {
    if (Number(this.replay.seenBy(cpu, { loc: LOC_ACTIVE, a: task, b: 0 })) === 0) return null;
    return this.mmOf(cpu, task);
  }

  /** The mm of a task, as a cpu sees it; NO_MM for none. */
  mmOf(cpu: number, task: number): number {
    return Number(this.replay.seenBy(cpu, { loc: LOC_MM, a: task, b: 0 }));
  }

  /** Reads one event; `replay` must not have applied it yet. */
  read(frame: Frame, event: Event): Reading {
    const scan = frame.routine === ROUTINE_WORK ? this.scanOf(frame, event) : null;
    const before = frame.call;
    const wasScan = frame.scan;
    const reading = { verdict: '', ids: [] as [number, number][], retitles: null as string | null };
    if (scan !== null) {
      frame.call = `sched_mm_cid_clear_old(${mmWord(this.scenario, scan.mm)}, cpu ${scan.cpu})`;
      frame.scan = scan;
      reading.verdict = this.clearOld(frame, scan, event);
    } else if (CALL_LOCS.has(event.loc)) {
      reading.retitles = this.openCall(frame, event);
      this.followId(frame, event, reading);
    } else {
      frame.call = null;
      this.ownAccess(frame, event, reading);
    }
    return {
      opens: frame.call !== null && (frame.call !== before || frame.scan !== wasScan) ? frame.call : null,
      retitles: reading.retitles,
      depth: frame.call === null ? 1 : 2,
      verdict: reading.verdict,
      scan,
      ids: reading.ids,
    };
  }

  private titleOf(routine: number, cpu: number, task: number, prev: number): string {
    const mm = this.activeIn(cpu, task);
    const name = taskWord(this.scenario, task);
    switch (routine) {
      case ROUTINE_SWITCH:
        return `context_switch(): ${taskWord(this.scenario, prev)} -> ${name}`;
      case ROUTINE_TICK:
        return `scheduler_tick(): ${name}`;
      case ROUTINE_WORK:
        return `task_mm_cid_work(): ${name}${mm === null ? '' : ` of ${mmWord(this.scenario, mm)}`}`;
      case ROUTINE_EXIT:
        return `sched_mm_cid_exit_signals(${name})`;
      default:
        return `sched_mm_cid_before_execve(${name})`;
    }
  }

  /** The clear-old that an event of a scan belongs to; null: the scan has not begun. */
  private scanOf(frame: Frame, event: Event): Scan | null {
    if (event.loc === LOC_NEXT_SCAN || event.op === OP_MB) return null;
    const mm = this.activeMm(event, frame);
    const cpu =
      event.loc === LOC_CLOCK ? event.a : event.loc === LOC_CID || event.loc === LOC_TIME ? event.b : null;
    if (cpu === null || (frame.scan !== null && frame.scan.cpu === cpu)) return frame.scan;
    frame.madeLazy = false;
    return { mm, cpu, rejected: null };
  }

  private activeMm(event: Event, frame: Frame): number {
    if (event.loc === LOC_CID || event.loc === LOC_TIME) return event.a;
    return this.mmOf(event.cpu, frame.task);
  }

  /** What clear-old concludes from an access. */
  private clearOld(frame: Frame, scan: Scan, event: Event): string {
    if (event.op === OP_RMW && event.loc === LOC_CID && !frame.madeLazy) frame.madeLazy = event.ok;
    if (event.op === OP_STORE && event.loc === LOC_CID) frame.madeLazy = true;
    if (event.op !== OP_LOAD) return '';
    switch (event.loc) {
      case LOC_CLOCK:
        frame.clockRead = Number(event.value);
        return '';
      case LOC_TIME: {
        const due = frame.clockRead >= Number(event.value) + PERIOD_NS;
        if (!due) scan.rejected = 'not due';
        return due ? ': due' : ': not due';
      }
      case LOC_CID: {
        const word = cidWord(Number(event.value));
        if (word === 'unset') scan.rejected = 'unset';
        else if (word.startsWith('lazy')) scan.rejected = 'lazy';
        return '';
      }
      case LOC_ACTIVE:
        return Number(event.value) === 0 ? ': unused' : '';
      case LOC_MM: {
        if (Number(event.value) !== scan.mm) return ': unused';
        if (frame.madeLazy) return ': in use, left to it';
        scan.rejected = 'in use';
        return ': in use';
      }
      default:
        return '';
    }
  }

  /** Which function a slot, mask or lock access is in; the routine's new heading where it begins another part. */
  private openCall(frame: Frame, event: Event): string | null {
    const mm = mmWord(this.scenario, event.a);
    if (event.loc === LOC_MM_CID_LOCK) {
      if (event.op === OP_STORE) return null;
      const execs = frame.routine === ROUTINE_EXEC && frame.putDone;
      if (execs) frame.title = `sched_mm_cid_after_execve(${taskWord(this.scenario, frame.task)})`;
      frame.getting = frame.putDone ? event.a : null;
      frame.call = `${frame.putDone ? 'mm_cid_get' : 'mm_cid_put'}(${mm})`;
      frame.putDone = true;
      return execs ? frame.title : null;
    }
    const leavesSlot = event.op === OP_LOAD && event.loc === LOC_CID;
    if (frame.routine === ROUTINE_SWITCH && !frame.putDone) {
      if (leavesSlot) frame.call = `mm_cid_put_lazy(${taskWord(this.scenario, frame.prev)})`;
      frame.putDone = true;
      return null;
    }
    if (leavesSlot) {
      const gets = frame.routine === ROUTINE_SWITCH || frame.title.includes('after_execve');
      if (gets && frame.getting === null) {
        frame.getting = event.a;
        frame.call = `mm_cid_get(${mm})`;
      } else {
        frame.call = `mm_cid_put(${mm})`;
      }
      return null;
    }
    // The first access of clear-before-unset's put, and what comes after a put inside mm_cid_get().
    if (event.loc === LOC_USE_CID_LOCK && event.op === OP_LOAD && frame.call?.startsWith('mm_cid_put(')) {
      frame.call = `__mm_cid_get(${mmWord(this.scenario, frame.getting ?? NO_MM)})`;
    }
    return null;
  }

  /** When tasks get and lose their ids: local work that belongs to an access. */
  private followId(frame: Frame, event: Event, reading: { verdict: string; ids: [number, number][] }): void {
    const { loc, op } = event;
    if (this.scenario.algo === 'v6.3') {
      this.followV63(frame, event, reading);
      return;
    }
    if (frame.getting === null) {
      const leaver = frame.routine === ROUTINE_SWITCH ? frame.prev : frame.task;
      if (this.putEnds(frame, event)) reading.ids.push([leaver, -1]);
      return;
    }
    if (loc === LOC_CID && op === OP_LOAD && frame.call?.startsWith('mm_cid_get(')) {
      const cid = this.validCid(Number(event.value));
      if (cid === null) return;
      if (this.isOld(event)) reading.verdict = ': older than 100ms';
      else reading.ids.push([frame.task, cid]);
    } else if (loc === LOC_TIME && op === OP_STORE && frame.call?.startsWith('mm_cid_get(')) {
      const slot = Number(this.replay.seenBy(event.cpu, { loc: LOC_CID, a: event.a, b: event.b }));
      const cid = this.validCid(slot);
      if (cid !== null) reading.ids.push([frame.task, cid]);
    } else if (loc === LOC_CID && op === OP_STORE) {
      const cid = this.validCid(Number(event.value));
      if (cid !== null) reading.ids.push([frame.task, cid]);
    }
  }

  /** Whether mm_cid_put(), or the switch's mm_cid_put_lazy(), is over: with the clear, or early. */
  private putEnds({ routine }: Frame, { loc, op, value, after, bit, ok }: Event): boolean {
    const lazily = routine === ROUTINE_SWITCH;
    const clearsFirst = !lazily && this.scenario.mutants.includes('clear-before-unset');
    if (loc === LOC_MASK) return op === OP_RMW && !hasBit(after, bit) && !clearsFirst;
    if (loc !== LOC_CID) return false;
    const found = cidWord(Number(value));
    if (op === OP_LOAD) return lazily ? !found.startsWith('lazy') : found === 'unset';
    return op === OP_RMW && (ok ? clearsFirst : lazily || found === 'unset');
  }

  /** v6.3: mm_cid_get() and mm_cid_put() end with the unlock. */
  private followV63(frame: Frame, event: Event, reading: { ids: [number, number][] }): void {
    const { loc, op } = event;
    if (op !== OP_STORE) return;
    if (loc === LOC_MM_CID_LOCK && frame.atUnlock !== null) {
      reading.ids.push([...frame.atUnlock]);
      frame.atUnlock = null;
    }
    if (loc !== LOC_MASK) return;
    const before = BigInt(this.replay.seenBy(event.cpu, event));
    const added = BigInt(event.value) & ~before;
    if (added !== 0n) frame.atUnlock = [frame.task, event.b * 64 + added.toString(2).length - 1];
    else frame.atUnlock = [frame.routine === ROUTINE_SWITCH ? frame.prev : frame.task, -1];
  }

  private validCid(word: number): number | null {
    const text = cidWord(word);
    if (text === 'unset') return null;
    if (!text.startsWith('lazy')) return Number(text);
    return this.scenario.mutants.includes('lazy-is-valid') ? Number(text.slice('lazy '.length)) : null;
  }

  private isOld({ cpu, a, b }: Event): boolean {
    const clock = Number(this.replay.seenBy(cpu, { loc: LOC_CLOCK, a: cpu, b: 0 }));
    return clock > Number(this.replay.seenBy(cpu, { loc: LOC_TIME, a, b })) + PERIOD_NS;
  }

  /** The accesses of the routine itself. */
  private ownAccess(
    frame: Frame,
    event: Event,
    reading: { verdict: string; ids: [number, number][]; retitles: string | null },
  ): void {
    const name = taskWord(this.scenario, frame.task);
    if (event.loc === LOC_CLOCK) frame.clockStored = true;
    if (frame.routine === ROUTINE_SWITCH && event.op === OP_STORE) {
      if (event.loc === LOC_CURR) this.switchesCurr(frame, event, reading);
      if (event.loc === LOC_ON_CPU) reading.ids.push([frame.prev, -1]);
    }
    if (this.skipsPutLazy(frame, event)) reading.ids.push([frame.prev, -1]);
    const active = event.loc === LOC_ACTIVE && Number(event.value) === 1;
    if (frame.routine === ROUTINE_EXEC && active && this.scenario.algo !== 'v6.3') {
      frame.title = `sched_mm_cid_after_execve(${name})`;
      frame.getting = null;
      reading.retitles = frame.title;
    }
    if (event.loc === LOC_MM && event.op === OP_STORE) {
      frame.title = frame.routine === ROUTINE_EXIT ? `exit_mm(${name})` : `exec_mmap(${name})`;
      reading.retitles = frame.title;
    }
    if (event.op === OP_LOAD && event.loc === LOC_NEXT_SCAN) frame.call = null;
  }

  /** The mutant no-put-lazy: an active prev loses its id where the put would begin, behind the switch's barrier. */
  private skipsPutLazy(frame: Frame, event: Event): boolean {
    const { mutants, algo } = this.scenario;
    if (algo === 'v6.3' || frame.routine !== ROUTINE_SWITCH || !mutants.includes('no-put-lazy')) return false;
    if (this.activeIn(event.cpu, frame.prev) === null || !frame.clockStored) return false;
    if (event.op === OP_MB) return true;
    const last = mutants.includes('late-curr') ? LOC_CLOCK : LOC_CURR;
    return event.op === OP_STORE && event.loc === last && !this.hasBarrier(frame, event.cpu);
  }

  /** Whether a switch has a barrier between its store to rq->curr and its first look at a slot. */
  private hasBarrier({ prev, task }: Frame, cpu: number): boolean {
    const { mutants, algo, arch } = this.scenario;
    const fixed = algo === 'rfc-v6-fixed';
    const [from, into] = [this.mmOf(cpu, prev), this.mmOf(cpu, task)];
    if (into === NO_MM) return from !== NO_MM && !mutants.includes('no-mb-user-kernel');
    if (from === NO_MM) return !mutants.includes('no-mb-kernel-user');
    if (from === into)
      return fixed && (this.activeIn(cpu, prev) === null || this.activeIn(cpu, task) === null);
    return (fixed || arch === 'x86') && !mutants.includes('no-mb-user-user');
  }

  /** The patch's names for a store to rq->curr: (TSA) to a task of an mm, (TSB) from one. */
  private switchesCurr(
    frame: Frame,
    event: Event,
    reading: { verdict: string; ids: [number, number][] },
  ): void {
    const from = this.activeIn(event.cpu, frame.prev);
    const into = this.activeIn(event.cpu, frame.task);
    if (from !== into) {
      const marks = [...(from === null ? [] : ['TSB']), ...(into === null ? [] : ['TSA'])];
      reading.verdict = marks.map((mark) => ` (${mark})`).join('');
    } else if (this.scenario.algo === 'v6.3' && from !== null) {
      // The thread of the same mm takes the id over.
      reading.ids.push([frame.task, this.ids.get(frame.prev) ?? -1], [frame.prev, -1]);
      frame.putDone = true;
    }
  }
}

/** Whether a scan may begin, or a tick queue the work: jiffies not before next_scan. */
export function scanIsDue(nowNs: number, nextScan: number): boolean {
  return Math.floor(nowNs / NS_PER_JIFFY) >= nextScan;
}
