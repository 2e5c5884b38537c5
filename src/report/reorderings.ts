import { OP_LOAD, OP_RMW, OP_SPIN } from '../abi.js';
import type { Event } from '../event/event.js';
import type { StaleLoad } from '../reference/memory.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Delayed, Delays } from './delays.js';
import { type Place, placeWord, samePlace, storeWord, valueWord } from './wording.js';

/** More than that are for nobody. */
const MOST_TOLD = 8;
const MOST_STEPS = 4;

/**
 * Which store was still in its buffer when which access was made, and which load did not return the newest value, a
 * sentence each, in the order of the run.
 */
export function reorderings(scenario: Scenario, events: readonly Event[], delays: Delays): string[] {
  const late = delays.stores
    .filter(({ missedAt }) => missedAt.length > 0)
    .map((store) => ({ step: store.missedAt[0]!, words: () => lateStore(scenario, events, delays, store) }));
  const stale = delays
    .staleLoads()
    .map((load) => ({ step: load.step, words: () => staleLoad(scenario, events, delays, load) }));
  const all = [...late, ...stale].sort((one, other) => one.step - other.step);
  const more = all.length - MOST_TOLD;
  return [...all.slice(0, MOST_TOLD).map(({ words }) => words()), ...(more > 0 ? [`and ${more} more`] : [])];
}

/** `CPU0's cpu_rq(0)->curr = a (step 3) was still in its store buffer when CPU1 found cpu_rq(0)->curr == idle0 (step 9)` */
function lateStore(scenario: Scenario, events: readonly Event[], delays: Delays, store: Delayed): string {
  const { cpu, issued, missedAt } = store;
  const found = new Map<string, number[]>();
  for (const step of missedAt) {
    const access = events[step - 1]!;
    const what = `CPU${access.cpu} found ${foundWord(scenario, access)}`;
    found.set(what, [...(found.get(what) ?? []), step]);
  }
  const who = [...found].map(([what, steps]) => `${what} (${stepsWord(steps)})`).join(' and ');
  const overtaking = overtakingLoad(events, delays, store);
  const before =
    overtaking === null
      ? ''
      : `; CPU${cpu} had already gone on to find ${foundWord(scenario, events[overtaking - 1]!)} (step ${overtaking}), with no full barrier in between`;
  return `CPU${cpu}'s ${storeWord(scenario, store)} (step ${issued}) was still in its store buffer when ${who}${before}.`;
}

/**
 * The last load that the store's cpu made while it waited, of a place that was written afterwards, before somebody
 * missed the store: that load came first for all others, although the store does in the program. Null: there is none.
 */
function overtakingLoad(events: readonly Event[], delays: Delays, store: Delayed): number | null {
  const end = store.missedAt.at(-1)!;
  for (let step = Math.min(end, store.reached) - 1; step > store.issued; step--) {
    const load = events[step - 1]!;
    if (load.cpu !== store.cpu || load.op !== OP_LOAD) continue;
    if (lastWrite(events, delays, load, end, load.cpu) > step) return step;
  }
  return null;
}

/** `CPU1 found the older cpu_rq(0)->curr == idle0 (step 9): cpu_rq(0)->curr = a was in memory since step 5` */
function staleLoad(scenario: Scenario, events: readonly Event[], delays: Delays, load: StaleLoad): string {
  const access = events[load.step - 1]!;
  const newest = storeWord(scenario, { loc: access.loc, a: access.a, b: access.b, value: load.newest });
  const since = lastWrite(events, delays, access, load.step, null);
  const when = since === 0 ? 'already' : `since step ${since}`;
  return `CPU${access.cpu} found the older ${foundWord(scenario, access)} (step ${load.step}): ${newest} was in memory ${when}.`;
}

/** The last step up to `end` with which a place was written in memory, by another cpu than `but`; 0: none. */
function lastWrite(
  events: readonly Event[],
  delays: Delays,
  place: Place,
  end: number,
  but: number | null,
): number {
  for (let step = end; step > 0; step--) {
    const event = events[step - 1]!;
    if (event.cpu === but) continue;
    if (event.op === OP_RMW && event.ok && samePlace(event, place)) return step;
    if (delays.reachedAt(step).some((store) => samePlace(store, place))) return step;
  }
  return 0;
}

function foundWord(scenario: Scenario, access: Event): string {
  if (access.op === OP_SPIN) return `${placeWord(scenario, access)} held`;
  return `${placeWord(scenario, access)} == ${valueWord(scenario, access, access.value)}`;
}

function stepsWord(steps: readonly number[]): string {
  if (steps.length === 1) return `step ${steps[0]}`;
  if (steps.length > MOST_STEPS) return `${steps.length} times from step ${steps[0]} to step ${steps.at(-1)}`;
  return `steps ${steps.slice(0, -1).join(', ')} and ${steps.at(-1)}`;
}
