/** The visited set is another module (assembly/visited.ts), linked by the host: its functions are called directly. */

@external('visited', 'insert')
declare function insertFingerprint(fp: u64): bool;
@external('visited', 'word')
declare function giveWord(i: i32, word: u64): void;
@external('visited', 'insertWhole')
declare function insertWhole(words: i32, fp: u64): bool;

@external('visited', 'touch')
declare function touchFingerprint(fp: u64): u64;


/** Whole states are kept and compared, not fingerprints alone. */
let exact: bool = false;

export function keepWhole(on: bool): void {
  exact = on;
}

/** Whether the state of `count` words at `words`, with that fingerprint, had not been met before; now it has. */
export function meet(words: usize, count: i32, fp: u64): bool {
  if (!exact) return insertFingerprint(fp);
  for (let i = 0; i < count; i++) giveWord(i, load<u64>(words + ((<usize>i) << 3)));
  return insertWhole(count, fp);
}

let sink: u64 = 0;

/** Fetches what `meet` will look at. */
export function fetch(fp: u64): void {
  sink ^= touchFingerprint(fp);
}
