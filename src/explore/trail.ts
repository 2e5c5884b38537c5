const BLOCK = 1 << 20;

/** For each state, in the order in which they were met: the number of the state before it, and the move. 5 bytes each. */
export class Trail {
  private readonly parents: Uint32Array[] = [];
  private readonly moves: Uint8Array[] = [];
  length = 0;

  append(parents: Uint32Array, moves: Uint8Array): void {
    for (let from = 0; from < parents.length; ) {
      const at = this.length % BLOCK;
      if (at === 0) {
        this.parents.push(new Uint32Array(BLOCK));
        this.moves.push(new Uint8Array(BLOCK));
      }
      const count = Math.min(BLOCK - at, parents.length - from);
      this.parents.at(-1)!.set(parents.subarray(from, from + count), at);
      this.moves.at(-1)!.set(moves.subarray(from, from + count), at);
      this.length += count;
      from += count;
    }
  }

  /** The moves from the first state, which is state 0, to state `id`. */
  wayTo(id: number): number[] {
    const way: number[] = [];
    for (let at = id; at !== 0; at = this.parents[Math.floor(at / BLOCK)]![at % BLOCK]!) {
      way.push(this.moves[Math.floor(at / BLOCK)]![at % BLOCK]!);
    }
    return way.reverse();
  }

  /** All of it, in order: the parents' bytes, then the moves. */
  *parts(): Generator<Uint8Array> {
    for (const column of [this.parents, this.moves]) {
      let rest = this.length;
      for (const block of column) {
        const used = block.subarray(0, Math.min(BLOCK, rest));
        rest -= used.length;
        yield new Uint8Array(used.buffer, used.byteOffset, used.byteLength);
      }
    }
  }
}
