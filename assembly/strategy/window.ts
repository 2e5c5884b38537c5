/**
 * The window of a real schedule (search/seeds.ts), interleaved anew: its actions are the *items* of queues, one a cpu and one for
 * time, and those of a queue stay in order, but not queues to each other. Routines are cut in pieces between which others go on,
 * or left in the middle, cpus are held up, items dropped, others added, time is stretched. Then, half of the times, a walk.
 *
 * An item that cannot be applied yet waits, and its queue with it: a task is switched to on one cpu when it has left another. So
 * what depends on each other finds its order again by itself; where nothing can go on, what comes first is given up.
 *
 * - Delays: Emmi, Qadeer, Rakamaric, "Delay-Bounded Scheduling" (POPL 2011), by delay.ts: the order of the seed, but for what
 *   is held up. Departure: a schedule draws how likely delays are.
 * - Swarm testing, as the random walk: a schedule draws which of these changes it makes, and how often.
 */

import {
  ACTION_ADVANCE,
  ACTION_FLUSH,
  ACTION_FORK_PROCESS,
  ACTION_FORK_THREAD,
  ACTION_MIGRATE,
  ACTION_STALE,
  ACTION_STEP,
  ACTION_SWITCH,
  MAX_CPUS,
  MAX_TASKS,
  MEMORY_SC,
} from '../../src/abi';
import * as addresses from '../../src/engine/addresses';
import { IDLE_TASK } from '../../src/engine/addresses';
import { Action, copyAction, frameOn } from '../actions';
import { config, cpus } from '../layout';
import { below, random, scale } from '../rng';
import { base, LONGEST_WINDOW, seedAction, tasksAtBase, windowLength } from '../search/seeds';
import { beginDelays, drawRate, freezeCpu, holds, mayFreeze, passDelays } from './delay';
import { beginRandomWalk, drawAdvance, proposeOfMemory, proposeRandomWalk } from './random_walk';

/** The longest piece of a routine, where it is not cut short; the most actions of the walk at the end. */
const LONG_PIECE: i32 = 256;
const WALK_MOST: i32 = 64;
/** The longest first piece of a routine that is cut in two. */
const CUT_MOST: i32 = 32;
/** Pieces that an item may be cut in, on the average, before its schedule is too long. */
const ACTIONS_PER_ITEM: i32 = 4;
const NONE: i32 = -1;
/** A task of the seed that has no name here. */
const NOBODY: u16 = 0xffff;

let items: i32 = 0;
/** The first item that is not done. */
let front: i32 = 0;
/** The item that the last proposal came of, or NONE; that proposal, and the steps that it asked for. */
let pending: i32 = NONE;
let proposed: Action = changetype<Action>(0);
let asked: u64 = 0;
/** The routine is to be left in the middle after this piece. */
let leaves: bool = false;
/** The cpu on which a task has been switched to last that is in the middle of a routine, or NONE. */
let resumed: i32 = NONE;
/** The cpu of the last item. */
let last: i32 = 0;
/** Proposals left of the walk at the end. */
let walking: i32 = 0;

/**
 * Chances in 16: to take an item out of turn, to go on with the same cpu; to cut a routine; to leave one in the middle that was
 * cut; to go on with one that a task has brought with it.
 */
let loose: i32 = 0;
let stay: i32 = 0;
let cut: i32 = 0;
let leave: i32 = 0;
let resume: i32 = 0;
/** Chances in 64: to add an action, to stretch time. */
let added: i32 = 0;
let stretch: i32 = 0;
/** The longest piece of a routine, a power of 2; LONG_PIECE: routines are whole, but for those that are cut in two. */
let piece: i32 = 0;

/** Of a cpu, whether its routine was left where it is on purpose. */
const LEFT: usize = memory.data(MAX_CPUS);
/** Of a queue, the number of the proposal up to which it waits; of time, behind those of the cpus. */
const WAITING: usize = memory.data(4 * (MAX_CPUS + 1), 4);
let turn: u32 = 0;
/** Of a task of the seed that the window brings, its number here. */
const NAMES: usize = memory.data(2 * MAX_TASKS, 2);

function itemAt(i: i32): Action {
  return changetype<Action>(<usize>addresses.WINDOW + ((<usize>i) << addresses.ACTION_SHIFT));
}

/** A schedule begins at the base of the seed. */
export function beginWindow(): void {
  beginRandomWalk();
  const bits = random();
  beginDelays(random());
  loose = drawRate(bits);
  cut = drawRate(bits >> 3);
  added = drawRate(bits >> 6);
  stretch = drawRate(bits >> 9);
  stay = <i32>((bits >> 16) & 15);
  leave = <i32>((bits >> 20) & 15);
  resume = <i32>((bits >> 24) & 15);
  piece = bits & (1 << 28) ? LONG_PIECE : 2 << scale(bits, 32, 4);
  walking = bits & (1 << 29) ? below(WALK_MOST) : 0;
  layItems(drawRate(bits >> 12));
  resumed = NONE;
  for (let c = 0; c < cpus; c++) store<u8>(LEFT + c, 0);
  memory.fill(NAMES, 0xff, 2 * MAX_TASKS);
  pending = NONE;
  last = 0;
  unblock();
}

/** The items, without some. dropped: chances in 64. */
function layItems(dropped: i32): void {
  assert(windowLength <= LONGEST_WINDOW);
  items = front = 0;
  for (let i = 0; i < windowLength; i++) {
    if (dropped != 0 && <i32>(random() & 63) < dropped) continue;
    const item = itemAt(items++);
    copyAction(item, seedAction(base + i));
    item.skipped = false;
  }
}

/** The most actions of the schedule. */
export function windowLimit(): i32 {
  return ACTIONS_PER_ITEM * windowLength + WALK_MOST;
}

/** That of its cpu, or of time. A task moves when the cpu that it moves to has come to that. */
function queueOf(item: Action): i32 {
  return item.op == ACTION_ADVANCE ? cpus : item.cpu;
}

function block(queue: i32): void {
  store<u32>(WAITING + ((<usize>queue) << 2), turn);
}

function isBlocked(queue: i32): bool {
  return load<u32>(WAITING + ((<usize>queue) << 2)) == turn;
}

/** Something has changed: what waits may go on. */
function unblock(): void {
  turn += 1;
}

/** Item i is done, or given up. */
function done(i: i32): void {
  itemAt(i).skipped = true;
  while (front < items && itemAt(front).skipped) front += 1;
}

/** An item that may come next, or NONE where all are done. */
function pick(bits: u64): i32 {
  while (front < items) {
    const i = <i32>(bits & 15) < loose ? outOfTurn(scale(bits, 16, items - front)) : NONE;
    if (i != NONE) return i;
    // While a routine is in the middle, others may come in between.
    const over = <i32>((bits >> 4) & 15) < stay || frameOn(last) === null;
    const next = inTurn(over ? NONE : last);
    if (next != NONE) return next;
    done(front);
    unblock();
  }
  return NONE;
}

/** The first item of a queue that does not wait: rather one whose cpu is neither `except` nor held up. */
function inTurn(except: i32): i32 {
  let second = NONE;
  for (let i = front; i < items; i++) {
    const item = itemAt(i);
    if (item.skipped) continue;
    const queue = queueOf(item);
    if (isBlocked(queue)) continue;
    if (queue != except && !holds(queue)) return i;
    if (second == NONE) second = i;
  }
  return second;
}

/** The first item of the queue that has the first one from there on; NONE where that waits. */
function outOfTurn(from: i32): i32 {
  let i = front + from;
  while (i < items && itemAt(i).skipped) i += 1;
  if (i == items) return NONE;
  const queue = queueOf(itemAt(i));
  if (isBlocked(queue)) return NONE;
  i = front;
  while (itemAt(i).skipped || queueOf(itemAt(i)) != queue) i += 1;
  return i;
}

/** The next action; false at the end. */
export function proposeWindow(a: Action, tasks: i32, mms: i32): bool {
  passDelays();
  if (pending != NONE) {
    // It was not applied.
    block(queueOf(itemAt(pending)));
    pending = NONE;
  }
  proposed = a;
  if (config.memory != MEMORY_SC && proposeOfMemory(a, last)) return true;
  const bits = random();
  if (<i32>(bits & 63) < added) {
    proposeRandomWalk(a, tasks, mms);
    return true;
  }
  if (resumed != NONE && resumes(a, bits >> 8)) return true;
  let i = pick(bits >> 8);
  while (i != NONE && !isNamed(itemAt(i))) {
    block(queueOf(itemAt(i)));
    i = pick(bits >> 8);
  }
  if (i == NONE) {
    if (walking == 0) return false;
    walking -= 1;
    proposeRandomWalk(a, tasks, mms);
    return true;
  }
  proposeItem(a, i, bits >> 48);
  return true;
}

function proposeItem(a: Action, i: i32, bits: u64): void {
  const item = itemAt(i);
  const c = <i32>item.cpu;
  if (item.op == ACTION_STEP) {
    pending = i;
    if (<i32>(bits & 15) >= cut) {
      proposePiece(a, c, min(item.arg, drawPiece()));
      mayFreeze(c, bits >> 4);
      leaves = false;
      return;
    }
    leaves = <i32>((bits >> 4) & 15) < leave;
    proposePiece(a, c, min(item.arg, 1 + below(CUT_MOST)));
    if (!leaves) freezeCpu(c, bits >> 8);
  } else if (isInterrupted(item, c)) {
    proposePiece(a, c, drawPiece());
  } else {
    pending = i;
    copyAction(a, item);
    if (a.op == ACTION_ADVANCE && <i32>(bits & 63) < stretch) a.arg = max(a.arg, drawAdvance());
    if (namesTask(a)) a.task = nameOf(a.task);
  }
}

/** Goes on with the routine that a task has brought with it, or not yet. */
function resumes(a: Action, bits: u64): bool {
  if (frameOn(resumed) === null) {
    resumed = NONE;
    return false;
  }
  if (<i32>(bits & 15) >= resume) return false;
  proposePiece(a, resumed, <i32>((bits >> 4) & 3) == 0 ? 1 + below(CUT_MOST) : drawPiece());
  return true;
}

/** Whether a routine is under way that comes to its end before the item, as in the seed: one that a task brought with it. */
function isInterrupted(item: Action, c: i32): bool {
  if (!isOfCpu(item) || item.op == ACTION_FLUSH || item.op == ACTION_STALE) return false;
  return frameOn(c) !== null && load<u8>(LEFT + c) == 0;
}

function isOfCpu(item: Action): bool {
  return item.op != ACTION_ADVANCE && item.op != ACTION_MIGRATE;
}

function drawPiece(): u64 {
  return piece == LONG_PIECE ? LONG_PIECE : 1 + (random() & (piece - 1));
}

function proposePiece(a: Action, c: i32, steps: u64): void {
  a.op = <u8>ACTION_STEP;
  a.cpu = <u16>c;
  a.arg = steps;
  a.skipped = false;
  asked = steps;
}

/** The number here of a task of the seed; NOBODY where it is not there yet. */
function nameOf(task: u16): u16 {
  return <i32>task < tasksAtBase ? task : load<u16>(NAMES + ((<usize>task) << 1));
}

function namesTask(item: Action): bool {
  return (item.op == ACTION_SWITCH && item.task != IDLE_TASK) || item.op == ACTION_MIGRATE;
}

function isNamed(item: Action): bool {
  return !namesTask(item) || nameOf(item.task) != NOBODY;
}

/** The last proposal was applied. */
export function ranWindow(): void {
  unblock();
  if (pending == NONE) return;
  const item = itemAt(pending);
  const c = <i32>item.cpu;
  if (item.op == ACTION_STEP) {
    const made = proposed.arg;
    item.arg -= made;
    const isBusy = frameOn(c) !== null;
    const goesOn = isBusy && made == asked;
    if (isBusy && made < asked) resumed = c;
    if (!goesOn || leaves || item.arg == 0) {
      store<u8>(LEFT + c, <u8>goesOn);
      done(pending);
    }
    last = c;
  } else {
    if (item.op == ACTION_FORK_THREAD || item.op == ACTION_FORK_PROCESS)
      store<u16>(NAMES + ((<usize>item.task) << 1), proposed.task);
    if (isOfCpu(item)) store<u8>(LEFT + c, 0);
    done(pending);
  }
  pending = NONE;
}
