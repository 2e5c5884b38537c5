import { beforeAll, describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/explore/explore.js';
import { allReductions, type Reductions } from '../../src/explore/reductions.js';
import { exploreWorld, type SmallWorld, smallWorld } from './worlds.js';

const few = { switches: 4, ticks: 1, works: 1, advances: 1, migrations: 0 };
const fixed = { algo: 'rfc-v6-fixed' } as const;

/** Clean and violating ones, of all algorithms and memory models; so small that they can be explored without reductions. */
const WORLDS: SmallWorld[] = [
  smallWorld('one cpu', [1, 2, 1], {}, { advances: 2 }),
  smallWorld('one cpu, exit', [1, 2, 1], {}, { exits: 1, advances: 1, works: 1 }),
  smallWorld('one cpu, exec', [1, 1, 1], {}, { execs: 1, advances: 1, works: 1 }),
  smallWorld('one cpu, fork', [1, 1, 1], {}, { forks: 1, advances: 1, works: 1, ticks: 2 }),
  smallWorld('one cpu, two mms', [1, 3, 2], {}, { advances: 1, works: 1, ticks: 2 }),
  smallWorld('one cpu, preempt none', [1, 3, 1], { preempt: 'none' }, { advances: 1 }),
  smallWorld('v6.3', [2, 2, 1], { algo: 'v6.3' }, { advances: 1 }),
  smallWorld('v6.3, exit', [2, 3, 1], { algo: 'v6.3' }, { exits: 1, advances: 0, ticks: 0, switches: 5 }),
  smallWorld('no advance', [2, 1, 1], fixed, { advances: 1 }),
  smallWorld('two mms', [2, 2, 2], {}, { advances: 0, works: 1, ticks: 1, switches: 4 }),
  smallWorld('tso', [2, 2, 1], { memory: 'tso' }, { ...few, switches: 2 }),
  smallWorld(
    'tso, one cpu, exec-fail',
    [1, 2, 1],
    { memory: 'tso' },
    { execFails: 1, advances: 1, works: 0, ticks: 1, switches: 3 },
  ),
  smallWorld(
    'weak',
    [2, 2, 1],
    { memory: 'weak', arch: 'arm64' },
    { ...few, switches: 2, ticks: 0, works: 0 },
  ),
  smallWorld('racy-set', [2, 2, 1], { ...fixed, mutants: ['racy-set'] }, { advances: 1 }),
  smallWorld('exit-stays-active', [1, 1, 1], { mutants: ['exit-stays-active'] }, { exits: 1, advances: 1 }),
  smallWorld('clear-before-unset', [1, 1, 1], { mutants: ['clear-before-unset'] }, { exits: 1, advances: 1 }),
  smallWorld('no-second-check', [2, 2, 1], { ...fixed, mutants: ['no-second-check'] }, few),
  smallWorld('plain-unset', [2, 2, 1], { mutants: ['plain-unset'] }, few),
  smallWorld('late-curr', [2, 2, 1], { ...fixed, mutants: ['late-curr'] }, { ...few, switches: 3 }),
  smallWorld(
    'full-mask-fails',
    [2, 2, 1],
    { mutants: ['full-mask-fails'] },
    { ...few, works: 0, switches: 5 },
  ),
  smallWorld(
    'no-mb-kernel-user',
    [2, 2, 1],
    { ...fixed, memory: 'tso', mutants: ['no-mb-kernel-user'] },
    { ...few, advances: 0 },
  ),
  smallWorld('compactness', [2, 1, 1], { oracle: ['compactness'] }, { advances: 1 }),
];

const off = (...names: (keyof Reductions)[]): Reductions =>
  ({ ...allReductions, ...Object.fromEntries(names.map((name) => [name, false])) }) as Reductions;

const VARIANTS: [string, Reductions][] = [
  ['time', off('time')],
  ['local steps', off('local')],
  ['sleep sets', off('sleep')],
  ['symmetry', off('tasks', 'mms', 'cpus')],
  ['homes', off('homes')],
  ['all of them', off('time', 'local', 'sleep', 'tasks', 'mms', 'cpus', 'homes')],
];

const answer = ({ kind, complete, shortest, witness }: Verdict) => ({
  kind,
  complete,
  shortest,
  length: witness?.length ?? null,
});

describe.each(WORLDS)('$name', (world) => {
  let usual: Verdict;
  beforeAll(async () => {
    usual = await exploreWorld(world);
  });

  it('is decided', () => {
    expect(usual.complete).toBe(true);
    expect(usual.shortest).toBe(usual.kind !== null);
  });

  it.each(VARIANTS)('is the same without %s', async (_, reductions) => {
    const verdict = await exploreWorld(world, { reductions });
    expect(answer(verdict)).toEqual(answer(usual));
    if (usual.kind !== null || reductions.local) return;
    expect(verdict.progress.distinct).toBeGreaterThanOrEqual(usual.progress.distinct);
  });

  it('has the same states with sleep sets and without', async () => {
    // Equal tasks and mms have no order where they are alike in all but what refers to them: names stay here.
    const named = off('tasks', 'mms', 'cpus');
    const states = async (sleep: boolean) =>
      (await exploreWorld(world, { reductions: { ...named, sleep } })).progress.distinct;
    if (usual.kind === null) expect(await states(true)).toBe(await states(false));
  });

  it('is the same with whole states', async () => {
    const whole = await exploreWorld(world, { exact: true });
    expect(answer(whole)).toEqual(answer(usual));
    expect(whole.progress.distinct).toBe(usual.progress.distinct);
  });

  it('is the same depth-first', async () => {
    const verdict = await exploreWorld(world, { order: 'dfs' });
    expect(verdict.kind === null).toBe(usual.kind === null);
    if (usual.kind === null) expect(verdict.progress.distinct).toBe(usual.progress.distinct);
    else expect(verdict.witness?.length).toBeGreaterThanOrEqual(usual.witness!.length);
  });
});
