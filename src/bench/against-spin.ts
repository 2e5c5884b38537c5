import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allReductions, type Reductions } from '../explore/reductions.js';
import { type BoundedWorld, type Exploration, exploreWorld, type SearchUnit } from './exploration.js';
import { Contradiction, type Ratio } from './result.js';
import { type Pace, Rounds, type Way } from './rounds.js';
import { buildPan, findSpin, runPan } from './spin.js';

/** A world of scripts/bench/explore.pml. */
export interface ModelledWorld extends BoundedWorld {
  /** What makes the model that of this world: `PREEMPT_NONE`, `SWITCHES=2`. */
  readonly defines: readonly string[];
}

/** Those that leave no state out; sleep sets leave out moves to states that are met anyway. */
const SAME_STATES: Reductions = {
  ...allReductions,
  local: false,
  tasks: false,
  mms: false,
  cpus: false,
  homes: false,
};

const WANTED = 2;
const SAME = 'explorer, the same states';
const SPIN = 'Spin';
const ALL = 'explorer, all reductions';

/**
 * Explores a world in rounds, in this process and by the program that Spin and `gcc -O3` make of its model: state for
 * state, and, for the same verdict, with all reductions.
 *
 * @param path the PATH in which spin and gcc are looked for
 * @throws Missing where one of them is not there; Contradiction where the two do not meet as many states or come to the
 *   same verdict; the signal's reason
 */
export async function compareWithSpin(
  world: ModelledWorld,
  rounds: number,
  pace: Pace,
  path: string,
): Promise<Ratio[]> {
  const spin = findSpin(path);
  const folder = await mkdtemp(join(tmpdir(), 'cidfuzz-spin-'));
  try {
    pace.tell('explore: spin and gcc -O3 make a program of the model');
    await buildPan(spin, world.defines, folder, pace.signal);
    const measured = await Rounds.measure(waysOf(folder), rounds, pace);
    return [
      {
        what: 'explorer to Spin, states a second',
        ratio: measured.ratio(SAME, SPIN, 'states'),
        wanted: WANTED,
        bound: false,
      },
      {
        what: 'Spin to explorer with all reductions, seconds to the same verdict',
        ratio: measured.ratio(ALL, SPIN, 'searches'),
        wanted: null,
        bound: false,
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }

  /** Spin's is compared with what the first has met, and the last one's verdict with Spin's. */
  function waysOf(folder: string): Way<SearchUnit>[] {
    let ours = '';
    let verdict = '';
    const same = async () => {
      const search = await exploreWorld(world, SAME_STATES, pace);
      ours = met(search);
      return search;
    };
    const theirs = async () => {
      const search = await runPan(folder, pace.signal);
      if (met(search) !== ours) throw new Contradiction(`the explorer met ${ours}; Spin ${met(search)}`);
      verdict = search.outcome;
      return search;
    };
    const all = async () => {
      const search = await exploreWorld(world, allReductions, pace);
      if (search.outcome !== verdict)
        throw new Contradiction(`Spin's verdict is ${verdict}; with all reductions it is ${search.outcome}`);
      return search;
    };
    return [
      [SAME, same],
      [SPIN, theirs],
      [ALL, all],
    ];
  }
}

function met({ states, outcome }: Exploration): string {
  return `${states} states, ${outcome}`;
}
