/**
 * The visited set, a module of its own: its whole memory is one table, shared by the workers of an exploration (the
 * engine's memory cannot be, for its records are at fixed addresses). One 64-bit word a state: its fingerprint. Open
 * addressing with linear probing; a state's home is its fingerprint scaled to the table, so the table is ordered by
 * fingerprints, and grows in place in one sweep.
 *
 * ```
 * 0x00000 the number of slots
 * 0x10000 slots, 8 bytes each: 0, or a fingerprint (63 bits, never 0)
 * ```
 */

const SLOTS: usize = 0;
const TABLE: usize = 0x10000;
/** Set in a slot, while the table grows, where the fingerprint is at its new place. */
const MOVED: u64 = 1 << 63;

function home(fp: u64, slots: u32): usize {
  return TABLE + ((<usize>((((fp << 1) >> 32) * <u64>slots) >> 32)) << 3);
}

export function slots(): u32 {
  return load<u32>(SLOTS);
}

/** True where `fp` was not there; it is now. Threads may call it at once. The host keeps the table from filling up. */
export function insert(fp: u64): bool {
  const count = load<u32>(SLOTS);
  const end = TABLE + ((<usize>count) << 3);
  let at = home(fp, count);
  while (true) {
    let there = atomic.load<u64>(at);
    if (there == fp) return false;
    if (there == 0) {
      there = atomic.cmpxchg<u64>(at, 0, fp);
      if (there == 0) return true;
      if (there == fp) return false;
    }
    at += 8;
    if (at == end) at = TABLE;
  }
}

/** Fetches the home of `fp` from memory: of many that are fetched one after the other the processor waits for all at once. */
export function touch(fp: u64): u64 {
  return load<u64>(home(fp, load<u32>(SLOTS)));
}

export function has(fp: u64): bool {
  const count = load<u32>(SLOTS);
  const end = TABLE + ((<usize>count) << 3);
  let at = home(fp, count);
  while (true) {
    const there = load<u64>(at);
    if (there == fp) return true;
    if (there == 0) return false;
    at += 8;
    if (at == end) at = TABLE;
  }
}

/**
 * More slots, for which the host has made room; nobody else is at work. Every fingerprint goes to the first slot from its new
 * home that is empty or not settled yet, whose own fingerprint then goes on in the same way. From the last to the first,
 * most new homes are empty.
 */
export function grow(count: u32): void {
  const before = load<u32>(SLOTS);
  store<u32>(SLOTS, count);
  const end = TABLE + ((<usize>count) << 3);
  for (let i = before; i > 0; i--) {
    const from = TABLE + ((<usize>(i - 1)) << 3);
    for (let fp = load<u64>(from); fp != 0 && (fp & MOVED) == 0; fp = load<u64>(from)) {
      let at = home(fp, count);
      while (load<u64>(at) & MOVED) {
        at += 8;
        if (at == end) at = TABLE;
      }
      const there = load<u64>(at);
      store<u64>(at, fp | MOVED);
      // Its own place: it is settled. Else what was there, or nothing, takes the place that is free now.
      if (at != from) store<u64>(from, there);
    }
  }
  for (let at = TABLE; at < end; at += 8) store<u64>(at, load<u64>(at) & ~MOVED);
}

// ---- whole states -------------------------------------------------------------------------------------------------

/** Where the next state goes: units of 8 bytes from 0. Behind the table, which does not grow then. */
const NEXT: usize = 8;
/** The state that is looked for, of each thread in turn: the host lets one thread at a time use whole states. */
const WORDS: usize = 0x100;
/** The half of a slot that is of the fingerprint; the other half is where the state is, in units of 8 bytes. */
const HALF: u64 = 0xffffffff00000000;

/** Where whole states are kept from. */
export function startWhole(count: u32): void {
  store<u32>(SLOTS, count);
  store<u64>(NEXT, (TABLE >> 3) + count);
}

/** Units used so far: the host makes room for more. */
export function wholeUnits(): u32 {
  return load<u32>(NEXT);
}

export function word(i: i32, value: u64): void {
  store<u64>(WORDS + ((<usize>i) << 3), value);
}

function isSame(at: usize, count: i32): bool {
  if (load<u64>(at) != <u64>count) return false;
  for (let i = 0; i < count; i++) {
    const offset = (<usize>i) << 3;
    if (load<u64>(at + 8 + offset) != load<u64>(WORDS + offset)) return false;
  }
  return true;
}

/** True where the state of `count` words was not there; it is now. */
export function insertWhole(count: i32, fp: u64): bool {
  const total = load<u32>(SLOTS);
  const end = TABLE + ((<usize>total) << 3);
  let at = home(fp, total);
  while (true) {
    const there = load<u64>(at);
    if (there == 0) break;
    if ((there & HALF) == ((fp << 1) & HALF) && isSame((<usize>there & 0xffffffff) << 3, count)) return false;
    at += 8;
    if (at == end) at = TABLE;
  }
  const unit = load<u32>(NEXT);
  const to = (<usize>unit) << 3;
  store<u64>(to, <u64>count);
  for (let i = 0; i < count; i++)
    store<u64>(to + 8 + ((<usize>i) << 3), load<u64>(WORDS + ((<usize>i) << 3)));
  store<u32>(NEXT, unit + <u32>count + 1);
  store<u64>(at, ((fp << 1) & HALF) | <u64>unit);
  return true;
}
