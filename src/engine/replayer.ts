import { MAX_CPUS } from '../abi.js';
import type { Action } from '../scenario/scenario.js';
import type { Algo } from '../words.js';
import {
  ACTIONS,
  CPU_SHIFT,
  EVENT_SIZE,
  EVENTS,
  LAYOUT,
  MEM_STATE,
  RESULT,
  RUN_PAUSED,
  TASK_SHIFT,
  WORLD,
} from './addresses.js';
import { bytesNeeded, encodeAction, encodeHeader } from './encode.js';
import { type Build, type Exports, instantiate } from './wasm.js';

const PAGE = 65536;

/** Where a world's records are (class Layout of assembly/layout.ts), as addresses of events are to be understood. */
export interface Bases {
  readonly cpuBase: number;
  readonly taskBase: number;
  readonly mmBase: number;
  readonly mmShift: number;
  readonly slotsInMm: number;
}

/** Events in the engine's own form (class EventRecord of assembly/trace.ts): record i is at word 10 i. */
export type TakeEvents = (words: Uint32Array, count: number) => void;

/** 32-bit words of an event. */
export const EVENT_WORDS = EVENT_SIZE / 4;

/** How many tasks and mms a world of so many cpus has room for: all of the engine's world, shared out. */
export function roomOf(cpus: number): { readonly tasks: number; readonly mms: number } {
  const words = Math.ceil(cpus / 64);
  const mmBytes = 2 ** Math.ceil(Math.log2(32 + 8 * words + 16 * cpus + Math.ceil((4 * cpus) / 8) * 8));
  const room = MEM_STATE - WORLD - 128 - (cpus << CPU_SHIFT) - (cpus << TASK_SHIFT);
  const mms = Math.min(8192, Math.floor((room * 0.7) / mmBytes));
  const tasks = Math.min(16384, Math.floor((room - mms * mmBytes) / (1 << TASK_SHIFT)));
  return { tasks, mms };
}

/**
 * A run whose actions come in pieces, in a world that is larger than a scenario's, with records of tasks and mms that can be
 * used again: the replay of a whole trace. Tasks and mms are numbers; nothing is declared at the start.
 */
export class Replayer {
  private readonly wasm: Exports;
  private view: DataView;
  readonly bases: Bases;

  /** @throws Error when the build is not there */
  constructor(
    algo: Algo,
    private readonly cpus: number,
    build: Build = 'release',
  ) {
    if (cpus > MAX_CPUS) throw new Error(`${cpus} cpus`);
    this.wasm = instantiate(build);
    this.view = this.reserve(4 * PAGE);
    const { tasks, mms } = roomOf(cpus);
    encodeHeader(
      this.view,
      { algo, mutants: [], memory: 'sc', arch: 'x86', preempt: 'full', oracle: null },
      { cpus, mms: 0, mmsTotal: mms, tasks: 0, tasksTotal: tasks, actions: 0 },
    );
    this.wasm.replayBegin();
    const word = (i: number) => this.view.getUint32(LAYOUT + 4 * i, true);
    this.bases = {
      cpuBase: word(0),
      taskBase: word(1),
      mmBase: word(2),
      mmShift: word(3),
      slotsInMm: word(4),
    };
  }

  private reserve(actions: number): DataView {
    const missing = bytesNeeded(actions) - this.wasm.memory.buffer.byteLength;
    if (missing > 0) this.wasm.memory.grow(Math.ceil(missing / PAGE));
    return new DataView(this.wasm.memory.buffer);
  }

  /** A task that was there all along. mm: a number, or -1 for a kernel thread. */
  bring(task: number, mm: number, home: number): void {
    this.wasm.replayBring(this.cpus + task, mm, home);
  }

  /** The number is free for another task, after it has died and left its cpu. */
  forgetTask(task: number): void {
    this.wasm.replayForgetTask(this.cpus + task);
  }

  /** The number is free for another mm, after its last user has left it. */
  forgetMm(mm: number): void {
    this.wasm.replayForgetMm(mm);
  }

  /**
   * Goes on with more actions.
   *
   * @param mms one more than the highest number of an mm until now
   * @param take is given every event, some thousand at a time
   * @returns KIND_* of a violation, which ends the run, or 0
   */
  more(actions: readonly Action[], mms: number, take: TakeEvents): number {
    if (bytesNeeded(actions.length) > this.view.byteLength) this.view = this.reserve(actions.length);
    for (let i = 0; i < actions.length; i++) encodeAction(this.view, i, actions[i]!);
    let code = this.wasm.replayMore(actions.length, mms);
    const events = new Uint32Array(this.view.buffer, EVENTS);
    for (;;) {
      take(events, this.view.getInt32(RESULT + 36, true));
      this.view.setInt32(RESULT + 36, 0, true);
      if (code !== RUN_PAUSED) break;
      code = this.wasm.goOn();
    }
    return this.view.getInt32(RESULT, true);
  }

  /** Which of the last {@link more}'s actions were skipped, from 0. */
  skipped(actions: number): number[] {
    const all: number[] = [];
    for (let i = 0; i < actions; i++) if (this.view.getUint8(ACTIONS + (i << 4) + 1) !== 0) all.push(i);
    return all;
  }

  /** Judges the end: KIND_*, or 0. */
  end(): number {
    this.wasm.replayEnd();
    return this.view.getInt32(RESULT, true);
  }

  /** Micro-steps so far. */
  steps(): number {
    return this.view.getUint32(RESULT + 16, true) + this.view.getUint32(RESULT + 20, true) * 2 ** 32;
  }
}
