import type { Event, RunResult } from './event.js';

/** Runs to the end, from wherever the run has got to; every event that is still to come goes to `take`. */
export function drive(run: Generator<Event, RunResult, void>, take?: (event: Event) => void): RunResult {
  for (;;) {
    const at = run.next();
    if (at.done) return at.value;
    take?.(at.value);
  }
}
