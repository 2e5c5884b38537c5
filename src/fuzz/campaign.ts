import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import type { Tinypool } from 'tinypool';
import { kindWord } from '../check/verdict.js';
import { Engine } from '../engine/engine.js';
import { UserError } from '../errors.js';
import { KIND_WORDS, type Kind } from '../words.js';
import { type BatchReport, bucketKey, type Found, type Parted } from './batch.js';
import { batchSize, type CampaignConfig } from './config.js';
import { type Covering, FeatureSet } from './distil.js';
import type { SmallFinding } from './finding.js';
import { withPool } from './pool.js';
import type { SeedTexts } from './seeds.js';
import type { BucketState, CampaignState } from './state.js';
import { Store } from './store.js';
import type { Answer, Task, WorkerData } from './worker.js';

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
  /** What `config.seeds` names. */
  readonly seeds?: SeedTexts;
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
  readonly store: Store;
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
  const worker = new URL('./worker.js', import.meta.url);
  const data: WorkerData = { seeds: options.seeds ?? { texts: [], names: [] } };
  return withPool(worker, options.jobs, (pool) => new Campaign(options, store, state, pool).run(), data);
}

class Campaign {
  private readonly engine = new Engine();
  private readonly limit: ReturnType<typeof pLimit>;
  /** What the corpus covers, and the files of it that are being written, some at a time. */
  private readonly features: FeatureSet;
  private readonly keeping = new Set<Promise<void>>();
  private readonly writing = pLimit(8);
  private readonly done = new Map<number, BatchReport>();
  /** Done when all that was met so far is stored. */
  private stored: Promise<void> = Promise.resolve();
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
    this.features = new FeatureSet(state.features);
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
    await this.stored;
    await this.save();
    if (this.failure !== undefined) throw this.failure;
    const unfinished = !this.over && (limits.runs === null || this.state.next < limits.runs);
    return { state: this.state, store: this.store, interrupted: signal.aborted && unfinished };
  }

  private async batch(): Promise<void> {
    const { config, limits } = this.options;
    const first = this.handed;
    // Batches begin at multiples of their size, wherever an earlier session ended.
    const size = batchSize(config);
    const count = Math.min(size - (first % size), (limits.runs ?? Number.POSITIVE_INFINITY) - first);
    this.handed += count;
    try {
      this.done.set(
        first,
        await this.ask({
          op: 'batch',
          config,
          first,
          count,
          known: this.features.toString(),
          met: this.met(),
        }),
      );
      await this.merge();
    } catch (error) {
      this.failure ??= error;
    }
  }

  /** Buckets that are counted: nobody needs to be told of them again. */
  private met(): string[] {
    return this.state.buckets.map(({ kind, pc }) => bucketKey({ kind: KIND_WORDS.indexOf(kind), pc }));
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
      await this.save();
    }
  }

  private count(report: BatchReport): void {
    const { state } = this;
    state.next = report.first + report.schedules;
    state.steps += report.steps;
    state.compared += report.compared;
    state.plays = state.plays.map((plays, i) => plays + report.plays[i]!);
    state.pct.threads = Math.max(state.pct.threads, report.pct.threads);
    state.pct.events = Math.max(state.pct.events, report.pct.events);
    for (const kept of report.corpus) this.keep(kept);
    for (const found of report.found) {
      if (this.bucketOf(found) !== undefined) continue;
      const kind = kindWord(found.kind);
      const { pc, schedule, scenario } = found;
      state.buckets.push({ kind, pc, schedule, actions: scenario.actions.length, count: 0, finding: null });
      this.options.listener?.met?.(kind, schedule);
      this.makeSmall(found);
    }
    for (const bucket of report.buckets) {
      const met = this.bucketOf(bucket);
      if (met) met.count += bucket.count;
    }
    for (const parted of report.parted) {
      state.parted.push({ schedule: parted.schedule, finding: null });
      this.makeSmall(parted);
    }
  }

  /** Keeps a schedule that covers something that none before it did. */
  private keep({ text, features }: Covering): void {
    if (this.features.add(features) === 0) return;
    this.state.corpus++;
    const written: Promise<void> = this.writing(() => this.store.saveKept(text))
      .catch((error) => {
        this.failure ??= error;
      })
      .then(() => void this.keeping.delete(written));
    this.keeping.add(written);
  }

  /**
   * Saves the state as it is now, when all that it counts as kept is on disk; what was not written is not to be counted as
   * kept. For what is kept meanwhile it does not wait: there may always be more.
   */
  private async save(): Promise<void> {
    this.state.features = this.features.toString();
    const state = structuredClone(this.state);
    await Promise.all(this.keeping);
    if (this.failure === undefined) await this.store.save(state);
  }

  private bucketOf({ kind, pc }: { readonly kind: number; readonly pc: number }): BucketState | undefined {
    return this.state.buckets.find((bucket) => bucket.kind === kindWord(kind) && bucket.pc === pc);
  }

  /**
   * Minimizes what was met, and stores it: one after the other, in the order in which they were met, so that
   * what a folder holds does not depend on who is done first.
   */
  private makeSmall(met: Found | Parted): void {
    const store =
      'divergence' in met
        ? this.storing(this.ask({ op: 'parted', parted: met }), (parted) => this.storeParted(parted))
        : this.storing(this.ask({ op: 'finding', found: met }), (small) => this.storeFinding(small));
    this.stored = store;
  }

  private async storing<T>(small: Promise<T>, store: (small: T) => Promise<void>): Promise<void> {
    const earlier = this.stored;
    try {
      const made = await small;
      await earlier;
      await store(made);
      await this.save();
    } catch (error) {
      this.failure ??= error;
    }
  }

  private async storeFinding(small: SmallFinding): Promise<void> {
    const { found, parted } = small;
    if (parted) {
      this.state.parted.push({ schedule: parted.schedule, finding: null });
      await this.storeParted(parted);
    }
    const finding = await this.store.saveFinding(this.engine, small);
    this.bucketOf(found)!.finding = finding;
    this.options.listener?.stored?.(finding, kindWord(found.kind), found.schedule);
  }

  private async storeParted(parted: Parted): Promise<void> {
    const finding = await this.store.saveParted(parted);
    const entry = this.state.parted.find((p) => p.schedule === parted.schedule && p.finding === null);
    if (entry) entry.finding = finding;
    this.options.listener?.stored?.(finding, 'divergence', parted.schedule);
  }

  /** What an earlier session met, but whose files are not all there: its schedules are run again. */
  private async remake(): Promise<void> {
    const { config } = this.options;
    const missing = async ({ finding }: { readonly finding: string | null }) =>
      finding === null || !(await this.store.has(finding));
    const again = (schedule: number) =>
      this.ask({ op: 'batch', config, first: schedule, count: 1, known: null, met: [] });
    for (const bucket of this.state.buckets) {
      if (!(await missing(bucket))) continue;
      const found = (await again(bucket.schedule)).found.find((f) => this.bucketOf(f) === bucket);
      if (!found)
        throw new UserError(
          `${this.options.out}: schedule ${bucket.schedule} shows no ${bucket.kind} again (expected the folder of this version of cidfuzz)`,
        );
      this.makeSmall(found);
    }
    for (const entry of this.state.parted) {
      if (!(await missing(entry))) continue;
      entry.finding = null;
      for (const parted of (await again(entry.schedule)).parted) this.makeSmall(parted);
    }
    await this.stored;
  }

  private untilMet(): boolean {
    const { until } = this.options.limits;
    if (this.state.parted.length > 0) return true;
    if (until === 'never') return false;
    return this.state.buckets.some(({ kind }) => until === 'finding' || kind === until);
  }
}
