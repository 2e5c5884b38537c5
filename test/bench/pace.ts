import type { Pace } from '../../src/bench/rounds.js';

/** A measurement that nobody ends. */
export function calmly(): Pace & { readonly told: string[] } {
  const told: string[] = [];
  return { signal: new AbortController().signal, told, tell: (line) => told.push(line) };
}

/** One that is to end when it tells a line that matches. */
export function untilTold(pattern: RegExp): Pace {
  const abort = new AbortController();
  return {
    signal: abort.signal,
    tell(line) {
      if (pattern.test(line)) abort.abort();
    },
  };
}
