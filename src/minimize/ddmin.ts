/**
 * ddmin (Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", IEEE TSE 28(2), 2002).
 *
 * `test` is asked whether a subset of 0 … size-1 (ascending) still fails; the full set does. The answer is a
 * subset that fails and of which no single element can be taken away, provided that `test` gives the same
 * answer for the same subset. Departs from the paper in leaving out "reduce to subset": for schedules, where
 * most actions depend on earlier ones, a small chunk alone almost never fails.
 */
export function ddmin(size: number, test: (kept: readonly number[]) => boolean): readonly number[] {
  let kept: readonly number[] = Array.from({ length: size }, (_, index) => index);
  let chunks = 2;
  while (kept.length > 0) {
    const count = Math.min(chunks, kept.length);
    const length = Math.ceil(kept.length / count);
    let reduced = false;
    // From the end: late actions depend on early ones, not the other way round.
    for (let start = (Math.ceil(kept.length / length) - 1) * length; start >= 0; start -= length) {
      const complement = kept.filter((_, position) => position < start || position >= start + length);
      if (!test(complement)) continue;
      kept = complement;
      reduced = true;
    }
    if (length === 1 && !reduced) break;
    chunks = reduced && length === 1 ? kept.length : reduced ? count : count * 2;
  }
  return kept;
}
