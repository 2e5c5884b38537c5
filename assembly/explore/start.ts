/** The start: the world of CONFIG, after its actions (the prefix). */

import { ACTION_EXEC, ACTION_FLUSH, ACTION_FORK_PROCESS, ACTION_STEP, KIND_NONE } from '../../src/abi';
import { Action, actionAt, apply, frameOn } from '../actions';
import { judge } from '../checks';
import { config, cpus } from '../layout';
import { flush, mayFlush, setChecking } from '../memory';
import { setTracing } from '../trace';
import { setUpWorld } from '../world';
import { resetLeft, setUsed } from './config';
import { planIndependence } from './independent';
import { planLive } from './live';
import { go, settle } from './move';
import { fingerprint, pack, planNames } from './pack';
import { PACKED } from './places';
import { gatherTimes, planTime, timesApart } from './time';
import { unpack } from './unpack';
import { has, insert } from './visited';

function runAction(a: Action): i32 {
  const c = <i32>a.cpu;
  if (a.op == ACTION_STEP) {
    const f = frameOn(c);
    for (let i: u64 = 0; f !== null && i < a.arg && f.routine != 0; i++) {
      const kind = go(c);
      if (kind != KIND_NONE) return kind;
    }
    return KIND_NONE;
  }
  if (a.op == ACTION_FLUSH) {
    if (!mayFlush(c, <i32>a.arg)) return KIND_NONE;
    flush(c, <i32>a.arg);
    return judge(c);
  }
  apply(a);
  return KIND_NONE;
}

/**
 * Sets the world up and runs the prefix, which the host knows to violate nothing. False where it leaves times that are
 * neither equal nor more than 100 ms apart.
 */
export function runPrefix(actions: i32, mmsUsed: i32): bool {
  setTracing(false);
  setChecking(true);
  setUpWorld();
  planLive();
  planTime();
  resetLeft();
  for (let m = 0; m < mmsUsed; m++) setUsed(m, true);
  for (let i = 0; i < actions; i++) {
    if (runAction(actionAt(i)) != KIND_NONE) return false;
  }
  planNames();
  planIndependence();
  gatherTimes();
  return timesApart();
}

/** Makes the local steps of all cpus: KIND_NONE, or what one of them violates. */
export function settleAll(): i32 {
  for (let c = 0; c < cpus; c++) {
    const kind = settle(c);
    if (kind != KIND_NONE) return kind;
  }
  return KIND_NONE;
}

/** Micro-steps and drains that `rehearse` made. */
export let rehearsed: u32 = 0;

/**
 * For a test: runs the actions of CONFIG from the start, and packs and unpacks the world in front of every step and action. What
 * is packed must be all that matters: the outcome is that of an ordinary run. KIND_*, without the checks of the end.
 */
export function rehearse(mmsUsed: i32, repacks: bool): i32 {
  runPrefix(0, mmsUsed);
  rehearsed = 0;
  for (let i = 0; i < config.actions; i++) {
    const a = actionAt(i);
    const c = <i32>a.cpu;
    if (repacks) repack();
    if (a.op == ACTION_EXEC || a.op == ACTION_FORK_PROCESS) setUsed(a.mm, true);
    const f = a.op == ACTION_STEP ? frameOn(c) : null;
    if (f === null) {
      const drains = a.op == ACTION_FLUSH && mayFlush(c, <i32>a.arg);
      rehearsed += <u32>drains;
      const kind = runAction(a);
      if (kind != KIND_NONE) return kind;
      continue;
    }
    for (let n: u64 = 0; n < a.arg && f.routine != 0; n++) {
      if (repacks) repack();
      rehearsed += 1;
      const kind = go(c);
      if (kind != KIND_NONE) return kind;
    }
  }
  pack();
  return KIND_NONE;
}

function repack(): void {
  pack();
  unpack(PACKED);
}

/** Of a schedule that was followed: states that the campaign had not been in, and that the exploration had not met. */
export let newStates: u32 = 0;
export let outside: u32 = 0;

function visit(): void {
  pack();
  const fp = fingerprint();
  newStates += <u32>insert(fp);
  outside += <u32>!has(fp);
}

/** Runs the actions of CONFIG from the start, and visits every state on the way; up to a violation, or the end. */
export function follow(mmsUsed: i32): void {
  runPrefix(0, mmsUsed);
  newStates = 0;
  outside = 0;
  visit();
  for (let i = 0; i < config.actions; i++) {
    const a = actionAt(i);
    const f = a.op == ACTION_STEP ? frameOn(a.cpu) : null;
    if (f === null) {
      if (runAction(a) != KIND_NONE) return;
      visit();
      continue;
    }
    for (let n: u64 = 0; n < a.arg && f.routine != 0; n++) {
      if (go(a.cpu) != KIND_NONE) return;
      visit();
    }
  }
}
