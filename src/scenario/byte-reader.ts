/** Most bytes of a number in base 128: 35 bits, enough for the longest `advance` in ns. */
export const MAX_VARINT_BYTES = 5;

/** Reads a byte string from its start; behind the end there are zeros without end. */
export class ByteReader {
  private readonly bytes: Uint8Array;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Whether every byte was read. */
  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    return this.bytes[this.at++] ?? 0;
  }

  /** Two bytes, little-endian. */
  u16(): number {
    return this.byte() + 0x100 * this.byte();
  }

  /** Three bytes, little-endian. */
  u24(): number {
    return this.u16() + 0x10000 * this.byte();
  }

  /** A number in little-endian base 128, at most {@link MAX_VARINT_BYTES} bytes whatever the last one says. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 0x80;
    }
    return value;
  }
}
