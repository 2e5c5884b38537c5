import type { Action, Scenario } from '../../scenario/scenario.js';
import { ddmin } from '../ddmin.js';
import { type Delays, delaysOf, type Missed, type Store } from '../delays.js';
import { withActions } from '../edit.js';
import type { Search } from '../search.js';

/** Drops the `stale` actions that are not needed: ddmin over all of them. */
export function showValues(search: Search): void {
  const base = search.best;
  const stale = base.actions.flatMap((action, index) => (action.op === 'stale' ? [index] : []));
  ddmin(stale.length, (kept) => {
    const keep = new Set(kept.map((position) => stale[position]!));
    const actions = base.actions.filter((action, index) => action.op !== 'stale' || keep.has(index));
    return actions.length < base.actions.length && search.attemptSooner(withActions(base, actions));
  });
}

/**
 * Has stores drain just before the accesses that would miss them, wherever that is possible: ddmin over these accesses,
 * until nothing more comes of it. Under `weak` a store drains alone where it may, else, and under `tso`, with all that
 * were issued before it.
 */
export function showStores(search: Search): void {
  for (const inOrder of search.best.memory === 'weak' ? [false, true] : [true]) {
    while (showSome(search, inOrder));
  }
}

function showSome(search: Search, inOrder: boolean): boolean {
  const { best, bestResult } = search;
  const delays = delaysOf(best, bestResult.steps);
  ddmin(delays.missed.length, (kept) => {
    const stay = new Set(kept);
    const shown = delays.missed.filter((_, position) => !stay.has(position));
    return shown.length > 0 && search.attemptSooner(withFlushes(best, delays, shown, inOrder));
  });
  return search.best !== best;
}

/** The scenario with flushes before each of these accesses, so that the stores that they miss have drained by then. */
function withFlushes(
  scenario: Scenario,
  delays: Delays,
  shown: readonly Missed[],
  inOrder: boolean,
): Scenario {
  /** The stores that now drain sooner. */
  const gone = new Set<Store>();
  const drain = (store: Store, step: number): Action => {
    const { cpu } = store.event;
    const index = waitingAt(delays, cpu, step)
      .filter((other) => !gone.has(other))
      .indexOf(store);
    return { op: 'flush', cpu, index };
  };

  const actions: Action[] = [];
  let step = 0;
  for (const [index, action] of scenario.actions.entries()) {
    const first = step;
    while (delays.events[step]?.action === index + 1) step++;
    if (action.op === 'flush' && step > first) {
      const store = delays.stores.find(({ event, reached }) => event.cpu === action.cpu && reached === step)!;
      if (!gone.has(store)) actions.push(drain(store, step));
      continue;
    }
    let made = 0;
    for (const miss of shown) {
      if (miss.step <= first || miss.step > step) continue;
      const flushes: Action[] = [];
      for (const store of waitingAt(delays, miss.store.event.cpu, miss.step)) {
        if (gone.has(store) || store.issued > miss.store.issued) continue;
        if (!inOrder && !samePlace(store, miss.store)) continue;
        flushes.push(drain(store, miss.step));
        gone.add(store);
      }
      if (flushes.length === 0) continue;
      const until = miss.step - 1 - first;
      if (action.op === 'step' && until > made) actions.push({ ...action, count: until - made });
      actions.push(...flushes);
      made = until;
    }
    actions.push(action.op === 'step' ? { ...action, count: action.count - made } : action);
  }
  return withActions(scenario, actions);
}

/** The stores of a cpu that wait when a step begins, the oldest first. */
function waitingAt({ stores }: Delays, cpu: number, step: number): Store[] {
  return stores.filter(({ event, issued, reached }) => event.cpu === cpu && issued < step && reached >= step);
}

function samePlace({ event: one }: Store, { event: other }: Store): boolean {
  return one.loc === other.loc && one.a === other.a && one.b === other.b;
}
