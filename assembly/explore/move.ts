/** One move, made: with the local steps that follow it, and judged step by step. */

import {
  ACTION_ADVANCE,
  ACTION_FLUSH,
  ACTION_MIGRATE,
  ACTION_STEP,
  ACTION_SWITCH,
  ACTION_TICK,
  ALGO_V6_3,
  KIND_NONE,
  MEMORY_SC,
  MEMORY_TSO,
  MUTANT_PLAIN_LAZY,
} from '../../src/abi';
import { Action, frameOn } from '../actions';
import { judge, judgeEnd } from '../checks';
import { step } from '../kernel/step';
import { config, cpuAt, cpuFrame, result, world } from '../layout';
import { drainEverything, flush, waiting } from '../memory';
import { beginsWithStore, isLocal, isLocalDrain } from './independent';
import { applyMove, payTurn } from './moves';
import { noteDrain, noteStep } from './retrace-log';

/** One access of what cpu c is in the middle of: KIND_NONE, or what it violates. */
export function go(c: i32): i32 {
  const f = cpuAt(c).under;
  noteStep(c, f == cpuFrame(c));
  step(c, f);
  return world.wrong == 0 ? KIND_NONE : judge(c);
}

/** Drains waiting store i of cpu c. */
function drain(c: i32, i: i32): i32 {
  noteDrain(c, i);
  flush(c, i);
  return judge(c);
}

/** Makes the local drains of cpu c. */
function settleBuffer(c: i32): i32 {
  for (let i = 0; i < waiting(c); ) {
    if (!isLocalDrain(c, i)) {
      if (config.memory == MEMORY_TSO) break;
      i += 1;
      continue;
    }
    const kind = drain(c, i);
    if (kind != KIND_NONE) return kind;
    i = 0;
  }
  return KIND_NONE;
}

/** Makes the local drains and steps of cpu c. */
export function settle(c: i32): i32 {
  while (true) {
    if (config.memory != MEMORY_SC) {
      const kind = settleBuffer(c);
      if (kind != KIND_NONE) return kind;
    }
    const f = frameOn(c);
    if (f === null || !isLocal(c, f)) return KIND_NONE;
    const kind = go(c);
    if (kind != KIND_NONE) return kind;
  }
}

/** Makes a move of the state at hand: KIND_NONE, or what it violates. */
export function make(a: Action): i32 {
  const c = <i32>a.cpu;
  let kind = KIND_NONE;
  switch (<i32>a.op) {
    case ACTION_STEP:
      payTurn(c);
      kind = go(c);
      break;
    case ACTION_FLUSH:
      kind = drain(c, <i32>a.arg);
      break;
    default:
      applyMove(a);
      if (a.op == ACTION_ADVANCE || a.op == ACTION_MIGRATE) return KIND_NONE;
      if ((a.op == ACTION_TICK || a.op == ACTION_SWITCH) && beginsWithStore(c, a.op)) {
        kind = settle(c);
        if (kind == KIND_NONE) kind = go(c);
      }
  }
  return kind != KIND_NONE ? kind : settle(c);
}

/** What a run violates that ends here, all stores drained. The world is of no use afterwards. */
export function end(c: i32): i32 {
  if (config.algo == ALGO_V6_3) return KIND_NONE;
  const lazyMayWait = config.memory != MEMORY_SC && (config.mutants & MUTANT_PLAIN_LAZY) != 0;
  if (world.lazySlots == 0 && (world.cidLock | world.useCidLock) == 0 && !lazyMayWait) return KIND_NONE;
  drainEverything();
  judgeEnd(c);
  const kind = result.kind;
  return kind;
}
