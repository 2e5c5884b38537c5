/** What a worker thread runs: one call, with an explorer of its own on the visited set that all share. */

import type { Chunk } from './breadth-first.js';
import { type Expanded, expandChunk } from './expander.js';
import { Explorer } from './explorer.js';
import type { Reductions } from './reductions.js';
import { VisitedSet } from './visited-set.js';
import type { World } from './world.js';

export interface ExpandTask {
  /** Tells one search from another. */
  readonly search: number;
  readonly memory: WebAssembly.Memory;
  readonly world: World;
  readonly reductions: Reductions;
  readonly chunk: Chunk;
  readonly room: number;
}

let explorer: Explorer | undefined;
let search = -1;

/** The entry point that the pool calls. */
export default function work(task: ExpandTask): Expanded {
  if (!explorer || search !== task.search) {
    explorer = new Explorer(VisitedSet.join(task.memory));
    explorer.start(task.world, task.reductions);
    search = task.search;
  }
  return expandChunk(explorer, task.chunk, task.room);
}
