/**
 * STAND-IN, to be deleted: until the engine tells the features of a run itself (`Engine.runCovered`), they are
 * made here from the events of a traced run. Same signature, same meaning.
 */
import type { Engine } from '../engine/engine.js';
import type { RunResult } from '../event/event.js';
import type { Scenario } from '../scenario/scenario.js';

export interface Covered {
  readonly result: RunResult;
  /** Distinct numbers, 0 … 65535: what this run touched. */
  readonly features: Uint16Array;
}

export function runCovered(engine: Engine, scenario: Scenario, maxSteps: number): Covered {
  const features = new Set<number>();
  const events = engine.trace(scenario, maxSteps);
  let before = 0;
  for (;;) {
    const next = events.next();
    if (next.done) return { result: next.value, features: Uint16Array.from(features) };
    const { routine, op, loc, ok, cpu } = next.value;
    const here = (((routine << 3) | op) << 5) | (loc << 1) | Number(ok);
    let hash = Math.imul(here ^ Math.imul(before, 0x9e3779b1) ^ (cpu << 20), 0x85ebca6b);
    hash ^= hash >>> 15;
    features.add(hash & 0xffff);
    before = here;
  }
}
