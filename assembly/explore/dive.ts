/** Depth-first search: the stack holds the states on the way, expanded, and between them those that are still to be. */

import { KIND_NONE } from '../../src/abi';
import { EXPLORE_CROWDED, EXPLORE_DONE, EXPLORE_FULL, EXPLORE_VIOLATION } from '../../src/engine/addresses';
import { expand } from './expand';
import { OUT, STACK } from './places';
import { bytesOf, EXPANDED, fresh, MAX_MOVES, ordinalOf, pop, stackHasRoom, top, words } from './store';

/** States on the way now, and the most so far; states expanded by this call. */
export let depth: u32 = 0;
export let deepest: u32 = 0;
export let dived: u32 = 0;

export function beginDive(): void {
  depth = 0;
  deepest = 0;
}

function headerAt(): usize {
  return top - 8;
}

/** Goes on until the stack is empty, `most` states are expanded, or `room` new ones are met. EXPLORE_* */
export function dive(most: u32, room: u32): i32 {
  dived = 0;
  while (top > STACK) {
    const at = headerAt();
    const header = load<u64>(at);
    if (header & EXPANDED) {
      pop(bytesOf(header));
      depth -= 1;
      continue;
    }
    if (dived == most || fresh + MAX_MOVES > room) return EXPLORE_CROWDED;
    if (!stackHasRoom()) return EXPLORE_FULL;
    store<u64>(at, header | EXPANDED);
    depth += 1;
    deepest = max(deepest, depth);
    dived += 1;
    const sleep = load<u64>(at - 8);
    if (expand(at - 8 - ((<usize>words(header)) << 3), sleep) != KIND_NONE) return EXPLORE_VIOLATION;
  }
  return EXPLORE_DONE;
}

/**
 * Writes the moves of the way to the state that was expanded last, without the start's, as bytes to OUT, the last one
 * first: how many. At most `most`.
 */
export function wayBack(most: u32): u32 {
  let count: u32 = 0;
  for (let at = top; at > STACK; ) {
    const header = load<u64>(at - 8);
    at -= bytesOf(header);
    if (!(header & EXPANDED) || at == STACK || count == most) continue;
    store<u8>(OUT + <usize>count, <u8>ordinalOf(header));
    count += 1;
  }
  return count;
}
