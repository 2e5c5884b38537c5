import { type CampaignConfig, defaultConfig } from '../fuzz/config.js';
import { type Arch, type Memory, MUTANTS, type Mutant } from '../words.js';

/** A row of the table: a mutant, or `none` for the algorithm as it is, in which nothing may be found. */
export type Row = Mutant | 'none';
export const ROWS: readonly Row[] = ['none', ...MUTANTS];

/** Campaigns of a cell: their seeds follow one another. */
export const SEEDS = 5;

/** A mutant on a machine. */
export interface Cell {
  readonly row: Row;
  readonly memory: Memory;
  readonly arch: Arch;
}

/** All that decides what the table says. */
export interface Plan {
  /** In the order of {@link ROWS}, `memories` and `arches` in that of the words. */
  readonly rows: readonly Row[];
  readonly memories: readonly Memory[];
  readonly arches: readonly Arch[];
  /** What is the same in all cells. */
  readonly base: Pick<CampaignConfig, 'algo' | 'preempt' | 'strategy' | 'cpus' | 'tasks' | 'mms'>;
  /** Of the first campaign of each cell. */
  readonly seed: number;
  /** The most schedules of a campaign. */
  readonly runs: number;
}

/** The cells in the order of the table: row by row, and in a row by memory and then arch. */
export function cellsOf({ rows, memories, arches }: Plan): Cell[] {
  return rows.flatMap((row) => memories.flatMap((memory) => arches.map((arch) => ({ row, memory, arch }))));
}

/**
 * A cell's campaign of that seed: the schedules that `fuzz` draws with these words. None but those that find
 * something are run in the reference: that the implementations agree is for `fuzz` to see.
 */
export function campaignOf({ base }: Plan, { row, memory, arch }: Cell, seed: number): CampaignConfig {
  const mutants = row === 'none' ? [] : [row];
  return { ...defaultConfig, ...base, mutants, memory, arch, seed, compareEvery: 0 };
}

/** The seeds of a cell's campaigns. */
export function seedsOf({ seed }: Plan): number[] {
  return Array.from({ length: SEEDS }, (_, i) => seed + i);
}
