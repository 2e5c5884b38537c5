import { isDeepStrictEqual } from 'node:util';
import type { Engine } from '../engine/engine.js';
import { drive } from '../event/drive.js';
import type { Event, RunResult } from '../event/event.js';
import { eventLine } from '../event/line.js';
import { namesOf } from '../event/names.js';
import { runReference } from '../reference/run.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Divergence } from './divergence.js';

/** How many events each side shows at a divergence. */
const SHOWN = 10;

export interface LockstepOptions {
  /** Micro-steps after which the watchdog ends both runs. */
  readonly maxSteps?: number;
  /** Takes every event, as the engine tells it. */
  readonly onEvent?: (event: Event) => void;
}

/** The engine's result, and where the reference's differs. */
export interface LockstepResult {
  readonly result: RunResult;
  readonly divergence: Divergence | null;
}

/** Whether both tell the same event. What an operation has no value for is equal by definition (0, false, -1). */
function sameEvent(x: Event, y: Event): boolean {
  return (
    x.action === y.action &&
    x.cpu === y.cpu &&
    x.task === y.task &&
    x.routine === y.routine &&
    x.op === y.op &&
    x.loc === y.loc &&
    x.a === y.a &&
    x.b === y.b &&
    x.value === y.value &&
    x.after === y.after &&
    x.ok === y.ok &&
    x.bit === y.bit
  );
}

/** The last events of one side. */
class Tail {
  private readonly events: Event[] = [];
  add(event: Event): void {
    if (this.events.length === SHOWN) this.events.shift();
    this.events.push(event);
  }
  lines(last: number, scenario: Scenario): string[] {
    const names = namesOf(scenario);
    return this.events.map((event, i) => eventLine(event, last - this.events.length + 1 + i, names));
  }
}

/** The first part of the results that differs, as a line, or null. */
function resultsDiffer(engine: RunResult, reference: RunResult): string | null {
  const show = (part: unknown) =>
    JSON.stringify(part, (_, v) => (typeof v === 'bigint' ? `0x${v.toString(16)}` : v));
  const parts = (r: RunResult): [string, unknown][] => [
    ['violation', r.violation],
    ['number of steps', r.steps],
    ['number of applied actions', r.applied],
    ['skipped actions', r.skipped],
    ['watchdog', r.watchdog],
    ...Object.entries(r.endState!).map(([name, value]): [string, unknown] => [`end state: ${name}`, value]),
  ];
  const theirs = parts(reference);
  for (const [i, [name, ours]] of parts(engine).entries()) {
    const other = theirs[i]![1];
    if (!isDeepStrictEqual(ours, other)) {
      return `${name}: ${show(ours)} in the engine, ${show(other)} in the reference`;
    }
  }
  return null;
}

/**
 * Runs a scenario in both implementations, step by step: events, checks, skipped actions and end state are
 * compared.
 */
export function lockstep(engine: Engine, scenario: Scenario, options: LockstepOptions = {}): LockstepResult {
  const { maxSteps = Number.MAX_SAFE_INTEGER, onEvent } = options;
  const ours = engine.trace(scenario, maxSteps, true);
  const theirs = runReference(scenario, { maxSteps, endState: true });
  const ourTail = new Tail();
  const theirTail = new Tail();
  let step = 0;
  const part = (what: string): Divergence => ({
    step,
    what,
    engine: ourTail.lines(step, scenario),
    reference: theirTail.lines(step, scenario),
  });
  for (;;) {
    const a = ours.next();
    const b = theirs.next();
    if (a.done && b.done) {
      const what = resultsDiffer(a.value, b.value);
      step++;
      return { result: a.value, divergence: what === null ? null : part(what) };
    }
    step++;
    if (!a.done) ourTail.add(a.value);
    if (!b.done) theirTail.add(b.value);
    if (a.done || b.done) {
      const longer = a.done ? 'reference' : 'engine';
      return {
        result: a.done ? a.value : drive(ours),
        divergence: part(`only the ${longer} makes step ${step}`),
      };
    }
    if (!sameEvent(a.value, b.value)) {
      return { result: drive(ours), divergence: part(`step ${step} differs`) };
    }
    onEvent?.(a.value);
  }
}
