import { grouped } from '../numbers.js';
import type { Kind } from '../words.js';
import { Cover } from './cover.js';
import type { Examined } from './examine.js';

/** What corpora hold, and what they cover. */
export interface CorpusStats {
  readonly format: 1;
  readonly files: number;
  /** Files that are no scenarios. */
  readonly bad: number;
  readonly bytes: number;
  /** Files that are the same scenario as one before. */
  readonly duplicates: number;
  readonly actions: Spread;
  readonly steps: Spread;
  /** Features of all machines, and those that one file alone has. */
  readonly features: number;
  readonly rare: number;
  /** Files that say what should come of them. */
  readonly expects: number;
  readonly machines: Readonly<Record<string, number>>;
  readonly violations: Readonly<Partial<Record<Kind, number>>>;
}

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export function statsOf(all: readonly Examined[], bad: number): CorpusStats {
  const cover = new Cover();
  for (const one of all) cover.add(one);
  return {
    format: 1,
    files: all.length,
    bad,
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    duplicates: all.length - new Set(all.map(({ hash }) => hash)).size,
    actions: spread(all.map(({ actions }) => actions)),
    steps: spread(all.map(({ steps }) => steps)),
    features: cover.size,
    rare: rareOf(all),
    expects: all.filter(({ expects }) => expects).length,
    machines: counted(all.map(({ machine }) => machine)),
    violations: counted(all.flatMap(({ violation }) => (violation === null ? [] : [violation.kind]))),
  };
}

function spread(values: number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { min: sorted[0] ?? 0, median: sorted[sorted.length >> 1] ?? 0, max: sorted.at(-1) ?? 0 };
}

/** Features that one scenario alone has. */
function rareOf(all: readonly Examined[]): number {
  const counts = new Map<string, Uint32Array>();
  const seen = new Set<string>();
  for (const { machine, features, hash } of all) {
    if (seen.has(hash)) continue;
    seen.add(hash);
    const count = counts.get(machine) ?? new Uint32Array(65_536);
    counts.set(machine, count);
    for (const feature of features) count[feature]!++;
  }
  return [...counts.values()].reduce((sum, count) => sum + count.filter((n) => n === 1).length, 0);
}

function counted<K extends string>(words: readonly K[]): Record<K, number> {
  const counts = {} as Record<K, number>;
  for (const word of words.toSorted()) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

/** The same as a table. */
export function statsText(stats: CorpusStats): string {
  const range = ({ min, median, max }: Spread) =>
    `${grouped(min)} to ${grouped(max)}, median ${grouped(median)}`;
  const rows: [string, string][] = [
    ['scenarios', grouped(stats.files)],
    ...(stats.bad > 0 ? [['no scenarios', grouped(stats.bad)] as [string, string]] : []),
    ['bytes', grouped(stats.bytes)],
    ['duplicates', grouped(stats.duplicates)],
    ['actions', range(stats.actions)],
    ['micro-steps', range(stats.steps)],
    ['features', `${grouped(stats.features)}, ${grouped(stats.rare)} of them in one scenario alone`],
    ['with an expect', grouped(stats.expects)],
    ...Object.entries(stats.machines).map(([machine, n]): [string, string] => [machine, grouped(n)]),
    ...Object.entries(stats.violations).map(([kind, n]): [string, string] => [kind, grouped(n)]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return `${rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')}\n`;
}
