/** Where a search ends though there is more. Null is no limit. */
export interface Limits {
  /** Moves from the first state. */
  readonly depth: number | null;
  /** MiB of the visited set; a 32-bit memory ends at 4095. */
  readonly memoryMb: number;
  readonly timeMs: number | null;
}

/** New states that one call may meet: what is made room for. */
export const ROOM = 16_384;

/** Why a search ended with states that are still to be expanded. */
export type Stop = 'depth' | 'memory' | 'time' | 'interrupt';

/** What a search has found out. */
export interface Found {
  /** Null: it ended because nothing was left, or with a violation. */
  readonly stop: Stop | null;
  /** KIND_*, and the moves to it. */
  readonly violation: { readonly kind: number; readonly way: readonly number[] } | null;
}
