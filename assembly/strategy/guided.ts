/**
 * Guided search. A schedule is a child of one that came to something rare (search/corpus.ts chooses it): it goes the same way,
 * changed by a mutation or not, and then on at random. So one schedule need not have all the luck that a deep bug takes.
 *
 * - What is new, and how rare, is said by coverage.ts; reads-from pairs after RFF: Wolff, Shi, Duck, Mathur, Roychoudhury,
 *   "Greybox Fuzzing for Concurrency Testing" (ASPLOS 2024).
 * - To return first and then explore, from an archive of cells: Go-Explore, Ecoffet et al., "First return, then explore"
 *   (Nature 2021). Departures: a way back is replayed, not restored, for it costs a few microseconds; a feature is a cell, so
 *   a state is in many.
 * - Energy by rarity: AFLFast, Böhme, Pham, Roychoudhury, "Coverage-based Greybox Fuzzing as Markov Chain" (CCS 2016).
 *   Departure: a tournament among features instead of a schedule of powers.
 * - To begin anew: Luby, Sinclair, Zuckerman, "Optimal Speedup of Las Vegas Algorithms" (1993). Every epoch starts from
 *   nothing (fuzz.ts): what a long search keeps crowds out what would lead on, and batches do not wait for each other.
 *   Departure: epochs have one length, for a batch must know where its own begins.
 */

import {
  ACTION_ADVANCE,
  ACTION_FORK_PROCESS,
  ACTION_FORK_THREAD,
  ACTION_MIGRATE,
  ACTION_STEP,
  ACTION_SWITCH,
} from '../../src/abi';
import * as addresses from '../../src/engine/addresses';
import { IDLE_TASK } from '../../src/engine/addresses';
import { Action, copyAction } from '../actions';
import { config, cpus } from '../layout';
import { below } from '../rng';
import { choose, chosen, chosenCut, entryAction } from '../search/corpus';
import { beginRandomWalk, proposeRandomWalk } from './random_walk';

/** In a plan: so many actions at random (arg). */
const WALK: u8 = 255;
const PLAN_MAX: i32 = 2 * addresses.ENTRY_ACTIONS + 64;

/** Kinds of mutation. */
const MUTATIONS: i32 = 8;
/** The most actions of a walk in the middle, of a delay, and of what is left out. */
const WALK_MOST: i32 = 6;
const DELAY_MOST: i32 = 24;
const LEFT_OUT_MOST: i32 = 4;

/** The plan: so many actions, and which comes next. */
let planned: i32 = 0;
let at: i32 = 0;
/** Actions left of a walk in the middle of the plan. */
let walking: i32 = 0;

function planAt(i: i32): Action {
  return changetype<Action>(<usize>addresses.PLAN + ((<usize>i) << addresses.ACTION_SHIFT));
}

/** Adds an action of some schedule, if this world has what it names. */
function add(a: Action): void {
  if (planned == PLAN_MAX || <i32>a.cpu >= cpus) return;
  if (namesTask(a) && a.task != IDLE_TASK && <i32>a.task >= config.tasksTotal) return;
  if ((a.op == ACTION_FORK_THREAD || a.op == ACTION_FORK_PROCESS) && a.arg > <u64>cpus) return;
  copyAction(planAt(planned++), a);
}

/** Whether `task` is a task that is there: other kinds of action leave in it what was there before. */
function namesTask(a: Action): bool {
  return a.op == ACTION_SWITCH || a.op == ACTION_MIGRATE;
}

function addWalk(most: i32): void {
  if (planned == PLAN_MAX) return;
  const a = planAt(planned++);
  a.op = WALK;
  a.arg = 1 + below(most);
}

function addFrom(from: i32, to: i32): void {
  for (let i = from; i < to; i++) add(entryAction(chosen, i));
}

/** A schedule begins: a child of the chosen entry, or one without a parent, which only walks. */
export function beginGuided(isChild: bool): void {
  planned = at = walking = 0;
  beginRandomWalk();
  if (isChild) plan(chosenCut);
}

/** Half of the children go all of the way as it was. */
function plan(cut: i32): void {
  const mutation = cut > 0 ? below(2 * MUTATIONS) : MUTATIONS;
  switch (mutation) {
    case 0:
      addFrom(0, cut - below(1 + (cut >> 1)));
      break;
    case 1:
      interrupt(cut);
      break;
    case 2:
      delay(cut);
      break;
    case 3:
      repeat(cut);
      break;
    case 4:
      swapCpus(cut);
      break;
    case 5:
      swapTasks(cut);
      break;
    case 6:
      splice(cut);
      break;
    case 7:
      leaveOut(cut);
      break;
    default:
      addFrom(0, cut);
  }
}

/** Something else comes in between, in the middle of a burst where there is one: a preemption, time, another cpu. */
function interrupt(cut: i32): void {
  const p = below(cut);
  const a = entryAction(chosen, p);
  addFrom(0, p);
  if (a.op != ACTION_STEP || a.arg < 2) {
    addWalk(WALK_MOST);
    addFrom(p, cut);
    return;
  }
  const before = 1 + below(<i32>a.arg - 1);
  addSteps(a, before);
  addWalk(WALK_MOST);
  addSteps(a, a.arg - before);
  addFrom(p + 1, cut);
}

function addSteps(a: Action, count: u64): void {
  add(a);
  planAt(planned - 1).arg = count;
}

/** One cpu is held up while the others go on. */
function delay(cut: i32): void {
  const from = below(cut);
  const to = min(cut, from + 1 + below(DELAY_MOST));
  const c = entryAction(chosen, from).cpu;
  addFrom(0, from);
  addOf(c, true, from, to);
  addOf(c, false, from, to);
  addFrom(to, cut);
}

/** The actions of cpu c, or of all others; time is nobody's. */
function addOf(c: u16, others: bool, from: i32, to: i32): void {
  for (let i = from; i < to; i++) {
    const a = entryAction(chosen, i);
    if ((a.cpu != c || a.op == ACTION_ADVANCE) == others) add(a);
  }
}

/** A stretch once more, such as a scan from its tick to its end. */
function repeat(cut: i32): void {
  const from = below(cut);
  const to = from + 1 + below(cut - from);
  addFrom(0, to);
  addFrom(from, cut);
}

/** Without a few actions. */
function leaveOut(cut: i32): void {
  const from = below(cut);
  addFrom(0, from);
  addFrom(min(cut, from + 1 + below(LEFT_OUT_MOST)), cut);
}

/** Goes on with the end of another way. What that does not find in this world is skipped. */
function splice(cut: i32): void {
  addFrom(0, cut);
  choose();
  addFrom(below(1 + chosenCut), chosenCut);
}

/** From some point on, two cpus change places. */
function swapCpus(cut: i32): void {
  addFrom(0, cut);
  if (cpus < 2) return;
  const c = below(cpus);
  const d = otherThan(c, cpus);
  for (let i = below(1 + planned); i < planned; i++) {
    const a = planAt(i);
    // A fork counts its child's home from 1.
    if (a.op == ACTION_FORK_THREAD || a.op == ACTION_FORK_PROCESS)
      a.arg = <u64>swapped(<i32>a.arg, c + 1, d + 1);
    if (a.op != ACTION_ADVANCE) a.cpu = <u16>swapped(a.cpu, c, d);
  }
}

/** Another one of n. */
function otherThan(i: i32, n: i32): i32 {
  const j = below(n - 1);
  return j + <i32>(j >= i);
}

function swapped(i: i32, c: i32, d: i32): i32 {
  return i == c ? d : i == d ? c : i;
}

/** From some point on, two tasks change places. */
function swapTasks(cut: i32): void {
  addFrom(0, cut);
  if (config.tasks < 2) return;
  const t = below(config.tasks);
  const u = otherThan(t, config.tasks);
  for (let i = below(1 + planned); i < planned; i++) {
    const a = planAt(i);
    if (namesTask(a)) a.task = <u16>swapped(a.task, t, u);
  }
}

/** How many actions the child's plan has. */
export function plannedActions(): i32 {
  return planned;
}

/** The next action of the plan, then of the walk. */
export function proposeGuided(a: Action, tasks: i32, mms: i32): void {
  if (walking == 0 && at < planned) {
    const next = planAt(at++);
    if (next.op == WALK) {
      walking = <i32>next.arg;
    } else {
      copyAction(a, next);
      a.skipped = false;
      return;
    }
  }
  if (walking > 0) walking -= 1;
  proposeRandomWalk(a, tasks, mms);
}
