import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readScenario } from '../../src/corpus/read-scenario.js';
import { Engine } from '../../src/engine/engine.js';
import { drive } from '../../src/event/drive.js';
import type { Event } from '../../src/event/event.js';
import { raceOf } from '../../src/report/race.js';
import type { Action, Scenario } from '../../src/scenario/scenario.js';

const KNOWN = join(import.meta.dirname, '../../corpus/known');
const engine = new Engine();

interface Seen {
  readonly kind: number;
  readonly step: number;
  readonly race: readonly string[];
}

/** What a scenario violates, and its race; null: nothing. */
function seenIn(scenario: Scenario): Seen | null {
  const events: Event[] = [];
  const result = drive(engine.trace(scenario), (event) => events.push(event));
  const { violation } = result;
  return violation && { kind: violation.kind, step: violation.step, race: raceOf(scenario, events, result) };
}

/** A scenario with its numbers changed: what stands for a cpu, a declared task, a declared mm. */
function renumbered(
  scenario: Scenario,
  to: { readonly cpu?: (n: number) => number; task?: (n: number) => number; mm?: (n: number) => number },
): Scenario {
  const same = (n: number) => n;
  const { cpu = same, task = same, mm = same } = to;
  const declared = <T>(n: T, count: number, change: (n: number) => number): T =>
    typeof n === 'number' && n >= 0 && n < count ? (change(n) as T) : n;
  const word: Record<string, <T>(n: T) => T> = {
    cpu: (n) => declared(n, scenario.cpus, cpu),
    home: (n) => declared(n, scenario.cpus, cpu),
    task: (n) => declared(n, scenario.tasks.length, task),
    mm: (n) => declared(n, scenario.mms, mm),
  };
  const changed = <T extends object>(one: T): T =>
    Object.fromEntries(
      Object.entries(one).map(([field, value]) => [field, word[field]?.(value) ?? value]),
    ) as T;
  const tasks = scenario.tasks.map((_, i) => changed(scenario.tasks[task(i)]!));
  return { ...scenario, tasks, actions: scenario.actions.map((action): Action => changed(action)) };
}

/** The other way round: its own inverse. */
const reversed = (count: number) => (n: number) => count - 1 - n;

const all = await Promise.all(
  readdirSync(KNOWN, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.cid'))
    .sort()
    .map(async (name) => [name, await readScenario(join(KNOWN, name))] as const),
);
const violating = all.filter(([, scenario]) => seenIn(scenario) !== null);

describe('the race of a run', () => {
  it.each<[string, string[]]>([
    ['clear-before-unset', ['mm_cid_get: set a bit of cidmask', 'mm_cid_put: clear a bit of cidmask']],
    [
      'exit-stays-active',
      ['mm_cid_get: pcpu_cid->cid = cid', 'mm_cid_put: cmpxchg(pcpu_cid->cid, cid, unset)'],
    ],
    ['full-mask-fails', ['mm_cid_get: set a bit of cidmask', 'mm_cid_get: load cidmask']],
    ['late-curr', ['clear-old: load rq->curr', 'switch: rq->curr = next (kernel to user)']],
    ['lazy-is-valid', ['switch: load pcpu_cid->cid', 'clear-old: cmpxchg(pcpu_cid->cid, lazy, unset)']],
    ['no-put-lazy', ['switch: load pcpu_cid->cid', 'clear-old: cmpxchg(pcpu_cid->cid, cid, lazy)']],
    ['no-second-check', ['switch: load pcpu_cid->cid', 'clear-old: cmpxchg(pcpu_cid->cid, lazy, unset)']],
    ['plain-lazy', ['mm_cid_put: cmpxchg(pcpu_cid->cid, cid, unset)', 'clear-old: pcpu_cid->cid = lazy']],
    ['plain-unset', ['mm_cid_put: cmpxchg(pcpu_cid->cid, lazy, unset)', 'clear-old: pcpu_cid->cid = unset']],
    ['racy-set', ['mm_cid_get: store cidmask', 'mm_cid_get: store cidmask']],
  ])('that mutant %s makes names the access that it changes, or what that one meets', (mutant, race) => {
    for (const name of [`mutants/${mutant}.cid`, `mutants-of-fixed/${mutant}.sc-x86.cid`]) {
      expect(seenIn(new Map(all).get(name)!)?.race, name).toEqual(race);
    }
  });

  it.each([
    ['no-after-exec-mb', 'exec: store mm_cid_active', 'clear-old: load mm_cid_active'],
    ['no-mb-kernel-user', 'switch: rq->curr = next (kernel to user)', 'clear-old: load rq->curr'],
    ['no-mb-user-kernel', 'switch: rq->curr = next (user to kernel)', 'clear-old: load rq->curr'],
    ['no-mb-user-user', 'switch: rq->curr = next (between two mms)', 'clear-old: load rq->curr'],
  ])(
    'that takes a missing barrier is the store that waits, and the load that misses it: %s',
    (mutant, ...race) => {
      for (const arch of ['x86', 'arm64']) {
        const name = `mutants-of-fixed/${mutant}.tso-${arch}.cid`;
        expect(seenIn(new Map(all).get(name)!)?.race, name).toEqual(race);
      }
    },
  );

  it('is none where nothing is violated', () => {
    const sound = all.filter(([, scenario]) => seenIn(scenario) === null);
    expect(sound.length).toBeGreaterThan(10);
    for (const [, scenario] of sound) {
      const events: Event[] = [];
      const result = drive(engine.trace(scenario), (event) => events.push(event));
      expect(raceOf(scenario, events, result)).toEqual([]);
    }
  });

  it('of all that is known is of one access or two, without any number or name', () => {
    expect(violating.length).toBeGreaterThan(40);
    for (const [name, scenario] of violating) {
      const { race } = seenIn(scenario)!;
      expect(race.length, name).toBeGreaterThan(0);
      expect(race.length, name).toBeLessThanOrEqual(2);
      for (const access of race) expect(access, name).not.toMatch(/\d/);
    }
  });

  it('is the same whatever numbers tasks and mms have', () => {
    for (const [name, scenario] of violating) {
      const { tasks, mms } = scenario;
      const other = renumbered(scenario, { task: reversed(tasks.length), mm: reversed(mms) });
      expect(seenIn(other), name).toEqual(seenIn(scenario));
    }
  });

  it('is the same whatever numbers cpus have, where clear-old comes to them in time', () => {
    let compared = 0;
    for (const [name, scenario] of violating) {
      const [one, other] = [
        seenIn(scenario)!,
        seenIn(renumbered(scenario, { cpu: reversed(scenario.cpus) })),
      ];
      if (other?.kind !== one.kind) continue;
      expect(other.race, name).toEqual(one.race);
      compared++;
    }
    expect(compared).toBeGreaterThan(5);
  });

  it('is the same where others are there who do nothing', () => {
    let compared = 0;
    for (const [name, scenario] of violating) {
      const idle = { mm: 0, home: scenario.cpus };
      const forked = scenario.taskNames.slice(scenario.tasks.length);
      if (forked.length > 0) continue;
      const crowded: Scenario = {
        ...scenario,
        cpus: scenario.cpus + 1,
        tasks: [...scenario.tasks, idle],
        taskNames: [...scenario.taskNames, 'bystander'],
      };
      const other = seenIn(crowded);
      // A cpu more is one more for clear-old to go through, and a thread more is room for one cid more.
      if (other?.kind !== seenIn(scenario)!.kind) continue;
      expect(other.race, name).toEqual(seenIn(scenario)!.race);
      compared++;
    }
    expect(compared).toBeGreaterThan(20);
  });
});
