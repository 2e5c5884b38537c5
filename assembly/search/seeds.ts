/**
 * Seeds: real schedules, in the midst of which the schedules of a campaign begin. One of them is run as it is up to some
 * point, its *base*, and the world is put by there; each schedule takes it back and goes on from it, with what comes next in the
 * seed (the *window*: strategy/window.ts) or otherwise. So the way to a base is run once, for all schedules of an epoch.
 *
 * ```
 *  seed   ├──────────── as it is ────────────┤ base ├── window ──┤
 * ```
 *
 * Which seed an epoch has, and which window of it, depends on the campaign's seed and the epoch alone.
 */

import {
  ACTION_EXEC,
  ACTION_FLUSH,
  ACTION_FORK_PROCESS,
  ACTION_FORK_THREAD,
  ACTION_STEP,
} from '../../src/abi';
import { ACTION_SHIFT, SEED } from '../../src/engine/addresses';
import { Action, frameOn } from '../actions';
import { covering, setCovering } from '../coverage';
import { config } from '../layout';
import { below, seedRandom } from '../rng';
import { applyCovered, beginRun, burst, drain } from '../run';
import { putWorldBy } from '../snapshot';
import { setUpWorld } from '../world';

/** A window has so many actions, or twice, four or eight times as many. */
const SHORTEST: i32 = 32;
const LENGTHS: i32 = 4;
export const LONGEST_WINDOW: i32 = SHORTEST << (LENGTHS - 1);

const STREAM_SEEDS: u64 = 8;
const NONE: u64 = u64.MAX_VALUE;

/** The campaign's seed, how many seeds there are, and how many schedules an epoch has. */
let campaign: u64 = 0;
let seeds: i32 = 0;
let schedules: u64 = 1;

/** The epoch that the base is of, or NONE. */
export let epoch: u64 = NONE;
/** How many actions of the seed are before the base, and of the window. */
export let base: i32 = 0;
export let windowLength: i32 = 0;
/** Names in use at the base. */
export let tasksAtBase: i32 = 0;
export let mmsAtBase: i32 = 0;

/** A batch begins: the host has overwritten the world. */
export function beginSeeds(seed: u64, count: i32, schedulesOfEpoch: u32): void {
  campaign = seed;
  seeds = count;
  schedules = schedulesOfEpoch;
  epoch = NONE;
}

/** Whether the base is that of schedule `index`. */
export function hasBase(index: u64): bool {
  return index / schedules == epoch;
}

/** The seed that schedule `index` begins in, for the host to bring. */
export function seedWanted(index: u64): i32 {
  seedRandom(campaign, STREAM_SEEDS, index / schedules);
  return below(seeds);
}

/**
 * The host has brought the seed of schedule `index`: CONFIG and DECLS have its world, SEED its actions. Goes to the base.
 *
 * @param actions of the seed
 * @param sound those before any that violates something: no base is behind them
 */
export function seedBrought(index: u64, actions: i32, sound: i32): void {
  epoch = index / schedules;
  seedRandom(campaign, STREAM_SEEDS, epoch);
  below(seeds);
  const length = SHORTEST << below(LENGTHS);
  const middle = below(actions + 1);
  const start = min(sound, max(0, middle - (length >> 1)));
  tasksAtBase = config.tasks;
  mmsAtBase = config.mms;
  const covers = covering;
  setCovering(false);
  setUpWorld();
  beginRun();
  for (base = 0; base < start; base++) follow(seedAction(base));
  setCovering(covers);
  putWorldBy();
  windowLength = min(length, actions - base);
}

/** Action i of the seed. */
export function seedAction(i: i32): Action {
  return changetype<Action>(<usize>SEED + ((<usize>i) << ACTION_SHIFT));
}

/** An action of the seed as it is: it is applied, or skipped. */
function follow(a: Action): void {
  if (a.op == ACTION_STEP) {
    const f = frameOn(a.cpu);
    if (f !== null) burst(a.cpu, f, <i32>a.arg);
  } else if (a.op == ACTION_FLUSH) {
    drain(a.cpu, <i32>a.arg);
  } else {
    applyCovered(a);
    // One that is skipped brings its names all the same.
    if (a.op == ACTION_FORK_THREAD || a.op == ACTION_FORK_PROCESS) tasksAtBase += 1;
    if (a.op == ACTION_FORK_PROCESS || a.op == ACTION_EXEC) mmsAtBase += 1;
  }
}
