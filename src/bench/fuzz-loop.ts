import { FUZZ_DONE } from '../engine/addresses.js';
import type { Engine, FuzzSettings } from '../engine/engine.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Work } from './rounds.js';

/**
 * The schedules [0, count) of a campaign as the engine makes them: choosing, stepping, checking, logging and
 * starting over. What it finds is counted, and nothing more done about it.
 *
 * @param header algo, mutants, memory, arch, preempt and oracle
 */
export function fuzzLoop(
  engine: Engine,
  header: Scenario,
  settings: FuzzSettings,
  count: number,
): Omit<Work, 'seconds'> & { readonly stops: number } {
  engine.beginBatch(header, settings, 0, count);
  let stops = 0;
  while (engine.fuzz() !== FUZZ_DONE) stops++;
  return { schedules: count, steps: engine.batchSteps(), stops };
}
