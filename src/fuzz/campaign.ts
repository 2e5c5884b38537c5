import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { kindWord } from '../check/verdict.js';
import { Engine } from '../engine/engine.js';
import { FeatureSet } from '../engine/feature-set.js';
import { UserError } from '../errors.js';
import { grouped } from '../numbers.js';
import { KIND_WORDS, type Kind } from '../words.js';
import { type BatchReport, bucketKey, type Found, type Parted } from './batch.js';
import { batchSize, type CampaignConfig, STRATEGIES } from './config.js';
import type { Covering } from './distil.js';
import { faultFiles } from './faults.js';
import type { FindingFiles } from './finding-files.js';
import { type FolderLock, lockFolder } from './lock.js';
import { type FindingFacts, Monitor } from './monitor.js';
import type { CampaignView, Sample } from './progress.js';
import { recount } from './recount.js';
import type { SeedTexts } from './seeds.js';
import { type CampaignState, type Contradiction, findingsOf, type Instance, type Site } from './state.js';
import { Statistics } from './stats.js';
import { Store } from './store.js';
import { tidyFolder } from './tidy.js';
import type { Answer, Made, Task } from './worker.js';
import { type Answered, type Failure, WORKER_LIMITS, WorkerFault, Workers } from './workers.js';

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
  /** It has begun, which waits for the answer: `view` can be asked for at any time from now on. */
  begun?(view: () => CampaignView): void | Promise<void>;
  /** A batch was counted. */
  progress?(sample: Sample): void;
  /** A violation was met at a place where there was none before; it is being minimized. */
  met?(kind: Kind, schedule: number): void;
  /** A finding, a divergence or a fault is stored. */
  stored?(finding: string, kind: Kind | 'divergence' | 'fault', schedule: number): void;
  /** Somebody else seems to work in the folder: that is waited for. */
  waiting?(): void;
  /** Files of the folder, by their paths in it, were torn or foreign, and were set aside. */
  aside?(paths: readonly string[]): void;
  /** A worker was replaced. */
  replaced?(failure: Failure): void;
}

export interface CampaignOptions {
  readonly config: CampaignConfig;
  /** What `config.seeds` names, and the paths that they were read from. */
  readonly seeds?: SeedTexts;
  readonly corpus?: readonly string[];
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

type BatchTask = Extract<Task, { op: 'batch' }>;

/** A batch's report, or what a worker has failed on. */
type Batch = BatchReport & { readonly fault?: WorkerFault };

/** How long the state on disk may lag behind, in ms. */
const SAVE_EVERY_MS = 2000;
/** Files of the corpus that may wait for the disk before batches do. */
const MOST_WAITING = 4000;
/** Faults of cidfuzz itself after which it is of no use to go on. */
const MOST_FAULTS = 10;

/**
 * A campaign: batches of schedules in worker processes, counted in the order of their schedules, so that the
 * findings are the same whatever `jobs`. What is found is minimized, confirmed and stored; the state is saved as
 * it goes and at the end.
 *
 * @throws UserError where the folder cannot be read or written, or another campaign works in it
 */
export async function runCampaign(options: CampaignOptions): Promise<CampaignEnd> {
  const { out, listener } = options;
  const store = await Store.open(out);
  const lock = await lockFolder(out, () => listener?.waiting?.());
  try {
    return await inLockedFolder(options, store, lock);
  } finally {
    await lock.release();
  }
}

async function inLockedFolder(
  options: CampaignOptions,
  store: Store,
  lock: FolderLock,
): Promise<CampaignEnd> {
  const { out, config, jobs, seeds, listener } = options;
  const tidied = await tidyFolder(out);
  const aside = [...tidied.aside];
  const state = await store.load(config, (path) => aside.push(path));
  if (tidied.lost !== state.lost) {
    const { features, files } = await recount(new Engine(), store.corpus, config);
    Object.assign(state, { features: features.toString(), corpus: files, lost: tidied.lost });
  }
  await store.saveSeeds(seeds?.texts ?? []);
  const stats = await Statistics.open(join(out, store.statsPath(config)), async () => {
    aside.push(store.statsPath(config));
    await store.setAside(store.statsPath(config));
  });
  if (aside.length > 0) listener?.aside?.(aside);
  const workers = new Workers(jobs, WORKER_LIMITS);
  try {
    return await new Campaign(options, store, state, stats, workers, lock.lost).run();
  } finally {
    await workers.close();
  }
}

class Campaign {
  private readonly monitor: Monitor;
  /** What the corpus covers, and the files of it that are being written, some at a time. */
  private readonly features: FeatureSet;
  private readonly keeping = new Set<Promise<void>>();
  private readonly writing = pLimit(8);
  private readonly done = new Map<number, Batch>();
  /** Done when all that was met so far is stored. */
  private stored: Promise<void> = Promise.resolve();
  /** Where the next batch to hand out begins, and where there are no more. */
  private handed: number;
  private readonly end: number;
  private over = false;
  private savedAt = performance.now();
  private saving: Promise<void> | null = null;
  private failure: unknown;

  constructor(
    private readonly options: CampaignOptions,
    private readonly store: Store,
    private readonly state: CampaignState,
    private readonly stats: Statistics,
    private readonly workers: Workers,
    private readonly lost: AbortSignal,
  ) {
    const { config, out, jobs, limits } = options;
    this.handed = state.next;
    this.end = limits.runs === null ? Number.POSITIVE_INFINITY : (config.from ?? 0) + limits.runs;
    this.features = new FeatureSet(state.features);
    const watched = {
      ...{ config, out, jobs, state, runs: limits.runs, timeMs: limits.timeMs },
      usage: () => workers.usage,
      features: () => this.features.size,
    };
    this.monitor = new Monitor(watched, stats.last);
    workers.onReplaced = (failure) => {
      this.monitor.note(`a worker ${failure.how} (${failure.message}): it was replaced`);
      options.listener?.replaced?.(failure);
    };
  }

  async run(): Promise<CampaignEnd> {
    const { limits, signal, listener } = this.options;
    const deadline = limits.timeMs === null ? Number.POSITIVE_INFINITY : performance.now() + limits.timeMs;
    await listener?.begun?.(() => this.monitor.view());
    signal.addEventListener('abort', () => this.monitor.enter('ending'));
    this.over = this.untilMet();
    // What an earlier session met but did not get to store.
    await this.remake();
    const more = () =>
      !this.over &&
      !signal.aborted &&
      !this.lost.aborted &&
      this.failure === undefined &&
      performance.now() < deadline &&
      this.handed < this.end;
    // As many hands as jobs: each takes the next batch when its last one is done.
    await Promise.all(
      Array.from({ length: this.options.jobs }, async () => {
        while (more()) await this.batch();
      }),
    );
    this.monitor.enter('ending');
    await this.allStored();
    await this.saving;
    if (this.lost.aborted) {
      throw new UserError(
        `${this.options.out}: the lock is lost (expected that nobody else works in the folder)`,
      );
    }
    await this.save();
    if (this.failure !== undefined) throw this.failure;
    await this.stats.add(this.monitor.sample());
    this.monitor.enter('done');
    const unfinished = !this.over && this.state.next < this.end;
    return { state: this.state, store: this.store, interrupted: signal.aborted && unfinished };
  }

  private async batch(): Promise<void> {
    const { config } = this.options;
    const first = this.handed;
    // Batches begin at multiples of their size, wherever an earlier session ended.
    const size = batchSize(config);
    const count = Math.min(size - (first % size), this.end - first);
    this.handed += count;
    try {
      this.done.set(first, await this.reportOf(first, count));
      this.merge();
      if (this.keeping.size > MOST_WAITING) await Promise.all(this.keeping);
    } catch (error) {
      this.failure ??= error;
    }
  }

  /** Runs a batch. One that cidfuzz itself fails on is stored as what it is, and counts as run: nothing is known of it. */
  private async reportOf(first: number, count: number): Promise<Batch> {
    try {
      const { answer, fault } = await this.ask(first, count, this.features.toString(), this.met(first));
      return fault === null ? answer : { ...answer, fault };
    } catch (error) {
      if (!(error instanceof WorkerFault)) throw error;
      return { ...nothingOf(first, count), fault: error };
    }
  }

  private ask(
    first: number,
    count: number,
    known: string | null,
    met: readonly string[],
  ): Promise<Answered<BatchTask>> {
    const { config, out } = this.options;
    return this.workers.ask({ op: 'batch', config, first, count, known, met, seeds: join(out, 'seeds') });
  }

  /** Buckets that nobody needs to be told of again by the batch that begins there. */
  private met(first: number): string[] {
    return this.state.sites
      .filter((site) => !this.isLookedAt(site, first))
      .map(({ kind, pc }) => bucketKey({ kind: KIND_WORDS.indexOf(kind), pc }));
  }

  /**
   * Whether what a batch meets at a site is looked at: in the first that met it, and 1, 2, 4, 8, … later. So another fault at the
   * same access is found in the end, and a shorter way to the same one.
   */
  private isLookedAt(site: Site, schedule: number): boolean {
    const size = batchSize(this.options.config);
    const later = Math.floor(schedule / size) - Math.floor(site.schedule / size);
    return later > 0 && Number.isInteger(Math.log2(later));
  }

  /** Counts the batches that are done, in order. */
  private merge(): void {
    for (;;) {
      const report = this.done.get(this.state.next);
      if (report === undefined || this.over) break;
      this.done.delete(report.first);
      this.count(report);
      this.over = this.untilMet();
    }
    this.tell();
    if (performance.now() - this.savedAt > SAVE_EVERY_MS && this.saving === null) {
      this.savedAt = performance.now();
      // Batches do not wait for the disk.
      this.saving = this.save()
        .catch((error) => {
          this.failure ??= error;
        })
        .then(() => {
          this.saving = null;
        });
    }
  }

  private tell(): void {
    const sample = this.monitor.sample();
    this.monitor.keep(sample);
    this.options.listener?.progress?.(sample);
    if (!this.stats.isDue(sample)) return;
    this.stats.add(sample).catch((error) => {
      this.failure ??= error;
    });
  }

  private count(report: Batch): void {
    const { state } = this;
    state.next = report.first + report.schedules;
    state.steps += report.steps;
    state.compared += report.compared;
    state.plays = state.plays.map((plays, i) => plays + report.plays[i]!);
    state.pct.threads = Math.max(state.pct.threads, report.pct.threads);
    state.pct.events = Math.max(state.pct.events, report.pct.events);
    for (const kept of report.corpus) this.keep(kept);
    for (const found of report.found) this.countFound(found);
    for (const bucket of report.buckets) {
      const site = this.siteOf(bucket);
      if (site !== undefined) site.count += bucket.count;
    }
    for (const parted of report.parted) this.makeParted(parted);
    if (report.fault !== undefined) this.makeFault(report.fault, report.first);
  }

  private countFound(found: Found): void {
    const { sites, instances } = this.state;
    const { schedule, pc } = found;
    const kind = kindWord(found.kind);
    let site = this.siteOf(found);
    if (site === undefined) {
      site = { kind, pc, schedule, count: 0 };
      sites.push(site);
      this.monitor.note(`${kind} in schedule ${grouped(schedule)}: minimizing`);
      this.options.listener?.met?.(kind, schedule);
    } else if (!this.isLookedAt(site, schedule) || this.isTaken(site, schedule)) {
      return;
    }
    const instance: Instance = {
      site: sites.indexOf(site),
      schedule,
      actions: found.scenario.actions.length,
      finding: null,
    };
    instances.push(instance);
    this.makeSmall(found, instance);
  }

  private siteOf({ kind, pc }: { readonly kind: number; readonly pc: number }): Site | undefined {
    return this.state.sites.find((site) => site.kind === kindWord(kind) && site.pc === pc);
  }

  /** Whether one of the same batch is looked at already: a batch may have been cut in two. */
  private isTaken(site: Site, schedule: number): boolean {
    const size = batchSize(this.options.config);
    const at = this.state.sites.indexOf(site);
    return this.state.instances.some(
      (other) => other.site === at && Math.floor(other.schedule / size) === Math.floor(schedule / size),
    );
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
    // Where the lock is lost the folder is somebody else's.
    if (this.failure === undefined && !this.lost.aborted) await this.store.save(state);
  }

  /**
   * Minimizes what was met, and stores it: one after the other, in the order in which they were met, so that
   * what a folder holds does not depend on who is done first.
   */
  private makeSmall(found: Found, instance: Instance): void {
    this.inOrder(this.small(found), async (made) => {
      if (made.parted !== null) {
        const { schedule, files } = made.parted;
        await this.storeContradiction({ schedule, finding: null }, this.state.parted, files, 'divergence');
      }
      const { name, news } = await this.store.saveFinding(made);
      // Once more the same, and no shorter, is nothing to tell.
      const known = !news && findingsOf(this.state).some((other) => other.name === name);
      instance.finding = name;
      await this.know(name);
      if (!known) this.told(name, kindWord(found.kind), found.schedule);
    });
  }

  /** A finding made small; where cidfuzz fails on that, as it was met, and the failure beside it. */
  private async small(found: Found): Promise<Made> {
    try {
      return await this.answer({ op: 'finding', found }, found.schedule);
    } catch (error) {
      if (!(error instanceof WorkerFault)) throw error;
      this.makeFault(error, found.schedule);
      return this.answer({ op: 'finding', found, plain: true }, found.schedule);
    }
  }

  /** An answer; where a worker failed on the way to it, that is stored, too. */
  private async answer<T extends Task>(task: T, schedule: number): Promise<Answer<T>> {
    const { answer, fault } = await this.workers.ask(task);
    if (fault !== null) this.makeFault(fault, schedule);
    return answer;
  }

  private makeParted(parted: Parted): void {
    const entry: Contradiction = { schedule: parted.schedule, finding: null };
    this.state.parted.push(entry);
    this.inOrder(this.answer({ op: 'parted', parted }, parted.schedule), (files) =>
      this.storeContradiction(entry, null, files, 'divergence'),
    );
  }

  private makeFault(fault: WorkerFault, schedule: number): void {
    const entry: Contradiction = { schedule, finding: null };
    this.state.faults.push(entry);
    const { config, corpus = [] } = this.options;
    this.inOrder(faultFiles(this.workers, config, corpus, fault), (files) =>
      this.storeContradiction(entry, null, files, 'fault'),
    );
  }

  private async storeContradiction(
    entry: Contradiction,
    list: Contradiction[] | null,
    files: FindingFiles,
    kind: 'divergence' | 'fault',
  ): Promise<void> {
    entry.finding = (await this.store.saveFinding(files)).name;
    list?.push(entry);
    await this.know(entry.finding);
    this.told(entry.finding, kind, entry.schedule);
  }

  /** Done when nothing is left to be stored: what is made small may show a fault, which is stored as well. */
  private async allStored(): Promise<void> {
    for (let last: Promise<void> | null = null; last !== this.stored; ) {
      last = this.stored;
      await last;
    }
  }

  private told(finding: string, kind: Kind | 'divergence' | 'fault', schedule: number): void {
    this.monitor.note(`schedule ${grouped(schedule)}: stored as ${finding}`);
    this.options.listener?.stored?.(finding, kind, schedule);
  }

  private inOrder<T>(making: Promise<T>, store: (made: T) => Promise<void>): void {
    const earlier = this.stored;
    this.stored = (async () => {
      try {
        const made = await making;
        await earlier;
        await store(made);
        await this.save();
      } catch (error) {
        this.failure ??= error;
      }
    })();
  }

  /** Has the monitor know what a stored finding is. */
  private async know(finding: string): Promise<void> {
    this.monitor.know(finding, await factsOf(this.store, finding));
  }

  /** What an earlier session met, but whose files are not all there: its schedules are run again. */
  private async remake(): Promise<void> {
    const { state } = this;
    const missing = async ({ finding }: { readonly finding: string | null }) =>
      finding === null || !(await this.store.has(finding));
    const again = (schedule: number) => this.ask(schedule, 1, null, []);
    for (const instance of state.instances) {
      if (!(await missing(instance))) {
        await this.know(instance.finding!);
        continue;
      }
      const site = state.sites[instance.site]!;
      const { found } = (await again(instance.schedule)).answer;
      const same = found.find((one) => this.siteOf(one) === site);
      if (same === undefined)
        throw new UserError(
          `${this.options.out}: schedule ${instance.schedule} shows no ${site.kind} again (expected the folder of this version of cidfuzz)`,
        );
      this.makeSmall(same, instance);
    }
    // Contradictions are met again where their schedules are run again.
    const parted = await filterAsync(state.parted, missing);
    state.parted.splice(0, state.parted.length, ...state.parted.filter((entry) => !parted.includes(entry)));
    for (const { schedule } of parted) {
      for (const one of (await again(schedule)).answer.parted) this.makeParted(one);
    }
    const faults = await filterAsync(state.faults, missing);
    state.faults.splice(0, state.faults.length, ...state.faults.filter((entry) => !faults.includes(entry)));
    for (const { schedule } of faults) {
      const size = batchSize(this.options.config);
      const { fault } = await this.reportOf(schedule, size - (schedule % size));
      if (fault !== undefined) this.makeFault(fault, schedule);
    }
    await this.allStored();
  }

  private untilMet(): boolean {
    const { until } = this.options.limits;
    if (this.state.parted.length > 0 || this.state.faults.length >= MOST_FAULTS) return true;
    if (until === 'never') return false;
    return this.state.sites.some(({ kind }) => until === 'finding' || kind === until);
  }
}

/** The report of a batch that nothing is known of. */
function nothingOf(first: number, schedules: number): BatchReport {
  return {
    first,
    schedules,
    steps: 0,
    compared: 0,
    buckets: [],
    found: [],
    parted: [],
    corpus: [],
    plays: STRATEGIES.map(() => 0),
    pct: { threads: 0, events: 0 },
  };
}

async function factsOf(store: Store, finding: string): Promise<FindingFacts> {
  const row = await store.readFinding(finding);
  if (row.signature !== undefined) {
    const { signature, sentence, minimized } = row;
    return { kind: signature.kind, actions: minimized.actions, race: signature.race, sentence };
  }
  const [first] = (await store.read(finding, 'explained.txt')).split('\n');
  const kind = finding.startsWith('fault') ? 'fault' : 'divergence';
  return { kind, actions: 0, race: [], sentence: first! };
}

async function filterAsync<T>(all: readonly T[], is: (one: T) => Promise<boolean>): Promise<T[]> {
  const kept = await Promise.all(all.map(is));
  return all.filter((_, i) => kept[i]);
}
