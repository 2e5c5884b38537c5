import {
  CID_UNSET,
  LOC_ACTIVE,
  LOC_CID,
  LOC_CLOCK,
  LOC_CURR,
  LOC_MASK,
  LOC_MM,
  LOC_NEXT_SCAN,
  OP_DRAIN,
  OP_MB,
  OP_RMW,
  OP_SPIN,
  OP_STORE,
  ROUTINE_TICK,
  START_NS,
} from '../abi.js';
import type { Event } from '../event/event.js';
import { NO_MM, type Scenario } from '../scenario/scenario.js';
import type { Place } from './wording.js';

/** A place whose value in memory has changed. */
export interface Change extends Place {
  readonly from: number | bigint;
  readonly to: number | bigint;
  /** It was stored earlier, and leaves the cpu's store buffer only now. */
  readonly late: boolean;
}

interface Stored extends Place {
  readonly value: number | bigint;
}

/** Entries of a store buffer; one store more drains it (model.md 4). */
const BUFFER_ENTRIES = 8;

/**
 * Memory and store buffers, followed from the events alone, in order to tell what changed and when others can
 * see it. Tells, never judges: it knows no routine, and takes from an event what memory holds after it.
 */
export class Replay {
  private readonly memory = new Map<string, number | bigint>();
  private readonly buffers = new Map<number, Stored[]>();
  private readonly touched = new Map<string, Place>();

  constructor(private readonly scenario: Scenario) {
    scenario.tasks.forEach(({ mm }, task) => {
      if (mm !== NO_MM) this.startTask(task, mm);
    });
  }

  /** A task is there, active, with this mm. */
  startTask(task: number, mm: number): void {
    this.write({ loc: LOC_MM, a: task, b: 0 }, mm);
    this.write({ loc: LOC_ACTIVE, a: task, b: 0 }, 1);
  }

  /** What memory holds. */
  inMemory(place: Place): number | bigint {
    return this.memory.get(key(place)) ?? initial(place);
  }

  /** What a cpu sees: its own newest store, or memory. */
  seenBy(cpu: number, place: Place): number | bigint {
    const own = this.buffers.get(cpu)?.findLast((stored) => samePlace(stored, place));
    return own === undefined ? this.inMemory(place) : own.value;
  }

  /** Sets memory without an event: a fork's copies. */
  write(place: Place, value: number | bigint): void {
    this.memory.set(key(place), value);
    this.touched.set(key(place), place);
  }

  /** Whether this store stays in the cpu's buffer for now. */
  isBuffered(event: Event): boolean {
    return event.op === OP_STORE && this.scenario.memory !== 'sc';
  }

  /** How many stores of a cpu nobody else can see yet. */
  buffered(cpu: number): readonly Place[] {
    return this.buffers.get(cpu) ?? [];
  }

  /** All places of this kind that were ever written, in the order of their indices. */
  written(loc: number): Place[] {
    return [...this.touched.values()]
      .filter((place) => place.loc === loc)
      .sort((one, other) => one.a - other.a || one.b - other.b);
  }

  /** Follows one event; answers what changed in memory by it. */
  apply(event: Event): Change[] {
    const changes: Change[] = [];
    const buffer = this.buffers.get(event.cpu) ?? [];
    const toMemory = (place: Place, value: number | bigint, late: boolean) => {
      const from = this.inMemory(place);
      this.write(place, value);
      if (late || from !== value)
        changes.push({ loc: place.loc, a: place.a, b: place.b, from, to: value, late });
    };
    const drain = (which: (stored: Stored) => boolean) => {
      const leaving = buffer.filter(which);
      const staying = buffer.filter((stored) => !which(stored));
      for (const stored of leaving) toMemory(stored, stored.value, true);
      buffer.splice(0, buffer.length, ...staying);
    };
    const all = () => true;

    switch (event.op) {
      case OP_STORE:
        if (!this.isBuffered(event)) {
          toMemory(event, event.value, false);
          break;
        }
        if (buffer.length >= BUFFER_ENTRIES || this.takesRqLock(event)) drain(all);
        buffer.push({ loc: event.loc, a: event.a, b: event.b, value: event.value });
        this.touched.set(key(event), { loc: event.loc, a: event.a, b: event.b });
        break;
      case OP_RMW: {
        const isClear = event.bit !== -1 && !hasBit(event.after, event.bit);
        const isFence = this.scenario.memory === 'tso' || (event.ok && !isClear);
        drain(isFence ? all : (stored) => samePlace(stored, event));
        toMemory(event, event.after, false);
        break;
      }
      case OP_MB:
        drain(all);
        break;
      case OP_SPIN:
        if (this.scenario.memory === 'tso') drain(all);
        break;
      case OP_DRAIN: {
        const index = buffer.findIndex((stored) => samePlace(stored, event));
        if (index !== -1) buffer.splice(index, 1);
        toMemory(event, event.value, true);
        break;
      }
      default:
        break;
    }
    this.buffers.set(event.cpu, buffer);
    return changes;
  }

  /** The stores that follow the taking of the rq lock in tick, exit and exec (model.md 3). */
  private takesRqLock(event: Event): boolean {
    if (this.scenario.arch !== 'x86') return false;
    if (event.routine === ROUTINE_TICK) return event.loc === LOC_CLOCK;
    return event.loc === LOC_ACTIVE && this.scenario.algo !== 'v6.3';
  }
}

/** Whether a mask word has the bit of this cid. */
export function hasBit(word: number | bigint, cid: number): boolean {
  return ((BigInt(word) >> BigInt(cid % 64)) & 1n) === 1n;
}

export function samePlace(one: Place, other: Place): boolean {
  return one.loc === other.loc && one.a === other.a && one.b === other.b;
}

function key({ loc, a, b }: Place): string {
  return `${loc} ${a} ${b}`;
}

function initial({ loc, a }: Place): number | bigint {
  switch (loc) {
    case LOC_CURR:
      return -1 - a;
    case LOC_CLOCK:
      return START_NS;
    case LOC_MM:
      return NO_MM;
    case LOC_CID:
      return CID_UNSET;
    case LOC_MASK:
      return 0n;
    case LOC_NEXT_SCAN:
      return START_NS / 1_000_000;
    default:
      return 0;
  }
}
