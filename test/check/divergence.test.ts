/** Every part of a run that can differ is compared: an engine that lies in one single part of it is caught. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OP_LOAD } from '../../src/abi.js';
import { divergenceText } from '../../src/check/divergence-text.js';
import { judgeScenario } from '../../src/check/judge.js';
import { lockstep } from '../../src/check/lockstep.js';
import { Engine } from '../../src/engine/engine.js';
import type { CpuState, EndState, MmState, TaskState } from '../../src/event/end-state.js';
import type { Event, RunResult, Violation } from '../../src/event/event.js';
import { parseScenario } from '../../src/scenario/parse.js';
import type { Scenario } from '../../src/scenario/scenario.js';

/** An engine that tells its true run with a few words changed. */
class Liar extends Engine {
  constructor(
    private readonly changeEvents: (events: Event[]) => Event[],
    private readonly changeResult: (result: RunResult) => RunResult = (result) => result,
  ) {
    super();
  }

  override *trace(
    scenario: Scenario,
    maxSteps?: number,
    endState?: boolean,
  ): Generator<Event, RunResult, void> {
    const run = super.trace(scenario, maxSteps, endState);
    const events: Event[] = [];
    let at = run.next();
    for (; !at.done; at = run.next()) events.push(at.value);
    yield* this.changeEvents(events);
    return this.changeResult(at.value);
  }
}

const honest = (events: Event[]) => events;

const url = new URL('../fuzz/fixtures/freed-in-use.cid', import.meta.url);
const scenario = parseScenario(readFileSync(url, 'utf8'), 'freed-in-use.cid');
const truth = lockstep(new Engine(), scenario).result;
const { steps } = truth;

const partsOf = (liar: Engine) => {
  const { result, divergence } = lockstep(liar, scenario);
  expect(divergence).not.toBeNull();
  // judge, and so replay and regress, must make a divergence of it too.
  const judged = judgeScenario(liar, scenario, { implementation: 'both', maxSteps: 1000 });
  expect(judged.divergence).toEqual(divergence);
  expect(judged.met).toBe(false);
  return { result, divergence: divergence! };
};

describe('lockstep', () => {
  it('finds nothing where nobody lies', () => {
    expect(truth.violation).not.toBeNull();
    expect(lockstep(new Liar(honest), scenario)).toEqual({ result: truth, divergence: null });
  });

  it.each([
    ['action', (e) => ({ ...e, action: e.action + 1 })],
    ['cpu', (e) => ({ ...e, cpu: e.cpu + 1 })],
    ['task', (e) => ({ ...e, task: e.task + 1 })],
    ['routine', (e) => ({ ...e, routine: (e.routine % 5) + 1 })],
    ['op', (e) => ({ ...e, op: OP_LOAD + ((e.op + 1) % 4) })],
    ['loc', (e) => ({ ...e, loc: (e.loc % 12) + 1 })],
    ['a', (e) => ({ ...e, a: e.a === 0 ? 1 : 0 })],
    ['b', (e) => ({ ...e, b: e.b + 1 })],
    ['value', (e) => ({ ...e, value: typeof e.value === 'bigint' ? e.value ^ 2n : e.value + 1 })],
    ['after', (e) => ({ ...e, after: typeof e.after === 'bigint' ? e.after ^ 2n : Number(e.after) + 1 })],
    ['ok', (e) => ({ ...e, ok: !e.ok })],
    ['bit', (e) => ({ ...e, bit: e.bit + 1 })],
  ] satisfies [string, (event: Event) => Event][])('sees a wrong %s in any event', (_, change) => {
    for (let i = 0; i < steps; i += 4) {
      const { result, divergence } = partsOf(
        new Liar((events) => events.map((e, at) => (at === i ? change(e) : e))),
      );
      expect(divergence.step).toBe(i + 1);
      expect(divergence.what).toBe(`step ${i + 1} differs`);
      expect(divergence.engine).toHaveLength(Math.min(10, i + 1));
      expect(divergence.reference).toHaveLength(Math.min(10, i + 1));
      expect(divergence.engine.slice(0, -1)).toEqual(divergence.reference.slice(0, -1));
      expect(divergence.engine.at(-1)).toMatch(new RegExp(`^${i + 1} `));
      // Read to its end all the same.
      expect(result).toEqual(truth);
    }
  });

  it('sees an event too few, one too many, and none at all', () => {
    const few = partsOf(new Liar((events) => events.slice(0, -1))).divergence;
    expect(few.what).toBe(`only the reference makes step ${steps}`);
    expect(few.reference).toHaveLength(10);
    const many = partsOf(new Liar((events) => [...events, events[0]!])).divergence;
    expect(many.what).toBe(`only the engine makes step ${steps + 1}`);
    expect(many.step).toBe(steps + 1);
    const none = partsOf(new Liar(() => [])).divergence;
    expect(none.what).toBe('only the reference makes step 1');
    expect(divergenceText(none)).toContain('engine, last events:\n  (none)\nreference, last events:\n  1 ');
    const gap = partsOf(new Liar((events) => events.toSpliced(7, 1))).divergence;
    expect(gap.what).toBe('step 8 differs');
  });

  const inViolation = (change: Partial<Violation>) => (result: RunResult) => ({
    ...result,
    violation: { ...result.violation!, ...change },
  });
  it.each([
    ['no violation', 'violation', (r) => ({ ...r, violation: null })],
    ['another kind', 'violation', inViolation({ kind: 1 })],
    ['another step', 'violation', inViolation({ step: steps - 1 })],
    ['another action', 'violation', inViolation({ action: 1 })],
    ['another cpu', 'violation', inViolation({ cpu: 0 })],
    ['no mm', 'violation', inViolation({ mm: -1 })],
    ['another cid', 'violation', inViolation({ cid: 1 })],
    ['other tasks', 'violation', inViolation({ tasks: [0, 1] })],
    ['other steps', 'number of steps', (r) => ({ ...r, steps: r.steps + 1 })],
    ['other applied', 'number of applied actions', (r) => ({ ...r, applied: r.applied - 1 })],
    ['other skipped', 'skipped actions', (r) => ({ ...r, skipped: [1] })],
    ['a watchdog', 'watchdog', (r) => ({ ...r, watchdog: true })],
  ] satisfies [string, string, (result: RunResult) => RunResult][])(
    'sees an outcome with %s, all events being right',
    (_, part, change) => {
      const { divergence } = partsOf(new Liar(honest, change));
      expect(divergence.what).toMatch(new RegExp(`^${part}: .* in the engine, .* in the reference$`));
      expect(divergence.step).toBe(steps + 1);
      expect(divergence.engine).toEqual(divergence.reference);
      expect(divergence.engine).toHaveLength(10);
    },
  );

  it('sees any difference in the end state, all else being right', () => {
    const end = truth.endState!;
    const first = <T extends object>(all: readonly T[], change: (one: T) => Partial<T>) =>
      all.map((one, i) => (i === 0 ? { ...one, ...change(one) } : one));
    const cpu = (change: (one: CpuState) => Partial<CpuState>) => ({ cpus: first(end.cpus, change) });
    const mm = (change: (one: MmState) => Partial<MmState>) => ({ mms: first(end.mms, change) });
    const task = (change: (one: TaskState) => Partial<TaskState>) => ({
      tasks: first(end.tasks as readonly TaskState[], change),
    });
    const lies: Partial<EndState>[] = [
      { now: end.now + 1 },
      { useCidLock: 1 },
      { cidLock: 1 },
      cpu(({ curr }) => ({ curr: curr + 1 })),
      cpu(({ clock }) => ({ clock: clock + 1 })),
      cpu(({ routine }) => ({ routine: routine + 1 })),
      { cpus: end.cpus.slice(1) },
      ...(['mm', 'active', 'onCpu', 'mmCid', 'lastMmCid', 'home', 'routine'] as const).map((key) =>
        task((one) => ({ [key]: one[key] + 1 })),
      ),
      ...(['queued', 'exiting', 'dead'] as const).map((key) => task((one) => ({ [key]: !one[key] }))),
      { tasks: [null, ...end.tasks.slice(1)] },
      ...(['nextScan', 'cidLock', 'users'] as const).map((key) => mm((one) => ({ [key]: one[key] + 1 }))),
      mm(({ mask }) => ({ mask: mask.map((word) => word ^ 4n) })),
      mm(({ cid }) => ({ cid: cid.map((word) => word - 1) })),
      mm(({ time }) => ({ time: time.toSpliced(-1, 1, 7) })),
    ];
    for (const lie of lies) {
      const changed = { ...end, ...lie };
      const { divergence } = partsOf(new Liar(honest, (result) => ({ ...result, endState: changed })));
      expect(divergence.what).toMatch(new RegExp(`^end state: ${Object.keys(lie)[0]}: `));
      expect(divergence.step).toBe(steps + 1);
    }
  });
});
