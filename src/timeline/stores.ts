import type { Delayed, Delays } from '../report/delays.js';
import { storeWord, valueWord } from '../report/wording.js';
import type { Scenario } from '../scenario/scenario.js';
import { type Cell, cellOfPlace, keyOf } from './cells.js';

/** A store that waits in a buffer at the positions from `issued` to before `reached`. */
export interface BufferedStore {
  readonly cpu: number;
  /** The step that issues it. */
  readonly issued: number;
  /** The position at which it is in memory; one more than the last: it never gets there. */
  readonly reached: number;
  /** The cell of its place, or -1. */
  readonly cell: number;
  /** `cid[A][0] = 1`. */
  readonly text: string;
  /** `1`. */
  readonly value: string;
  /** Whether the table tells of its delay: somebody can notice it. */
  readonly told: boolean;
}

/** The stores of a run that go through a buffer; `last` is the highest position. */
export function bufferedStores(
  scenario: Scenario,
  delays: Delays,
  cells: readonly Cell[],
  last: number,
): BufferedStore[] {
  const index = new Map(cells.map((cell, i) => [keyOf(cell), i]));
  return delays.stores.map((store: Delayed) => {
    const cell = cellOfPlace(scenario, store);
    return {
      cpu: store.cpu,
      issued: store.issued,
      reached: Math.min(store.reached, last + 1),
      cell: cell === null ? -1 : (index.get(keyOf(cell)) ?? -1),
      text: storeWord(scenario, store),
      value: valueWord(scenario, store, store.value),
      told: delays.isTold(store),
    };
  });
}
