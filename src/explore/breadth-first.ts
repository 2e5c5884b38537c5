import { setImmediate as turn } from 'node:timers/promises';
import { EXPLORE_CROWDED, EXPLORE_DONE, EXPLORE_MAX_WORDS, EXPLORE_VIOLATION } from '../engine/addresses.js';
import type { Expanded, Expander } from './expander.js';
import { type Found, type Limits, ROOM, type Stop } from './limits.js';
import { guessLeft, type Progress } from './progress.js';
import { Trail } from './trail.js';
import type { VisitedSet } from './visited-set.js';

/** States one behind the other, as the engine packs them, and the number of the first. */
export interface Chunk {
  readonly states: Uint8Array;
  readonly first: number;
  /** Bytes at its beginning that have been expanded, and the number of the state behind them. */
  readonly from: number;
  readonly id: number;
}

/** Breadth-first search, level by level: the first violation that it meets is as near as any. */
export class BreadthFirst {
  readonly trail = new Trail();
  /** Chunks of the level at work, and of the next. */
  current: Chunk[] = [];
  next: Chunk[] = [];
  /** States of each level. */
  widths: number[] = [];
  states = 0;
  slept = 0;
  expanded = 0;
  distinct = 0;
  /** Of the time that earlier runs took. */
  secondsBefore = 0;
  private readonly started = performance.now();
  /** Of the chunks of both levels. */
  frontierBytes = 0;

  constructor(
    private readonly expander: Expander,
    private readonly visited: VisitedSet,
    private readonly limits: Limits,
  ) {}

  /** Begins with the first state. */
  begin(first: Uint8Array): void {
    this.trail.append(new Uint32Array(1), new Uint8Array(1));
    this.current = [{ states: first, first: 0, from: 0, id: 0 }];
    this.distinct = 1;
    this.widths = [1];
    this.states = 1;
  }

  get depth(): number {
    return this.widths.length - 1;
  }

  seconds(): number {
    return this.secondsBefore + (performance.now() - this.started) / 1000;
  }

  progress(): Progress {
    const visitedBytes = this.visited.bytes();
    return {
      states: this.states,
      distinct: this.distinct,
      queue: this.distinct - this.expanded,
      depth: this.depth,
      seconds: this.seconds(),
      visitedBytes,
      bytes: visitedBytes + this.frontierBytes + 5 * this.trail.length,
      left: guessLeft(this.widths),
    };
  }

  /** Goes on until nothing is left, something is violated, or a limit is reached. */
  async run(signal: AbortSignal, onProgress: () => void): Promise<Found> {
    while (this.current.length > 0) {
      if (this.limits.depth !== null && this.depth >= this.limits.depth) return this.stopped('depth');
      const found = await this.level(signal, onProgress);
      if (found !== null) return found;
      this.current = this.next;
      this.next = [];
      if (this.current.length > 0) this.widths.push(this.distinct - this.expanded);
    }
    return { stop: null, violation: null };
  }

  private stopped(stop: Stop): Found {
    return { stop, violation: null };
  }

  /** Expands the level at work; what is left of it when it ends early stays in `current`. */
  private async level(signal: AbortSignal, onProgress: () => void): Promise<Found | null> {
    const active = new Set<Promise<void>>();
    let stop: Stop | null = null;
    let violation: Found['violation'] = null;
    const settle = async () => {
      await Promise.all(active);
    };
    while (this.current.length > 0 || active.size > 0) {
      if (signal.aborted) stop = 'interrupt';
      else if (this.limits.timeMs !== null && performance.now() - this.started >= this.limits.timeMs)
        stop = 'time';
      if (stop !== null || violation !== null) {
        await settle();
        break;
      }
      if (this.current.length === 0) {
        await Promise.race(active);
        continue;
      }
      // The set grows while nobody is at work.
      const wanted = ROOM * (active.size + 1);
      if (!this.visited.hasRoom(this.distinct, wanted)) {
        await settle();
        if (!this.visited.makeRoom(this.distinct, ROOM * this.expander.jobs, EXPLORE_MAX_WORDS))
          stop = 'memory';
        if (stop !== null) break;
      }
      const chunk = this.current.shift()!;
      const work = this.expander.expand(chunk, ROOM).then((done) => {
        active.delete(work);
        violation ??= this.took(chunk, done);
        onProgress();
      });
      active.add(work);
      if (active.size >= this.expander.jobs) await Promise.race(active);
      // Ctrl-C is heard between two calls.
      if (this.expander.jobs === 1) await turn();
    }
    if (violation !== null) return { stop: null, violation };
    return stop === null ? null : this.stopped(stop);
  }

  /** Counts what a call did; what it left of its chunk is put back. */
  private took(chunk: Chunk, done: Expanded): Found['violation'] {
    this.states += done.tried;
    this.slept += done.slept;
    this.expanded += done.expanded;
    if (done.parents.length > 0) {
      this.next.push({ states: done.states, first: this.distinct, from: 0, id: this.distinct });
      this.trail.append(done.parents, done.moves);
      this.distinct += done.parents.length;
      this.frontierBytes += done.states.length;
    }
    if (done.code === EXPLORE_VIOLATION) {
      return { kind: done.violation.kind, way: [...this.trail.wayTo(done.id), done.violation.move] };
    }
    if (done.code === EXPLORE_DONE) this.frontierBytes -= chunk.states.length;
    else this.current.unshift({ ...chunk, from: done.from, id: done.id });
    if (done.code === EXPLORE_CROWDED && done.expanded === 0) throw new Error('a call had room for no state');
    return null;
  }
}
