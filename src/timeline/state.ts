import type { BufferedStore } from './stores.js';
import type { Timeline } from './timeline.js';

/** A timeline at one position. */
export interface State {
  /** What each cell says. */
  readonly words: readonly string[];
  /** The cells that changed with the step that led here. */
  readonly changed: ReadonlySet<number>;
  /** The stores that wait, by cpu, the oldest first; cpus whose buffer is empty are left out. */
  readonly waiting: ReadonlyMap<number, readonly BufferedStore[]>;
}

/** The state of a timeline at a position, from 0 to `timeline.last`. */
export function stateAt(timeline: Timeline, position: number): State {
  const words = [...timeline.start];
  for (const change of timeline.changes.slice(0, position)) {
    for (let i = 0; i < change.length; i += 2) words[change[i]!] = change[i + 1]!;
  }
  const latest = position === 0 ? [] : (timeline.changes[position - 1] ?? []);
  const waiting = new Map<number, BufferedStore[]>();
  for (const store of timeline.stores) {
    if (store.issued > position || store.reached <= position) continue;
    waiting.set(store.cpu, [...(waiting.get(store.cpu) ?? []), store]);
  }
  return {
    words: words.map((word) => timeline.words[word]!),
    changed: new Set(latest.filter((_, i) => i % 2 === 0)),
    waiting,
  };
}
