/** The explorer's boundary: all that the host can call. The module is one of its own, without search and coverage. */

import { KIND_NONE } from '../../src/abi';
import { EXPLORE_CROWDED, EXPLORE_DONE, EXPLORE_FULL, EXPLORE_VIOLATION } from '../../src/engine/addresses';
import { config } from '../layout';
import * as dives from './dive';
import { beginCounting, expand, slept, tried, violation, violator } from './expand';
import { keepWhole, meet } from './meet';
import { make } from './move';
import { listMoves, moveAt, moves } from './moves';
import { fingerprint, oldCpu, oldMm, oldTask, pack, packedWords, setMerging } from './pack';
import { IN, PACKED } from './places';
import { logSteps, runs } from './retrace-log';
import { follow, newStates as newOnes, outside, rehearse, rehearsed, runPrefix, settleAll } from './start';
import {
  beginOut,
  bytesOf,
  emptyStack,
  fresh,
  hasRoom,
  keepFirst,
  lookUp,
  MAX_MOVES,
  mayWait,
  outBytes,
  outStates,
  pending,
  setParent,
  take,
} from './store';
import { unpack } from './unpack';

export { follow, oldCpu, oldMm, oldTask, rehearse, setMerging };

export function followedNew(): u32 {
  return newOnes;
}

export function followedOutside(): u32 {
  return outside;
}

export function rehearsedSteps(): u32 {
  return rehearsed;
}

/** How many words the state packed last has. */
export function words(): i32 {
  return packedWords;
}

/** The world of CONFIG after its actions, packed. False: times are too close (start.ts). */
export function start(mmsUsed: i32, exact: bool): bool {
  keepWhole(exact);
  logSteps(false);
  beginCounting();
  return runPrefix(config.actions, mmsUsed);
}

/** Then: its local steps. KIND_NONE, or what they violate; the state is packed and met. */
export function settleStart(): i32 {
  logSteps(true);
  const kind = settleAll();
  logSteps(false);
  if (kind == KIND_NONE) pack();
  return kind;
}

/** Then: the first state, met, in IN: its bytes. */
export function first(): u32 {
  meet(PACKED, packedWords, fingerprint());
  return keepFirst();
}

let at: u32 = 0;
let id: u32 = 0;
let expanded: u32 = 0;

/** States of IN, `bytes` of them from `from` on, numbered from `number`: until OUT is full or `room` new ones are met. */
export function expandIn(bytes: u32, from: u32, number: u32, room: u32): i32 {
  beginCounting();
  beginOut(false);
  at = from;
  id = number;
  expanded = 0;
  let code = EXPLORE_DONE;
  while (at < bytes) {
    if (!mayWait()) lookUp();
    if (!hasRoom()) {
      code = EXPLORE_FULL;
      break;
    }
    if (fresh + pending + MAX_MOVES > room) {
      if (pending != 0) {
        lookUp();
        continue;
      }
      code = EXPLORE_CROWDED;
      break;
    }
    const header = load<u64>(IN + <usize>at);
    const sleep = load<u64>(IN + <usize>at, 8);
    setParent(id);
    if (expand(IN + <usize>at + 16, sleep) != KIND_NONE) {
      code = EXPLORE_VIOLATION;
      break;
    }
    at += <u32>bytesOf(header);
    id += 1;
    expanded += 1;
  }
  lookUp();
  return code;
}

/** Depth-first: the first state onto the stack. */
export function beginDive(): void {
  beginOut(true);
  emptyStack();
  dives.beginDive();
  take(0, 0);
}

export function dive(most: u32, room: u32): i32 {
  beginCounting();
  beginOut(true);
  return dives.dive(most, room);
}

export function wayBack(most: u32): u32 {
  return dives.wayBack(most);
}

// What the last call did.
export function consumed(): u32 {
  return at;
}
export function nextId(): u32 {
  return id;
}
export function expandedStates(): u32 {
  return expanded;
}
export function newStates(): u32 {
  return fresh;
}
export function newBytes(): u32 {
  return outBytes;
}
export function keptStates(): u32 {
  return outStates;
}
export function triedMoves(): f64 {
  return <f64>tried;
}
export function sleptMoves(): f64 {
  return <f64>slept;
}
export function violated(): i32 {
  return violation;
}
export function violatingMove(): i32 {
  return violator;
}
export function depth(): u32 {
  return dives.depth;
}
export function deepest(): u32 {
  return dives.deepest;
}
export function divedStates(): u32 {
  return dives.dived;
}

/**
 * Traces a way again: makes move `ordinal` of the state that was packed last; its op, cpu, task, mm and argument are
 * those of `tracedMove()`, its steps in OUT. Returns what it violates.
 */
export function retrace(ordinal: i32): i32 {
  unpack(PACKED);
  listMoves();
  assert(ordinal < moves);
  logSteps(true);
  const kind = make(moveAt(ordinal));
  logSteps(false);
  traced = ordinal;
  return kind;
}
let traced: i32 = 0;

/** The address of that move (class Action). */
export function tracedMove(): usize {
  return changetype<usize>(moveAt(traced));
}

/** Packs the state that it came to. */
export function repack(): void {
  pack();
}

/** Runs of steps in OUT (retrace-log.ts). */
export function stepRuns(): i32 {
  return runs;
}
