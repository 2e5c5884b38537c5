/** Collects a byte string; {@link ByteReader} reads back what it wrote. */
export class ByteWriter {
  private bytes = new Uint8Array(256);
  private length = 0;

  /** Appends the low 8 bits of `value`. */
  byte(value: number): void {
    if (this.length === this.bytes.length) {
      const grown = new Uint8Array(2 * this.length);
      grown.set(this.bytes);
      this.bytes = grown;
    }
    this.bytes[this.length++] = value;
  }

  /** Two bytes, little-endian. */
  u16(value: number): void {
    this.byte(value);
    this.byte(value >>> 8);
  }

  /** Three bytes, little-endian. */
  u24(value: number): void {
    this.u16(value);
    this.byte(value >>> 16);
  }

  /** Little-endian base 128; `value` is whole, from 0 up to below 2^35. */
  varint(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.byte((rest % 0x80) | 0x80);
    this.byte(rest);
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}
