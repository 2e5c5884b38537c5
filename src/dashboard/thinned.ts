import type { Sample } from '../fuzz/progress.js';

/** At most so many of the samples, evenly spread over time, the first and the last among them. */
export function thinned(samples: readonly Sample[], most: number): readonly Sample[] {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || samples.length <= most) return samples;
  const gap = (last.seconds - first.seconds) / (most - 2);
  const kept: Sample[] = [];
  for (const sample of samples) {
    const before = kept.at(-1);
    if (before === undefined || sample.seconds - before.seconds >= gap || sample === last) kept.push(sample);
  }
  return kept;
}
