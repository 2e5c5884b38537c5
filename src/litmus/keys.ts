/** A set of blocks of words, most of which are small numbers: each is kept as a string of few bytes. */
export class Keys {
  private readonly keys = new Set<string>();
  private bytes = Buffer.alloc(4096);

  get size(): number {
    return this.keys.size;
  }

  /** Adds a block. False: it was there. */
  add(words: Int32Array): boolean {
    if (this.bytes.length < MAX_BYTES * words.length) this.bytes = Buffer.alloc(2 * MAX_BYTES * words.length);
    const { bytes, keys } = this;
    let length = 0;
    for (let i = 0; i < words.length; i++) {
      // Small numbers of either sign first; seven bits a byte.
      let rest = ((words[i]! << 1) ^ (words[i]! >> 31)) >>> 0;
      for (; rest > 0x7f; rest >>>= 7) bytes[length++] = (rest & 0x7f) | 0x80;
      bytes[length++] = rest;
    }
    const before = keys.size;
    keys.add(bytes.toString('latin1', 0, length));
    return keys.size > before;
  }
}

/** That a word takes at most. */
const MAX_BYTES = 5;
