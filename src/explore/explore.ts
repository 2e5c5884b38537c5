import { lockstep } from '../check/lockstep.js';
import { outcomeOf } from '../check/verdict.js';
import { Engine } from '../engine/engine.js';
import { UserError } from '../errors.js';
import { withPool } from '../fuzz/pool.js';
import { withoutActions } from '../minimize/edit.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Kind } from '../words.js';
import { KIND_WORDS } from '../words.js';
import type { Bounds } from './bounds.js';
import { BreadthFirst } from './breadth-first.js';
import { type Checkpoint, loadCheckpoint, saveCheckpoint } from './checkpoint.js';
import { DepthFirst } from './depth-first.js';
import { type Expanded, type Expander, soloExpander } from './expander.js';
import { Explorer } from './explorer.js';
import type { Found, Limits, Stop } from './limits.js';
import type { Progress } from './progress.js';
import { fitting, type Reductions } from './reductions.js';
import { VisitedSet } from './visited-set.js';
import { NoWitness, type Witness, witnessOf } from './witness.js';
import type { ExpandTask } from './worker.js';
import { type World, worldOf } from './world.js';

export interface ExploreOptions {
  readonly bounds: Bounds;
  readonly reductions: Reductions;
  readonly limits: Limits;
  readonly order: 'bfs' | 'dfs';
  /** Whole states are kept, so that none is taken for another. */
  readonly exact: boolean;
  readonly jobs: number;
  /** The first violation found will do: no search for the shortest way to one. */
  readonly first: boolean;
  /** Where a search that was cut short is kept, and gone on with. */
  readonly checkpoint: string | null;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress, pass: Pass) => void;
}

/** What a search is for: to decide, or to find the shortest way to what was found. */
export type Pass = 'decide' | 'decide-narrowly' | 'shortest';

/** The answer. */
export interface Verdict {
  readonly kind: Kind | null;
  /** Every state within the bounds has been met, or a violation has been found. */
  readonly complete: boolean;
  /** Why it ended before it was complete. */
  readonly stop: Stop | null;
  readonly witness: Witness | null;
  /** No way to a violation is shorter. */
  readonly shortest: boolean;
  /** Of the search that decided. */
  readonly progress: Progress;
  readonly slept: number;
  /** What the search for the shortest way took, where there was one. */
  readonly shortestProgress: Progress | null;
  /** At most so probable is it that some state was taken for another, and left out. */
  readonly omission: number;
  /** The world without skipped actions in its prefix. */
  readonly scenario: Scenario;
}

/** The prefix in both implementations: without what it skips, or what it violates. */
function runPrefix(
  engine: Engine,
  scenario: Scenario,
  file: string,
): { scenario: Scenario; kind: Kind | null } {
  if (scenario.actions.length === 0) return { scenario, kind: null };
  const { result, divergence } = lockstep(engine, scenario);
  if (divergence !== null) throw new Error(`${file}: the implementations disagree: ${divergence.what}`);
  if (result.violation !== null && result.violation.action < scenario.actions.length)
    return { scenario, kind: outcomeOf(result) as Kind };
  return {
    scenario: withoutActions(
      scenario,
      result.skipped.map((action) => action - 1),
    ),
    kind: result.violation === null ? null : (outcomeOf(result) as Kind),
  };
}

const NO_PROGRESS: Progress = {
  states: 0,
  distinct: 0,
  queue: 0,
  depth: 0,
  seconds: 0,
  visitedBytes: 0,
  bytes: 0,
  left: null,
};

/** Fingerprints have 63 bits: the chance that of n states two have the same is at most n (n - 1) / 2^64. */
function omissionOf(distinct: number, exact: boolean): number {
  return exact ? 0 : Math.min(1, (distinct * (distinct - 1)) / 2 ** 64);
}

interface Searched {
  readonly found: Found;
  readonly progress: Progress;
  readonly slept: number;
  readonly explorer: Explorer;
}

let searches = 0;

/** One search, from the start or from a checkpoint. */
async function search(
  world: World,
  reductions: Reductions,
  options: ExploreOptions,
  pass: Pass,
  jobs: number,
  file: string,
): Promise<Searched> {
  const { limits, signal } = options;
  const saved = pass === 'decide' ? await savedOf(world, reductions, options) : null;
  const visited = saved?.visited ?? VisitedSet.create(limits.memoryMb, options.exact);
  const explorer = new Explorer(visited);
  if (!explorer.start(world, reductions))
    throw new UserError(
      `${file}: the prefix leaves times less than 100 ms apart (expected advances of 101 ms or more, as an exploration makes)`,
    );
  const first = explorer.settleStart();
  if (first.kind !== 0) {
    return {
      found: { stop: null, violation: { kind: first.kind, way: [] } },
      progress: NO_PROGRESS,
      slept: 0,
      explorer,
    };
  }
  if (options.order === 'dfs' && pass !== 'shortest') {
    const dive = new DepthFirst(explorer, visited, limits);
    const found = await dive.run(signal, () => options.onProgress(dive.progress(), pass));
    return { found, progress: dive.progress(), slept: dive.slept, explorer };
  }
  const withExpander = async (expander: Expander): Promise<Searched> => {
    const bfs = new BreadthFirst(expander, visited, limits);
    if (saved) saved.restore(bfs);
    else bfs.begin(explorer.first());
    const found = await bfs.run(signal, () => options.onProgress(bfs.progress(), pass));
    if (options.checkpoint !== null && pass === 'decide' && found.stop !== null)
      await saveCheckpoint(options.checkpoint, keyOf(world, reductions, options), visited, bfs);
    return { found, progress: bfs.progress(), slept: bfs.slept, explorer };
  };
  if (jobs === 1) return withExpander(soloExpander(explorer));
  const id = searches++;
  return withPool(new URL('./worker.js', import.meta.url), jobs, (pool) =>
    withExpander({
      jobs,
      expand: (chunk, room) => {
        const task: ExpandTask = { search: id, memory: visited.memory, world, reductions, chunk, room };
        return pool.run(task) as Promise<Expanded>;
      },
    }),
  );
}

/** What a checkpoint is of. */
function keyOf(world: World, reductions: Reductions, { exact }: ExploreOptions): string {
  return JSON.stringify({ world, reductions, exact });
}

async function savedOf(
  world: World,
  reductions: Reductions,
  options: ExploreOptions,
): Promise<Checkpoint | null> {
  if (options.checkpoint === null) return null;
  return loadCheckpoint(options.checkpoint, keyOf(world, reductions, options), options.limits.memoryMb);
}

/** With times told apart, a state tells so many advances apart (assembly/explore/time.ts, NEVER). */
const MOST_ADVANCES = 12;

function checkAdvances(scenario: Scenario, { bounds, reductions }: ExploreOptions, file: string): void {
  if (reductions.time) return;
  const advances =
    scenario.actions.filter(({ op }) => op === 'advance').length + (bounds.advances ?? Infinity);
  if (advances > MOST_ADVANCES)
    throw new UserError(
      `${file}: without the abstraction of time too many advances (expected at most ${MOST_ADVANCES}, with those of the prefix)`,
    );
}

/** The reductions that leave the lengths of ways alone. */
function keepsLengths(r: Reductions): Reductions {
  return { ...r, local: false, homes: false, anyWork: false };
}

/**
 * Every interleaving within the bounds, or the shortest way to a violation.
 *
 * First a search with all reductions decides. Some of them make ways longer (a step is made that does not matter) or leave open
 * where a task has been; so where something is violated, a second one, without these, finds the shortest.
 *
 * @param file whose name an error has in front
 * @throws UserError where the world cannot be explored
 */
export async function explore(given: Scenario, file: string, options: ExploreOptions): Promise<Verdict> {
  const engine = new Engine();
  const prefix = runPrefix(engine, given, file);
  const { scenario } = prefix;
  if (prefix.kind !== null) {
    return {
      kind: prefix.kind,
      complete: true,
      stop: null,
      witness: { scenario, kind: prefix.kind, length: 0 },
      shortest: true,
      progress: NO_PROGRESS,
      slept: 0,
      shortestProgress: null,
      omission: 0,
      scenario,
    };
  }
  const world = worldOf(scenario, options.bounds, file);
  checkAdvances(scenario, options, file);
  let reductions = fitting(options.reductions, options.bounds, options.limits);
  const began = performance.now();
  /** What is left of the time, for all searches. */
  const inTime = (): ExploreOptions => {
    const { timeMs } = options.limits;
    if (timeMs === null) return options;
    return {
      ...options,
      limits: { ...options.limits, timeMs: Math.max(0, timeMs - (performance.now() - began)) },
    };
  };
  let pass: Pass = 'decide';
  let done = await search(world, reductions, options, pass, options.jobs, file);
  if (done.found.violation !== null && reductions.anyWork) {
    // It may be one of those that cannot happen.
    reductions = { ...reductions, anyWork: false };
    pass = 'decide-narrowly';
    done = await search(world, reductions, inTime(), pass, options.jobs, file);
  }
  if (done.found.violation !== null && options.jobs > 1) {
    // Of several workers, the first to find something is not always the same one.
    const alone = await search(world, reductions, inTime(), pass, 1, file);
    if (alone.found.violation !== null) done = alone;
  }
  const { stop, violation } = done.found;
  const verdict = {
    kind: violation === null ? null : (KIND_WORDS[violation.kind] as Kind),
    // A depth is a bound: all ways of so many moves have been gone.
    complete: stop === null || stop === 'depth',
    stop,
    witness: null,
    shortest: false,
    progress: done.progress,
    slept: done.slept,
    shortestProgress: null,
    omission: omissionOf(done.progress.distinct, options.exact),
    scenario,
  };
  if (violation === null) return verdict;

  const lengths = keepsLengths(reductions);
  const isShortest = options.order === 'bfs' && JSON.stringify(lengths) === JSON.stringify(reductions);
  if (isShortest) {
    const witness = witnessOf(engine, done.explorer, world, reductions, violation.way);
    return { ...verdict, kind: witness.kind, witness, shortest: true };
  }
  const witness = tryWitness(engine, done.explorer, world, reductions, violation.way);
  if ((options.order === 'dfs' || options.first) && witness !== null)
    return { ...verdict, kind: witness.kind, witness };
  if (options.order === 'dfs') return verdict;
  const again = await search(world, lengths, inTime(), 'shortest', 1, file);
  if (again.found.violation === null) {
    return {
      ...verdict,
      kind: witness?.kind ?? verdict.kind,
      witness,
      shortestProgress: again.progress,
      stop: again.found.stop,
    };
  }
  const shortest = witnessOf(engine, again.explorer, world, lengths, again.found.violation.way);
  return {
    ...verdict,
    kind: shortest.kind,
    witness: shortest,
    shortest: true,
    shortestProgress: again.progress,
  };
}

/** Of a way that local steps may have made impossible. */
function tryWitness(
  engine: Engine,
  explorer: Explorer,
  world: World,
  reductions: Reductions,
  way: readonly number[],
): Witness | null {
  try {
    return witnessOf(engine, explorer, world, reductions, way);
  } catch (error) {
    if (error instanceof NoWitness) return null;
    throw error;
  }
}
