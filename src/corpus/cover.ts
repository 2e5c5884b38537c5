import { FeatureSet } from '../engine/feature-set.js';
import { type Examined, faultOf } from './examine.js';

/** What a set of scenarios has: the features of each machine, and what is violated. */
export class Cover {
  private readonly features = new Map<string, FeatureSet>();
  private readonly faults = new Set<string>();

  /** Adds a scenario. Whether it brings anything new. */
  add(examined: Examined): boolean {
    const { machine, features } = examined;
    const set = this.features.get(machine) ?? new FeatureSet();
    this.features.set(machine, set);
    const fresh = set.add(features) > 0;
    const fault = faultOf(examined);
    const first = fault !== null && !this.faults.has(fault);
    if (first) this.faults.add(fault);
    return fresh || first;
  }

  /** Features of all machines. */
  get size(): number {
    return [...this.features.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** All that it has, in a form that can be compared. */
  toString(): string {
    const features = [...this.features].map(([machine, set]) => `${machine}: ${set}`).sort();
    return JSON.stringify([features, [...this.faults].sort()]);
  }
}

/**
 * The scenarios that are enough for what all of them have: those that are tests, the smallest for each violation at each access,
 * and of the others, those with most features first, the ones that add something (the greedy way to a set cover, as
 * src/fuzz/distil.ts has it). Of equal ones the first stays.
 */
export function enough(all: readonly Examined[]): Examined[] {
  const kept = new Set<Examined>();
  const hashes = new Set<string>();
  const cover = new Cover();
  const keep = (one: Examined) => {
    kept.add(one);
    hashes.add(one.hash);
    cover.add(one);
  };
  for (const one of all) {
    if (one.expects && !hashes.has(one.hash)) keep(one);
  }
  for (const one of smallestOfFaults(all)) {
    if (!hashes.has(one.hash)) keep(one);
  }
  // Sorting keeps the order of equals.
  for (const one of all.toSorted((a, b) => b.features.length - a.features.length)) {
    if (!hashes.has(one.hash) && cover.add(one)) {
      kept.add(one);
      hashes.add(one.hash);
    }
  }
  return all.filter((one) => kept.has(one));
}

function smallestOfFaults(all: readonly Examined[]): Examined[] {
  const smallest = new Map<string, Examined>();
  for (const one of all) {
    const fault = faultOf(one);
    if (fault === null) continue;
    const before = smallest.get(fault);
    if (before === undefined || one.actions < before.actions) smallest.set(fault, one);
  }
  return [...smallest.values()];
}
