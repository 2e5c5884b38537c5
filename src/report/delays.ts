import {
  LOC_ACTIVE,
  LOC_CLOCK,
  LOC_CURR,
  LOC_MM,
  LOC_NEXT_SCAN,
  LOC_ON_CPU,
  LOC_TIME,
  OP_DRAIN,
  OP_LOAD,
  OP_RMW,
  OP_SPIN,
  OP_STORE,
} from '../abi.js';
import type { Event } from '../event/event.js';
import type { StaleLoad } from '../reference/memory.js';
import type { Memory } from '../words.js';
import type { Hidden } from './hidden.js';
import { type Place, samePlace } from './wording.js';

/** A store that goes through a buffer. */
export interface Delayed extends Place {
  readonly cpu: number;
  readonly value: number | bigint;
  /** The step that issues it, from 1: no step issues two. */
  readonly issued: number;
  /** The step with which it reaches memory, one more than there are for the end of the run; Infinity: never. */
  readonly reached: number;
  /** It reaches memory with a fork in front of that step, not with the step. */
  readonly atFork: boolean;
  /** The steps of other cpus that find an older value because it waits. */
  readonly missedAt: number[];
}

/**
 * What clear-old asks about a cpu's task: a wait of these is told wherever another cpu has made a step meanwhile, that of
 * all else (slots, clocks, times, on_cpu) only where another cpu finds an older value, or a check may have.
 */
const ALWAYS_TOLD = new Set([LOC_CURR, LOC_ACTIVE, LOC_MM]);

/** Times and the like: no check looks at them. */
const NEVER_CHECKED = new Set([LOC_CLOCK, LOC_ON_CPU, LOC_TIME, LOC_NEXT_SCAN]);

/** Which stores wait in the buffers during a run, and who notices. There are none under `sc`. */
export class Delays {
  /** In the order of issue. */
  readonly stores: readonly Delayed[];
  private readonly issuedBy = new Map<number, Delayed>();
  private readonly reachedWith = new Map<number, Delayed[]>();
  private readonly missedBy = new Map<number, Delayed[]>();
  private readonly stale: ReadonlyMap<number, StaleLoad>;

  constructor(
    memory: Memory,
    private readonly events: readonly Event[],
    hidden: Hidden,
  ) {
    this.stale = new Map(hidden.stale.map((load) => [load.step, load]));
    if (memory !== 'sc') this.follow(hidden);
    this.stores = [...this.issuedBy.values()];
  }

  /** The store that a step issues. */
  issuedAt(step: number): Delayed | undefined {
    return this.issuedBy.get(step);
  }

  /** The stores that reach memory with a step, in that order. */
  reachedAt(step: number): readonly Delayed[] {
    return this.reachedWith.get(step) ?? [];
  }

  /** The stores of other cpus that an access finds an older value for. */
  missedAt(step: number): readonly Delayed[] {
    return this.missedBy.get(step) ?? [];
  }

  /** Whether a load returns what memory no longer holds. */
  staleAt(step: number): StaleLoad | undefined {
    return this.stale.get(step);
  }

  /** The loads that do. */
  staleLoads(): readonly StaleLoad[] {
    return [...this.stale.values()];
  }

  /** Whether anybody can notice that a store waits: then it is told where it is made, and where it becomes visible. */
  isTold({ cpu, loc, issued, reached, atFork, missedAt }: Delayed): boolean {
    if (missedAt.length > 0 || (!atFork && this.events[reached - 1]?.op === OP_DRAIN)) return true;
    if (reached === Number.POSITIVE_INFINITY && !NEVER_CHECKED.has(loc)) return true;
    if (!ALWAYS_TOLD.has(loc)) return false;
    return this.events.slice(issued, Math.max(issued, reached - 1)).some((event) => event.cpu !== cpu);
  }

  private follow({ reached }: Hidden): void {
    const reachedBy = new Map(reached.map((store) => [store.issued, store]));
    let waiting: Delayed[] = [];
    for (const [index, event] of this.events.entries()) {
      const step = index + 1;
      waiting = waiting.filter((store) => store.reached > step);
      const { op, cpu, loc, a, b, value } = event;
      if (op === OP_STORE) {
        const { reached: until = Number.POSITIVE_INFINITY, atFork = false } = reachedBy.get(step) ?? {};
        const store = { cpu, loc, a, b, value, issued: step, reached: until, atFork, missedAt: [] };
        this.issuedBy.set(step, store);
        waiting.push(store);
      } else if (op === OP_LOAD || op === OP_RMW || op === OP_SPIN) {
        this.miss(event, step, waiting);
      }
    }
    for (const { issued } of reached) {
      const store = this.issuedBy.get(issued);
      if (store === undefined) continue;
      this.reachedWith.set(store.reached, [...this.reachedAt(store.reached), store]);
    }
  }

  /** An access misses, of each other cpu, the newest store that would have made a difference. */
  private miss(access: Event, step: number, waiting: readonly Delayed[]): void {
    const others = waiting.filter((store) => store.cpu !== access.cpu && samePlace(store, access));
    const newest = new Map(others.map((store) => [store.cpu, store]));
    // What a spin found is a lock that is held.
    const found = access.op === OP_SPIN ? 1 : access.value;
    const missed = [...newest.values()].filter(({ value }) => value !== found);
    if (missed.length === 0) return;
    this.missedBy.set(step, missed);
    for (const store of missed) store.missedAt.push(step);
  }
}
