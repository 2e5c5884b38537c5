/** Whether a state had been met before. */

import { insert, insertWhole, touch, word } from './visited';

/** Whole states are kept and compared, not fingerprints alone. */
let exact: bool = false;

export function keepWhole(on: bool): void {
  exact = on;
}

/** Whether the state of `count` words at `words`, with that fingerprint, had not been met before; now it has. */
export function meet(words: usize, count: i32, fp: u64): bool {
  if (!exact) return insert(fp);
  for (let i = 0; i < count; i++) word(i, load<u64>(words + ((<usize>i) << 3)));
  return insertWhole(count, fp);
}

/** Fetches what `meet` will look at. */
export function fetch(fp: u64): u64 {
  return touch(fp);
}
