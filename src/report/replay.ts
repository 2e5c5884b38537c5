import {
  CID_UNSET,
  LOC_ACTIVE,
  LOC_CID,
  LOC_CLOCK,
  LOC_CURR,
  LOC_MASK,
  LOC_MM,
  LOC_NEXT_SCAN,
  NS_PER_JIFFY,
  OP_RMW,
  OP_STORE,
  START_NS,
} from '../abi.js';
import type { Event } from '../event/event.js';
import { NO_MM, type Scenario } from '../scenario/scenario.js';
import type { Delayed, Delays } from './delays.js';
import { type Place, samePlace } from './wording.js';

/** A place whose value in memory has changed. */
export interface Change extends Place {
  readonly from: number | bigint;
  readonly to: number | bigint;
}

/**
 * Memory and store buffers, followed from the events and from what is known of the delays, in order to tell what
 * changed and when others can see it. Tells, never judges: it knows no routine and no rule of a memory model, and
 * takes from an event what memory holds after it.
 */
export class Replay {
  private readonly memory = new Map<string, number | bigint>();
  /** Of each cpu the stores that wait, the oldest first. */
  private readonly buffers = new Map<number, Delayed[]>();
  private readonly touched = new Map<string, Place>();
  /** The places whose value in memory was set since this was asked for last. */
  private fresh: Place[] = [];

  constructor(
    private readonly scenario: Scenario,
    private readonly delays: Delays,
  ) {
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
    return this.memory.get(key(place)) ?? initial(place, this.scenario);
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
    this.fresh.push(place);
  }

  /** The places that were written to memory since the last call, some perhaps twice. */
  takeWritten(): Place[] {
    const written = this.fresh;
    this.fresh = [];
    return written;
  }

  /** What reaches memory with a fork by this cpu, in front of a step. */
  fork(cpu: number, next: number): void {
    for (const store of this.delays.reachedAt(next)) {
      if (store.atFork && store.cpu === cpu) this.arrive(store);
    }
  }

  /** The stores of a cpu that nobody else can see yet. */
  buffered(cpu: number): readonly Delayed[] {
    return this.buffers.get(cpu) ?? [];
  }

  /** All places of this kind that were ever written, in the order of their indices. */
  written(loc: number): Place[] {
    return [...this.touched.values()]
      .filter((place) => place.loc === loc)
      .sort((one, other) => one.a - other.a || one.b - other.b);
  }

  /** What reaches memory from the buffers with a step, before its own access; the changes of all that are told. */
  drain(step: number): (Change & Delayed)[] {
    return this.delays.reachedAt(step).flatMap((store) => {
      if (store.atFork) return [];
      const from = this.inMemory(store);
      this.arrive(store);
      return this.delays.isTold(store) ? [{ ...store, from, to: store.value }] : [];
    });
  }

  /** A store leaves its buffer for memory. */
  private arrive(store: Delayed): void {
    this.buffers.set(
      store.cpu,
      this.buffered(store.cpu).filter((other) => other !== store),
    );
    const { loc, a, b } = store;
    this.write({ loc, a, b }, store.value);
  }

  /**
   * Follows one event, once `drain` has been asked for its step; answers what it changed. A store that waits unnoticed
   * changes its place at once.
   */
  apply(event: Event, step: number): Change[] {
    if (event.op !== OP_STORE && event.op !== OP_RMW) return [];
    const { loc, a, b } = event;
    const from = this.seenBy(event.cpu, event);
    const to = event.op === OP_STORE ? event.value : event.after;
    const store = this.delays.issuedAt(step);
    if (store === undefined) this.write({ loc, a, b }, to);
    else {
      this.buffers.set(store.cpu, [...this.buffered(store.cpu), store]);
      this.touched.set(key(store), { loc, a, b });
      if (this.delays.isTold(store)) return [];
    }
    return from === to ? [] : [{ loc, a, b, from, to }];
  }
}

/** Whether a mask word has the bit of this cid. */
export function hasBit(word: number | bigint, cid: number): boolean {
  return ((BigInt(word) >> BigInt(cid % 64)) & 1n) === 1n;
}

function key({ loc, a, b }: Place): string {
  return `${loc} ${a} ${b}`;
}

function initial({ loc, a }: Place, { mms }: Scenario): number | bigint {
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
      // What an exec makes begins with 0.
      return a < mms ? START_NS / NS_PER_JIFFY : 0;
    default:
      return 0;
  }
}
