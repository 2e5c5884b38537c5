import pLimit from 'p-limit';
import { kindWord } from '../check/verdict.js';
import type { Found, Parted } from '../fuzz/batch.js';
import { batchSize } from '../fuzz/config.js';
import { compareMeasures, measure } from '../minimize/measure.js';
import type { Scenario } from '../scenario/scenario.js';
import { type Figures, type Findings, figuresOf } from './figures.js';
import { type Cell, campaignOf, cellsOf, type Plan, seedsOf } from './plan.js';
import type { Ask } from './pool.js';

/** How far a table has come. */
export interface Progress {
  readonly cells: number;
  readonly known: number;
  /** Cells in which nothing was found. */
  readonly unfound: number;
  readonly schedules: number;
}

export interface MeasureOptions {
  readonly plan: Plan;
  /** How many campaigns are under way at once. */
  readonly jobs: number;
  readonly ask: Ask;
  /** Ends it when the batches under way are done. */
  readonly signal: AbortSignal;
  progress?(now: Progress): void;
  /** Takes the smallest scenario of each cell in which something was found, as soon as the cell is known. */
  keep?(figures: Figures, scenario: Scenario): Promise<void>;
}

/** A schedule on which the implementations part, and where it was met. */
export interface PartedIn {
  readonly cell: Cell;
  readonly seed: number;
  readonly parted: Parted;
}

export interface Measured {
  /** In the order of {@link cellsOf}; null for a cell that is not known, because the end came first. */
  readonly figures: readonly (Figures | null)[];
  /** The divergence that ended it, if any. */
  readonly parted: PartedIn | null;
  /** Whether `signal` ended it before all was known. */
  readonly interrupted: boolean;
}

/**
 * Fills a table: for each cell a campaign a seed, which ends with its first finding. What a campaign finds
 * depends on its words alone, so the figures are the same whatever `jobs`. A divergence ends all of it.
 *
 * @throws what `ask` or `keep` throws, when what is under way has ended
 */
export async function measureMutants(options: MeasureOptions): Promise<Measured> {
  return new Measuring(options).run();
}

class Measuring {
  private readonly figures: (Figures | null)[];
  private schedules = 0;
  private parted: PartedIn | null = null;
  private failure: unknown;

  constructor(private readonly options: MeasureOptions) {
    this.figures = cellsOf(options.plan).map(() => null);
  }

  async run(): Promise<Measured> {
    const { plan, jobs, signal } = this.options;
    // As many campaigns as jobs, in the order of the table: so that of a table cut short whole rows are known.
    const limit = pLimit(jobs);
    const campaigns = cellsOf(plan).flatMap((cell, i) => {
      const seeds = seedsOf(plan);
      const findings: (Found | null | undefined)[] = seeds.map(() => undefined);
      return seeds.map((seed, s) =>
        limit(async () => {
          findings[s] = await this.unlessOver(() => this.campaign(cell, seed));
          // Whichever ends last.
          if (findings.every((found) => found !== undefined)) {
            await this.unlessOver(() => this.finish(i, cell, findings));
          }
        }),
      );
    });
    await Promise.all(campaigns);
    if (this.failure !== undefined) throw this.failure;
    const interrupted = signal.aborted && this.parted === null && this.figures.includes(null);
    return { figures: this.figures, parted: this.parted, interrupted };
  }

  private over(): boolean {
    return this.options.signal.aborted || this.parted !== null || this.failure !== undefined;
  }

  /** Undefined where the end came first. A failure is the end of all: it is kept, to be thrown when all have ended. */
  private async unlessOver<T>(doIt: () => Promise<T>): Promise<T | undefined> {
    if (this.over()) return undefined;
    try {
      return await doIt();
    } catch (error) {
      this.failure ??= error;
      return undefined;
    }
  }

  /** The first finding of a campaign; null for none, undefined where the end came first. */
  private async campaign(cell: Cell, seed: number): Promise<Found | null | undefined> {
    const { plan, ask, progress } = this.options;
    const config = campaignOf(plan, cell, seed);
    const size = batchSize(config);
    for (let first = 0; first < plan.runs; first += size) {
      if (this.over()) return undefined;
      const count = Math.min(size, plan.runs - first);
      const { found, parted } = await ask({ op: 'search', config, first, count });
      if (parted !== null) {
        this.parted ??= { cell, seed, parted };
        return undefined;
      }
      this.schedules += found === null ? count : found.schedule + 1 - first;
      progress?.(this.progress());
      if (found !== null) return found;
    }
    return null;
  }

  private async finish(i: number, cell: Cell, findings: Findings): Promise<void> {
    const figures = figuresOf(cell, findings);
    const { keep, progress } = this.options;
    if (keep !== undefined && figures.found !== null) {
      const smallest = await this.smallest(cell, findings, figures);
      if (smallest === null) return;
      await keep(figures, smallest);
    }
    this.figures[i] = figures;
    progress?.(this.progress());
  }

  /** Of what the seeds found of the cell's kind, each made small, the smallest; null where one diverges. */
  private async smallest(cell: Cell, findings: Findings, figures: Figures): Promise<Scenario | null> {
    let best: Scenario | null = null;
    for (const [s, found] of findings.entries()) {
      if (found === null || kindWord(found.kind) !== figures.found) continue;
      const { scenario, divergence } = await this.options.ask({ op: 'shrink', scenario: found.scenario });
      if (divergence !== null) {
        const seed = seedsOf(this.options.plan)[s]!;
        this.parted ??= { cell, seed, parted: { schedule: found.schedule, scenario, divergence } };
        return null;
      }
      if (best === null || compareMeasures(measure(scenario), measure(best)) < 0) best = scenario;
    }
    return best;
  }

  private progress(): Progress {
    const known = this.figures.filter((figures) => figures !== null);
    return {
      cells: this.figures.length,
      known: known.length,
      unfound: known.filter(({ found }) => found === null).length,
      schedules: this.schedules,
    };
  }
}
