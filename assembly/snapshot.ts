/** A world put by in the middle of a run, buffers and all, to come back to: cheaper than to run again what led to it. */

import { MEMORY_SC, MEMORY_WEAK } from '../src/abi';
import * as addresses from '../src/engine/addresses';
import { config, cpus, WORLD, world } from './layout';

/** From a place to where it is put by. */
const AWAY: usize = <usize>addresses.SNAPSHOT - <usize>addresses.WORLD;

const STATE_SIZE: usize = 16;
const HISTORY_SIZE: usize = (<usize>addresses.HISTORY_COMMITS) << 4;

/** Copies all that a run changes, from where it is or is put by to the other place. */
function copyAll(to: usize, from: usize): void {
  copy(WORLD, world.size, to, from);
  if (config.memory == MEMORY_SC) return;
  copy(addresses.MEM_STATE, STATE_SIZE, to, from);
  copy(addresses.BUFFERS, (<usize>cpus) << addresses.BUFFER_SHIFT, to, from);
  if (config.memory != MEMORY_WEAK) return;
  copy(addresses.HISTORY, HISTORY_SIZE, to, from);
  copy(addresses.LOADS, (<usize>cpus) << addresses.LOADS_SHIFT, to, from);
}

function copy(at: usize, bytes: usize, to: usize, from: usize): void {
  memory.copy(at + to, at + from, bytes);
}

/** Puts the world by as it stands, between two actions. */
export function putWorldBy(): void {
  copyAll(AWAY, 0);
}

/** The world is again as it was put by. */
export function takeWorldBack(): void {
  copyAll(0, AWAY);
}
