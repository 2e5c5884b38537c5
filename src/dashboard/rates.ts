import type { Sample } from '../fuzz/progress.js';

/** Schedules a second over a stretch that ends with a sample. */
interface Rate {
  readonly end: Sample;
  readonly rate: number;
}

/**
 * Schedules a second, over stretches of about the same length. What lies between two sessions is in none of them; a session that
 * is shorter than half a stretch shares one with the next.
 */
export function ratesOf(samples: readonly Sample[], most: number): Rate[] {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined) return [];
  const stretch = (last.seconds - first.seconds) / most;
  const rates: Rate[] = [];
  let [seconds, schedules] = [0, 0];
  for (const [i, end] of samples.entries()) {
    const before = samples[i - 1];
    if (before === undefined) continue;
    if (before.session === end.session && end.seconds > before.seconds) {
      seconds += end.seconds - before.seconds;
      schedules += end.schedules - before.schedules;
    }
    const isLast = end === last || samples[i + 1]!.session !== end.session;
    if (seconds === 0 || seconds < (isLast ? stretch / 2 : stretch)) continue;
    rates.push({ end, rate: Math.max(0, schedules / seconds) });
    [seconds, schedules] = [0, 0];
  }
  return rates;
}
