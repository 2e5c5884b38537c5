/** cpumask_first_zero over mask[m], one word a step. */

import { cpus, Frame, maskAddr, words } from '../layout';
import { read } from '../memory';

/** first_zero found no zero bit in this word, and there are more words. */
export const MORE_WORDS: i32 = -2;
/** No zero bit in the whole mask. */
export const NO_ZERO: i32 = -1;

export function startFirstZero(f: Frame): void {
  f.word = 0;
}

/** Reads word f.word: its first zero bit below nr_cpu_ids, NO_ZERO after the last word, or MORE_WORDS. */
export function stepFirstZero(c: i32, f: Frame): i32 {
  const w = f.word;
  assert(w < words);
  const value = read(c, maskAddr(f.mm, w));
  if (~value != 0) {
    const bit = (w << 6) | <i32>ctz(~value);
    if (bit < cpus) return bit;
  }
  f.word = w + 1;
  return w + 1 < words ? MORE_WORDS : NO_ZERO;
}
