/** A set of features: numbers 0 … 65535 (assembly/coverage.ts). */
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
