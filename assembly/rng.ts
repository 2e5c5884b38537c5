/**
 * Random numbers: splitmix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA
 * 2014), one word of state, seeded from (seed, stream, index), so that schedule number i of a seed is the same
 * whoever runs it.
 */

const GOLDEN: u64 = 0x9e3779b97f4a7c15;

let state: u64 = 0;

function mix(z: u64): u64 {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/** A number from (seed, stream, index) alone. */
export function hash(seed: u64, stream: u64, index: u64): u64 {
  return mix(mix(mix(seed + GOLDEN) + stream * 0xd1342543de82ef95) + index * GOLDEN);
}

export function seedRandom(seed: u64, stream: u64, index: u64): void {
  state = hash(seed, stream, index);
}

/** 64 random bits: enough for the several small choices of one proposal (`scale`). */
export function random(): u64 {
  state += GOLDEN;
  return mix(state);
}

/** 16 random bits, those of `bits` from `shift` on, to 0 … n-1; n is far below 2^16. */
export function scale(bits: u64, shift: u64, n: i32): i32 {
  return <i32>((((bits >> shift) & 0xffff) * <u64>n) >> 16);
}

/** 0 … n-1 (Lemire's multiply-shift; its bias is below n / 2^32). */
export function below(n: i32): i32 {
  return <i32>(((random() >> 32) * <u64>n) >> 32);
}

/** lo … hi */
export function between(lo: i32, hi: i32): i32 {
  return lo + below(hi - lo + 1);
}

/** The generator's state, to go on with it later: a schedule may draw from several streams in turn. */
export function randomState(): u64 {
  return state;
}

export function goOnRandom(at: u64): void {
  state = at;
}
