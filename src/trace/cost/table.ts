import { basename } from 'node:path';
import { printable } from '../../errors.js';
import { switchesOf } from '../counts.js';
import type { AlgoCost, TraceCost } from './cost-of.js';
import type { Cost } from './tally.js';
import type { MmUse } from './target.js';

/** Rows of the table: what is counted, and how it is called. */
export const COST_ROWS: readonly (readonly [label: string, of: keyof Cost])[] = [
  ['atomic read-modify-writes', 'rmw'],
  ['of these, locks taken', 'locks'],
  ['full barriers, kernel to user', 'barriers'],
  ['bitmap words scanned', 'wordsScanned'],
  ['first-time allocations', 'allocations'],
  ['lazy puts', 'lazyPuts'],
  ['compactions', 'compactions'],
  ['taken back by clear-old', 'cleared'],
];

/** Per 1 000 switches: three digits that count, at least. */
function perThousand(n: number, switches: number): string {
  const value = (1000 * n) / switches;
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** A ratio: two digits that count, at least. */
function ratioWord(ratio: number | null): string {
  if (ratio === null) return '';
  return ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(2);
}

/** How many times as many atomic operations as v6.3 makes; null where it was not run, or the other makes none. */
function ratioToV63({ algos }: TraceCost, algo: AlgoCost): number | null {
  const old = algos.find((one) => one.algo === 'v6.3');
  if (old === undefined || old === algo || algo.cost.rmw === 0) return null;
  return old.cost.rmw / algo.cost.rmw;
}

/** What a trace is, in one line. */
export function traceLine(name: string, { counts, seconds, cpus }: TraceCost): string {
  return `${name}: ${switchesOf(counts)} switches in ${seconds.toFixed(3)} s on ${cpus} cpus`;
}

/** The rows of a table of the cost: a label, then a cell for each algorithm. */
export function costRows(cost: TraceCost): (readonly [label: string, ...cells: string[]])[] {
  const { counts, algos } = cost;
  const switches = switchesOf(counts);
  return [
    ...COST_ROWS.map(
      ([label, of]) => [label, ...algos.map((one) => perThousand(one.cost[of], switches))] as const,
    ),
    ['v6.3 : this, atomic operations', ...algos.map((one) => ratioWord(ratioToV63(cost, one)))],
    ['highest cid', ...algos.map(({ maxCid }) => (maxCid < 0 ? '-' : String(maxCid)))],
  ];
}

/** The cost of a trace for people, one line each. */
export function costTable(file: string, cost: TraceCost): string[] {
  const heads = ['per 1 000 switches', ...cost.algos.map(({ algo }) => algo)];
  return [
    `${traceLine(file, cost)}; at most ${cost.maxConcurrency} threads of one mm at once`,
    ...aligned([heads, ...costRows(cost)]).map((line) => `  ${line}`),
    ...loosest(cost).map((line) => `  ${line}`),
    ...(cost.compared > 0 && cost.divergence === null
      ? [`  the first ${cost.compared} switches: engine and reference agree`]
      : []),
  ];
}

/** Several traces at a glance, one line each: atomic operations per 1 000 switches, the ratio, and how high cids got. */
export function costSummary(all: readonly { readonly file: string; readonly cost: TraceCost }[]): string[] {
  const algos = all[0]!.cost.algos.map(({ algo }) => algo);
  // Without v6.3 there is nothing to compare with.
  const others = algos[0] === 'v6.3' ? algos.slice(1) : [];
  const rows = all.map(({ file, cost }) => {
    const switches = switchesOf(cost.counts);
    return [
      basename(file),
      String(switches),
      ...cost.algos.map((one) => perThousand(one.cost.rmw, switches)),
      ...cost.algos
        .filter(({ algo }) => others.includes(algo))
        .map((one) => ratioWord(ratioToV63(cost, one))),
      String(cost.maxConcurrency),
      cost.algos.map(({ maxCid }) => maxCid).join(' '),
    ];
  });
  const heads = [
    'atomic operations per 1 000 switches',
    'switches',
    ...algos,
    ...others.map((algo) => `v6.3 : ${algo}`),
    'at once',
    'highest cids',
  ];
  return aligned([heads, ...rows]);
}

/** The first column to the left, all others to the right. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
  );
}

/** Where a cid is furthest above what the mm needed, and in how many mms it is: of each algorithm one line, if there is one. */
function loosest({ algos, uses }: TraceCost): string[] {
  return algos.flatMap(({ algo }, i) => {
    const excess = ({ mostRunning, highest }: MmUse) => highest[i]! + 1 - mostRunning;
    const loose = uses.filter((use) => excess(use) > 0);
    if (loose.length === 0) return [];
    const worst = loose.reduce((most, use) => (excess(use) > excess(most) ? use : most));
    const { mm, mostRunning, highest } = worst;
    const of = `${loose.length} of ${uses.length} mms got a cid above what ran at once`;
    return [
      printable(
        `${algo}: ${of}, such as ${highest[i]} where at most ${mostRunning} ran (${mm.comm}, process ${mm.tgid})`,
      ),
    ];
  });
}
