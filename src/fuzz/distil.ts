import type { Engine } from '../engine/engine.js';
import type { Scenario } from '../scenario/scenario.js';

/** A scenario of a corpus, and what it covers. */
export interface Covering {
  readonly scenario: Scenario;
  /** Numbers 0 … 65535 (assembly/coverage.ts). */
  readonly features: Uint16Array;
}

/**
 * Fewer scenarios that cover the same: those with most features first, and of these only the ones that add something (the
 * greedy way to a set cover, as afl-cmin has it).
 *
 * @param engine runs each scenario
 */
export function distil(engine: Engine, scenarios: Iterable<Scenario>): Covering[] {
  const all = Array.from(scenarios, (scenario): Covering => {
    return { scenario, features: engine.runCovered(scenario).features };
  });
  const known = new FeatureSet();
  // Sorting keeps the order of equals.
  return all
    .toSorted((a, b) => b.features.length - a.features.length)
    .filter(({ features }) => known.add(features) > 0);
}

/** A set of features. */
export class FeatureSet {
  private readonly bits: Uint8Array;
  private count = 0;

  /** @param base64 what `toString` gave; anything else is read as far as it goes */
  constructor(base64 = '') {
    this.bits = new Uint8Array(65536 / 8);
    this.bits.set(Buffer.from(base64, 'base64').subarray(0, this.bits.length));
    for (let bits of this.bits) for (; bits !== 0; bits &= bits - 1) this.count++;
  }

  get size(): number {
    return this.count;
  }

  /** Returns how many of them are new. */
  add(features: Uint16Array): number {
    let fresh = 0;
    for (const feature of features) {
      const bit = 1 << (feature & 7);
      if (this.bits[feature >> 3]! & bit) continue;
      this.bits[feature >> 3]! |= bit;
      fresh++;
    }
    this.count += fresh;
    return fresh;
  }

  /** In base64. */
  toString(): string {
    return Buffer.from(this.bits).toString('base64');
  }
}
