import type { Scenario } from '../scenario/scenario.js';
import { KIND_WORDS, type Kind } from '../words.js';
import { withCount } from './edit.js';
import { type Family, sweep } from './family.js';
import { cpuWindows, ddminActions, pairs, singleActions, windows } from './passes/actions.js';
import { ddminCpus, singleCpus, swapCpus } from './passes/cpus.js';
import { cut } from './passes/cut.js';
import { strongerMemory } from './passes/memory.js';
import { canonicalNames } from './passes/names.js';
import {
  declareForked,
  declareMigrated,
  dropMms,
  dropTasks,
  fewerFreshMms,
  kernelThreads,
  mergeMms,
  mergeTasks,
  switchToIdle,
} from './passes/objects.js';
import { joinBlocks, joinSteps, moveEarlier, startLater } from './passes/order.js';
import { showStores, showValues } from './passes/sooner.js';
import { lowerSteps } from './passes/steps.js';
import { lowerHomes, lowerOperands, shorterAdvances } from './passes/values.js';
import { relax } from './relax.js';
import { type Run, Search, type SearchOptions, SearchStopped } from './search.js';
import { shorten } from './shorten.js';

/** What {@link minimize} found. */
export interface Minimized {
  readonly scenario: Scenario;
  /** How often the scenario, or a candidate for it, was run. */
  readonly runs: number;
  /** False where `shouldStop` or `maxRuns` ended the search: the scenario may then not be minimal. */
  readonly complete: boolean;
}

/** Edits that make fewer actions or objects, the cheapest and most fruitful first. */
const STRUCTURE: readonly Family[] = [
  dropMms,
  dropTasks,
  declareForked,
  declareMigrated,
  fewerFreshMms,
  mergeMms,
  mergeTasks,
  singleCpus,
  cpuWindows,
  windows,
  joinSteps,
  switchToIdle,
  kernelThreads,
];

/** Edits that leave actions and objects as they are, but simplify them. */
const DETAIL: readonly Family[] = [
  joinBlocks,
  joinSteps,
  startLater,
  shorterAdvances,
  lowerOperands,
  lowerHomes,
  swapCpus,
  moveEarlier,
];

/**
 * The smallest scenario it can find that ends with the same kind of violation as the given one.
 *
 * Every accepted change makes the scenario smaller in the sense of measure.ts; the result is 1-minimal (see
 * `isOneMinimal`). Header words stay, but for `cpus`, `expect`, and `memory` where a stronger model shows the same
 * kind: what needs no buffer is shown without one. Deterministic: the same scenario and the
 * same runner give the same result.
 *
 * @throws Error when the scenario's run has no violation.
 */
export function minimize(scenario: Scenario, run: Run, options: SearchOptions = {}): Minimized {
  const search = new Search(shorten(scenario, run), run, options);
  let complete = true;
  try {
    while (shrink(search));
  } catch (error) {
    if (!(error instanceof SearchStopped)) throw error;
    complete = false;
  }
  const kind = KIND_WORDS[search.kind] as Kind;
  const named = canonicalNames(search.best);
  return { scenario: { ...named, expects: [{ algo: null, outcome: kind }] }, runs: search.runs, complete };
}

/** One round of all passes; later ones only where the earlier ones have nothing left to do. */
function shrink(search: Search): boolean {
  const before = search.best;
  strongerMemory(search);
  while (cut(search));
  showValues(search);
  showStores(search);
  if (shrinkStructure(search)) return true;
  if (sweep(search, pairs, relax(search).scenario)) return true;
  lowerSteps(search);
  for (const family of DETAIL) sweep(search, family);
  sweep(search, singleActions);
  if (search.best !== before) return true;
  return shiftSteps(search);
}

function shrinkStructure(search: Search): boolean {
  const before = search.best;
  ddminCpus(search, relax(search).scenario);
  // Before ddmin: one run each, and much goes with them.
  for (const family of [dropMms, dropTasks]) sweep(search, family, relax(search).scenario);
  ddminActions(search, relax(search).scenario);
  for (const family of STRUCTURE) sweep(search, family, relax(search).scenario);
  return search.best !== before;
}

/** Counts tried around each step that ends in the middle of a routine. */
const MOST_SHIFT = 6;

/**
 * The last resort: a step that ends in the middle of a routine is shifted by a few, and then an action, a task or
 * a cpu goes. An edit often makes the routine before that point longer or shorter (a cpu fewer to scan).
 */
function shiftSteps(search: Search): boolean {
  const relaxed = relax(search);
  for (const index of relaxed.partial) {
    const action = relaxed.scenario.actions[index]!;
    if (action.op !== 'step') continue;
    for (let shift = -MOST_SHIFT; shift <= MOST_SHIFT; shift++) {
      if (shift === 0 || action.count + shift < 1) continue;
      const shifted = withCount(relaxed.scenario, index, action.count + shift);
      for (const family of [singleCpus, dropTasks, singleActions, switchToIdle]) {
        if (sweep(search, family, shifted)) return true;
      }
    }
  }
  return false;
}
