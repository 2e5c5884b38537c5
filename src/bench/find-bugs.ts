import { defaultConfig, type Strategy } from '../fuzz/config.js';
import { type Bug, campaignFor } from './bugs.js';
import { findingOf, isHopeless } from './findings.js';
import type { BugRow, Cell, Ratio, TimeToFind } from './result.js';
import type { Pace } from './rounds.js';
import { type Limit, type Searched, timeToFind } from './time-to-find.js';

export interface FindBugsOptions {
  readonly bugs: readonly Bug[];
  readonly strategies: readonly Strategy[];
  /** The first seed, and how many follow one another from it. */
  readonly seed: number;
  readonly seeds: number;
  /** Of each seed's search; some get more ({@link limitOf}). */
  readonly limit: Limit;
  readonly pace: Pace;
}

/** The strategies that a claim compares, and the bug that it does so on. Strategies that are not there are not compared. */
const GUIDED = 'guided';
const WALK = 'random-walk';
const COMPARED = 'duplicate-cid';
const WANTED_OF_SCHEDULES = 50;
const WANTED_OF_SECONDS = 20;

/** Of whom times are claimed: guided search, and a campaign as it is by default. */
export const CLAIMANTS: readonly Strategy[] = [GUIDED, defaultConfig.strategy];

/** What is claimed, by bugs. */
const WANTED_SECONDS: Readonly<Record<string, number>> = { 'inactive-prev': 5, 'arm64-user-user': 5 };
const WANTED_SECONDS_OF_MUTANTS = 60;

/** They look for each bug that much longer than the others. */
export const LONGER = 10;

/**
 * Those of whom times are claimed get longer, to tell a median of bugs that the others seldom meet; the walk, where it is
 * compared with guided search, as much as it needs to show how far it is behind.
 */
export function limitOf(bug: Bug, strategy: Strategy, limit: Limit, guided: Cell | null): Limit {
  const longer = { schedules: limit.schedules * LONGER, seconds: limit.seconds * LONGER };
  if (CLAIMANTS.includes(strategy)) return longer;
  if (bug.name !== COMPARED || strategy !== WALK) return limit;
  const schedules = guided?.schedules?.median ?? 0;
  const seconds = guided?.seconds?.median ?? 0;
  return {
    schedules: Math.max(limit.schedules, Math.ceil(schedules * WANTED_OF_SCHEDULES * 1.2)),
    seconds: seconds * WANTED_OF_SECONDS * 1.2,
    both: true,
  };
}

/**
 * Fills `rows`, one a bug: for each strategy one search a seed, ended by its first finding.
 *
 * @throws the signal's reason, where it is aborted: `rows` has what is known
 */
export async function findBugs(options: FindBugsOptions, rows: BugRow[]): Promise<void> {
  const { bugs, strategies, limit, pace } = options;
  for (const [i, bug] of bugs.entries()) {
    const cells: (Cell | null)[] = strategies.map(() => null);
    rows.push({ bug, cells });
    // The walk last: how long it is given depends on guided search.
    const order = [...strategies.keys()].sort(
      (a, b) => Number(strategies[a] === WALK) - Number(strategies[b] === WALK),
    );
    for (const at of order) {
      const strategy = strategies[at]!;
      pace.tell(`bug ${i + 1} of ${bugs.length}, ${bug.name}: ${strategy}`);
      const guided = cells[strategies.indexOf(GUIDED)] ?? null;
      cells[at] = await search(options, bug, strategy, limitOf(bug, strategy, limit, guided));
    }
  }
}

async function search(options: FindBugsOptions, bug: Bug, strategy: Strategy, limit: Limit): Promise<Cell> {
  const { seed, seeds, pace } = options;
  const searches: Searched[] = [];
  for (let s = 0; s < seeds && !isHopeless(searches, seeds); s++) {
    const campaign = campaignFor(bug, strategy, seed + s);
    searches.push(await timeToFind(campaign, limit, pace));
  }
  return { strategy, ...findingOf(searches, seeds) };
}

/** How far guided search is ahead of the walk; nothing where one of them was not measured. */
export function guidedRatios(rows: readonly BugRow[]): Ratio[] {
  const cells = rows.find(({ bug }) => bug.name === COMPARED)?.cells ?? [];
  const cellOf = (name: string) => cells.find((cell) => cell?.strategy === name);
  const guided = cellOf(GUIDED);
  const walk = cellOf(WALK);
  if (!guided || !walk) return [];
  const ratio = (unit: 'schedules' | 'seconds', wanted: number): Ratio => {
    const ours = guided[unit]?.median ?? null;
    const theirs = walk[unit]?.median ?? walk.beyond?.[unit] ?? 0;
    const what = `${WALK} to ${GUIDED}, ${unit} to ${COMPARED}`;
    return { what, ratio: ours === null ? 0 : theirs / ours, wanted, bound: walk.beyond !== null };
  };
  return [ratio('schedules', WANTED_OF_SCHEDULES), ratio('seconds', WANTED_OF_SECONDS)];
}

/** The times that are claimed; nothing for what was not measured. */
export function claimedTimes(rows: readonly BugRow[]): TimeToFind[] {
  return CLAIMANTS.flatMap((strategy) => claimedTimesOf(rows, strategy));
}

function claimedTimesOf(rows: readonly BugRow[], strategy: Strategy): TimeToFind[] {
  const timeOf = ({ bug, cells }: BugRow) => {
    const cell = cells.find((cell) => cell?.strategy === strategy);
    return cell == null ? [] : [{ bug, seconds: cell.seconds?.median ?? null }];
  };
  const times = rows.flatMap(timeOf);
  const single = times.flatMap(({ bug, seconds }): TimeToFind[] =>
    bug.mutant === null && bug.name in WANTED_SECONDS
      ? [{ what: `${bug.name} by ${strategy}`, seconds, wanted: WANTED_SECONDS[bug.name]! }]
      : [],
  );
  const ofMutants = times.filter(({ bug }) => bug.mutant !== null);
  if (ofMutants.length === 0) return single;
  const slowest = ofMutants.reduce((a, b) => ((b.seconds ?? Infinity) > (a.seconds ?? Infinity) ? b : a));
  return [
    ...single,
    {
      what: `the slowest of ${ofMutants.length} mutants, ${slowest.bug.name}, by ${strategy}`,
      seconds: slowest.seconds,
      wanted: WANTED_SECONDS_OF_MUTANTS,
    },
  ];
}
