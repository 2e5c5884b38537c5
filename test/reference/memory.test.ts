import { describe, expect, it } from 'vitest';
import {
  cidLock,
  cidmaskWord,
  type Loc,
  nextScan,
  pcpuTime,
  type Word,
} from '../../src/reference/location.js';
import {
  CAPACITY,
  createMemory,
  HISTORY,
  LOADS,
  type Loaded,
  type LoadOrder,
  type ReachedStore,
  type StaleLoad,
  UNORDERED,
  type Watch,
} from '../../src/reference/memory.js';
import type { Arch, Memory } from '../../src/words.js';

const SIZE = { cpus: 3, tasks: 2, mms: 4 };

// Locations that hold 0 at the start. Which ones they are means nothing to the memory.
const x = pcpuTime(0, 0);
const y = pcpuTime(0, 1);
const z = nextScan(0);
const mask = cidmaskWord(0, 0);
const many = Array.from({ length: 9 }, (_, index) => pcpuTime(1 + Math.floor(index / 3), index % 3));

/** A memory, and short words for what these tests do with it. */
function memoryOf(model: Memory, arch: Arch = 'arm64') {
  const reached: ReachedStore[] = [];
  const stale: StaleLoad[] = [];
  const watch: Watch = {
    step: 0,
    onReached: (store) => reached.push(store),
    onStale: (load) => stale.push(load),
  };
  const memory = createMemory(model, arch, SIZE, watch);
  return {
    memory,
    watch,
    reached,
    stale,
    /** A plain store. */
    store: (cpu: number, loc: Loc<number>, value: number) => memory.store(cpu, loc, value, 'plain'),
    release: (cpu: number, loc: Loc<number>, value: number) => memory.store(cpu, loc, value, 'release'),
    /** A store of another cpu that is in memory at once. */
    put: (loc: Loc<number>, ...values: number[]) => {
      for (const value of values) memory.place(loc, value);
    },
    load: (cpu: number, loc: Loc<number>, age = 0, order: LoadOrder = UNORDERED): Loaded<number> =>
      memory.load(cpu, loc, order, age),
    /** How many older values a load by the cpu may return. */
    older: (cpu: number, loc: Loc, order: LoadOrder = UNORDERED) => {
      let age = 0;
      while (memory.mayBeStale(cpu, loc, order, age + 1)) age++;
      return age;
    },
    inMemory: (...locs: Loc<number>[]) => locs.map((loc) => memory.inMemory(loc)),
    /** Which of the cpu's waiting stores may drain. */
    flushable: (cpu: number) =>
      memory.waiting(cpu).flatMap((_, index) => (memory.mayFlush(cpu, index) ? [index] : [])),
    values: (cpu: number): Word[] => memory.waiting(cpu).map(({ value }) => value),
    cmpxchg: (cpu: number, loc: Loc<number>, expected: number, desired: number) =>
      memory.rmw(cpu, loc, (old) => (old === expected ? desired : null), 'cmpxchg'),
    testAndSet: (cpu: number) => memory.rmw(cpu, mask, (old) => (old === 0n ? 1n : null), 'test-and-set'),
    clear: (cpu: number) => memory.rmw(cpu, mask, () => 0n, 'clear'),
    lock: (cpu: number) => memory.rmw(cpu, cidLock, (old) => (old === 0 ? 1 : null), 'lock'),
  };
}

type TestMemory = ReturnType<typeof memoryOf>;

/** Every read-modify-write, by what comes of it: on a location of its own, by cpu 0. */
const RMWS: Record<string, (m: TestMemory) => void> = {
  'successful cmpxchg': (m) => m.cmpxchg(0, z, 0, 1),
  'failed cmpxchg': (m) => m.cmpxchg(0, z, 5, 1),
  'test-and-set that gets its bit': (m) => m.testAndSet(0),
  'test-and-set of a bit that is set': (m) => {
    m.memory.place(mask, 1n);
    m.testAndSet(0);
  },
  clear: (m) => m.clear(0),
  'lock taken': (m) => m.lock(0),
  'lock found held': (m) => {
    m.put(cidLock, 1);
    m.lock(0);
  },
};

describe('sc', () => {
  it('has no waiting stores and no older values', () => {
    const m = memoryOf('sc');
    m.store(0, x, 1);
    m.store(0, x, 2);
    expect(m.inMemory(x)).toEqual([2]);
    expect(m.load(1, x, 1)).toEqual({ value: 2, position: 0 });
    expect([m.memory.mayFlush(0, 0), m.older(1, x), m.memory.buffered(x)]).toEqual([false, 0, false]);
  });
});

describe.each(['tso', 'weak'] as const)('%s: a buffer', (model) => {
  it('holds a store until it is drained: its cpu sees it, others do not', () => {
    const m = memoryOf(model);
    m.store(0, x, 1);
    expect([m.load(0, x).value, m.load(1, x).value, m.inMemory(x)]).toEqual([1, 0, [0]]);
    expect([m.memory.seen(0, x), m.memory.seen(1, x)]).toEqual([1, 0]);
    expect([m.memory.buffered(x), m.memory.buffered(y), m.values(0), m.values(1)]).toEqual([
      true,
      false,
      [1],
      [],
    ]);
    expect(m.memory.flush(0, 0)).toMatchObject({ loc: x, value: 1 });
    expect([m.load(1, x).value, m.inMemory(x), m.memory.buffered(x)]).toEqual([1, [1], false]);
  });

  it('shows its cpu the newest store to a location', () => {
    const m = memoryOf(model);
    m.store(0, x, 1);
    m.store(0, x, 2);
    m.store(0, y, 3);
    expect([m.load(0, x).value, m.memory.seen(0, x)]).toEqual([2, 2]);
  });

  it('drains all, oldest first, for a full barrier', () => {
    const m = memoryOf(model);
    m.store(0, x, 1);
    m.store(1, z, 1);
    m.store(0, y, 2);
    m.memory.fullBarrier(0);
    expect([m.inMemory(x, y, z), m.values(0), m.values(1)]).toEqual([[1, 2, 0], [], [1]]);
    expect(m.reached.map(({ value }) => value)).toEqual([1, 2]);
  });

  it('drains all before a ninth store', () => {
    const m = memoryOf(model);
    for (let index = 0; index < CAPACITY; index++) m.store(0, many[index]!, 1);
    expect(m.values(0)).toHaveLength(8);
    m.store(0, many[8]!, 2);
    expect([m.inMemory(...many), m.values(0)]).toEqual([[1, 1, 1, 1, 1, 1, 1, 1, 0], [2]]);
    expect(m.reached).toHaveLength(8);
  });

  it('drains for the rq lock under x86 only, before the store', () => {
    const x86 = memoryOf(model, 'x86');
    x86.store(0, x, 1);
    x86.memory.store(0, y, 2, 'rq-locked');
    expect([x86.inMemory(x, y), x86.values(0)]).toEqual([[1, 0], [2]]);
    const arm64 = memoryOf(model, 'arm64');
    arm64.store(0, x, 1);
    arm64.memory.store(0, y, 2, 'rq-locked');
    expect([arm64.inMemory(x, y), arm64.values(0)]).toEqual([
      [0, 0],
      [1, 2],
    ]);
  });

  it('lets what the model places pass it', () => {
    const m = memoryOf(model);
    m.store(0, x, 1);
    m.memory.place(x, 7);
    expect([m.inMemory(x), m.load(0, x).value, m.load(1, x).value]).toEqual([[7], 1, 7]);
    m.memory.flush(0, 0);
    expect(m.inMemory(x)).toEqual([1]);
  });

  it('is drained at the end: cpu 0 first, the oldest first', () => {
    const m = memoryOf(model);
    m.store(2, x, 1);
    m.store(0, x, 2);
    m.store(0, y, 3);
    m.memory.drainAll();
    expect(m.reached.map(({ cpu, value }) => [cpu, value])).toEqual([
      [0, 2],
      [0, 3],
      [2, 1],
    ]);
    expect([m.inMemory(x, y), m.values(0), m.values(2)]).toEqual([[1, 3], [], []]);
  });

  it('serves an atomic access with the own stores to its location', () => {
    const m = memoryOf(model);
    m.store(0, z, 1);
    m.store(0, z, 2);
    expect(m.cmpxchg(0, z, 2, 3)).toEqual({ old: 2, after: 3, ok: true });
    expect([m.inMemory(z), m.values(0)]).toEqual([[3], []]);
    m.store(0, z, 4);
    expect(m.cmpxchg(0, z, 5, 6)).toEqual({ old: 4, after: 4, ok: false });
    expect([m.inMemory(z), m.values(0)]).toEqual([[4], []]);
  });

  it('tells of each store the step that issued it and the one with which it reached memory', () => {
    const m = memoryOf(model);
    m.watch.step = 3;
    m.store(1, x, 1);
    m.watch.step = 4;
    m.store(1, y, 2);
    m.watch.step = 9;
    m.memory.flush(1, 0);
    m.watch.step = 12;
    m.memory.fullBarrier(1);
    expect(m.reached).toEqual([
      { cpu: 1, loc: x.kind, a: x.a, b: x.b, value: 1, issued: 3, reached: 9 },
      { cpu: 1, loc: y.kind, a: y.a, b: y.b, value: 2, issued: 4, reached: 12 },
    ]);
  });
});

describe('tso', () => {
  it('drains in the order of issue', () => {
    const m = memoryOf('tso');
    m.store(0, x, 1);
    m.store(0, y, 2);
    expect([m.flushable(0), m.memory.mayFlush(0, 2), m.memory.mayFlush(1, 0)]).toEqual([[0], false, false]);
    m.memory.flush(0, 0);
    expect([m.inMemory(x, y), m.flushable(0)]).toEqual([[1, 0], [0]]);
  });

  it.each(Object.entries(RMWS))('a %s drains all first', (_, rmw) => {
    const m = memoryOf('tso');
    m.store(0, x, 1);
    m.store(0, y, 2);
    rmw(m);
    expect([m.inMemory(x, y), m.values(0)]).toEqual([[1, 2], []]);
  });

  it('has no older values', () => {
    const m = memoryOf('tso');
    m.put(x, 1, 2);
    expect([m.older(0, x), m.load(0, x, 1)]).toEqual([0, { value: 2, position: 0 }]);
    expect(m.stale).toEqual([]);
  });
});

describe('weak: delayed stores', () => {
  it('drain in any order', () => {
    const m = memoryOf('weak');
    m.store(0, x, 1);
    m.store(0, y, 2);
    m.store(0, z, 3);
    expect([m.flushable(0), m.memory.mayFlush(0, 3)]).toEqual([[0, 1, 2], false]);
    m.memory.flush(0, 1);
    expect([m.inMemory(x, y, z), m.values(0)]).toEqual([
      [0, 2, 0],
      [1, 3],
    ]);
  });

  it('to one location drain in the order of issue', () => {
    const m = memoryOf('weak');
    m.store(0, x, 1);
    m.store(0, y, 2);
    m.store(0, x, 3);
    expect(m.flushable(0)).toEqual([0, 1]);
    m.memory.flush(0, 0);
    expect([m.flushable(0), m.inMemory(x)]).toEqual([[0, 1], [1]]);
  });

  it('a release waits for all before it, and nothing waits for the release', () => {
    const m = memoryOf('weak');
    m.store(0, x, 1);
    m.store(0, y, 2);
    m.release(0, z, 3);
    m.store(0, many[0]!, 4);
    expect(m.flushable(0)).toEqual([0, 1, 3]);
    // What is gone before it, in any order, is gone; what came after it does not count.
    m.memory.flush(0, 3);
    m.memory.flush(0, 1);
    expect(m.values(0)).toEqual([1, 3]);
    expect(m.flushable(0)).toEqual([0]);
    m.memory.flush(0, 0);
    expect([m.values(0), m.flushable(0)]).toEqual([[3], [0]]);
  });

  it('after the rq lock they wait for those before it, which stay free', () => {
    const m = memoryOf('weak');
    m.store(0, x, 1);
    m.store(0, y, 2);
    m.memory.store(0, z, 3, 'rq-locked');
    m.store(0, many[0]!, 4);
    expect(m.flushable(0)).toEqual([0, 1]);
    m.memory.flush(0, 1);
    expect(m.flushable(0)).toEqual([0]);
    m.store(0, many[1]!, 5);
    expect(m.flushable(0)).toEqual([0]);
    m.memory.flush(0, 0);
    expect(m.flushable(0)).toEqual([0, 1, 2]);
  });

  it('after the start of a switch they wait for those before it', () => {
    const m = memoryOf('weak', 'x86');
    m.store(0, x, 1);
    m.memory.startSwitch(0);
    m.store(0, y, 2);
    expect([m.values(0), m.flushable(0)]).toEqual([[1, 2], [0]]);
  });

  it('after the taking of a lock they wait for the releases before it, not for what came after those', () => {
    const m = memoryOf('weak');
    m.release(0, x, 1);
    m.store(0, y, 2);
    m.lock(0);
    m.store(0, z, 3);
    expect([m.values(0), m.flushable(0)]).toEqual([
      [1, 2, 3],
      [0, 1],
    ]);
    m.memory.flush(0, 0);
    expect(m.flushable(0)).toEqual([0, 1]);
  });

  it('a lock found held keeps nothing in order', () => {
    const m = memoryOf('weak');
    m.put(cidLock, 1);
    m.release(0, x, 1);
    m.lock(0);
    m.store(0, z, 3);
    expect([m.values(0), m.flushable(0)]).toEqual([
      [1, 3],
      [0, 1],
    ]);
  });

  const DRAINING = [
    'successful cmpxchg',
    'test-and-set that gets its bit',
    'test-and-set of a bit that is set',
  ];

  it.each(Object.entries(RMWS))(
    'a %s drains all if it is a full barrier, else only its location',
    (name, rmw) => {
      const m = memoryOf('weak');
      m.store(0, x, 1);
      m.release(0, y, 2);
      rmw(m);
      const drained = DRAINING.includes(name);
      expect([m.inMemory(x, y), m.values(0)]).toEqual(
        drained
          ? [[1, 2], []]
          : [
              [0, 0],
              [1, 2],
            ],
      );
    },
  );

  it('an atomic access drains the own stores to its location, and what must be gone before them', () => {
    const m = memoryOf('weak');
    m.store(0, x, 1);
    m.release(0, z, 2);
    m.store(0, y, 3);
    m.store(0, z, 4);
    m.store(0, many[0]!, 5);
    expect(m.cmpxchg(0, z, 9, 9).old).toBe(4);
    expect([m.inMemory(x, y, z), m.values(0)]).toEqual([
      [1, 0, 4],
      [3, 5],
    ]);
    expect(m.reached.map(({ value }) => value)).toEqual([1, 2, 4]);
  });

  it('an atomic access drains what was before the last rq lock', () => {
    const m = memoryOf('weak');
    m.store(0, x, 1);
    m.memory.startSwitch(0);
    m.store(0, y, 2);
    m.cmpxchg(0, z, 9, 9);
    expect([m.inMemory(x, y), m.values(0), m.flushable(0)]).toEqual([[1, 0], [2], [0]]);
  });
});

describe('weak: older values', () => {
  it('a load returns any that the location held since the window opened', () => {
    const m = memoryOf('weak');
    m.put(x, 1, 2, 2, 3);
    expect(m.older(0, x)).toBe(4);
    // Each by another cpu: a load changes what the next one may return. A store of the same value counts.
    expect([m.load(0, x, 1).value, m.load(1, x, 2).value, m.load(2, x, 3).value]).toEqual([2, 2, 1]);
    const n = memoryOf('weak');
    n.put(x, 1, 2);
    expect([n.load(0, x, 2).value, n.load(1, x, 3).value, n.load(2, x).value]).toEqual([0, 2, 2]);
    expect([n.older(0, y), n.memory.mayBeStale(0, y, UNORDERED, 1)]).toEqual([0, false]);
  });

  it('are told with the newest value', () => {
    const m = memoryOf('weak');
    m.put(x, 1, 2);
    m.watch.step = 5;
    m.load(0, x);
    m.load(1, x, 7);
    expect(m.stale).toEqual([]);
    m.load(2, x, 2);
    expect(m.stale).toEqual([{ step: 5, age: 2, newest: 2 }]);
  });

  const CLOSING: Record<string, (m: TestMemory) => void> = {
    'full barrier': (m) => m.memory.fullBarrier(0),
    'rq lock': (m) => m.memory.store(0, y, 1, 'rq-locked'),
    'start of a switch': (m) => m.memory.startSwitch(0),
    'successful cmpxchg': RMWS['successful cmpxchg']!,
    'test-and-set that gets its bit': RMWS['test-and-set that gets its bit']!,
    'test-and-set of a bit that is set': RMWS['test-and-set of a bit that is set']!,
    'lock taken': RMWS['lock taken']!,
  };

  it.each(Object.entries(CLOSING))('a %s closes the window of its cpu', (_, close) => {
    for (const arch of ['x86', 'arm64'] as const) {
      const m = memoryOf('weak', arch);
      m.put(x, 1);
      close(m);
      expect([m.older(0, x), m.older(1, x)]).toEqual([0, 1]);
      m.put(x, 2);
      expect([m.older(0, x), m.load(0, x, 1).value]).toEqual([1, 1]);
    }
  });

  const OPEN: Record<string, (m: TestMemory) => void> = {
    'failed cmpxchg': RMWS['failed cmpxchg']!,
    clear: RMWS.clear!,
    'lock found held': RMWS['lock found held']!,
    release: (m) => m.release(0, y, 1),
    'ninth store': (m) => {
      for (const loc of many) m.store(0, loc, 1);
    },
    flush: (m) => {
      m.store(0, y, 1);
      m.memory.flush(0, 0);
    },
  };

  it.each(Object.entries(OPEN))('a %s does not', (_, act) => {
    const m = memoryOf('weak');
    m.put(x, 1);
    act(m);
    expect(m.older(0, x)).toBe(1);
  });

  it('coherence: a load never goes back behind another one of the location', () => {
    const m = memoryOf('weak');
    m.put(x, 1, 2, 3);
    m.put(y, 1);
    expect(m.load(0, x, 2).value).toBe(1);
    expect(m.older(0, x)).toBe(2);
    expect(m.load(0, x, 1).value).toBe(2);
    expect(m.older(0, x)).toBe(1);
    expect(m.load(0, x).value).toBe(3);
    expect([m.older(0, x), m.older(0, y), m.older(1, x)]).toEqual([0, 1, 3]);
  });

  it.each(['failed cmpxchg', 'clear', 'lock found held'])('coherence: nor behind a %s', (name) => {
    const at: Loc = name === 'clear' ? mask : name === 'failed cmpxchg' ? z : cidLock;
    const m = memoryOf('weak');
    m.put(z, 1);
    m.memory.place(mask, 1n);
    m.put(cidLock, 1);
    RMWS[name]!(m);
    expect([m.older(0, at), m.older(1, at) > 0]).toEqual([0, true]);
  });

  it('coherence: nor behind an own store that has drained', () => {
    const m = memoryOf('weak');
    m.put(x, 1);
    m.store(0, x, 2);
    m.memory.flush(0, 0);
    expect([m.older(0, x), m.older(1, x)]).toEqual([0, 2]);
    m.put(x, 3);
    expect(m.load(0, x, 1).value).toBe(2);
  });

  it('a load that an own waiting store serves has none', () => {
    const m = memoryOf('weak');
    m.put(x, 1, 2);
    m.store(0, x, 3);
    expect([m.older(0, x), m.load(0, x, 1).value]).toEqual([0, 3]);
    expect(m.stale).toEqual([]);
  });

  it('address dependencies: a load is not older than the load of its address', () => {
    const m = memoryOf('weak');
    m.put(y, 1);
    m.put(x, 1);
    m.put(y, 2);
    const newest = m.load(0, x);
    expect(newest.position).toBe(2);
    // y = 0 was overwritten before x = 1 was there, y = 1 after it.
    expect([m.older(0, y), m.older(0, y, { after: newest.position, acquire: false })]).toEqual([2, 1]);
    const older = m.load(1, x, 1);
    expect(older).toEqual({ value: 0, position: 0 });
    expect(m.older(1, y, { after: older.position, acquire: false })).toBe(2);
  });

  it('the position of what was always there, or of an own waiting store, is where the window opened', () => {
    const m = memoryOf('weak');
    m.put(x, 1, 2);
    m.memory.fullBarrier(0);
    m.put(y, 1);
    expect([m.load(0, z).position, m.load(0, x).position, m.load(0, y).position]).toEqual([2, 2, 3]);
    m.store(1, x, 3);
    expect(m.load(1, x)).toEqual({ value: 3, position: 0 });
  });

  it('an acquire load moves the window to the start of the version that it returned', () => {
    const acquire: LoadOrder = { after: 0, acquire: true };
    const m = memoryOf('weak');
    m.put(y, 1);
    m.put(x, 1);
    m.put(y, 2);
    m.load(0, x, 0, acquire);
    m.load(1, x, 1, acquire);
    m.load(2, x, 0, UNORDERED);
    expect([m.older(0, y), m.older(1, y), m.older(2, y)]).toEqual([1, 2, 2]);
  });

  it(`a cpu remembers ${LOADS} positions; with one more its window opens anew`, () => {
    const m = memoryOf('weak');
    m.put(x, 1);
    for (let count = 0; count < LOADS; count++) m.load(0, z);
    expect(m.older(0, x)).toBe(1);
    m.load(0, z);
    expect([m.older(0, x), m.older(1, x)]).toEqual([0, 1]);
    m.put(x, 2);
    for (let count = 1; count < LOADS; count++) m.load(0, z);
    expect(m.older(0, x)).toBe(1);
    m.load(0, z);
    expect(m.older(0, x)).toBe(0);
  });

  it(`memory remembers ${HISTORY} overwritten values`, () => {
    const m = memoryOf('weak');
    m.put(x, 1);
    for (let count = 1; count < HISTORY; count++) m.put(y, count);
    expect([m.older(0, x), m.load(1, x, 1).value]).toEqual([1, 0]);
    m.put(y, HISTORY);
    expect([m.older(0, x), m.older(0, y)]).toEqual([0, HISTORY]);
    // What has been forgotten may have been there since then.
    expect(m.load(0, z).position).toBe(1);
  });

  it('the set-up is not remembered', () => {
    const m = memoryOf('weak');
    m.put(x, 1);
    m.memory.start();
    expect([m.older(0, x), m.load(0, x)]).toEqual([0, { value: 1, position: 0 }]);
  });
});
