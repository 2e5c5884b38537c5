import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { KIND_FREED_IN_USE, MAX_CPUS } from '../../src/abi.js';
import { Engine } from '../../src/engine/engine.js';
import { EVENT_WORDS, Replayer, roomOf } from '../../src/engine/replayer.js';
import type { Build } from '../../src/engine/wasm.js';
import { drive } from '../../src/event/drive.js';
import { runReference } from '../../src/reference/run.js';
import { parseScenario } from '../../src/scenario/parse.js';
import type { Action, Scenario } from '../../src/scenario/scenario.js';
import { ALGOS, type Algo } from '../../src/words.js';
import { imports } from '../trace/import/importing.js';
import { dataPath } from '../trace/traces.js';

/** What an event's own words say that stands in every event: operation, routine, cpu. */
type Brief = string;

/** Runs a scenario in pieces of so many actions. */
function replayed(scenario: Scenario, piece: number, build: Build = 'checked') {
  const { algo, cpus, tasks, mmNames, actions } = scenario;
  const replayer = new Replayer(algo, cpus, build);
  for (const [task, { mm, home }] of tasks.entries()) replayer.bring(task, mm, home);
  const events: Brief[] = [];
  const skipped: number[] = [];
  let violation = 0;
  for (let at = 0; at < actions.length && violation === 0; at += piece) {
    const some = actions.slice(at, at + piece);
    violation = replayer.more(some, mmNames.length, (words, count) => {
      for (let i = 0; i < count; i++) {
        const word = words[i * EVENT_WORDS + 1]!;
        events.push(`${word >>> 24} ${(word >>> 16) & 0xff} ${word & 0xffff}`);
      }
    });
    skipped.push(...replayer.skipped(some.length).map((n) => at + n + 1));
  }
  return { events, skipped, violation: violation || replayer.end(), steps: replayer.steps() };
}

function referenced(scenario: Scenario) {
  const events: Brief[] = [];
  const result = drive(runReference(scenario), ({ op, routine, cpu }) =>
    events.push(`${op} ${routine} ${cpu}`),
  );
  return { events, result };
}

const window = (algo: Algo) =>
  imports(dataPath('odd-comms-and-vfork.ftrace.txt.gz'), {
    algo,
    hz: 1000,
    from: 160_000_000,
    to: 200_000_000,
  });

describe('a replay in pieces', () => {
  it.each(ALGOS)('is the run of the same actions in one scenario: %s', async (algo) => {
    const { imported } = await window(algo);
    const { scenario } = imported;
    const { events, result } = referenced(scenario);
    expect(events.length).toBeGreaterThan(500);
    expect(result.skipped.length).toBeGreaterThan(0);
    for (const piece of [1, 7, 100, scenario.actions.length]) {
      expect(replayed(scenario, piece)).toEqual({
        events,
        skipped: result.skipped,
        violation: 0,
        steps: events.length,
      });
    }
  });

  it('is the same in every build', async () => {
    const { scenario } = await window('rfc-v6');
    const release = replayed(scenario, 50, 'release');
    for (const build of ['checked', 'debug'] as const) expect(replayed(scenario, 50, build)).toEqual(release);
  });

  it('hands out its events however many there are', async () => {
    const { scenario } = await imports(dataPath('ticks-hackbench-3x-threads.ftrace.txt.gz'));
    const { steps, events } = replayed(scenario, scenario.actions.length, 'release');
    expect(steps).toBe(new Engine().run(scenario).steps);
    expect(events).toHaveLength(steps);
  });

  it('ends at a violation', () => {
    const scenario = parseScenario(
      readFileSync(new URL('../fuzz/fixtures/freed-in-use.cid', import.meta.url)),
      'freed.cid',
    );
    const { violation } = new Engine().run(scenario);
    for (const piece of [1, 5, 1000]) {
      expect(replayed(scenario, piece)).toMatchObject({
        violation: KIND_FREED_IN_USE,
        steps: violation!.step,
      });
    }
  });
});

describe('numbers', () => {
  const life = (task: number): Action[] => [
    { op: 'switch', cpu: 0, task },
    { op: 'step', cpu: 0, count: 100 },
    { op: 'exit', cpu: 0 },
    { op: 'step', cpu: 0, count: 100 },
    { op: 'switch', cpu: 0, task: -1 },
    { op: 'step', cpu: 0, count: 100 },
  ];

  it.each(ALGOS)('of a task and an mm can be used again: %s', (algo) => {
    const replayer = new Replayer(algo, 2, 'checked');
    const lives: string[] = [];
    for (let i = 0; i < 50; i++) {
      replayer.bring(3, 5, 0);
      const words: number[] = [];
      expect(
        replayer.more(life(3), 6, (all, count) => words.push(...all.subarray(0, count * EVENT_WORDS))),
      ).toBe(0);
      expect(replayer.skipped(6)).toEqual([]);
      replayer.forgetTask(3);
      replayer.forgetMm(5);
      lives.push(words.map((word, at) => (at % EVENT_WORDS === 0 ? 0 : word)).join());
    }
    expect(lives[0]!.length).toBeGreaterThan(100);
    // Each as the first one.
    expect(new Set(lives).size).toBe(1);
    expect(replayer.end()).toBe(0);
  });

  it('of many tasks and mms: as many as there is room for', () => {
    const { tasks, mms } = roomOf(2);
    const replayer = new Replayer('rfc-v6', 2, 'checked');
    for (const n of [0, 1, Math.min(tasks, mms) - 1]) {
      replayer.bring(n, n, 0);
      expect(replayer.more(life(n), mms, () => {})).toBe(0);
      expect(replayer.skipped(6)).toEqual([]);
    }
    expect(replayer.end()).toBe(0);
  });
});

describe('room', () => {
  it.each([1, 2, 3, 63, 64, 65, 128, 1000, MAX_CPUS])(
    'of a world of %i cpus: enough, and it is used to its end',
    (cpus) => {
      const { tasks, mms } = roomOf(cpus);
      expect(tasks).toBeGreaterThan(1000 + cpus);
      expect(mms).toBeGreaterThanOrEqual(64);
      const replayer = new Replayer('rfc-v6', cpus, 'checked');
      const last = cpus - 1;
      replayer.bring(tasks - 1, mms - 1, last);
      const actions: Action[] = [
        { op: 'switch', cpu: last, task: tasks - 1 },
        { op: 'step', cpu: last, count: 100 },
        { op: 'tick', cpu: last },
        { op: 'step', cpu: last, count: 100 },
        { op: 'work', cpu: last },
        { op: 'step', cpu: last, count: 200 + 12 * cpus },
        { op: 'exit', cpu: last },
        { op: 'step', cpu: last, count: 100 },
        { op: 'switch', cpu: last, task: -1 },
        { op: 'step', cpu: last, count: 100 },
      ];
      expect(replayer.more(actions, mms, () => {})).toBe(0);
      expect(replayer.skipped(actions.length)).toEqual([]);
      expect(replayer.end()).toBe(0);
    },
  );

  it('of more cpus than the model has: none', () => {
    expect(() => new Replayer('rfc-v6', MAX_CPUS + 1)).toThrow('1025 cpus');
  });
});
