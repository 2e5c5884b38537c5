import type { Strategy } from '../fuzz/config.js';
import type { Bug } from './bugs.js';

/** The parts that a bench can be asked for, in the order in which they are measured. */
export const PARTS = ['rates', 'native', 'explore', 'jobs', 'rivals', 'bugs'] as const;
export type Part = (typeof PARTS)[number];

/** How fast one way to run schedules is: medians of all rounds. */
export interface Rate {
  readonly what: string;
  /** Micro-steps a second. */
  readonly stepsPerSecond: number;
  readonly schedulesPerSecond: number;
}

/** A ratio: the median of the rounds' ratios, each of two measurements close in time. */
export interface Ratio {
  readonly what: string;
  readonly ratio: number;
  /** What the ratio should be at least; null where nothing is asked for. */
  readonly wanted: number | null;
  /** True: one of the two was cut off at its limit, so that the ratio is at least this. */
  readonly bound: boolean;
}

/** A number that is asked for as such. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  /** What it should be at least, or at most. */
  readonly wanted: number;
  readonly sense: 'at least' | 'at most';
}

/** A strategy's fuzz loop with some of what it can leave out. */
export interface LoopRate {
  readonly strategy: Strategy;
  readonly checks: boolean;
  readonly coverage: boolean;
  readonly stepsPerSecond: number;
  readonly schedulesPerSecond: number;
  /** Schedules a second to those of the first strategy's loop with neither checks nor coverage. */
  readonly relative: number;
}

/** Values of all seeds, those that found nothing above all others; null: such a one. */
export interface Spread {
  readonly min: number | null;
  readonly lowerQuartile: number | null;
  readonly median: number | null;
  readonly upperQuartile: number | null;
  readonly max: number | null;
}

/** How soon a bug is found by one strategy (or rival). */
export interface Finding {
  /** Seeds that were run: fewer than asked for where so many found nothing that the median is known. */
  readonly seeds: number;
  readonly found: number;
  /** The schedule that finds it, from 1; null where not all seeds were run. */
  readonly schedules: Spread | null;
  readonly seconds: Spread | null;
  /** Where the median is not known: what it is more than. */
  readonly beyond: { readonly schedules: number; readonly seconds: number } | null;
}

export interface Cell extends Finding {
  readonly strategy: Strategy;
}

/** A bug of the corpus, and how soon each strategy finds it; null where the end came before. */
export interface BugRow {
  readonly bug: Bug;
  readonly cells: readonly (Cell | null)[];
}

/** A time that is asked for in so many words. */
export interface TimeToFind {
  readonly what: string;
  /** The median; null where most seeds found nothing. */
  readonly seconds: number | null;
  /** What it should be at most. */
  readonly wanted: number;
}

/** Another fuzzer on the same algorithm. */
export interface Rival {
  readonly rival: string;
  readonly stepsPerSecond: number;
  readonly schedulesPerSecond: number;
  /** How soon it finds a bug that is easy, and how soon we do. */
  readonly bug: string;
  readonly theirs: Finding;
  readonly ours: Finding;
}

/** All that a bench has measured; what was not asked for is empty. */
export interface BenchResult {
  readonly schedules: number;
  /** Micro-steps of these schedules. */
  readonly steps: number;
  readonly rates: readonly Rate[];
  readonly figures: readonly Figure[];
  readonly ratios: readonly Ratio[];
  readonly loops: readonly LoopRate[];
  readonly rivals: readonly Rival[];
  readonly bugs: readonly BugRow[];
  readonly times: readonly TimeToFind[];
  /** What could not be measured, and why, a line each. */
  readonly skipped: readonly string[];
  readonly interrupted: boolean;
}

/** Two ways to do the same do not come to the same: what was measured says nothing. */
export class Contradiction extends Error {}
