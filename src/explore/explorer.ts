import { readFileSync } from 'node:fs';
import {
  ACTION_SHIFT,
  ACTIONS,
  EXPLORE_CONFIG,
  EXPLORE_IN,
  EXPLORE_ORDINALS,
  EXPLORE_OUT,
  EXPLORE_OUT_BYTES,
  EXPLORE_PACKED,
  EXPLORE_PARENTS,
  EXPLORE_STACK,
  UNBOUNDED,
} from '../engine/addresses.js';
import { decodeActionAt } from '../engine/decode.js';
import { encodeAction, encodeConfig } from '../engine/encode.js';
import type { Action } from '../scenario/scenario.js';
import { BOUNDS } from './bounds.js';
import { type Reductions, reductionSet } from './reductions.js';
import type { VisitedSet } from './visited-set.js';
import type { World } from './world.js';

interface Exports extends WebAssembly.Exports {
  readonly memory: WebAssembly.Memory;
  start(mmsUsed: number, exact: number): number;
  settleStart(): number;
  first(): number;
  expandIn(bytes: number, from: number, id: number, room: number): number;
  beginDive(): void;
  dive(most: number, room: number): number;
  wayBack(most: number): number;
  consumed(): number;
  nextId(): number;
  expandedStates(): number;
  newStates(): number;
  newBytes(): number;
  keptStates(): number;
  triedMoves(): number;
  sleptMoves(): number;
  violated(): number;
  violatingMove(): number;
  depth(): number;
  deepest(): number;
  divedStates(): number;
  retrace(ordinal: number): number;
  tracedMove(): number;
  stepRuns(): number;
  repack(): void;
  setMerging(on: number): void;
  rehearse(mmsUsed: number, repacks: number): number;
  follow(mmsUsed: number): void;
  followedNew(): number;
  followedOutside(): number;
  rehearsedSteps(): number;
  words(): number;
  oldCpu(i: number): number;
  oldMm(i: number): number;
  oldTask(i: number): number;
}

/** The explorer's builds: `checked` has its assertions on. */
export type ExplorerBuild = 'explore' | 'explore-checked';

const PAGE = 65536;
/** By how much the stack of depth-first search grows. */
const STACK_BYTES = 64 << 20;
/** What a 32-bit memory has room for, with a page to spare. */
const MOST_BYTES = 65535 * PAGE;

const modules = new Map<ExplorerBuild, WebAssembly.Module>();

function moduleOf(build: ExplorerBuild): WebAssembly.Module {
  let module = modules.get(build);
  if (!module) {
    module = new WebAssembly.Module(readFileSync(new URL(`../../build/${build}.wasm`, import.meta.url)));
    modules.set(build, module);
  }
  return module;
}

/** What one call of {@link Explorer.expand} did. */
export interface Expansion {
  /** EXPLORE_* */
  readonly code: number;
  readonly expanded: number;
  readonly tried: number;
  readonly slept: number;
}

/** What a move came to, step by step: runs of steps of one frame, drains. */
export interface StepRun {
  readonly what: 'cpu' | 'task' | 'drain';
  readonly cpu: number;
  readonly count: number;
  /** Of a drain: which waiting store. */
  readonly index: number;
}

/** A move, made once more. Tasks and mms by their numbers in the canonical form. */
export interface Traced {
  /** Null for a step or a drain, which are in `runs`. */
  readonly action: Action | null;
  readonly runs: readonly StepRun[];
  /** KIND_* that it violates, 0 for none. */
  readonly kind: number;
}

/** Moves of a way that the depth-first search can tell. */
const MOST_WAY = EXPLORE_OUT_BYTES;
const RUN_WORDS = ['cpu', 'task', 'drain'] as const;

/** A typed face on the explorer's module, with a memory of its own, and on the visited set that it is linked to. */
export class Explorer {
  private readonly wasm: Exports;

  constructor(
    private readonly visited: VisitedSet,
    build: ExplorerBuild = 'explore',
    /** The states of another exploration, that {@link follow} compares with. */
    reachable: VisitedSet = visited,
  ) {
    const instance = new WebAssembly.Instance(moduleOf(build), {
      env: {
        abort(_message: number, _file: number, line: number, column: number): never {
          throw new Error(`the explorer's assertion failed (line ${line}, column ${column})`);
        },
      },
      visited: { ...visited.exports, has: reachable.exports.has },
    });
    this.wasm = instance.exports as Exports;
  }

  /** Makes the memory at least so many bytes long. */
  private reserve(bytes: number): void {
    const missing = bytes - this.wasm.memory.buffer.byteLength;
    if (missing > 0) this.wasm.memory.grow(Math.ceil(missing / PAGE));
  }

  private view(): DataView {
    return new DataView(this.wasm.memory.buffer);
  }

  /** Sets the world up. False where the prefix leaves times that an exploration cannot take. */
  start(world: World, reductions: Reductions): boolean {
    this.write(world, reductions);
    return this.wasm.start(world.mmsUsed, this.visited.whole ? 1 : 0) !== 0;
  }

  /** Writes the world, its actions and what may be done. */
  private write({ scenario, bounds }: World, reductions: Reductions): void {
    this.reserve(ACTIONS + (scenario.actions.length << ACTION_SHIFT));
    const view = this.view();
    encodeConfig(view, scenario);
    scenario.actions.forEach((action, i) => {
      encodeAction(view, i, action);
    });
    view.setUint32(EXPLORE_CONFIG, reductionSet(reductions), true);
    const calls = scenario.actions.some((a) => a.op === 'exit' || a.op === 'exec' || a.op === 'exec-fail');
    const constant = bounds.exits + bounds.execs + bounds.execFails === 0 && !calls;
    const counts = BOUNDS.some((name) => (bounds[name] ?? 0) > 0);
    view.setUint8(EXPLORE_CONFIG + 4, constant ? 1 : 0);
    view.setUint8(EXPLORE_CONFIG + 5, counts ? 1 : 0);
    BOUNDS.forEach((name, i) => {
      view.setUint8(EXPLORE_CONFIG + 16 + i, bounds[name] ?? UNBOUNDED);
    });
  }

  /**
   * Runs the world's actions, and packs and unpacks the state before each step (or not): for a test that what is packed
   * is all that matters. KIND_* without the checks of the end, steps made, and the words of the state at the end.
   */
  rehearse(
    world: World,
    reductions: Reductions,
    repacks: boolean,
  ): { kind: number; steps: number; words: string[] } {
    this.write(world, reductions);
    const kind = this.wasm.rehearse(world.mmsUsed, repacks ? 1 : 0);
    const view = this.view();
    const words = Array.from({ length: kind === 0 ? this.wasm.words() : 0 }, (_, i) =>
      view.getBigUint64(EXPLORE_PACKED + 8 * i, true).toString(16),
    );
    return { kind, steps: this.wasm.rehearsedSteps() >>> 0, words };
  }

  /**
   * Runs the world's actions and visits every state on the way: how many had not been visited, and how many are not among the
   * reachable ones.
   */
  follow(world: World, reductions: Reductions): { readonly fresh: number; readonly outside: number } {
    this.write(world, reductions);
    this.wasm.follow(world.mmsUsed);
    return { fresh: this.wasm.followedNew() >>> 0, outside: this.wasm.followedOutside() >>> 0 };
  }

  /** The first steps, and what they violate. */
  settleStart(): Traced {
    const kind = this.wasm.settleStart();
    return { action: null, runs: this.runs(), kind };
  }

  /** The first state, met. */
  first(): Uint8Array {
    const bytes = this.wasm.first();
    return new Uint8Array(this.wasm.memory.buffer).slice(EXPLORE_IN, EXPLORE_IN + bytes);
  }

  /** Puts states in, to be expanded. */
  load(states: Uint8Array): void {
    new Uint8Array(this.wasm.memory.buffer).set(states, EXPLORE_IN);
  }

  /** Expands the states of `load`, `bytes` of them, from byte `from` on; `id` is that state's number. */
  expand(bytes: number, from: number, id: number, room: number): Expansion {
    const code = this.wasm.expandIn(bytes, from, id, room);
    return {
      code,
      expanded: this.wasm.expandedStates(),
      tried: this.wasm.triedMoves(),
      slept: this.wasm.sleptMoves(),
    };
  }

  /** Where the next state of `load` is. */
  consumed(): number {
    return this.wasm.consumed();
  }

  nextId(): number {
    return this.wasm.nextId() >>> 0;
  }

  newStates(): number {
    return this.wasm.newStates() >>> 0;
  }

  /** Copies of what the last call met: states, and of each the number of its parent and the move. */
  take(): { readonly states: Uint8Array; readonly parents: Uint32Array; readonly moves: Uint8Array } {
    const buffer = this.wasm.memory.buffer;
    const count = this.wasm.keptStates();
    return {
      states: new Uint8Array(buffer, EXPLORE_OUT, this.wasm.newBytes()).slice(),
      parents: new Uint32Array(buffer, EXPLORE_PARENTS, count).slice(),
      moves: new Uint8Array(buffer, EXPLORE_ORDINALS, count).slice(),
    };
  }

  /** KIND_* and the move of the state `nextId` that the last call ended with. */
  violation(): { readonly kind: number; readonly move: number } {
    return { kind: this.wasm.violated(), move: this.wasm.violatingMove() };
  }

  private runs(): StepRun[] {
    const view = this.view();
    return Array.from({ length: this.wasm.stepRuns() }, (_, i) => {
      const word = (k: number) => view.getUint32(EXPLORE_OUT + 16 * i + 4 * k, true);
      return { what: RUN_WORDS[word(0)]!, cpu: word(1), count: word(2), index: word(3) };
    });
  }

  /** Makes a move of the state packed last; {@link repack} then packs what it came to. */
  retrace(move: number): Traced {
    const kind = this.wasm.retrace(move);
    const action = decodeActionAt(this.view(), this.wasm.tracedMove());
    const isStep = action.op === 'step' || action.op === 'flush';
    return { action: isStep ? null : action, runs: this.runs(), kind };
  }

  /** Depth-first: begins with the state packed last. */
  beginDive(): void {
    this.wasm.beginDive();
  }

  /** Expands at most `most` states, until `room` new ones are met. EXPLORE_FULL: the stack is as long as it can be. */
  dive(most: number, room: number): Expansion {
    const code = this.wasm.dive(most, room);
    return {
      code,
      expanded: this.wasm.divedStates(),
      tried: this.wasm.triedMoves(),
      slept: this.wasm.sleptMoves(),
    };
  }

  /** False where it is as long as it can be. */
  growStack(): boolean {
    const bytes = this.wasm.memory.buffer.byteLength;
    if (bytes >= MOST_BYTES) return false;
    this.reserve(Math.min(MOST_BYTES, bytes + STACK_BYTES));
    return true;
  }

  /** The moves from the first state to the one expanded last. */
  way(): number[] {
    const count = this.wasm.wayBack(MOST_WAY);
    return [...new Uint8Array(this.wasm.memory.buffer, EXPLORE_OUT, count)].reverse();
  }

  /** States on the way now, and at most so far. */
  depth(): { readonly now: number; readonly most: number } {
    return { now: this.wasm.depth(), most: this.wasm.deepest() };
  }

  /** Bytes of the stack's memory. */
  stackBytes(): number {
    return this.wasm.memory.buffer.byteLength - EXPLORE_STACK;
  }

  /** While a way is traced again, repeated stores stay in the buffers, as in a real run. */
  tracing(on: boolean): void {
    this.wasm.setMerging(on ? 0 : 1);
  }

  repack(): void {
    this.wasm.repack();
  }

  /** Of cpu, task, or mm, i of the state packed last: its number before it was packed. */
  oldCpu(i: number): number {
    return this.wasm.oldCpu(i);
  }

  oldTask(i: number): number {
    return this.wasm.oldTask(i);
  }

  oldMm(i: number): number {
    return this.wasm.oldMm(i);
  }
}
