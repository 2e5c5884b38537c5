/** What follows a state: every move that is not asleep, made from it. New states go to OUT, or onto the stack. */

import { KIND_NONE, MEMORY_SC } from '../../src/abi';
import { BUFFER_SHIFT, BUFFERS } from '../../src/engine/addresses';
import { config, cpus, result, WORLD, world } from '../layout';
import { leftWord, setLeftWord, setUsedWord, usedWord } from './config';
import { renamed, sleepAfter, sleepBit } from './independent';
import { end, make } from './move';
import { listMoves, moveAt, moves } from './moves';
import { pack } from './pack';
import { BUFFERS_COPY, WORLD_COPY } from './places';
import { take } from './store';
import { unpack } from './unpack';

/** Moves made, and left out because they were asleep. */
export let tried: u64 = 0;
export let slept: u64 = 0;
/** What was violated, and by which move of the state that was expanded last. */
export let violation: i32 = KIND_NONE;
export let violator: i32 = 0;

let left0: u64 = 0;
let left1: u64 = 0;
let used: u64 = 0;

export function beginCounting(): void {
  tried = 0;
  slept = 0;
  violation = KIND_NONE;
}

function putBy(): void {
  memory.copy(WORLD_COPY, WORLD, world.size);
  if (config.memory != MEMORY_SC) memory.copy(BUFFERS_COPY, BUFFERS, (<usize>cpus) << BUFFER_SHIFT);
  left0 = leftWord(0);
  left1 = leftWord(1);
  used = usedWord();
}

function takeBack(): void {
  memory.copy(WORLD, WORLD_COPY, world.size);
  if (config.memory != MEMORY_SC) memory.copy(BUFFERS, BUFFERS_COPY, (<usize>cpus) << BUFFER_SHIFT);
  setLeftWord(0, left0);
  setLeftWord(1, left1);
  setUsedWord(used);
}

/** Expands the packed state at `words`: KIND_NONE, or what the first of its moves that violates something violates. */
export function expand(words: usize, sleep: u64): i32 {
  unpack(words);
  listMoves();
  const count = moves;
  if (count > 1) putBy();
  let touched = false;
  let before: u64 = 0;
  for (let i = 0; i < count; i++) {
    const a = moveAt(i);
    const bit = sleepBit(a);
    if (sleep & bit) {
      slept += 1;
      before |= bit;
      continue;
    }
    if (touched) takeBack();
    touched = true;
    const next = sleepAfter(a, before);
    before |= bit;
    tried += 1;
    result.kind = KIND_NONE;
    violator = i;
    violation = make(a);
    if (violation != KIND_NONE) return violation;
    pack();
    take(i, renamed(next));
    violation = end(a.cpu);
    if (violation != KIND_NONE) return violation;
  }
  return KIND_NONE;
}
