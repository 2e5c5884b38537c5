import type { Chunk } from './breadth-first.js';
import type { Explorer } from './explorer.js';

/** What came of a call. */
export interface Expanded {
  /** EXPLORE_* */
  readonly code: number;
  readonly expanded: number;
  readonly tried: number;
  readonly slept: number;
  /** Where to go on in the chunk. */
  readonly from: number;
  readonly id: number;
  /** New states; the number of the state that each came from, and the move. */
  readonly states: Uint8Array;
  readonly parents: Uint32Array;
  readonly moves: Uint8Array;
  readonly violation: { readonly kind: number; readonly move: number };
}

/** Expands chunks, up to `jobs` at once. */
export interface Expander {
  readonly jobs: number;
  expand(chunk: Chunk, room: number): Promise<Expanded>;
}

/** One call of an explorer. */
export function expandChunk(explorer: Explorer, chunk: Chunk, room: number): Expanded {
  explorer.load(chunk.states);
  const { code, expanded, tried, slept } = explorer.expand(chunk.states.length, chunk.from, chunk.id, room);
  return {
    code,
    expanded,
    tried,
    slept,
    from: explorer.consumed(),
    id: explorer.nextId(),
    ...explorer.take(),
    violation: explorer.violation(),
  };
}

/** In this thread. */
export function soloExpander(explorer: Explorer): Expander {
  return { jobs: 1, expand: async (chunk, room) => expandChunk(explorer, chunk, room) };
}
