/** How many features are told apart: all of the engine's, for jsfuzz walks only the reached ones. */
const FEATURES = 0x10000;

/** Coverage of one file as istanbul has it, as much of it as jsfuzz looks at: statements, functions, branches. */
interface FileCoverage {
  readonly s: Record<string, number>;
  readonly f: Record<string, number>;
  readonly b: Record<string, readonly number[]>;
}

/**
 * What jsfuzz is shown as `global.__coverage__`. After every run it walks all of it and counts what is not zero; an
 * input whose run makes the count grow is kept, and mutated further.
 *
 * So each feature that was reached is one arm of one branch, and what was not reached is not there: nothing is
 * walked in vain. Arms of a branch are an array, which takes a nanosecond a slot; statements are looked up by name
 * and take a hundred times as long.
 */
export class Coverage {
  private readonly reached = new Uint8Array(FEATURES);
  private readonly arms: number[] = [];
  readonly published: Record<string, FileCoverage> = { engine: { s: {}, f: {}, b: { features: this.arms } } };

  /** How many features were reached so far. */
  get count(): number {
    return this.arms.length;
  }

  /** Counts the features of a run; whether one of them is new. */
  add(features: Uint16Array): boolean {
    const before = this.arms.length;
    for (const feature of features) {
      if (this.reached[feature] !== 0) continue;
      this.reached[feature] = 1;
      this.arms.push(1);
    }
    return this.arms.length > before;
  }
}
