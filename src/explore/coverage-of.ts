import { FUZZ_DONE } from '../engine/addresses.js';
import { Engine } from '../engine/engine.js';
import { UserError } from '../errors.js';
import { batchSize, type CampaignConfig, headerOf, settingsOf } from '../fuzz/config.js';
import { partsOf, rebuild } from '../minimize/edit.js';
import type { Scenario } from '../scenario/scenario.js';
import { unbounded } from './bounds.js';
import { BreadthFirst } from './breadth-first.js';
import { soloExpander } from './expander.js';
import { Explorer } from './explorer.js';
import { allReductions, type Reductions } from './reductions.js';
import { VisitedSet } from './visited-set.js';
import { worldOf } from './world.js';

/** How much of a world's reachable states schedules have been in. */
export interface StateCoverage {
  readonly schedules: number;
  /** Those of them that are in this world: a campaign draws of which mm a task is. */
  readonly inWorld: number;
  readonly visited: number;
  readonly reachable: number;
  /** States that the exploration has not met: a contradiction, if there is one. */
  readonly outside: number;
}

export interface CoverageOptions {
  readonly config: CampaignConfig;
  /** Schedules, at most; time, at most. Null is no limit. */
  readonly runs: number | null;
  readonly timeMs: number | null;
  readonly memoryMb: number;
  readonly signal: AbortSignal;
  /** For a test: the schedules are run with this header, so that they come to states that are not reachable. */
  readonly runWith?: Scenario;
  /** Told at 1, 2, 5, 10, 20, 50, … schedules, and at the end. */
  readonly onCoverage: (coverage: StateCoverage) => void;
}

/** Every state on a way counts, under its own names: no step is made at once. Where a task is at home does not count. */
const REDUCTIONS: Reductions = { ...allReductions, local: false, tasks: false, mms: false, cpus: false };
/** What an exploration advances by: schedules do the same here. */
const ADVANCE_NS = 101_000_000;

/** The reachable states of a clean world without exits, execs and forks. */
async function reachableStates(
  scenario: Scenario,
  file: string,
  options: CoverageOptions,
): Promise<VisitedSet & { size: number }> {
  const visited = VisitedSet.create(options.memoryMb, false);
  const explorer = new Explorer(visited);
  explorer.start(worldOf(scenario, unbounded, file), REDUCTIONS);
  explorer.settleStart();
  const search = new BreadthFirst(soloExpander(explorer), visited, {
    depth: null,
    memoryMb: options.memoryMb,
    timeMs: null,
  });
  search.begin(explorer.first());
  const { stop, violation } = await search.run(options.signal, () => {});
  if (violation !== null)
    throw new UserError(
      `${file}: explore finds a violation in this world (expected a clean one, whose states can all be met)`,
    );
  if (stop === 'memory')
    throw new UserError(`${file}: more states than ${options.memoryMb} MiB hold (expected a smaller world)`);
  return Object.assign(visited, { size: search.distinct });
}

/**
 * A schedule of a campaign in the world of `scenario`: without what an exploration without bounds does not do, and with its advances.
 * Null where the schedule is in another world. Tasks are alike, and where one is at home at the start does not matter.
 */
function asExplored(schedule: Scenario, scenario: Scenario): Scenario | null {
  const order = schedule.tasks
    .map((_, i) => i)
    .sort((i, j) => schedule.tasks[i]!.mm - schedule.tasks[j]!.mm || i - j);
  const wanted = scenario.tasks.map(({ mm }) => mm).sort((a, b) => a - b);
  if (order.length !== wanted.length || order.some((task, i) => schedule.tasks[task]!.mm !== wanted[i]))
    return null;
  const { tasks, ...parts } = partsOf(schedule);
  const actions = schedule.actions
    .filter(({ op }) => !['exit', 'exec', 'exec-fail', 'fork-thread', 'fork-process', 'stale'].includes(op))
    .map((action) => (action.op === 'advance' ? { ...action, ns: ADVANCE_NS } : action));
  return rebuild(schedule, { ...parts, tasks: order.map((i) => tasks[i]!), actions });
}

function isTold(schedules: number): boolean {
  return /^[125]0*$/.test(String(schedules));
}

/**
 * Explores a world, and follows the schedules of a campaign in worlds of that size through its states, without exits, execs and
 * forks, every advance 101 ms.
 *
 * @param file whose name an error has in front
 * @throws UserError where the world is not clean, or too large
 */
export async function coverageOf(
  given: Scenario,
  file: string,
  options: CoverageOptions,
): Promise<StateCoverage> {
  const scenario = { ...given, actions: [] };
  // As schedules have it: tasks in the order of their mms.
  const sorted = { ...scenario, tasks: [...scenario.tasks].sort((a, b) => a.mm - b.mm) };
  const { algo, mutants, memory, arch, preempt, oracle } = options.runWith ?? scenario;
  const header = { algo, mutants, memory, arch, preempt, oracle };
  const reachable = await reachableStates(sorted, file, options);
  const engine = new Engine();
  const visited = VisitedSet.create(options.memoryMb, false);
  const explorer = new Explorer(visited, 'explore', reachable);
  const began = performance.now();
  let coverage: StateCoverage = {
    schedules: 0,
    inWorld: 0,
    visited: 0,
    reachable: reachable.size,
    outside: 0,
  };
  const isOver = () =>
    options.signal.aborted ||
    coverage.outside > 0 ||
    (options.runs !== null && coverage.schedules >= options.runs) ||
    (options.timeMs !== null && performance.now() - began >= options.timeMs);
  const { cpus, tasks, mms } = scenario;
  const config: CampaignConfig = {
    ...options.config,
    cpus: [cpus, cpus],
    tasks: [tasks.length, tasks.length],
    mms: [mms, mms],
  };
  const settings = { ...settingsOf(config), compareEvery: 1 };
  while (!isOver()) {
    engine.beginBatch(headerOf(config), settings, coverage.schedules, batchSize(config));
    while (!isOver() && engine.fuzz() !== FUZZ_DONE) {
      const schedule = asExplored(engine.takeSchedule(), sorted);
      visited.makeRoom(coverage.visited, 100_000, 0);
      const { fresh, outside } =
        schedule === null
          ? { fresh: 0, outside: 0 }
          : explorer.follow(
              { scenario: { ...schedule, ...header }, mmsUsed: mms, bounds: unbounded },
              REDUCTIONS,
            );
      coverage = {
        ...coverage,
        schedules: coverage.schedules + 1,
        inWorld: coverage.inWorld + (schedule === null ? 0 : 1),
        visited: coverage.visited + fresh,
        outside: coverage.outside + outside,
      };
      if (isTold(coverage.schedules)) options.onCoverage(coverage);
    }
  }
  return coverage;
}
