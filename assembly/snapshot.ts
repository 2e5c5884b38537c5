/** A world put by in the middle of a run, buffers and all, to come back to: cheaper than to run again what led to it. */

import { MEMORY_SC, MEMORY_WEAK } from '../src/abi';
import * as addresses from '../src/engine/addresses';
import { config, cpus, WORLD, world } from './layout';

/** From a place to where it is put by. */
const AWAY: usize = <usize>addresses.SNAPSHOT - <usize>addresses.WORLD;

function put(at: usize, bytes: usize): void {
  memory.copy(at + AWAY, at, bytes);
}

function take(at: usize, bytes: usize): void {
  memory.copy(at, at + AWAY, bytes);
}

function buffersSize(): usize {
  return (<usize>cpus) << addresses.BUFFER_SHIFT;
}

function loadsSize(): usize {
  return (<usize>cpus) << addresses.LOADS_SHIFT;
}

const STATE_SIZE: usize = 16;
const HISTORY_SIZE: usize = (<usize>addresses.HISTORY_COMMITS) << 4;

/** Puts the world by as it stands, between two actions. */
export function putWorldBy(): void {
  put(WORLD, world.size);
  if (config.memory == MEMORY_SC) return;
  put(addresses.MEM_STATE, STATE_SIZE);
  put(addresses.BUFFERS, buffersSize());
  if (config.memory != MEMORY_WEAK) return;
  put(addresses.HISTORY, HISTORY_SIZE);
  put(addresses.LOADS, loadsSize());
}

/** The world is again as it was put by. */
export function takeWorldBack(): void {
  take(WORLD, world.size);
  if (config.memory == MEMORY_SC) return;
  take(addresses.MEM_STATE, STATE_SIZE);
  take(addresses.BUFFERS, buffersSize());
  if (config.memory != MEMORY_WEAK) return;
  take(addresses.HISTORY, HISTORY_SIZE);
  take(addresses.LOADS, loadsSize());
}
