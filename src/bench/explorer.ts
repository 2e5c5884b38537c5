import { unbounded } from '../explore/bounds.js';
import { plainWorld } from '../explore/plain-world.js';
import { allReductions } from '../explore/reductions.js';
import { compareWithSpin, type ModelledWorld } from './against-spin.js';
import { type BoundedWorld, exploreWorld, type SearchUnit } from './exploration.js';
import { Missing } from './missing.js';
import { Contradiction, type Figure, type Ratio } from './result.js';
import { type Pace, Rounds, type Way } from './rounds.js';

export interface ExplorerFigures {
  readonly figures: readonly Figure[];
  readonly ratios: readonly Ratio[];
  readonly skipped: readonly string[];
}

/** The worlds that the explorer is measured on, by what is measured. */
export interface ExplorerWorlds {
  /** Where nothing is violated: a search that ends early says little of a rate. */
  readonly rate: BoundedWorld;
  readonly spin: ModelledWorld;
}

/** Both of some million states: enough that what a search begins with, and a table that fits a cache, do not count. */
const WORLDS: ExplorerWorlds = {
  rate: {
    scenario: { ...plainWorld(2, 2, 1), algo: 'rfc-v6-fixed' },
    bounds: { ...unbounded, advances: 1 },
  },
  spin: {
    scenario: { ...plainWorld(2, 2, 1), preempt: 'none' },
    bounds: unbounded,
    defines: ['PREEMPT_NONE'],
  },
};

const WANTED_STATES = 1_000_000;
const WANTED_BYTES = 16;

/** A search takes seconds. */
const MAX_ROUNDS = 5;

/**
 * How many distinct states a second the explorer meets with all its reductions, and how many bytes each takes; then how it
 * compares with Spin, where that is installed.
 *
 * @param path the PATH in which spin and gcc are looked for
 * @throws Contradiction where a search does not come to what it must; the signal's reason
 */
export async function measureExplorer(
  rounds: number,
  pace: Pace,
  worlds: ExplorerWorlds = WORLDS,
  path: string = process.env.PATH ?? '',
): Promise<ExplorerFigures> {
  const few = Math.min(rounds, MAX_ROUNDS);
  const figures = await measureStates(worlds.rate, few, pace);
  try {
    return { figures, ratios: await compareWithSpin(worlds.spin, few, pace, path), skipped: [] };
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    return { figures, ratios: [], skipped: [`Spin: skipped: ${error.message}`] };
  }
}

async function measureStates(world: BoundedWorld, rounds: number, pace: Pace): Promise<Figure[]> {
  let bytes = 0;
  const explorer: Way<SearchUnit> = [
    'explorer',
    async () => {
      const search = await exploreWorld(world, allReductions, pace);
      if (search.outcome !== 'clean')
        throw new Contradiction(`the explorer's world is to be clean, and was ${search.outcome}`);
      bytes = search.visitedBytes / search.states;
      return search;
    },
  ];
  const measured = await Rounds.measure([explorer], rounds, pace);
  return [
    {
      what: 'explorer, distinct states a second of one core',
      value: measured.rate('explorer', 'states'),
      wanted: WANTED_STATES,
      sense: 'at least',
    },
    {
      what: 'explorer, bytes of the visited set a state',
      value: bytes,
      wanted: WANTED_BYTES,
      sense: 'at most',
    },
  ];
}
