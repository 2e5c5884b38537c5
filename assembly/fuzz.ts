/**
 * The fuzz loop: draws a world, runs a schedule that the strategy chooses, checks every step, and starts over,
 * thousands of times a call. It returns to the host at a finding of a new bucket, at a schedule that the
 * reference is to repeat, or when the batch is done; the schedule's actions are then in ACTIONS.
 */

import {
  ACTION_EXEC,
  ACTION_FLUSH,
  ACTION_FORK_PROCESS,
  ACTION_FORK_THREAD,
  ACTION_STEP,
  KIND_NONE,
  KINDS,
} from '../src/abi';
import { FUZZ_DONE, FUZZ_FINDING, FUZZ_SAMPLE } from '../src/engine/addresses';
import { Action, actionAt, apply, frameOn } from './actions';
import { looksStranded } from './checks';
import { BUCKETS, config, FUZZ_CONFIG, result, world } from './layout';
import { below, between, hash, seedRandom } from './rng';
import { beginRun, burst, drain, endRun } from './run';
import { beginSchedule, propose } from './strategy/strategy';
import { declAt, resetWorld, setUpWorld } from './world';

/** What to draw worlds and schedules from; written by the host. */
@unmanaged
export class FuzzConfig {
  seed: u64;
  cpusMin: i32;
  cpusMax: i32;
  tasksMin: i32;
  tasksMax: i32;
  mmsMin: i32;
  mmsMax: i32;
  /** The most actions of a schedule. */
  actionsMax: i32;
  /** Every how many schedules, on the average, one is handed to the reference; 0: none. */
  compareEvery: u32;
  /** Actions already in ACTIONS that every schedule begins with (in the world of CONFIG); 0: none. */
  prefix: i32;
}
export const fuzzConfig: FuzzConfig = changetype<FuzzConfig>(FUZZ_CONFIG);

/** Schedules of one group share their world: a wide one is set up once, and then only reset. */
const WORLD_GROUP_SHIFT: u64 = 4;
/** Names that forks and execs of one schedule may bring, at most. */
const MORE_TASKS: i32 = 4;
const MORE_MMS: i32 = 4;
/** Proposals that are not applied, for each action, before a schedule is given up as stuck. */
const ATTEMPTS_PER_ACTION: i32 = 8;
/** The least actions of a schedule. */
const ACTIONS_MIN: i32 = 24;
/** Micro-steps of a schedule, at the most, for each of its actions. */
const STEPS_PER_ACTION: i32 = 64;

const STREAM_SCHEDULE: u64 = 0;
const STREAM_COMPARE: u64 = 1;
const STREAM_WORLD: u64 = 2;

/** The schedule that comes next, and the end of the batch. */
let index: u64 = 0;
let end: u64 = 0;
/** The group whose world is laid out, or -1. */
let group: u64 = u64.MAX_VALUE;
/** Micro-steps of the batch so far. */
export let batchSteps: u64 = 0;

/** Begins the batch of schedules [first, first + count). */
export function beginBatch(first: u64, count: u32): void {
  index = first;
  end = first + count;
  group = u64.MAX_VALUE;
  batchSteps = 0;
  memory.fill(BUCKETS, 0, (<usize>KINDS) << 10);
}

/** The schedule that the last `fuzz` ended with. */
export function lastIndex(): u64 {
  return index - 1;
}

/** Goes on with the batch: FUZZ_DONE, FUZZ_FINDING or FUZZ_SAMPLE. */
export function fuzz(): i32 {
  while (index < end) {
    if (fuzzConfig.prefix > 0) setUpPrefixed();
    else setUpDrawn();
    runSchedule();
    const compared = fuzzConfig.compareEvery != 0 && isCompared();
    index += 1;
    batchSteps += result.steps;
    if (result.kind != KIND_NONE && countBucket() == 1) return FUZZ_FINDING;
    if (compared) return FUZZ_SAMPLE;
  }
  return FUZZ_DONE;
}

function isCompared(): bool {
  return hash(fuzzConfig.seed, STREAM_COMPARE, index) % fuzzConfig.compareEvery == 0;
}

/** Findings are told apart by their kind and by the access that broke the property. */
function countBucket(): u32 {
  const addr = BUCKETS + ((((<usize>result.kind) << 8) | <usize>result.pc) << 2);
  const n = load<u32>(addr) + 1;
  store<u32>(addr, n);
  return n;
}

/** A world for the schedule's group. */
function setUpDrawn(): void {
  if (index >> WORLD_GROUP_SHIFT != group) {
    group = index >> WORLD_GROUP_SHIFT;
    drawWorld();
    setUpWorld();
  } else {
    resetWorld();
  }
  seedRandom(fuzzConfig.seed, STREAM_SCHEDULE, index);
}

function drawWorld(): void {
  seedRandom(fuzzConfig.seed, STREAM_WORLD, group);
  // Most bugs need few cpus.
  config.cpus = fuzzConfig.cpusMin + below(1 + below(fuzzConfig.cpusMax - fuzzConfig.cpusMin + 1));
  config.mms = between(fuzzConfig.mmsMin, fuzzConfig.mmsMax);
  config.tasks = between(fuzzConfig.tasksMin, fuzzConfig.tasksMax);
  config.mmsTotal = min(config.mms + MORE_MMS, 64);
  config.tasksTotal = min(config.tasks + MORE_TASKS, 256);
  for (let i = 0; i < config.tasks; i++) {
    const decl = declAt(i);
    // One in eight is a kernel thread; the first mms get more than their share.
    decl.mm = below(8) == 0 || config.mms == 0 ? -1 : <i16>below(1 + below(config.mms));
    decl.home = <u16>below(config.cpus);
  }
}

/** The world of CONFIG, with its first actions already given. */
function setUpPrefixed(): void {
  if (group != 0) {
    group = 0;
    setUpWorld();
  } else {
    resetWorld();
  }
  seedRandom(fuzzConfig.seed, STREAM_SCHEDULE, index);
}

/** Names in use. */
let tasks: i32 = 0;
let mms: i32 = 0;

function runSchedule(): void {
  beginRun();
  tasks = config.tasks;
  mms = config.mms;
  let n = 0;
  for (; n < fuzzConfig.prefix && result.kind == KIND_NONE; n++) {
    const a = actionAt(n);
    if (a.op == ACTION_STEP) applyStep(a);
    else if (a.op == ACTION_FLUSH) drain(a.cpu, <i32>a.arg);
    else apply(a);
    introduce(a);
  }
  beginSchedule();
  const limit = n + between(ACTIONS_MIN, max(ACTIONS_MIN, fuzzConfig.actionsMax));
  const stepLimit = <u64>limit * STEPS_PER_ACTION;
  let attempts = limit * ATTEMPTS_PER_ACTION;
  while (n < limit && attempts > 0 && result.kind == KIND_NONE && result.steps < stepLimit) {
    attempts -= 1;
    const a = actionAt(n);
    let ended = false;
    propose(a, tasks, mms);
    if (a.op == ACTION_STEP) {
      if (!applyStep(a)) continue;
      ended = routineEnded;
    } else if (a.op == ACTION_FLUSH) {
      if (!drain(a.cpu, <i32>a.arg)) continue;
    } else {
      if (!mayIntroduce(a) || !apply(a)) continue;
      introduce(a);
    }
    n += 1;
    // A lazy slot that nobody sees to any more may be cleaned up by chance later: the end is now.
    if (ended && world.lazySlots != 0 && looksStranded()) break;
  }
  config.actions = n;
  if (result.kind == KIND_NONE) endRun(0);
}

/** Whether there is a name left for what a fork or exec brings. */
function mayIntroduce(a: Action): bool {
  if (<i32>a.op < ACTION_EXEC || <i32>a.op > ACTION_FORK_PROCESS) return true;
  if (a.op == ACTION_FORK_THREAD) return tasks < config.tasksTotal;
  if (a.op == ACTION_FORK_PROCESS) return tasks < config.tasksTotal && mms < config.mmsTotal;
  return a.op != ACTION_EXEC || mms < config.mmsTotal;
}

function introduce(a: Action): void {
  if (<i32>a.op < ACTION_EXEC || <i32>a.op > ACTION_FORK_PROCESS) return;
  if (a.op == ACTION_FORK_THREAD || a.op == ACTION_FORK_PROCESS) tasks += 1;
  if (a.op == ACTION_EXEC || a.op == ACTION_FORK_PROCESS) mms += 1;
}

/** Whether the last `step` came to the end of its routine. */
let routineEnded: bool = false;

/** A `step` with all its micro-steps; the log gets the count that was made. */
function applyStep(a: Action): bool {
  const f = frameOn(a.cpu);
  if (f === null) return false;
  a.arg = burst(a.cpu, f, <i32>a.arg);
  routineEnded = f.routine == 0;
  return true;
}
