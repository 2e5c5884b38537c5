import { load, type Routine } from '../access.js';
import type { Frame } from '../frame.js';
import { cidmaskWord } from '../location.js';
import { cidmaskWords } from '../memory.js';

const WORD = 64;

/**
 * cpumask_first_zero() on the mm's cidmask: word by word, so what it finds may be no longer so, and "none" may
 * never have been so. Returns nr_cpu_ids where there is none.
 */
export function* cpumask_first_zero(f: Frame, mm: number): Routine<number> {
  const nr_cpu_ids = f.world.scenario.cpus;
  for (let index = 0; index < cidmaskWords(nr_cpu_ids); index++) {
    if (index > 0) f.mark('first_zero: word full, on to the next');
    const word = yield* load(cidmaskWord(mm, index));
    const zero = index * WORD + lowestZero(word);
    if (zero < nr_cpu_ids && zero < (index + 1) * WORD) return zero;
  }
  f.mark('first_zero: none');
  return nr_cpu_ids;
}

/** 64 where there is none. */
function lowestZero(word: bigint): number {
  const low = ~Number(word & 0xffffffffn);
  if (low !== 0) return lowestOne(low);
  const high = ~Number(word >> 32n);
  return 32 + (high !== 0 ? lowestOne(high) : 32);
}

/** Of a 32-bit word that is not 0. */
const lowestOne = (bits: number): number => 31 - Math.clz32(bits & -bits);
