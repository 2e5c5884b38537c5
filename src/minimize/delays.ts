import { OP_LOAD, OP_RMW, OP_SPIN, OP_STORE } from '../abi.js';
import type { Event } from '../event/event.js';
import { runReference } from '../reference/run.js';
import type { Scenario } from '../scenario/scenario.js';

/** A store that went through a buffer. */
export interface Store {
  readonly event: Event;
  /** The step that issued it, from 1: no step issues two. */
  readonly issued: number;
  /** The step with which it reached memory; Infinity: not by the end of the run. */
  reached: number;
}

/** An access that found an older value, because another cpu's store waited in its buffer. */
export interface Missed {
  /** The access, from 1. */
  readonly step: number;
  /** The newest store of that cpu to that location. */
  readonly store: Store;
}

/** What a run shows of its delays. */
export interface Delays {
  readonly events: readonly Event[];
  /** In the order of issue. */
  readonly stores: readonly Store[];
  /** In the order of their steps. */
  readonly missed: readonly Missed[];
  /** How many delays are seen: accesses that miss a store, and loads of values that memory no longer held. */
  readonly unseen: number;
}

const NONE: Delays = { events: [], stores: [], missed: [], unseen: 0 };

/**
 * The delays of a run, as the reference tells them; there are none under `sc`.
 *
 * @param steps micro-steps after which it is left: those of the runner's own run
 * @param most a run with more delays that are seen is left where they become too many
 */
export function delaysOf(scenario: Scenario, steps: number, most = Number.POSITIVE_INFINITY): Delays {
  if (scenario.memory === 'sc') return NONE;
  const events: Event[] = [];
  const stores: Store[] = [];
  const missed: Missed[] = [];
  /** By the step of issue, so the oldest first. */
  const waiting = new Map<number, Store>();
  let stale = 0;
  const run = runReference(scenario, {
    maxSteps: steps,
    onReached: ({ issued, reached }) => {
      waiting.get(issued)!.reached = reached;
      waiting.delete(issued);
    },
    onStale: () => stale++,
  });
  while (missed.length + stale <= most) {
    const next = run.next();
    if (next.done === true) break;
    const event = next.value;
    events.push(event);
    const step = events.length;
    if (event.op === OP_STORE) {
      const store = { event, issued: step, reached: Number.POSITIVE_INFINITY };
      stores.push(store);
      waiting.set(step, store);
    } else if (event.op === OP_LOAD || event.op === OP_RMW || event.op === OP_SPIN) {
      missed.push(...missedBy(event, step, waiting.values()));
    }
  }
  return { events, stores, missed, unseen: missed.length + stale };
}

/** Of each other cpu the newest waiting store to the place of an access, where that would have made a difference. */
function missedBy(access: Event, step: number, waiting: Iterable<Store>): Missed[] {
  const newest = new Map<number, Store>();
  for (const store of waiting) {
    const { cpu, loc, a, b } = store.event;
    if (cpu !== access.cpu && loc === access.loc && a === access.a && b === access.b) newest.set(cpu, store);
  }
  // What a spin found is a lock that is held.
  const found = access.op === OP_SPIN ? 1 : access.value;
  return [...newest.values()].filter(({ event }) => event.value !== found).map((store) => ({ step, store }));
}
