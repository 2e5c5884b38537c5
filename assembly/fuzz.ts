/**
 * The fuzz loop: draws a world, runs a schedule that the strategy chooses, checks every step, and starts over,
 * thousands of times a call. It returns to the host at a finding of a new bucket, at a schedule that the
 * reference is to repeat, or when the batch is done; the schedule's actions are then in ACTIONS (those of its seed, if it
 * began in the midst of one, apart); and where it needs another seed.
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
import {
  FUZZ_DONE,
  FUZZ_FINDING,
  FUZZ_SAMPLE,
  FUZZ_SEED,
  MORE_MMS,
  MORE_TASKS,
  STRATEGIES,
  STRATEGY_GUIDED,
  STRATEGY_PORTFOLIO,
  STRATEGY_POS,
  STRATEGY_RANDOM_WALK,
  STRATEGY_SURW,
} from '../src/engine/addresses';
import { Action, actionAt, frameOn } from './actions';
import { looksStranded } from './checks';
import { coverAction, covering } from './coverage';
import { BUCKETS, config, FUZZ_CONFIG, result } from './layout';
import { below, between, hash, seedRandom } from './rng';
import { applyCovered, beginRun, burst, drain, endRun, startRun } from './run';
import { choose, clearCorpus, isEmpty, learn, takeEntry, worldOfChosen } from './search/corpus';
import * as seeds from './search/seeds';
import { takeWorldBack } from './snapshot';
import { plannedActions } from './strategy/guided';
import { resetPct } from './strategy/pct';
import { payPortfolio, pickStrategy, resetPortfolio } from './strategy/portfolio';
import {
  beginSchedule,
  choosesThreads,
  joinsSteps,
  Plan,
  performed,
  propose,
  WINDOW,
} from './strategy/strategy';
import { hasThreads } from './strategy/threads';
import { windowLimit } from './strategy/window';
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
  /** A strategy that learns begins anew at every multiple of this many schedules. */
  epoch: u32;
  /** Actions already in ACTIONS that every schedule begins with (in the world of CONFIG); 0: none. */
  prefix: i32;
  /** How many seeds there are, in whose midst schedules begin (search/seeds.ts), an epoch in one window; 0: none. */
  seeds: i32;
}
export const fuzzConfig: FuzzConfig = changetype<FuzzConfig>(FUZZ_CONFIG);

/** Schedules of one group share their world: a wide one is set up once, and then only reset. */
const WORLD_GROUP_SHIFT: u64 = 4;
/** Proposals that are not applied, for each action, before a schedule is given up as stuck. */
const ATTEMPTS_PER_ACTION: i32 = 8;
/** The least actions of a schedule. */
const ACTIONS_MIN: i32 = 24;
/** Actions of a child beyond those of its parent. */
const CHILD_MIN: i32 = 4;
const CHILD_MAX: i32 = 96;
/** Guided search: one schedule in so many has no parent. */
const FRESH_ONE_IN: i32 = 16;
/** The same in the window of a seed, which has more to it than a walk. */
const SEEDED_FRESH_ONE_IN: i32 = 2;
/** The worlds of SURW are not those of the other strategies. */
const SURW_GROUPS: u64 = 1 << 62;
/** Micro-steps of a schedule, at the most, for each of its actions. */
const STEPS_PER_ACTION: i32 = 64;

const STREAM_SCHEDULE: u64 = 0;
const STREAM_COMPARE: u64 = 1;
const STREAM_WORLD: u64 = 2;

const STREAM_STRATEGY: u64 = 3;

/** The schedule that comes next, the first one that counts, and the end of the batch. */
let index: u64 = 0;
let counted: u64 = 0;
let end: u64 = 0;
let strategy: i32 = STRATEGY_RANDOM_WALK;
/** Schedules of the epoch that SURW had: those of a group have one program. */
let surwSchedules: u64 = 0;
/** The group whose world is laid out; the greatest number: none. */
let group: u64 = u64.MAX_VALUE;
/** Micro-steps of the batch so far. */
export let batchSteps: u64 = 0;

/**
 * Begins the batch of schedules [first, first + count). A strategy that learns from its schedules begins anew at every
 * multiple of the epoch; where the batch begins within one, what was learned until then is learned again.
 */
export function beginBatch(first: u64, count: u32, chosenStrategy: i32): void {
  strategy = chosenStrategy;
  Plan.seed = fuzzConfig.seed;
  Plan.begins = fuzzConfig.actionsMax > 0;
  counted = first;
  index = learns() && fuzzConfig.prefix == 0 ? first - (first % fuzzConfig.epoch) : first;
  end = first + count;
  group = u64.MAX_VALUE;
  batchSteps = 0;
  memory.fill(BUCKETS, 0, (<usize>KINDS) << 10);
  memory.fill(PLAYS, 0, 4 * STRATEGIES);
  seeds.beginSeeds(fuzzConfig.seed, fuzzConfig.seeds, fuzzConfig.epoch);
  beginEpoch();
}

/** Whether a schedule depends on those before it. */
function learns(): bool {
  return strategy != STRATEGY_RANDOM_WALK && strategy != STRATEGY_POS;
}

/** Nothing is known. */
function beginEpoch(): void {
  surwSchedules = 0;
  resetPct();
  resetPortfolio();
  clearCorpus();
}

/** The schedule that the last `fuzz` ended with. */
export function lastIndex(): u64 {
  return index - 1;
}

/** The seed that the next schedule needs, after FUZZ_SEED. */
export function seedWanted(): i32 {
  return seeds.seedWanted(index);
}

/** The host has brought it: CONFIG, DECLS, SEED. sound: its actions before any that violates something. */
export function seedBrought(actions: i32, sound: i32): void {
  seeds.seedBrought(index, actions, sound);
}

/** How many actions of the seed the schedule that was run last has begun with. */
export function seedBase(): i32 {
  return seeds.base;
}

/** Goes on with the batch: FUZZ_DONE, FUZZ_FINDING, FUZZ_SAMPLE or FUZZ_SEED. */
export function fuzz(): i32 {
  while (index < end) {
    if (fuzzConfig.seeds > 0 && !seeds.hasBase(index)) return FUZZ_SEED;
    if (learns() && index % fuzzConfig.epoch == 0 && index > counted) beginEpoch();
    setUp();
    runSchedule();
    if (covering) learnFrom();
    const counts = index >= counted;
    const compared = counts && fuzzConfig.compareEvery != 0 && isCompared();
    index += 1;
    if (!counts) continue;
    countPlay();
    batchSteps += result.steps;
    if (result.kind != KIND_NONE && countBucket() == 1) return FUZZ_FINDING;
    if (compared) return FUZZ_SAMPLE;
  }
  return FUZZ_DONE;
}

/** The strategy of the schedule under way. */
let by: i32 = STRATEGY_RANDOM_WALK;

/** Sets up the next schedule: the strategy that is to choose it, and its world. */
function setUp(): void {
  const picked = pick();
  isChild = false;
  if (fuzzConfig.prefix > 0) setUpPrefixed();
  else if (fuzzConfig.seeds > 0) setUpSeeded(picked);
  else if (picked == STRATEGY_GUIDED) setUpGuided();
  else setUpDrawn(groupOf(picked));
  // Where the world has too many cpus for threads, the walk takes their place.
  by = choosesThreads(picked) && !hasThreads() ? STRATEGY_RANDOM_WALK : picked;
  Plan.program = index;
  if (picked == STRATEGY_SURW) {
    // Of one world, and from one place in it, all are of one program.
    const single = fuzzConfig.prefix > 0 || fuzzConfig.seeds > 0;
    Plan.program = fuzzConfig.prefix > 0 ? 0 : fuzzConfig.seeds > 0 ? seeds.epoch : group;
    Plan.first = single ? surwSchedules == 0 : surwSchedules % (1 << WORLD_GROUP_SHIFT) == 0;
    surwSchedules += 1;
  }
}

/** Schedules of the batch, by strategy. */
const PLAYS: usize = memory.data(4 * STRATEGIES);

function countPlay(): void {
  const at = PLAYS + ((<usize>by) << 2);
  store<u32>(at, load<u32>(at) + 1);
}

/** How many schedules of the batch that strategy has chosen. */
export function playsOf(chosenStrategy: i32): i32 {
  return load<u32>(PLAYS + ((<usize>chosenStrategy) << 2));
}

/** The strategy of the next schedule. */
function pick(): i32 {
  if (strategy != STRATEGY_PORTFOLIO) return strategy;
  seedRandom(fuzzConfig.seed, STREAM_STRATEGY, index);
  return pickStrategy(fuzzConfig.seeds > 0);
}

/** Keeps what was new, and pays for what was rare. */
function learnFrom(): void {
  if (strategy != STRATEGY_GUIDED && strategy != STRATEGY_PORTFOLIO) return;
  const rare = learn();
  if (strategy == STRATEGY_PORTFOLIO) payPortfolio(rare, result.steps);
}

/** Runs what the corpus has as entry i, and leaves it in CONFIG and ACTIONS: a batch cannot go on after that. */
export function runEntry(i: i32): void {
  takeEntry(i);
  addNames();
  startRun(u64.MAX_VALUE);
}

/**
 * Which of the drawn worlds a schedule has. Those of SURW are others: each is that of so many schedules by SURW, of which
 * the first one counts.
 */
function groupOf(picked: i32): u64 {
  if (picked != STRATEGY_SURW) return index >> WORLD_GROUP_SHIFT;
  return SURW_GROUPS | ((index / fuzzConfig.epoch) << 24) | (surwSchedules >> WORLD_GROUP_SHIFT);
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
function setUpDrawn(drawn: u64): void {
  if (drawn != group) {
    group = drawn;
    drawWorld();
    setUpWorld();
  } else {
    resetWorld();
  }
  seedRandom(fuzzConfig.seed, STREAM_SCHEDULE, index);
}

/** Whether the schedule is a child of one that is kept. */
let isChild: bool = false;

/** The world of a schedule that is kept, or a drawn one. */
function setUpGuided(): void {
  seedRandom(fuzzConfig.seed, STREAM_SCHEDULE, index);
  isChild = !isEmpty() && below(FRESH_ONE_IN) != 0;
  if (!isChild) {
    setUpDrawn(index >> WORLD_GROUP_SHIFT);
    return;
  }
  choose();
  worldOfChosen();
  addNames();
  setUpWorld();
  // The next schedule has another world.
  group = u64.MAX_VALUE;
}

function addNames(): void {
  config.mmsTotal = min(config.mms + MORE_MMS, 64);
  config.tasksTotal = min(config.tasks + MORE_TASKS, 256);
}

function drawWorld(): void {
  seedRandom(fuzzConfig.seed, STREAM_WORLD, group);
  // Most bugs need few cpus.
  config.cpus = fuzzConfig.cpusMin + below(1 + below(fuzzConfig.cpusMax - fuzzConfig.cpusMin + 1));
  config.mms = between(fuzzConfig.mmsMin, fuzzConfig.mmsMax);
  config.tasks = between(fuzzConfig.tasksMin, fuzzConfig.tasksMax);
  addNames();
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

/** The world at the base of the seed's window, for a child of a schedule that began there too, or for the window anew. */
function setUpSeeded(picked: i32): void {
  takeWorldBack();
  seedRandom(fuzzConfig.seed, STREAM_SCHEDULE, index);
  isChild = picked == STRATEGY_GUIDED && !isEmpty() && below(SEEDED_FRESH_ONE_IN) != 0;
  if (isChild) choose();
}

/** Whether the schedule goes through the window of a seed. */
function mixes(): bool {
  return fuzzConfig.seeds > 0 && !isChild && !choosesThreads(by);
}

/** Names in use. */
let tasks: i32 = 0;
let mms: i32 = 0;

function runSchedule(): void {
  beginRun();
  tasks = config.tasks;
  mms = config.mms;
  if (fuzzConfig.seeds > 0) {
    tasks = seeds.tasksAtBase;
    mms = seeds.mmsAtBase;
  }
  let n = 0;
  for (; n < fuzzConfig.prefix && result.kind == KIND_NONE; n++) perform(actionAt(n));
  beginSchedule(mixes() ? WINDOW : by, isChild, tasks, mms);
  const limit = n + actionsLimit();
  const stepLimit = <u64>limit * STEPS_PER_ACTION;
  let attempts = limit * ATTEMPTS_PER_ACTION;
  /** The cpu whose routine the last action has stepped, not to its end, and may go on with. */
  let stepping = -1;
  while (n < limit && attempts > 0 && result.kind == KIND_NONE && result.steps < stepLimit) {
    attempts -= 1;
    const a = actionAt(n);
    if (!propose(a, tasks, mms)) break;
    const joined = <i32>a.cpu == stepping && joinsSteps(a);
    if (covering) coverAction(joined ? n : n + 1);
    if (!perform(a)) continue;
    performed(spun);
    const isStep = a.op == ACTION_STEP;
    if (joined) actionAt(n - 1).arg += a.arg;
    else n += 1;
    stepping = isStep && !routineEnded ? a.cpu : -1;
    // What only the end of a run is judged by may be undone by chance later: the end is now.
    if (isStep && routineEnded && looksStranded()) break;
  }
  config.actions = n;
  // What was proposed last may not have been applied.
  if (covering) coverAction(n);
  if (result.kind == KIND_NONE) endRun(0);
}

/** The most actions of a schedule, those of its prefix apart. */
function actionsLimit(): i32 {
  if (isChild) return plannedActions() + between(CHILD_MIN, CHILD_MAX);
  if (mixes()) return windowLimit();
  if (choosesThreads(by)) return max(ACTIONS_MIN, fuzzConfig.actionsMax);
  return between(ACTIONS_MIN, max(ACTIONS_MIN, fuzzConfig.actionsMax));
}

/** Applies an action, with all its steps; false where its need is not met. */
function perform(a: Action): bool {
  spun = false;
  if (a.op == ACTION_STEP) return applyStep(a);
  if (a.op == ACTION_FLUSH) return drain(a.cpu, <i32>a.arg);
  if (!mayIntroduce(a) || !applyCovered(a)) return false;
  introduce(a);
  return true;
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

/** Whether the last `step` came to the end of its routine; whether it was one that has to be made again. */
let routineEnded: bool = false;
let spun: bool = false;

/** A `step` with all its micro-steps; the log gets the count that was made. */
function applyStep(a: Action): bool {
  const f = frameOn(a.cpu);
  if (f === null) return false;
  const pc = f.pc;
  const word = f.word;
  const target = f.target;
  a.arg = burst(a.cpu, f, <i32>a.arg);
  routineEnded = f.routine == 0;
  spun = a.arg == 1 && f.pc == pc && f.word == word && f.target == target && !routineEnded;
  return true;
}
