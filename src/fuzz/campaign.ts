import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import { Tinypool } from 'tinypool';
import { kindWord } from '../check/verdict.js';
import { Engine } from '../engine/engine.js';
import type { Kind } from '../words.js';
import type { BatchReport, Found, Parted } from './batch.js';
import { batchSize, type CampaignConfig } from './config.js';
import type { CampaignState } from './state.js';
import { Store } from './store.js';
import type { Answer, Task } from './worker.js';

/** When a campaign ends by itself. */
export interface CampaignLimits {
  /** No batch begins after so many ms; null: no limit. */
  readonly timeMs: number | null;
  /** Schedules in all, those of earlier sessions of the same campaign included; null: no limit. */
  readonly runs: number | null;
  /** Ends at the first finding of that kind, or of any, in the order of schedules. */
  readonly until: Kind | 'finding' | 'never';
}

/** What a campaign tells while it runs. */
export interface CampaignListener {
  /** A batch was counted. */
  progress?(state: CampaignState): void;
  /** A new finding was met; it is being minimized. */
  met?(kind: Kind, schedule: number): void;
  /** A finding, or a divergence, is stored. */
  stored?(finding: string, kind: Kind | 'divergence', schedule: number): void;
}

export interface CampaignOptions {
  readonly config: CampaignConfig;
  readonly limits: CampaignLimits;
  readonly out: string;
  readonly jobs: number;
  /** Ends the campaign when the batches under way are done. */
  readonly signal: AbortSignal;
  readonly listener?: CampaignListener;
}

/** How a campaign ended. */
export interface CampaignEnd {
  readonly state: CampaignState;
  readonly interrupted: boolean;
}

/** Cores that this process may use. */
export const defaultJobs = (): number => availableParallelism();

/** How long the state on disk may lag behind, in ms. */
const SAVE_EVERY_MS = 2000;

/**
 * A campaign: batches of schedules in worker threads, counted in the order of their schedules, so that the
 * findings are the same whatever `jobs`. What is found is minimized, confirmed and stored; the state is saved as
 * it goes and at the end.
 *
 * @throws UserError where the folder cannot be read or written
 */
export async function runCampaign(options: CampaignOptions): Promise<CampaignEnd> {
  const store = await Store.open(options.out);
  const state = await store.load(options.config);
  const pool = new Tinypool({
    filename: new URL('./worker.js', import.meta.url).href,
    minThreads: options.jobs,
    maxThreads: options.jobs,
    idleTimeout: 600_000,
  });
  try {
    return await new Campaign(options, store, state, pool).run();
  } finally {
    await pool.destroy();
  }
}

class Campaign {
  private readonly engine = new Engine();
  private readonly limit: ReturnType<typeof pLimit>;
  private readonly done = new Map<number, BatchReport>();
  private readonly smalls: Promise<void>[] = [];
  /** Where the next batch to hand out begins. */
  private handed: number;
  private over = false;
  private savedAt = performance.now();
  private failure: unknown;

  constructor(
    private readonly options: CampaignOptions,
    private readonly store: Store,
    private readonly state: CampaignState,
    private readonly pool: Tinypool,
  ) {
    this.handed = state.next;
    this.limit = pLimit(options.jobs);
  }

  private ask<T extends Task>(task: T): Promise<Answer<T>> {
    return this.limit(() => this.pool.run(task) as Promise<Answer<T>>);
  }

  async run(): Promise<CampaignEnd> {
    const { limits, signal } = this.options;
    const deadline = limits.timeMs === null ? Number.POSITIVE_INFINITY : performance.now() + limits.timeMs;
    this.over = this.untilMet();
    // What an earlier session met but did not get to store.
    await this.remake();
    const more = () =>
      !this.over &&
      !signal.aborted &&
      this.failure === undefined &&
      performance.now() < deadline &&
      (limits.runs === null || this.handed < limits.runs);
    // As many hands as jobs: each takes the next batch when its last one is done.
    await Promise.all(
      Array.from({ length: this.options.jobs }, async () => {
        while (more()) await this.batch();
      }),
    );
    await Promise.all(this.smalls);
    if (this.failure !== undefined) throw this.failure;
    await this.store.save(this.state);
    const unfinished = !this.over && (limits.runs === null || this.state.next < limits.runs);
    return { state: this.state, interrupted: signal.aborted && unfinished };
  }

  private async batch(): Promise<void> {
    const { config, limits } = this.options;
    const first = this.handed;
    // Batches begin at multiples of their size, wherever an earlier session ended.
    const size = batchSize(config);
    const count = Math.min(size - (first % size), (limits.runs ?? Number.POSITIVE_INFINITY) - first);
    this.handed += count;
    try {
      this.done.set(first, await this.ask({ op: 'batch', config, first, count }));
      await this.merge();
    } catch (error) {
      this.failure ??= error;
    }
  }

  /** Counts the batches that are done, in order. */
  private async merge(): Promise<void> {
    for (;;) {
      const report = this.done.get(this.state.next);
      if (report === undefined || this.over) break;
      this.done.delete(report.first);
      this.count(report);
      this.options.listener?.progress?.(this.state);
      this.over = this.untilMet();
    }
    if (performance.now() - this.savedAt > SAVE_EVERY_MS) {
      this.savedAt = performance.now();
      await this.store.save(this.state);
    }
  }

  private count(report: BatchReport): void {
    const { state } = this;
    state.next = report.first + report.schedules;
    state.steps += report.steps;
    state.compared += report.compared;
    for (const found of report.found) {
      const kind = kindWord(found.kind);
      if (state.buckets.some((bucket) => bucket.kind === kind && bucket.pc === found.pc)) continue;
      state.buckets.push({ kind, pc: found.pc, schedule: found.schedule, count: 0, finding: null });
      this.options.listener?.met?.(kind, found.schedule);
      this.smalls.push(this.small(found, this.smalls.at(-1)));
    }
    for (const { kind, pc, count } of report.buckets) {
      const bucket = state.buckets.find((b) => b.kind === kindWord(kind) && b.pc === pc);
      if (bucket) bucket.count += count;
    }
    for (const parted of report.parted) this.smalls.push(this.part(parted));
  }

  /** Minimizes a finding, and stores it after `earlier`: where two are the same, the first schedule's is kept. */
  private async small(found: Found, earlier?: Promise<void>): Promise<void> {
    try {
      const small = await this.ask({ op: 'finding', found });
      await earlier;
      if (small.parted) await this.storeParted(small.parted);
      const finding = await this.store.saveFinding(this.engine, small, this.options.config);
      const kind = kindWord(found.kind);
      const bucket = this.state.buckets.find((b) => b.kind === kind && b.pc === found.pc);
      bucket!.finding = finding;
      await this.store.save(this.state);
      this.options.listener?.stored?.(finding, kind, found.schedule);
    } catch (error) {
      this.failure ??= error;
    }
  }

  private async part(parted: Parted): Promise<void> {
    try {
      await this.storeParted(await this.ask({ op: 'parted', parted }));
    } catch (error) {
      this.failure ??= error;
    }
  }

  private async storeParted(parted: Parted): Promise<void> {
    const finding = await this.store.saveParted(parted, this.options.config);
    this.state.parted.push({ schedule: parted.schedule, finding });
    this.state.parted.sort((a, b) => a.schedule - b.schedule);
    await this.store.save(this.state);
    this.options.listener?.stored?.(finding, 'divergence', parted.schedule);
  }

  /** Findings whose files a broken-off session did not write: their schedules are run again. */
  private async remake(): Promise<void> {
    const { config } = this.options;
    for (const bucket of this.state.buckets) {
      if (bucket.finding !== null && (await this.store.has(bucket.finding))) continue;
      const report = await this.ask({ op: 'batch', config, first: bucket.schedule, count: 1 });
      const found = report.found.find((f) => f.pc === bucket.pc && kindWord(f.kind) === bucket.kind);
      if (found) await this.small(found);
    }
  }

  private untilMet(): boolean {
    const { until } = this.options.limits;
    if (this.state.parted.length > 0) return true;
    if (until === 'never') return false;
    return this.state.buckets.some(({ kind }) => until === 'finding' || kind === until);
  }
}
