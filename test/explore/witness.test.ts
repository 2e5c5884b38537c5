import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.js';
import type { Verdict } from '../../src/explore/explore.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { printScenario } from '../../src/scenario/print.js';
import type { Action } from '../../src/scenario/scenario.js';
import { KIND_WORDS } from '../../src/words.js';
import { exploreWorld, type SmallWorld, smallWorld } from './worlds.js';

const engine = new Engine();
const racy = { algo: 'rfc-v6-fixed', mutants: ['racy-set'] } as const;
const few = { advances: 1, ticks: 1, works: 1 };

/** The names that the text's forks and execs introduce. */
function introduced(text: string): string[] {
  return [...text.matchAll(/^(?:fork \d+ thread (\w+)|fork \d+ process (\w+) (\w+)|exec \d+ (\w+))/gm)]
    .flatMap(([, ...names]) => names)
    .filter((name) => name !== undefined);
}

/** Checks all that a scenario of a violation is; returns its text. */
function expectWitness({ witness }: Verdict): string {
  const { scenario, kind } = witness!;
  const text = printScenario(scenario);
  // The parser says where a name is used before it is introduced, or introduced twice.
  const parsed = parseScenario(Buffer.from(text), 'witness');
  expect(printScenario(parsed)).toBe(text);
  expect(new Set(introduced(text)).size).toBe(introduced(text).length);
  const { violation, skipped } = engine.run(parsed);
  expect(KIND_WORDS[violation?.kind ?? 0]).toBe(kind);
  expect(violation?.action).toBe(scenario.actions.length);
  expect(skipped).toEqual([]);
  return text;
}

/** Moves of a way: micro-steps, and actions of other kinds. */
function lengthOf(actions: readonly Action[]): number {
  return actions.reduce((sum, action) => sum + (action.op === 'step' ? action.count : 1), 0);
}

describe('a way with a fork and an exec', () => {
  it('names what they bring to life', async () => {
    const world = smallWorld('fork and exec', [2, 1, 1], racy, { ...few, threadForks: 1, execs: 1 });
    const verdict = await exploreWorld(world);
    expect(verdict).toMatchObject({ kind: 'ownership', shortest: true });
    const text = expectWitness(verdict);
    expect(introduced(text)).toEqual(['t0', 'B']);
    expect(text).toMatch(/^cpus 2\nmm A\ntask a A 0\n---\n/m);
    expect(verdict.witness!.length).toBe(lengthOf(verdict.witness!.scenario.actions));
  });

  it('takes names that the world has not', async () => {
    const world = smallWorld(
      'taken names',
      [2, 1, 1],
      { ...racy, taskNames: ['t0'], mmNames: ['B'] },
      { ...few, threadForks: 1, execs: 1 },
    );
    expect(introduced(expectWitness(await exploreWorld(world)))).toEqual(['t1', 'A']);
  });

  it('does not name what is not brought to life', async () => {
    const world = smallWorld('neither', [2, 2, 1], racy, { ...few, forks: 2, execs: 2, exits: 1 });
    const verdict = await exploreWorld(world);
    expect(introduced(expectWitness(verdict))).toEqual([]);
    expect(verdict.witness!.length).toBe(20);
    expect(printScenario(verdict.witness!.scenario)).not.toMatch(/t0|mm B|task B/);
  });
});

describe('ways with many of them', () => {
  /** Depth-first, so that a way has all that it may. */
  const WORLDS: readonly SmallWorld[] = [
    smallWorld(
      'exit-stays-active',
      [2, 1, 1],
      { mutants: ['exit-stays-active'] },
      { forks: 2, threadForks: 1, execs: 2, exits: 2 },
    ),
    smallWorld(
      'clear-before-unset',
      [2, 2, 2],
      { mutants: ['clear-before-unset'] },
      { forks: 2, threadForks: 1, execs: 2, exits: 2 },
    ),
    smallWorld(
      'plain-unset, weak',
      [2, 2, 1],
      { mutants: ['plain-unset'], memory: 'weak' },
      { forks: 2, threadForks: 1, execs: 2, exits: 2 },
    ),
    smallWorld(
      'plain-unset',
      [2, 2, 1],
      { algo: 'rfc-v6-fixed', mutants: ['plain-unset'] },
      { forks: 2, threadForks: 1, execs: 2, exits: 2 },
    ),
    smallWorld('racy-set', [2, 1, 1], racy, { ...few, forks: 1, threadForks: 1, execs: 1, exits: 1 }),
    smallWorld(
      'late-curr',
      [2, 2, 2],
      { algo: 'rfc-v6-fixed', mutants: ['late-curr'] },
      { forks: 2, execs: 2, exits: 2 },
    ),
  ];
  it.each(WORLDS)('$name: every name is introduced once', async (world) => {
    const verdict = await exploreWorld(world, { order: 'dfs' });
    expect(introduced(expectWitness(verdict)).length).toBeGreaterThan(1);
  });
});

describe('a way behind a prefix', () => {
  it('goes on where the actions given leave off, even in the middle of a routine', async () => {
    const world = smallWorld('whole', [2, 2, 1], racy, {});
    const { actions } = (await exploreWorld(world)).witness!.scenario;
    expect(lengthOf(actions)).toBe(20);
    for (let count = 1; count < actions.length; count++) {
      const prefix = actions.slice(0, count);
      const verdict = await exploreWorld({ ...world, scenario: { ...world.scenario, actions: prefix } });
      expectWitness(verdict);
      expect(verdict.witness!.scenario.actions.slice(0, count)).toEqual(prefix);
      expect(verdict).toMatchObject({ kind: 'ownership', shortest: true });
      expect(verdict.witness!.length, `after ${count} actions`).toBe(20 - lengthOf(prefix));
    }
    const all = await exploreWorld({ ...world, scenario: { ...world.scenario, actions } });
    expect(all.witness).toMatchObject({ kind: 'ownership', length: 0, scenario: { actions } });
  });

  it('is without what the prefix skips, and its names', async () => {
    const world = smallWorld('skips', [2, 1, 1], racy, { ...few, threadForks: 1 });
    const text =
      'cidfuzz 1\nalgo rfc-v6-fixed\nmutant racy-set\ncpus 2\nmm A\ntask a A 0\n---\nfork 1 thread z\nexec 0 Z\nfork 1 process y Y\nswitch 0 a\nstep 0 4\n';
    const scenario = parseScenario(Buffer.from(text), 'skips');
    const verdict = await exploreWorld({ ...world, scenario });
    const witness = expectWitness(verdict);
    expect(witness).toMatch(/\ntask a A 0\n---\nswitch 0 a\nstep 0 4\nstep 0 8\nfork 0 thread t0/);
    expect(witness).not.toMatch(/\b[yzYZ]\b/);
  });
});
