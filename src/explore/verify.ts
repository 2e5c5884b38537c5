import { dirname, join } from 'node:path';
import { readScenario } from '../corpus/read-scenario.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Kind } from '../words.js';
import { type ExploreOptions, explore, type Verdict } from './explore.js';
import { allReductions } from './reductions.js';
import type { Expected } from './verdict-list.js';

/** What came of an entry. */
export interface Verified {
  readonly expected: Expected;
  readonly verdict: Verdict;
  readonly outcome: Kind | 'clean' | 'undecided';
  /** The verdict is the expected one; of a violation, so is the length. */
  readonly met: boolean;
}

/** The world of an entry, with its header's words. */
export async function worldOfEntry(list: string, entry: Expected): Promise<Scenario> {
  const { algo, mutants, memory, arch, preempt } = entry;
  return { ...(await readScenario(join(dirname(list), entry.world))), algo, mutants, memory, arch, preempt };
}

/**
 * Explores the world of an entry and compares.
 *
 * @param list the path of the list, beside which the worlds are
 */
export async function verifyEntry(
  list: string,
  entry: Expected,
  options: Pick<ExploreOptions, 'limits' | 'jobs' | 'signal' | 'onProgress'>,
): Promise<Verified> {
  const verdict = await explore(await worldOfEntry(list, entry), entry.world, {
    ...options,
    bounds: entry.bounds,
    reductions: { ...allReductions, anyWork: entry.anyWork },
    order: 'bfs',
    // Where no length is expected, the shortest way would take too long.
    first: entry.length === null,
    exact: false,
    checkpoint: null,
  });
  const outcome = verdict.kind ?? (verdict.complete ? 'clean' : 'undecided');
  const length = verdict.shortest ? (verdict.witness?.length ?? null) : null;
  return { expected: entry, verdict, outcome, met: outcome === entry.verdict && length === entry.length };
}
