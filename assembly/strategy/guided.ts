/**
 * Guided search: a child of a schedule that came to something rare (search/corpus.ts). It goes the same way, changed by a
 * mutation or not, and then on at random.
 */

import { ACTION_EXEC, ACTION_FORK_PROCESS, ACTION_FORK_THREAD, ACTION_STEP } from '../../src/abi';
import * as addresses from '../../src/engine/addresses';
import { Action } from '../actions';
import { cpus } from '../layout';
import { below } from '../rng';
import { chosen, chosenCut, entryAction } from '../search/corpus';
import { beginRandomWalk, proposeRandomWalk } from './random_walk';

/** In a plan: so many actions at random (arg). */
const WALK: u8 = 255;
const PLAN_MAX: i32 = 2 * addresses.ENTRY_ACTIONS + 64;

let planned: i32 = 0;
let at: i32 = 0;
let walking: i32 = 0;

function planAt(i: i32): Action {
  return changetype<Action>(<usize>addresses.PLAN + ((<usize>i) << addresses.ACTION_SHIFT));
}

function copy(to: Action, from: Action): void {
  memory.copy(changetype<usize>(to), changetype<usize>(from), 1 << addresses.ACTION_SHIFT);
}

function add(a: Action): void {
  if (planned < PLAN_MAX) copy(planAt(planned++), a);
}

function addWalk(most: i32): void {
  const a = planAt(planned++);
  a.op = WALK;
  a.arg = 1 + below(most);
}

function addFrom(from: i32, to: i32): void {
  for (let i = from; i < to; i++) add(entryAction(chosen, i));
}

/** A schedule begins: a child of the chosen entry, or one of its own, which only walks. */
export function beginGuided(isChild: bool): void {
  planned = at = walking = 0;
  beginRandomWalk();
  if (isChild) plan(chosenCut);
}

function plan(cut: i32): void {
  switch (below(8)) {
    case 0:
      addFrom(0, cut - below(1 + (cut >> 1)));
      break;
    case 1:
      preempt(cut);
      break;
    case 2:
      delay(cut);
      break;
    case 3:
      addFrom(0, cut);
      if (cut > 0) addFrom(below(cut), cut);
      break;
    case 4:
      swapCpus(cut);
      break;
    default:
      addFrom(0, cut);
  }
}

/** Stops a burst in the middle, does something else, and goes on. */
function preempt(cut: i32): void {
  if (cut == 0) return;
  const p = below(cut);
  addFrom(0, p);
  const a = entryAction(chosen, p);
  if (a.op == ACTION_STEP && a.arg > 1) {
    const before = 1 + below(<i32>a.arg - 1);
    add(a);
    planAt(planned - 1).arg = before;
    addWalk(6);
    add(a);
    planAt(planned - 1).arg = a.arg - before;
  } else {
    addWalk(6);
    add(a);
  }
  addFrom(p + 1, cut);
}

/** Holds back what one cpu does for a while. */
function delay(cut: i32): void {
  if (cut == 0) return;
  const from = below(cut);
  const to = min(cut, from + 1 + below(24));
  const c = entryAction(chosen, from).cpu;
  addFrom(0, from);
  for (let i = from; i < to; i++) if (entryAction(chosen, i).cpu != c) add(entryAction(chosen, i));
  for (let i = from; i < to; i++) if (entryAction(chosen, i).cpu == c) add(entryAction(chosen, i));
  addFrom(to, cut);
}

/** From some point on, two cpus change places. */
function swapCpus(cut: i32): void {
  const from = below(1 + cut);
  const c = below(cpus);
  const d = below(cpus);
  addFrom(0, cut);
  for (let i = from; i < planned; i++) {
    const a = planAt(i);
    if (a.cpu == <u16>c) a.cpu = <u16>d;
    else if (a.cpu == <u16>d) a.cpu = <u16>c;
  }
}

export function plannedActions(): i32 {
  return planned;
}

export function proposeGuided(a: Action, tasks: i32, mms: i32): void {
  if (walking == 0 && at < planned) {
    const next = planAt(at++);
    if (next.op == WALK) {
      walking = <i32>next.arg;
    } else {
      copy(a, next);
      a.skipped = false;
      // What a fork or an exec brings has the next free name.
      if (a.op == ACTION_FORK_THREAD || a.op == ACTION_FORK_PROCESS) a.task = <u16>tasks;
      if (a.op == ACTION_FORK_PROCESS || a.op == ACTION_EXEC) a.mm = <u16>mms;
      return;
    }
  }
  if (walking > 0) walking -= 1;
  proposeRandomWalk(a, tasks, mms);
}
