import type { Timeline } from './timeline.js';

/** What the client needs of a timeline to show any position of it. Positions and cells as in {@link Timeline}. */
export interface ClientData {
  /** The position that is shown at first. */
  readonly at: number;
  readonly last: number;
  /** -1: nothing is violated. */
  readonly violation: number;
  readonly blamed: readonly number[];
  /** By step, from 1: the lane. */
  readonly lanes: readonly number[];
  readonly words: readonly string[];
  readonly start: readonly number[];
  readonly changes: readonly (readonly number[])[];
  /** The cpu's lane, the step that issues it, the position at which it is in memory, cell, value, text. */
  readonly stores: readonly (readonly [number, number, number, number, string, string])[];
}

/** The position that a timeline is opened at. */
export function openedAt({ violation, last }: Timeline): number {
  return violation ?? last;
}

export function clientData(timeline: Timeline): ClientData {
  const lanes = new Map(timeline.cpus.map((cpu, lane) => [cpu, lane]));
  return {
    at: openedAt(timeline),
    last: timeline.last,
    violation: timeline.violation ?? -1,
    blamed: timeline.blamed,
    lanes: timeline.marks.map(({ cpu }) => lanes.get(cpu)!),
    words: timeline.words,
    start: timeline.start,
    changes: timeline.changes,
    stores: timeline.stores.map(({ cpu, issued, reached, cell, value, text }) => [
      lanes.get(cpu)!,
      issued,
      reached,
      cell,
      value,
      text,
    ]),
  };
}

/** JSON that may stand in a script element: nothing in it ends one, or begins a comment. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
