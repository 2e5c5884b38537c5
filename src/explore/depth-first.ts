import { setImmediate as turn } from 'node:timers/promises';
import { EXPLORE_DONE, EXPLORE_FULL, EXPLORE_MAX_WORDS, EXPLORE_VIOLATION } from '../engine/addresses.js';
import type { Explorer } from './explorer.js';
import { type Found, type Limits, ROOM } from './limits.js';
import type { Progress } from './progress.js';
import type { VisitedSet } from './visited-set.js';

/** States expanded in one call. */
const CALL = 50_000;

/** Depth-first search: only the states on the way, and beside it, are kept whole; the way that it finds is not the shortest. */
export class DepthFirst {
  private states = 1;
  slept = 0;
  private expanded = 0;
  private distinct = 1;
  private readonly started = performance.now();

  constructor(
    private readonly explorer: Explorer,
    private readonly visited: VisitedSet,
    private readonly limits: Limits,
  ) {}

  seconds(): number {
    return (performance.now() - this.started) / 1000;
  }

  progress(): Progress {
    const visitedBytes = this.visited.bytes();
    return {
      states: this.states,
      distinct: this.distinct,
      queue: this.distinct - this.expanded,
      depth: this.explorer.depth().most,
      seconds: this.seconds(),
      visitedBytes,
      bytes: visitedBytes + this.explorer.stackBytes(),
      left: null,
    };
  }

  async run(signal: AbortSignal, onProgress: () => void): Promise<Found> {
    this.explorer.beginDive();
    for (;;) {
      if (signal.aborted) return { stop: 'interrupt', violation: null };
      if (this.limits.timeMs !== null && this.seconds() * 1000 >= this.limits.timeMs)
        return { stop: 'time', violation: null };
      if (!this.visited.makeRoom(this.distinct, ROOM, EXPLORE_MAX_WORDS))
        return { stop: 'memory', violation: null };
      const { code, expanded, tried, slept } = this.explorer.dive(CALL, ROOM);
      this.states += tried;
      this.slept += slept;
      this.expanded += expanded;
      this.distinct += this.explorer.newStates();
      onProgress();
      if (code === EXPLORE_VIOLATION) {
        const { kind, move } = this.explorer.violation();
        return { stop: null, violation: { kind, way: [...this.explorer.way(), move] } };
      }
      if (code === EXPLORE_DONE) return { stop: null, violation: null };
      if (code === EXPLORE_FULL && !this.explorer.growStack()) return { stop: 'memory', violation: null };
      await turn();
    }
  }
}
