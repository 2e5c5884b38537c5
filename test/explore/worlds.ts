import type { Bounds } from '../../src/explore/bounds.js';
import { unbounded } from '../../src/explore/bounds.js';
import type { ExploreOptions, Verdict } from '../../src/explore/explore.js';
import { explore } from '../../src/explore/explore.js';
import { plainWorld } from '../../src/explore/plain-world.js';
import { allReductions } from '../../src/explore/reductions.js';
import type { Scenario } from '../../src/scenario/scenario.js';

export interface SmallWorld {
  readonly name: string;
  readonly scenario: Scenario;
  readonly bounds: Bounds;
}

/** A world for a test: cpus, tasks, mms, then what its header and its bounds have instead of the usual. */
export function smallWorld(
  name: string,
  [cpus, tasks, mms]: readonly [number, number, number],
  header: Partial<Scenario>,
  bounds: Partial<Bounds>,
): SmallWorld {
  return {
    name,
    scenario: { ...plainWorld(cpus, tasks, mms), ...header },
    bounds: { ...unbounded, ...bounds },
  };
}

export const usualOptions: Omit<ExploreOptions, 'bounds'> = {
  reductions: allReductions,
  limits: { depth: null, memoryMb: 512, timeMs: null },
  order: 'bfs',
  first: false,
  exact: false,
  jobs: 1,
  checkpoint: null,
  signal: new AbortController().signal,
  onProgress: () => {},
};

export function exploreWorld(world: SmallWorld, options: Partial<ExploreOptions> = {}): Promise<Verdict> {
  return explore(world.scenario, world.name, { ...usualOptions, bounds: world.bounds, ...options });
}
