import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Cover, enough } from '../../src/corpus/cover.js';
import { type Examined, examine, faultOf, machineOf } from '../../src/corpus/examine.js';
import { hashOf } from '../../src/corpus/hash.js';
import { statsOf, statsText } from '../../src/corpus/stats.js';
import { Engine } from '../../src/engine/engine.js';
import { printScenario } from '../../src/scenario/print.js';
import { KIND_WORDS } from '../../src/words.js';
import { corpusFiles } from './files.js';

const folder = mkdtempSync(join(tmpdir(), 'cidfuzz-cover-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const engine = new Engine();
const files = corpusFiles();

let written = 0;
async function examined(text: string, name = `${++written}.cid`): Promise<Examined> {
  writeFileSync(join(folder, name), text);
  return (await examine(engine, join(folder, name))).examined;
}

/** The files of our corpus; some of them say what they expect no more. */
const all = await Promise.all(
  files.map(({ text }, i) => examined(i % 5 === 0 ? text : text.replace(/^expect .*\n/gm, ''))),
);

/** What scenarios have, computed by other means than Cover: features with their machine, and faults. */
function has(some: readonly Examined[]): { features: Set<string>; faults: Set<string> } {
  const features = new Set<string>();
  const faults = new Set<string>();
  for (const { machine, features: its, violation } of some) {
    for (const feature of its) features.add(`${machine}/${feature}`);
    if (violation !== null) faults.add(`${machine}/${violation.kind}/${violation.pc}`);
  }
  return { features, faults };
}

/** The same in another order, by a seed. */
function shuffled<T>(values: readonly T[], seed: number): T[] {
  const key = (i: number) => hashOf(`${seed} ${i}`);
  return values
    .map((value, i) => ({ value, key: key(i) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ value }) => value);
}

const made = (over: Partial<Examined> & Pick<Examined, 'file'>): Examined => ({
  bytes: 100,
  hash: over.file,
  machine: 'm',
  features: new Uint16Array(),
  violation: null,
  expects: false,
  actions: 10,
  steps: 100,
  ...over,
});
const named = (some: readonly Examined[]) => some.map(({ file }) => file);

describe('examine', () => {
  it('tells of a file what the engine tells of its scenario', async () => {
    for (const { text, scenario } of files.slice(0, 40)) {
      const one = await examined(`\n\n${text}# a comment at the end\n`.trimStart(), 'twice.cid');
      const { result, features } = engine.runCovered(scenario);
      expect(one.features).toEqual(features);
      expect(new Set(features).size).toBe(features.length);
      expect(one.steps).toBe(result.steps);
      expect(one.violation?.kind ?? 'none').toBe(KIND_WORDS[result.violation?.kind ?? 0]);
      expect([one.actions, one.expects]).toEqual([scenario.actions.length, true]);
      expect(one.hash).toBe(hashOf(printScenario(scenario)));
      expect(one.machine).toBe(machineOf(scenario));
    }
  });

  it('has the same hash for the same scenario, whatever its comments, and another for another', async () => {
    const [{ text, scenario }] = files as [(typeof files)[0]];
    const once = await examined(text);
    const canonical = printScenario(scenario);
    expect((await examined(`${canonical}# more\n\n`)).hash).toBe(once.hash);
    expect((await examined(`${canonical}advance 1ms\n`)).hash).not.toBe(once.hash);
    expect((await examined(canonical.replace(/^expect .*\n/m, ''))).hash).not.toBe(once.hash);
  });

  it('tells machines apart by what coverage depends on, and by nothing else', () => {
    const { scenario } = files.find(({ scenario: { algo } }) => algo === 'rfc-v6')!;
    const of = (over: object) => machineOf({ ...scenario, ...over });
    const machines = [
      of({ algo: 'v6.3', mutants: [], memory: 'sc', arch: 'x86', preempt: 'full' }),
      of({ algo: 'rfc-v6', mutants: [], memory: 'sc', arch: 'x86', preempt: 'full' }),
      of({ algo: 'rfc-v6', mutants: ['late-curr'], memory: 'sc', arch: 'x86', preempt: 'full' }),
      of({ algo: 'rfc-v6', mutants: ['late-curr', 'racy-set'], memory: 'sc', arch: 'x86', preempt: 'full' }),
      of({ algo: 'rfc-v6', mutants: [], memory: 'tso', arch: 'x86', preempt: 'full' }),
      of({ algo: 'rfc-v6', mutants: [], memory: 'sc', arch: 'arm64', preempt: 'full' }),
      of({ algo: 'rfc-v6', mutants: [], memory: 'sc', arch: 'x86', preempt: 'none' }),
    ];
    expect(new Set(machines).size).toBe(machines.length);
    expect(of({ cpus: 7, expects: [], actions: [] })).toBe(of({}));
  });

  it('says in one line what is wrong with a file', async () => {
    await expect(examined('no scenario\n', 'bad.cid')).rejects.toThrow(/bad\.cid:1:1: /);
    await expect(examine(engine, join(folder, 'nowhere.cid'))).rejects.toThrow(
      /nowhere\.cid: cannot read \(no such file or folder\)$/,
    );
    await expect(examine(engine, folder)).rejects.toThrow(/cannot read \(it is a folder/);
  });

  it('leaves a run that makes too many steps, and has what it covered so far', async () => {
    const text = `cidfuzz 1\ncpus 1\nmm A\ntask a A 0\n---\n${'switch 0 a\nstep 0 99\nswitch 0 idle\nstep 0 99\n'.repeat(85_000)}`;
    const one = await examined(text);
    expect(one.steps).toBe(1_000_000);
    expect(one.violation).toBeNull();
    expect(one.features.length).toBeGreaterThan(0);
  });
});

describe('Cover', () => {
  it('takes what is new for a machine, a feature or a fault, and nothing twice', () => {
    const cover = new Cover();
    const features = Uint16Array.of(1, 65_535);
    const violation = { kind: 'livelock', pc: 3 } as const;
    expect(cover.add(made({ file: 'a', features }))).toBe(true);
    expect(cover.add(made({ file: 'b', features }))).toBe(false);
    expect(cover.add(made({ file: 'c', features: Uint16Array.of(65_535) }))).toBe(false);
    expect(cover.add(made({ file: 'd', features: Uint16Array.of(1, 0) }))).toBe(true);
    expect(cover.add(made({ file: 'e', features, machine: 'n' }))).toBe(true);
    expect(cover.size).toBe(5);
    expect(cover.add(made({ file: 'f', violation }))).toBe(true);
    expect(cover.add(made({ file: 'g', violation }))).toBe(false);
    expect(cover.add(made({ file: 'h', violation: { ...violation, pc: 4 } }))).toBe(true);
    expect(cover.add(made({ file: 'i', violation: { ...violation, kind: 'ownership' } }))).toBe(true);
    expect(cover.add(made({ file: 'j', violation, machine: 'n' }))).toBe(true);
    expect(cover.size).toBe(5);
  });

  it('is the same text for the same cover, in any order, and another for another', () => {
    const text = (some: readonly Examined[]) => {
      const cover = new Cover();
      for (const one of some) cover.add(one);
      return `${cover}`;
    };
    const whole = text(all);
    for (const seed of [1, 2, 3]) expect(text(shuffled(all, seed))).toBe(whole);
    const cover = new Cover();
    for (const one of all) cover.add(one);
    expect(cover.size).toBe(has(all).features.size);
    // One feature less, or one fault less.
    const rare = all.map((one) => ({
      ...one,
      features: one.features.filter((feature) => feature !== all[0]!.features[0]),
    }));
    expect(text(rare)).not.toBe(whole);
    expect(text(all.map((one) => ({ ...one, violation: null })))).not.toBe(whole);
  });
});

describe('enough', () => {
  it.each([0, 1, 2, 3, 4, 5])('keeps every feature and every fault (order %i)', (seed) => {
    const some = seed === 0 ? all : shuffled(all, seed);
    const kept = enough(some);
    expect(has(kept)).toEqual(has(some));
    expect(kept.length).toBeLessThan(some.length);
    // In the order in which they were given, and none twice.
    expect(kept).toEqual(some.filter((one) => kept.includes(one)));
    expect(new Set(kept.map(({ hash }) => hash)).size).toBe(kept.length);
  });

  it('keeps what covers all, whatever it is given', () => {
    for (let seed = 0; seed < 200; seed++) {
      const random = (n: number, i: number, what: string) =>
        Number.parseInt(hashOf(`${seed} ${i} ${what}`).slice(0, 8), 16) % n;
      const some = Array.from({ length: 1 + random(30, 0, 'length') }, (_, i) =>
        made({
          file: `${i}`,
          hash: `${random(20, i, 'hash')}`,
          // Those with the same hash are the same.
          ...(({ hash }) => ({
            machine: `m${hash % 2}`,
            features: Uint16Array.from(
              new Set(Array.from({ length: hash % 7 }, (_, f) => (hash * 31 + f * f * 7) % 23)),
            ),
            violation: hash % 5 === 0 ? ({ kind: 'livelock', pc: hash % 3 } as const) : null,
            expects: hash % 6 === 0,
            actions: (hash * 17) % 11,
          }))({ hash: random(20, i, 'hash') }),
        }),
      );
      const kept = enough(some);
      expect(has(kept)).toEqual(has(some));
      const tests = new Set(some.filter(({ expects }) => expects).map(({ hash }) => hash));
      expect(new Set(kept.filter(({ expects }) => expects).map(({ hash }) => hash))).toEqual(tests);
      expect(new Set(kept.map(({ hash }) => hash)).size).toBe(kept.length);
      // Again, there is no more to leave out.
      expect(enough(kept).length).toBe(kept.length);
    }
  });

  it('keeps every scenario that is a test, though it adds nothing', () => {
    const kept = new Set(enough(all).map(({ hash }) => hash));
    const tests = all.filter(({ expects }) => expects);
    expect(tests.length).toBeGreaterThan(20);
    expect(tests.filter(({ hash }) => !kept.has(hash))).toEqual([]);
    const none = [
      made({ file: 'a', expects: true }),
      made({ file: 'b', expects: true }),
      made({ file: 'c' }),
    ];
    expect(named(enough(none))).toEqual(['a', 'b']);
  });

  it('keeps of each fault the one with fewest actions, the first of equals', () => {
    const violation = { kind: 'livelock', pc: 3 } as const;
    const some = [
      made({ file: 'long', violation, actions: 30, features: Uint16Array.of(1) }),
      made({ file: 'short', violation, actions: 3, features: Uint16Array.of(1) }),
      made({ file: 'short, too', violation, actions: 3, features: Uint16Array.of(1) }),
      made({ file: 'elsewhere', violation: { ...violation, pc: 4 }, actions: 50 }),
      made({ file: 'on another machine', violation, machine: 'n', actions: 60 }),
    ];
    expect(named(enough(some))).toEqual(['short', 'elsewhere', 'on another machine']);
    const shortest = new Map<string, number>();
    for (const one of all) {
      const fault = faultOf(one);
      if (fault !== null) shortest.set(fault, Math.min(shortest.get(fault) ?? Infinity, one.actions));
    }
    const kept = enough(all);
    expect(shortest.size).toBeGreaterThan(20);
    for (const [fault, actions] of shortest) {
      expect(kept.some((one) => faultOf(one) === fault && one.actions === actions)).toBe(true);
    }
  });

  it('takes those with most features first, and leaves out what they cover', () => {
    const some = [
      made({ file: 'one', features: Uint16Array.of(1) }),
      made({ file: 'two', features: Uint16Array.of(1, 2) }),
      made({ file: 'three', features: Uint16Array.of(1, 2, 3) }),
      made({ file: 'other', features: Uint16Array.of(4) }),
      made({ file: 'three again', features: Uint16Array.of(3, 2, 1) }),
      made({ file: 'nothing' }),
    ];
    expect(named(enough(some))).toEqual(['three', 'other']);
  });

  it('keeps one of those that are the same scenario: the first', () => {
    const features = Uint16Array.of(1);
    const twice = (over: Partial<Examined>) => [
      made({ file: 'a', hash: 'x', ...over }),
      made({ file: 'b', hash: 'x', ...over }),
    ];
    expect(named(enough(twice({ features })))).toEqual(['a']);
    expect(named(enough(twice({ expects: true })))).toEqual(['a']);
    expect(named(enough(twice({ violation: { kind: 'livelock', pc: 1 } })))).toEqual(['a']);
    expect(named(enough(twice({})))).toEqual([]);
    expect(enough([])).toEqual([]);
  });
});

describe('statsOf', () => {
  it('counts what is there', () => {
    const violation = { kind: 'livelock', pc: 3 } as const;
    const stats = statsOf(
      [
        made({ file: 'a', bytes: 10, actions: 1, steps: 5, features: Uint16Array.of(1, 2), violation }),
        made({ file: 'b', bytes: 20, actions: 9, steps: 50, features: Uint16Array.of(2, 3), expects: true }),
        made({ file: 'c', bytes: 30, actions: 4, steps: 7, features: Uint16Array.of(2), machine: 'a' }),
        made({
          file: 'd',
          bytes: 30,
          actions: 4,
          steps: 7,
          features: Uint16Array.of(2, 9),
          hash: 'a',
          violation,
        }),
      ],
      3,
    );
    expect(stats).toEqual({
      format: 1,
      files: 4,
      bad: 3,
      bytes: 90,
      duplicates: 1,
      actions: { min: 1, median: 4, max: 9 },
      steps: { min: 5, median: 7, max: 50 },
      features: 5,
      rare: 3,
      expects: 1,
      machines: { a: 1, m: 3 },
      violations: { livelock: 2 },
    });
    expect(statsText(stats)).toBe(`scenarios       4
no scenarios    3
bytes           90
duplicates      1
actions         1 to 9, median 4
micro-steps     5 to 50, median 7
features        5, 3 of them in one scenario alone
with an expect  1
a               1
m               3
livelock        2
`);
  });

  it('of our corpus is what an independent count comes to', () => {
    const stats = statsOf(all, 0);
    const { features } = has(all);
    const counts = new Map<string, Set<string>>();
    for (const { machine, features: its, hash } of all) {
      for (const feature of its) {
        const key = `${machine}/${feature}`;
        counts.set(key, (counts.get(key) ?? new Set()).add(hash));
      }
    }
    expect(stats.features).toBe(features.size);
    expect(stats.rare).toBe([...counts.values()].filter(({ size }) => size === 1).length);
    expect(stats.files).toBe(files.length);
    expect(Object.values(stats.machines).reduce((a, b) => a + b)).toBe(files.length);
    expect(stats.actions.max).toBe(Math.max(...files.map(({ scenario }) => scenario.actions.length)));
  });

  it('of nothing is zeros', () => {
    const stats = statsOf([], 0);
    expect(stats).toMatchObject({
      files: 0,
      duplicates: 0,
      features: 0,
      rare: 0,
      machines: {},
      violations: {},
    });
    expect(stats.actions).toEqual({ min: 0, median: 0, max: 0 });
    expect(statsText(stats)).not.toMatch(/NaN|undefined|null/);
  });

  it('has its words in the same order, whatever that of the files', () => {
    const text = statsText(statsOf(all, 0));
    for (const seed of [1, 2, 3]) expect(statsText(statsOf(shuffled(all, seed), 0))).toBe(text);
  });
});
