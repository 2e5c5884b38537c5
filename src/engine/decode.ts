import {
  ACTION_ADVANCE,
  ACTION_EXEC,
  ACTION_EXEC_FAIL,
  ACTION_EXIT,
  ACTION_FLUSH,
  ACTION_FORK_PROCESS,
  ACTION_FORK_THREAD,
  ACTION_MIGRATE,
  ACTION_STALE,
  ACTION_STEP,
  ACTION_SWITCH,
  ACTION_TICK,
  ACTION_WORK,
  LOC_ACTIVE,
  LOC_CID,
  LOC_CID_LOCK,
  LOC_CLOCK,
  LOC_CURR,
  LOC_MASK,
  LOC_MM,
  LOC_MM_CID_LOCK,
  LOC_NEXT_SCAN,
  LOC_NONE,
  LOC_ON_CPU,
  LOC_TIME,
  LOC_USE_CID_LOCK,
  OP_DRAIN,
  OP_RMW,
} from '../abi.js';
import type { Event } from '../event/event.js';
import type { Action } from '../scenario/scenario.js';
import {
  ACTION_SHIFT,
  ACTIONS,
  CPU_SHIFT,
  EVENT_SIZE,
  EVENTS,
  IDLE_TASK,
  LAYOUT,
  TASK_SHIFT,
  WORLD,
} from './addresses.js';

const NONE = 0xffffffff;

/** Task id of the engine (idle tasks first) to that of an event (idle task of cpu c: -1-c). */
export function taskOf(id: number, cpus: number): number {
  return id < cpus ? -1 - id : id - cpus;
}

function u64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}

/** What the engine's addresses mean in the world that is laid out now. */
export class Locations {
  private readonly cpuBase: number;
  private readonly taskBase: number;
  private readonly mmBase: number;
  private readonly mmShift: number;
  private readonly slotsInMm: number;

  constructor(
    private readonly view: DataView,
    private readonly cpus: number,
  ) {
    const word = (i: number) => view.getUint32(LAYOUT + 4 * i, true);
    this.cpuBase = word(0);
    this.taskBase = word(1);
    this.mmBase = word(2);
    this.mmShift = word(3);
    this.slotsInMm = word(4);
  }

  /** Cpu c's record: {curr u64, clock u64, holdMm i32, holdCid i32, …}. */
  cpu(c: number): number {
    return this.cpuBase + (c << CPU_SHIFT);
  }

  /** Fills in loc, a and b. */
  private locate(event: Event, address: number): void {
    if (address === 0) {
      event.loc = LOC_NONE;
    } else if (address < this.cpuBase) {
      event.loc = address === WORLD ? LOC_USE_CID_LOCK : LOC_CID_LOCK;
    } else if (address < this.taskBase) {
      const offset = address - this.cpuBase;
      event.loc = offset & 8 ? LOC_CLOCK : LOC_CURR;
      event.a = offset >> CPU_SHIFT;
    } else if (address < this.mmBase) {
      const offset = address - this.taskBase;
      event.loc = [LOC_MM, LOC_ACTIVE, LOC_ON_CPU][(offset & ((1 << TASK_SHIFT) - 1)) >> 3]!;
      event.a = taskOf(offset >> TASK_SHIFT, this.cpus);
    } else {
      this.locateInMm(event, address - this.mmBase);
    }
  }

  private locateInMm(event: Event, address: number): void {
    const offset = address & ((1 << this.mmShift) - 1);
    event.a = address >>> this.mmShift;
    if (offset >= this.slotsInMm) {
      event.loc = (offset - this.slotsInMm) & 8 ? LOC_CID : LOC_TIME;
      event.b = (offset - this.slotsInMm) >> 4;
    } else if (offset >= 32) {
      event.loc = LOC_MASK;
      event.b = (offset - 32) >> 3;
    } else {
      event.loc = offset === 0 ? LOC_NEXT_SCAN : LOC_MM_CID_LOCK;
    }
  }

  private value(loc: number, at: number): number | bigint {
    switch (loc) {
      case LOC_MASK:
        return this.view.getBigUint64(at, true);
      case LOC_CURR:
        return taskOf(this.view.getUint32(at, true), this.cpus);
      case LOC_MM:
        return this.view.getUint32(at, true) === NONE ? -1 : this.view.getUint32(at, true);
      default:
        return u64(this.view, at);
    }
  }

  /** Event i of EVENTS (class EventRecord of assembly/trace.ts). */
  event(i: number): Event {
    const at = EVENTS + i * EVENT_SIZE;
    const { view } = this;
    const event: Event = {
      action: view.getUint32(at, true),
      cpu: view.getUint16(at + 4, true),
      task: taskOf(view.getInt32(at + 8, true), this.cpus),
      routine: view.getUint8(at + 6),
      op: view.getUint8(at + 7),
      loc: LOC_NONE,
      a: 0,
      b: 0,
      value: 0,
      after: 0,
      ok: view.getUint8(at + 34) !== 0,
      bit: view.getInt16(at + 32, true),
    };
    this.locate(event, view.getUint32(at + 12, true));
    if (event.op === OP_DRAIN) event.task = 0;
    event.value = this.value(event.loc, at + 16);
    if (event.op === OP_RMW) event.after = this.value(event.loc, at + 24);
    return event;
  }
}

/** Action i of a schedule's log (class Action of assembly/actions.ts). */
export function decodeAction(view: DataView, i: number): Action {
  return decodeActionAt(view, ACTIONS + (i << ACTION_SHIFT));
}

/** The action at an address. */
export function decodeActionAt(view: DataView, at: number): Action {
  const cpu = view.getUint16(at + 2, true);
  const task = view.getUint16(at + 4, true);
  const mm = view.getUint16(at + 6, true);
  const arg = u64(view, at + 8);
  const home = arg === 0 ? null : arg - 1;
  const code = view.getUint8(at);
  switch (code) {
    case ACTION_SWITCH:
      return { op: 'switch', cpu, task: task === IDLE_TASK ? -1 : task };
    case ACTION_STEP:
      return { op: 'step', cpu, count: arg };
    case ACTION_TICK:
      return { op: 'tick', cpu };
    case ACTION_WORK:
      return { op: 'work', cpu };
    case ACTION_EXIT:
      return { op: 'exit', cpu };
    case ACTION_EXEC:
      return { op: 'exec', cpu, mm };
    case ACTION_EXEC_FAIL:
      return { op: 'exec-fail', cpu };
    case ACTION_FORK_THREAD:
      return { op: 'fork-thread', cpu, task, home };
    case ACTION_FORK_PROCESS:
      return { op: 'fork-process', cpu, task, mm, home };
    case ACTION_MIGRATE:
      return { op: 'migrate', task, cpu };
    case ACTION_ADVANCE:
      return { op: 'advance', ns: arg };
    case ACTION_FLUSH:
      return { op: 'flush', cpu, index: arg };
    case ACTION_STALE:
      return { op: 'stale', cpu, age: arg };
    default:
      throw new Error(`the engine logged an action of kind ${code}`);
  }
}
