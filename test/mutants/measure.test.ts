import { describe, expect, it } from 'vitest';
import type { Divergence } from '../../src/check/divergence.js';
import { type CampaignConfig, defaultConfig } from '../../src/fuzz/config.js';
import type { Figures } from '../../src/mutants/figures.js';
import { type MeasureOptions, measureMutants, type Progress } from '../../src/mutants/measure.js';
import type { Plan } from '../../src/mutants/plan.js';
import type { Ask } from '../../src/mutants/pool.js';
import type { Answer, Task } from '../../src/mutants/worker.js';
import type { Scenario } from '../../src/scenario/scenario.js';
import { Random } from '../check/random.js';
import { found } from './found.js';
import { PLAN, QUIETLY } from './plans.js';

const plan: Plan = {
  ...PLAN,
  rows: ['none', 'late-curr', 'racy-set'],
  arches: ['x86', 'arm64'],
  seed: 100,
  runs: 25_000,
};
const DIVERGENCE: Divergence = { step: 1, what: 'step 1 differs', engine: [], reference: [] };

type Search = Extract<Task, { op: 'search' }>;
type Shrink = Extract<Task, { op: 'shrink' }>;

/** Each campaign's first finding, by its own numbers: late-curr's in schedule 10 x seed of every other seed. */
function foundBy({ mutants, seed, arch }: CampaignConfig): number | null {
  if (mutants[0] === 'racy-set') return arch === 'x86' ? 20_005 : null;
  return mutants[0] === 'late-curr' && seed % 2 === 0 ? 10 * seed : null;
}

/** Workers that find what {@link foundBy} says, each after a while of its own. */
class FakeWorkers {
  readonly searches: Search[] = [];
  readonly shrinks: Shrink[] = [];
  under = 0;
  most = 0;
  constructor(private readonly random = new Random(1)) {}

  readonly ask: Ask = async <T extends Task>(task: T) => {
    this.most = Math.max(this.most, ++this.under);
    await new Promise((done) => setTimeout(done, this.random.below(3)));
    this.under--;
    return (task.op === 'search' ? this.search(task) : this.shrink(task)) as Answer<T>;
  };

  protected search(task: Search): Answer<Search> {
    this.searches.push(task);
    const schedule = foundBy(task.config);
    const here = schedule !== null && schedule >= task.first && schedule < task.first + task.count;
    return { found: here ? found('ownership', schedule) : null, parted: null };
  }

  protected shrink(task: Shrink): Answer<Shrink> {
    this.shrinks.push(task);
    return { scenario: { ...task.scenario, cpus: 1 + this.shrinks.length }, divergence: null };
  }
}

const measure = (workers: FakeWorkers, more: Partial<MeasureOptions> = {}) =>
  measureMutants({ plan, jobs: 2, ask: workers.ask, signal: QUIETLY, ...more });

describe('measureMutants', () => {
  it('ends a campaign with its first finding, and searches no further than --runs', async () => {
    const workers = new FakeWorkers();
    const { figures, parted, interrupted } = await measure(workers);
    expect([parted, interrupted]).toEqual([null, false]);
    const told = figures.map(
      (row) => `${row!.mutant} ${row!.arch}: ${row!.found} ${row!.schedules} ${row!.seeds}`,
    );
    expect(told).toEqual([
      'none x86: null null 0',
      'none arm64: null null 0',
      'late-curr x86: ownership 1041 3',
      'late-curr arm64: ownership 1041 3',
      'racy-set x86: ownership 20006 5',
      'racy-set arm64: null null 0',
    ]);
    for (const seed of [100, 101, 102, 103, 104]) {
      const batches = (row: string) =>
        workers.searches
          .filter(({ config }) => config.seed === seed && config.arch === 'x86' && config.mutants[0] === row)
          .map(({ first, count }) => [first, count]);
      const all = [
        [0, 10_000],
        [10_000, 10_000],
        [20_000, 5000],
      ];
      expect(batches('late-curr')).toEqual(seed % 2 === 0 ? [[0, 10_000]] : all);
      expect(batches('racy-set')).toEqual(all);
    }
  });

  it('comes to the same, whatever --jobs and whoever is done first', async () => {
    const { figures: once } = await measure(new FakeWorkers(), { jobs: 1 });
    for (const jobs of [2, 3, 50]) {
      const workers = new FakeWorkers(new Random(jobs));
      expect((await measure(workers, { jobs })).figures).toEqual(once);
      expect(workers.most).toBe(Math.min(jobs, 30));
    }
  });

  it('tells how far it is', async () => {
    const told: Progress[] = [];
    await measure(new FakeWorkers(), { progress: (now) => told.push(now) });
    expect(told.at(-1)).toEqual({
      cells: 6,
      known: 6,
      unfound: 3,
      schedules: 3 * 5 * 25_000 + 2 * (1001 + 1021 + 1041 + 2 * 25_000) + 5 * 20_006,
    });
  });

  it('keeps the smallest of what the seeds of a figure found', async () => {
    const kept: [Figures, Scenario][] = [];
    const sizes = [9, 4, 7, 4, 5];
    let next = 0;
    class Shrinking extends FakeWorkers {
      protected override shrink(task: Shrink): Answer<Shrink> {
        const scenario = { ...task.scenario, cpus: sizes[next]!, mms: next++ };
        return { scenario, divergence: null };
      }
    }
    const rows: Plan = { ...plan, rows: ['none', 'racy-set'] };
    const keep = async (figures: Figures, scenario: Scenario) => void kept.push([figures, scenario]);
    const { figures } = await measure(new Shrinking(), { plan: rows, jobs: 1, keep });
    // Of the two that are equally small that of the earlier seed; nothing for what is not found.
    expect(kept.map(([row, { cpus, mms }]) => [row.mutant, row.arch, cpus, mms])).toEqual([
      ['racy-set', 'x86', 4, 1],
    ]);
    expect(kept[0]![0]).toBe(figures[2]);
  });

  it('keeps no scenario of another kind than the one it tells', async () => {
    const kinds = ['livelock', 'ownership', 'ownership', 'livelock', 'ownership'] as const;
    const shrunk: number[] = [];
    const ask: Ask = async <T extends Task>(task: T) => {
      if (task.op === 'search') {
        const hit = found(kinds[task.config.seed - 100]!, 0);
        return {
          found: { ...hit, scenario: { ...hit.scenario, cpus: task.config.seed } },
          parted: null,
        } as Answer<T>;
      }
      shrunk.push(task.scenario.cpus);
      return { scenario: task.scenario, divergence: null } as Answer<T>;
    };
    const one: Plan = { ...plan, rows: ['late-curr'], arches: ['x86'] };
    const kept: string[] = [];
    const keep = async (figures: Figures) => void kept.push(figures.found!);
    await measureMutants({ plan: one, jobs: 1, ask, signal: QUIETLY, keep });
    expect([kept, shrunk]).toEqual([['ownership'], [101, 102, 104]]);
  });

  it('ends soon when it is aborted, with what is known', async () => {
    const abort = new AbortController();
    const workers = new FakeWorkers();
    const progress = ({ known }: Progress) => {
      if (known === 2) abort.abort();
    };
    const { figures, interrupted } = await measure(workers, { jobs: 1, signal: abort.signal, progress });
    expect(interrupted).toBe(true);
    expect(figures.map((row) => row !== null)).toEqual([true, true, false, false, false, false]);
    // Those of the two known rows alone.
    expect(workers.searches).toHaveLength(2 * 5 * 3);
  });

  it('is not interrupted by what comes after the last figure', async () => {
    const abort = new AbortController();
    const progress = ({ known, cells }: Progress) => {
      if (known === cells) abort.abort();
    };
    const { interrupted } = await measure(new FakeWorkers(), { signal: abort.signal, progress });
    expect(interrupted).toBe(false);
  });

  it('ends with a divergence, at a schedule or at what it was minimized to', async () => {
    class Parting extends FakeWorkers {
      protected override search(task: Search): Answer<Search> {
        const { found: hit } = super.search(task);
        if (hit === null || task.config.mutants[0] === 'late-curr') return { found: hit, parted: null };
        return { found: null, parted: { schedule: 20_005, scenario: hit.scenario, divergence: DIVERGENCE } };
      }
    }
    const atSchedule = await measure(new Parting());
    expect(atSchedule.parted).toMatchObject({
      cell: { row: 'racy-set', memory: 'sc', arch: 'x86' },
      parted: { schedule: 20_005, divergence: DIVERGENCE },
    });
    expect(atSchedule.interrupted).toBe(false);

    class PartingLater extends FakeWorkers {
      protected override shrink(task: Shrink): Answer<Shrink> {
        return { scenario: task.scenario, divergence: DIVERGENCE };
      }
    }
    const kept: Figures[] = [];
    const keep = async (figures: Figures) => void kept.push(figures);
    const later = await measure(new PartingLater(), { jobs: 1, keep });
    expect(later.parted).toMatchObject({ cell: { row: 'late-curr', arch: 'x86' }, seed: 100 });
    expect(kept).toEqual([]);
  });

  it('throws what a worker or the keeping throws, when nothing is under way any more', async () => {
    class Failing extends FakeWorkers {
      protected override search(task: Search): Answer<Search> {
        if (task.config.mutants[0] === 'late-curr') throw new Error('out of memory');
        return super.search(task);
      }
    }
    const workers = new Failing();
    await expect(measure(workers, { jobs: 3 })).rejects.toThrow('out of memory');
    expect(workers.under).toBe(0);
    const keep = () => Promise.reject(new Error('disk full'));
    await expect(measure(new FakeWorkers(), { keep })).rejects.toThrow('disk full');
  });

  it('takes smaller batches of wide worlds, as fuzz does', async () => {
    const workers = new FakeWorkers();
    const wide: Plan = { ...plan, rows: ['none'], runs: 1200, base: { ...plan.base, cpus: [2, 64] } };
    await measure(workers, { plan: wide, jobs: 1 });
    expect(workers.searches.slice(0, 3).map(({ count }) => count)).toEqual([500, 500, 200]);
    expect(workers.searches[0]!.config.tasks).toEqual(defaultConfig.tasks);
  });
});
