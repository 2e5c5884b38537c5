import type { Bounds } from '../explore/bounds.js';
import { explore } from '../explore/explore.js';
import type { Reductions } from '../explore/reductions.js';
import type { Scenario } from '../scenario/scenario.js';
import { type Pace, processorSeconds, type Work } from './rounds.js';

/** What is explored: a world, and how much may happen in it. */
export interface BoundedWorld {
  readonly scenario: Scenario;
  readonly bounds: Bounds;
}

/** What a search counts: itself, and the distinct states that it met. */
export type SearchUnit = 'searches' | 'states';

/** A search of a world to its end. */
export interface Exploration extends Work<SearchUnit> {
  /** `clean`, or what it ended with. */
  readonly outcome: string;
}

/** Far more than the worlds of the bench take. */
const MEMORY_MB = 512;

/**
 * Explores breadth-first, in this thread, on one core.
 *
 * @throws the signal's reason
 */
export async function exploreWorld(
  { scenario, bounds }: BoundedWorld,
  reductions: Reductions,
  { signal }: Pace,
): Promise<Exploration & { readonly visitedBytes: number }> {
  const began = processorSeconds();
  const { kind, complete, stop, progress } = await explore(scenario, 'bench', {
    bounds,
    reductions,
    limits: { depth: null, memoryMb: MEMORY_MB, timeMs: null },
    order: 'bfs',
    exact: false,
    first: false,
    jobs: 1,
    checkpoint: null,
    signal,
    onProgress: () => {},
  });
  const seconds = processorSeconds() - began;
  signal.throwIfAborted();
  return {
    searches: 1,
    states: progress.distinct,
    seconds,
    visitedBytes: progress.visitedBytes,
    outcome: kind ?? (complete ? 'clean' : `not complete (${stop})`),
  };
}
