/**
 * Random numbers: xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM
 * TOMS 47, 2021), seeded by splitmix64 from (seed, index), so that schedule number i of a seed is the same
 * whoever runs it.
 */

let s0: u32 = 1;
let s1: u32 = 2;
let s2: u32 = 3;
let s3: u32 = 4;

function mix(z: u64): u64 {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/** A number from (seed, stream, index) alone. */
export function hash(seed: u64, stream: u64, index: u64): u64 {
  return mix(mix(mix(seed + 0x9e3779b97f4a7c15) + stream * 0xd1342543de82ef95) + index * 0x9e3779b97f4a7c15);
}

export function seedRandom(seed: u64, stream: u64, index: u64): void {
  const a = hash(seed, stream, index);
  const b = mix(a + 0x9e3779b97f4a7c15);
  s0 = <u32>a;
  s1 = <u32>(a >> 32);
  s2 = <u32>b;
  s3 = <u32>(b >> 32) | 1;
}

export function random(): u32 {
  const out = rotl<u32>(s1 * 5, 7) * 9;
  const t = s1 << 9;
  s2 ^= s0;
  s3 ^= s1;
  s1 ^= s2;
  s0 ^= s3;
  s2 ^= t;
  s3 = rotl<u32>(s3, 11);
  return out;
}

/** 0 … n-1 (Lemire's multiply-shift; its bias is below n / 2^32). */
export function below(n: i32): i32 {
  return <i32>(((<u64>random()) * (<u64>n)) >> 32);
}

/** lo … hi */
export function between(lo: i32, hi: i32): i32 {
  return lo + below(hi - lo + 1);
}
