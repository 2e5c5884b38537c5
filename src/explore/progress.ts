/** How far a search is. */
export interface Progress {
  /** Moves made: states met, each as often as it was come to. */
  readonly states: number;
  readonly distinct: number;
  /** States that are still to be expanded. */
  readonly queue: number;
  /** Moves from the first state: of the level at work, or of the way at hand. */
  readonly depth: number;
  readonly seconds: number;
  /** Bytes of the visited set, and of everything. */
  readonly visitedBytes: number;
  readonly bytes: number;
  /** A guess at the states that are still to come; null where there is none, as while levels grow as fast as ever. */
  readonly left: number | null;
}

/** Levels that the guess looks back on. */
const LOOK_BACK = 6;
/** A guess beyond so many levels, or several times the states that a visited set can hold, is none. */
const MOST_LEVELS = 10_000;
const MOST_STATES = 2 ** 32;

/**
 * A guess at how many states are still to come in breadth-first search: levels grow ever more slowly, then shrink ever faster; the
 * ratio of one to the next goes on falling as it has fallen over the last ones.
 *
 * @param widths states of each level so far
 */
export function guessLeft(widths: readonly number[]): number | null {
  if (widths.length < 2 * LOOK_BACK) return null;
  const ratio = (i: number) => (widths.at(i)! / Math.max(1, widths.at(i - LOOK_BACK)!)) ** (1 / LOOK_BACK);
  const now = ratio(-1);
  const fall = Math.min(1, (now / ratio(-1 - LOOK_BACK + 1)) ** (1 / (LOOK_BACK - 1)));
  let left = 0;
  let width = widths.at(-1)!;
  // `now` is of the middle of those that it is taken from.
  let next = now * fall ** ((LOOK_BACK + 1) / 2);
  for (let level = 0; width >= 1; level++) {
    if (level === MOST_LEVELS || left > MOST_STATES) return null;
    width *= next;
    left += width;
    next *= fall;
  }
  return Math.round(left);
}
