import { describe, expect, it } from 'vitest';
import { type CostOptions, costOf, type TraceCost } from '../../../src/trace/cost/cost-of.js';
import type { Cost } from '../../../src/trace/cost/tally.js';
import { openTrace } from '../../../src/trace/read-trace.js';
import { ALGOS, type Algo } from '../../../src/words.js';
import { imports } from '../import/importing.js';
import { dataPath, dataText, FORK, IDLE, PTHREAD, Writer, written } from '../traces.js';
import { figuresOf } from './counting.js';

const TICKS = 'ticks-hackbench-3x-threads.ftrace.txt.gz';
const TRACE_CMD = 'hackbench-threads.trace-cmd-report.txt.gz';
const ODD = 'odd-comms-and-vfork.ftrace.txt.gz';

async function costs(path: string, options: Partial<CostOptions> = {}): Promise<TraceCost> {
  return costOf(await openTrace(path, null), { algos: ALGOS, hz: 0, lockstep: 20_000, ...options });
}

/** By algorithm. */
const of = ({ algos }: TraceCost, algo: Algo): Cost => algos.find((one) => one.algo === algo)!.cost;
const without = ({ steps: _, ...rest }: Cost) => rest;

const a = { tid: 100, comm: 'a' };
const t = { tid: 101, tgid: 100, comm: 'a' };
const b = { tid: 200, comm: 'b' };
const c = { tid: 300, comm: 'c' };
const k = { tid: 15, comm: 'kworker/0:1' };

// By hand, from the model: each comment says what v6.3 does there, then what the others do.
describe('what a trace costs', () => {
  it('in switches of all sorts', async () => {
    const path = new Writer()
      // a gets cid 0: lock, a word, its bit. The others: a word, the bit's RMW. A barrier.
      .switch(0, IDLE, a)
      // t takes over a's cid. The others find it in the cpu's slot.
      .switch(0, a, t)
      // As the first one.
      .switch(1, IDLE, b)
      // t puts its cid: lock. The others leave it in the slot.
      .switch(0, t, k)
      // As the first one. The others find it in the slot. A barrier.
      .switch(0, k, a)
      // a puts, c gets: two locks, a word. The others: a word, the bit's RMW.
      .switch(0, a, c)
      // c puts: lock. The others: a cmpxchg of the slot, the bit's RMW.
      .exit(0, c)
      .switch(0, c, IDLE, 'X')
      .file();
    const cost = await costs(path);
    expect(without(of(cost, 'v6.3'))).toEqual({
      rmw: 7,
      locks: 7,
      barriers: 3,
      wordsScanned: 4,
      allocations: 4,
      lazyPuts: 0,
      compactions: 0,
      cleared: 0,
    });
    for (const algo of ['rfc-v6', 'rfc-v6-fixed'] as const) {
      expect(without(of(cost, algo)), algo).toEqual({
        rmw: 5,
        locks: 0,
        barriers: 3,
        wordsScanned: 3,
        allocations: 3,
        lazyPuts: 0,
        compactions: 0,
        cleared: 0,
      });
    }
    expect(cost).toMatchObject({ maxConcurrency: 1, cpus: 2, compared: 7, divergence: null });
    expect(cost.algos.map(({ maxCid }) => maxCid)).toEqual([0, 0, 0]);
  });

  it('in a compaction', async () => {
    const path = new Writer()
      .at(1_000_000)
      // a: cid 0. t: cid 1, for a runs.
      .switch(0, IDLE, a)
      .switch(1, IDLE, t)
      // a puts: lock. The others: cmpxchg, bit. The slot of cpu 0 is unset.
      .exit(0, a, false)
      .switch(0, a, IDLE, 'X')
      .at(1_150_000)
      // t puts: lock. The others: nothing.
      .switch(1, t, IDLE)
      // t gets: lock, a word. The others: the slot is old, a word shows that 0 is free: cmpxchg, bit; a word, bit.
      .switch(1, IDLE, t)
      .switch(1, t, b)
      .file();
    const cost = await costs(path);
    // t puts and b gets at the end: two locks and a word; the others: a word, a bit.
    expect(without(of(cost, 'v6.3'))).toEqual({
      rmw: 2 + 1 + 1 + 1 + 2,
      locks: 7,
      barriers: 3,
      wordsScanned: 4,
      allocations: 4,
      lazyPuts: 0,
      compactions: 0,
      cleared: 0,
    });
    for (const algo of ['rfc-v6', 'rfc-v6-fixed'] as const) {
      expect(without(of(cost, algo)), algo).toEqual({
        rmw: 2 + 2 + 3 + 1,
        locks: 0,
        barriers: 3,
        wordsScanned: 2 + 2 + 1,
        allocations: 4,
        lazyPuts: 0,
        compactions: 1,
        cleared: 0,
      });
    }
    expect(cost.maxConcurrency).toBe(2);
    expect(cost.algos.map(({ maxCid }) => maxCid)).toEqual([1, 1, 1]);
  });

  it('in what clear-old takes back', async () => {
    const path = new Writer()
      .at(1_000_000)
      // a: cid 0. t: cid 1. b: cid 0 of its own mm.
      .switch(0, IDLE, a)
      .switch(1, IDLE, t)
      .switch(0, a, b)
      .at(1_150_000)
      // So that cpu 0's clock is new: b puts.
      .switch(0, b, IDLE)
      // t's tick queues its work: next_scan's cmpxchg; cpu 0's slot is old and nobody's: lazy, unset, bit. Its own is in use.
      .tick(1, t)
      .at(1_150_100)
      // A tick after which nothing is due.
      .tick(1, t)
      .switch(1, t, IDLE)
      .file();
    const cost = await costs(path, { hz: 1000 });
    expect(without(of(cost, 'v6.3'))).toEqual({
      rmw: 2 + 2 + 1 + 1,
      locks: 6,
      barriers: 2,
      wordsScanned: 3,
      allocations: 3,
      lazyPuts: 0,
      compactions: 0,
      cleared: 0,
    });
    expect(without(of(cost, 'rfc-v6'))).toEqual({
      rmw: 3 + 1 + 3,
      locks: 0,
      barriers: 2,
      wordsScanned: 3,
      allocations: 3,
      lazyPuts: 0,
      compactions: 0,
      cleared: 1,
    });
    expect(of(cost, 'rfc-v6-fixed')).toMatchObject({ rmw: 7, cleared: 1, allocations: 3 });
  });

  it('in forks and an exec', async () => {
    const path = new Writer()
      .switch(0, IDLE, a)
      .newtask(0, a, c, FORK)
      // a puts, c gets.
      .switch(0, a, c)
      // c puts and gets: two locks, a word. The others: cmpxchg, bit; a word, bit.
      .prepareExec(0, c)
      .exec(0, c)
      .switch(0, c, a)
      .file();
    const cost = await costs(path);
    expect(of(cost, 'v6.3')).toMatchObject({ rmw: 1 + 2 + 2 + 2, locks: 7, wordsScanned: 4, allocations: 4 });
    // a's slot is still there at the end.
    expect(of(cost, 'rfc-v6')).toMatchObject({
      rmw: 1 + 1 + 3,
      locks: 0,
      wordsScanned: 3,
      allocations: 3,
      compactions: 0,
      lazyPuts: 0,
    });
  });
});

describe('what a recording costs', () => {
  const some = (name: string, lines: number) =>
    written(dataText(name).split('\n').slice(0, lines).concat('').join('\n'), 'some.ftrace.txt');

  it.each([
    [TICKS, () => dataPath(TICKS), 0],
    [`${ODD}, 450 lines`, () => some(ODD, 450), 250],
    [`${TRACE_CMD}, 6000 lines`, () => some(TRACE_CMD, 6000), 1000],
  ])('%s: as the reference’s events tell', async (_, path, hz) => {
    const file = path();
    const cost = await costs(file, { hz });
    expect(cost).toMatchObject({ divergence: null, departures: { crowded: 0 } });
    for (const algo of ALGOS) {
      const { scenario, imported } = await imports(file, { hz, algo });
      expect(imported.departures.crowded).toBe(0);
      expect(of(cost, algo), algo).toEqual(figuresOf(scenario));
      expect(of(cost, algo).rmw).toBeGreaterThan(0);
    }
  });

  it('does not depend on what is asked for with it', async () => {
    const all = await costs(dataPath(TICKS));
    for (const algo of ALGOS) {
      const one = await costs(dataPath(TICKS), { algos: [algo], lockstep: 0 });
      expect(one.algos).toHaveLength(1);
      expect(one.algos[0]).toEqual(all.algos.find((other) => other.algo === algo));
      expect(one.compared).toBe(0);
      expect(one.maxConcurrency).toBe(all.maxConcurrency);
    }
  });

  it('is the sum of its samples', async () => {
    const cost = await costs(dataPath(TRACE_CMD), { lockstep: 0 });
    const sum = (pick: (sample: TraceCost['samples'][number]) => number) =>
      cost.samples.reduce((all, sample) => all + pick(sample), 0);
    expect(sum(({ switches }) => switches)).toBe(cost.counts.lines + cost.counts.inferred);
    for (const [i, { cost: whole, maxCid }] of cost.algos.entries()) {
      expect(sum(({ costs }) => costs[i]!.rmw)).toBe(whole.rmw);
      expect(sum(({ costs }) => costs[i]!.locks)).toBe(whole.locks);
      expect(Math.max(...cost.samples.map(({ costs }) => costs[i]!.highest))).toBe(maxCid);
    }
    expect(Math.max(...cost.samples.map(({ running }) => running))).toBe(cost.maxConcurrency);
    expect(cost.maxConcurrency).toBe(2);
  });

  it('tells how many switches were run in lockstep: so many from its beginning', async () => {
    expect((await costs(dataPath(TICKS), { lockstep: 500 })).compared).toBe(500);
    expect((await costs(dataPath(TICKS), { lockstep: 20_000 })).compared).toBe(5697);
  });
});

describe('numbers are used again', () => {
  /** Processes that are born, execute, and exit, one after the other; their lines are as often as not missing. */
  function processes(
    count: number,
    way: (w: Writer, p: { tid: number; comm: string }, i: number) => void,
  ): string {
    const w = new Writer().switch(0, IDLE, b);
    for (let i = 0; i < count; i++) way(w, { tid: 1000 + (i % 30_000), comm: 'p' }, i);
    return w.file();
  }

  it('of 20 000 processes, one after the other: what each costs', async () => {
    const path = processes(20_000, (w, p) =>
      w.newtask(0, b, p, FORK).switch(0, b, p).prepareExec(0, p).exec(0, p).exit(0, p).switch(0, p, b, 'X'),
    );
    const cost = await costs(path, { lockstep: 1000 });
    expect(cost).toMatchObject({
      departures: { crowded: 0, evicted: 0, moved: 0 },
      divergence: null,
      compared: 1000,
    });
    expect(cost.algos.map(({ violation }) => violation)).toEqual([0, 0, 0]);
    // b puts, p gets, puts, gets, puts, b gets; b's first one.
    expect(of(cost, 'v6.3')).toMatchObject({
      rmw: 1 + 6 * 20_000,
      locks: 1 + 6 * 20_000,
      allocations: 1 + 3 * 20_000,
      barriers: 20_001,
    });
    // p's first mm: bit, cmpxchg, bit; its second one too. b's slot lasts.
    expect(of(cost, 'rfc-v6')).toMatchObject({ rmw: 1 + 6 * 20_000, locks: 0, allocations: 1 + 2 * 20_000 });
    expect(cost.uses).toHaveLength(1 + 2 * 20_000);
  }, 60_000);

  it('of threads', async () => {
    const path = processes(20_000, (w, p) => {
      const thread = { ...p, tgid: 200 };
      w.newtask(0, b, p, PTHREAD).switch(0, b, thread).exit(0, thread, false).switch(0, thread, b, 'X');
    });
    const cost = await costs(path, { lockstep: 0 });
    expect(cost.departures.crowded).toBe(0);
    expect(cost.uses).toHaveLength(1);
  }, 60_000);

  it('of processes whose exec comes to nothing, or whose exit is shown where they do not run', async () => {
    const path = processes(20_000, (w, p, i) => {
      w.newtask(0, b, p, FORK).switch(0, b, p).prepareExec(0, p);
      if (i % 2 === 0) w.exit(0, p).switch(0, p, b, 'X');
      else
        w.switch(0, p, b).event(1, IDLE, `sched_process_exit: comm=p pid=${p.tid} prio=120 group_dead=true`);
    });
    expect((await costs(path, { algos: ['rfc-v6'], lockstep: 0 })).departures.crowded).toBe(0);
  }, 60_000);
});
