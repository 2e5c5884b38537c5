import { kindWord } from '../check/verdict.js';
import type { Found } from '../fuzz/batch.js';
import type { Arch, Kind, Memory } from '../words.js';
import type { Cell, Row } from './plan.js';

/** A cell's row in `--json`. */
export interface Figures {
  readonly mutant: Row;
  readonly memory: Memory;
  readonly arch: Arch;
  /** The kind that most seeds found first; of equals the one of the earlier seed. Null: nothing found. */
  readonly found: Kind | null;
  /** The median of the schedules that each seed took, from 1; null where most seeds found nothing. */
  readonly schedules: number | null;
  /** How many seeds found something. */
  readonly seeds: number;
}

/** What a cell's campaigns found, null for nothing; in the order of their seeds. */
export type Findings = readonly (Found | null)[];

export function figuresOf({ row, memory, arch }: Cell, findings: Findings): Figures {
  const median = medianOf(
    findings.map((found) => (found === null ? Number.POSITIVE_INFINITY : found.schedule + 1)),
  );
  return {
    mutant: row,
    memory,
    arch,
    found: kindOf(findings),
    schedules: Number.isFinite(median) ? median : null,
    seeds: findings.filter((found) => found !== null).length,
  };
}

/** The middle one of an odd number of numbers, infinite ones among them. */
export function medianOf(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))[numbers.length >> 1]!;
}

function kindOf(findings: Findings): Kind | null {
  const counts = new Map<Kind, number>();
  for (const found of findings) {
    if (found !== null) counts.set(kindWord(found.kind), (counts.get(kindWord(found.kind)) ?? 0) + 1);
  }
  // A Map keeps the order in which its keys came, and sorting keeps that of equals.
  const [first] = [...counts].sort(([, a], [, b]) => b - a);
  return first?.[0] ?? null;
}
