import { medianOf } from '../mutants/figures.js';
import type { Finding, Spread } from './result.js';
import type { Searched } from './time-to-find.js';

/** Whether so many seeds found nothing that the median of all cannot be known, whatever the others find. */
export function isHopeless(searches: readonly Searched[], seeds: number): boolean {
  return searches.filter(({ found }) => !found).length > seeds >> 1;
}

/**
 * What the searches of some seeds come to.
 *
 * @param seeds how many there were to be; with fewer searches they are hopeless
 */
export function findingOf(searches: readonly Searched[], seeds: number): Finding {
  const unfound = searches.filter(({ found }) => !found);
  const all = searches.length === seeds;
  const least = (of: (searched: Searched) => number) => Math.min(...unfound.map(of));
  return {
    seeds: searches.length,
    found: searches.length - unfound.length,
    schedules: all ? spreadOf(searches, ({ schedules }) => schedules) : null,
    seconds: all ? spreadOf(searches, ({ seconds }) => seconds) : null,
    beyond: isHopeless(searches, seeds)
      ? { schedules: least(({ schedules }) => schedules), seconds: least(({ seconds }) => seconds) }
      : null,
  };
}

/** Quartiles are values of single seeds, as the median is: of 11 the third, the sixth and the ninth. */
function spreadOf(searches: readonly Searched[], of: (searched: Searched) => number): Spread {
  const values = searches
    .map((searched) => (searched.found ? of(searched) : Number.POSITIVE_INFINITY))
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const last = values.length - 1;
  const quarter = (last + 1) >> 2;
  const known = (value: number) => (Number.isFinite(value) ? value : null);
  return {
    min: known(values[0]!),
    lowerQuartile: known(values[quarter]!),
    median: known(medianOf(values)),
    upperQuartile: known(values[last - quarter]!),
    max: known(values[last]!),
  };
}
