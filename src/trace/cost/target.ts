import { Replayer, roomOf } from '../../engine/replayer.js';
import { type Action, IDLE } from '../../scenario/scenario.js';
import type { Algo } from '../../words.js';
import type { Mm, Task } from '../happening.js';
import {
  kernelThreads,
  type Refusal,
  type Runner,
  type ScheduleAction,
  type ScheduleTarget,
} from '../schedule.js';
import { stepsOf } from '../steps.js';
import { Tally } from './tally.js';

/** Actions that are kept before they are run. */
const PIECE = 16_384;

/** Numbers 0, 1, …, each free again when it is given back. */
class Numbers {
  private next = 0;
  private readonly free: number[] = [];

  constructor(private readonly most: number) {}

  /** -1 where all are taken. */
  take(): number {
    return this.free.pop() ?? (this.next < this.most ? this.next++ : -1);
  }

  /** How many there ever were at once, at the most. */
  get used(): number {
    return this.next;
  }

  giveBack(n: number): void {
    this.free.push(n);
  }
}

/** One algorithm under way. */
export interface Lane {
  readonly algo: Algo;
  readonly replayer: Replayer;
  readonly tally: Tally;
  /** KIND_* that has ended its run, or 0. */
  violation: number;
}

/** An mm of the model. */
interface MmState {
  readonly number: number;
  /** Its live tasks, and how many of them are current on a cpu now; the most there were at once. */
  users: number;
  running: number;
  mostRunning: number;
}

/** How an mm was used, by one algorithm. */
export interface MmUse {
  readonly mm: Mm;
  /** The most of its threads that ran at once. */
  readonly mostRunning: number;
  /** The highest cid that each algorithm handed out, in their order; -1: none. */
  readonly highest: readonly number[];
}

/**
 * Runs a schedule in several algorithms at once, a piece at a time, in a world as large as the engine has. Numbers of tasks and
 * mms that have gone are used again, so a trace may have any number of them.
 */
export class CostTarget implements ScheduleTarget {
  readonly lanes: readonly Lane[];
  /** Of every mm that has gone, and at the end of all. */
  readonly uses: MmUse[] = [];
  private readonly taskNumbers: Numbers;
  private readonly mmNumbers: Numbers;
  private readonly tasks = new Map<Task, number>();
  private readonly mms = new Map<Mm, MmState>();
  /** The mm that a task has in the model, and who is current on a cpu. */
  private readonly mmOf = new Map<Task, Mm>();
  private readonly current: Runner[] = [];
  private readonly kernels: number[] = [];
  private piece: ScheduleAction[] = [];
  /** What is free when the piece has been run. */
  private deadTasks: Task[] = [];
  private deadMms: Mm[] = [];
  /** The most threads of one mm that ran at once, since it was asked for last. */
  private peakRunning = 0;

  constructor(
    algos: readonly Algo[],
    private readonly cpus: number,
  ) {
    const room = roomOf(cpus);
    this.taskNumbers = new Numbers(room.tasks);
    this.mmNumbers = new Numbers(room.mms);
    this.lanes = algos.map((algo) => {
      const replayer = new Replayer(algo, cpus);
      return {
        algo,
        replayer,
        tally: new Tally(replayer.bases, cpus, room.tasks, room.mms),
        violation: 0,
      };
    });
    for (let cpu = 0; cpu < kernelThreads(cpus); cpu++) this.kernels.push(this.bring(-1, cpu));
  }

  /** The most threads of one mm that ran at once, since the last call. */
  takePeakRunning(): number {
    const { peakRunning } = this;
    this.peakRunning = 0;
    for (const { running } of this.mms.values()) this.peakRunning = Math.max(this.peakRunning, running);
    return peakRunning;
  }

  act(action: ScheduleAction): void {
    this.follow(action);
    this.piece.push(action);
    if (this.piece.length >= PIECE) this.run();
  }

  declare(task: Task, mm: Mm, home: number): Refusal | null {
    const refusal = this.admit(task, mm);
    if (refusal !== null) return refusal;
    // What was scheduled until now comes before it.
    this.run();
    const number = this.tasks.get(task)!;
    for (const { replayer } of this.lanes) replayer.bring(number, this.mms.get(mm)!.number, home);
    return null;
  }

  admit(task: Task, mm: Mm): Refusal | null {
    if (this.admitMm(mm) !== null) return 'no-room';
    const number = this.number(this.taskNumbers);
    if (number < 0) return 'no-room';
    this.tasks.set(task, number);
    this.join(task, mm);
    for (const { tally } of this.lanes) tally.born(this.cpus + number, true);
    return null;
  }

  admitMm(mm: Mm): Refusal | null {
    if (this.mms.has(mm)) return null;
    const number = this.number(this.mmNumbers);
    if (number < 0) return 'no-room';
    this.mms.set(mm, { number, users: 0, running: 0, mostRunning: 0 });
    return null;
  }

  abandons(mm: Mm): void {
    this.deadMms.push(mm);
  }

  leaves(task: Task): void {
    this.deadTasks.push(task);
  }

  /** Runs what has been scheduled. */
  run(): void {
    const { piece } = this;
    if (piece.length > 0) {
      this.piece = [];
      for (const lane of this.lanes) this.runIn(lane, piece);
    }
    this.forget();
  }

  /** Runs the rest, and judges the end. */
  finish(): void {
    this.run();
    for (const lane of this.lanes) if (lane.violation === 0) lane.violation = lane.replayer.end();
    for (const [mm, state] of this.mms) this.use(mm, state);
  }

  private runIn(lane: Lane, piece: readonly ScheduleAction[]): void {
    if (lane.violation !== 0) return;
    const actions = piece.map((action) => this.encode(action, lane.algo));
    lane.violation = lane.replayer.more(actions, this.mmNumbers.used, (words, count) =>
      lane.tally.add(words, count),
    );
  }

  /** A free number; where there is none, after what has gone has been forgotten. */
  private number(numbers: Numbers): number {
    const number = numbers.take();
    if (number >= 0) return number;
    this.run();
    return numbers.take();
  }

  private bring(mm: number, home: number): number {
    const number = this.taskNumbers.take();
    for (const { replayer } of this.lanes) replayer.bring(number, mm, home);
    return number;
  }

  private join(task: Task, mm: Mm): void {
    this.mmOf.set(task, mm);
    this.mms.get(mm)!.users++;
  }

  private part(task: Task): void {
    const mm = this.mmOf.get(task);
    if (mm === undefined) return;
    this.mmOf.delete(task);
    const state = this.mms.get(mm)!;
    if (--state.users === 0) this.deadMms.push(mm);
  }

  /** Who runs where, and in which mm, as the actions change it. */
  private follow(action: ScheduleAction): void {
    switch (action.op) {
      case 'switch':
        this.runs(this.current[action.cpu], -1);
        this.current[action.cpu] = action.task;
        this.runs(action.task, 1);
        return;
      case 'exec':
        this.runs(action.task, -1);
        this.part(action.task);
        this.join(action.task, action.mm);
        this.runs(action.task, 1);
        return;
      case 'exit': {
        const task = this.current[action.cpu]!;
        this.runs(task, -1);
        if (typeof task !== 'string') this.part(task);
        return;
      }
    }
  }

  private runs(runner: Runner | undefined, more: number): void {
    if (runner === undefined || typeof runner === 'string') return;
    const mm = this.mmOf.get(runner);
    if (mm === undefined) return;
    const state = this.mms.get(mm)!;
    state.running += more;
    if (state.running > state.mostRunning) state.mostRunning = state.running;
    if (state.running > this.peakRunning) this.peakRunning = state.running;
  }

  /** What has gone: its numbers are free. */
  private forget(): void {
    for (const task of this.deadTasks) {
      const number = this.tasks.get(task);
      if (number === undefined) continue;
      for (const { replayer } of this.lanes) replayer.forgetTask(number);
      this.tasks.delete(task);
      this.taskNumbers.giveBack(number);
    }
    for (const mm of this.deadMms) {
      const state = this.mms.get(mm);
      // A thread of it may have come up since.
      if (state === undefined || state.users > 0) continue;
      this.use(mm, state);
      for (const { replayer, tally } of this.lanes) {
        replayer.forgetMm(state.number);
        tally.highest[state.number] = -1;
      }
      this.mms.delete(mm);
      this.mmNumbers.giveBack(state.number);
    }
    this.deadTasks = [];
    this.deadMms = [];
  }

  private use(mm: Mm, { number, mostRunning }: MmState): void {
    this.uses.push({ mm, mostRunning, highest: this.lanes.map(({ tally }) => tally.highest[number]!) });
  }

  private numberOf(runner: Runner, cpu: number): number {
    if (runner === 'idle') return IDLE;
    return runner === 'kernel' ? this.kernels[cpu]! : this.tasks.get(runner)!;
  }

  private encode(action: ScheduleAction, algo: Algo): Action {
    switch (action.op) {
      case 'advance':
      case 'tick':
      case 'work':
      case 'exit':
        return action;
      case 'switch':
        return { op: 'switch', cpu: action.cpu, task: this.numberOf(action.task, action.cpu) };
      case 'step':
        return { op: 'step', cpu: action.cpu, count: stepsOf(action.to, this.cpus, algo) };
      case 'migrate':
        return { op: 'migrate', task: this.tasks.get(action.task)!, cpu: action.cpu };
      case 'exec':
        return { op: 'exec', cpu: action.cpu, mm: this.mms.get(action.mm)!.number };
      case 'fork-thread':
        return { op: 'fork-thread', cpu: action.cpu, task: this.tasks.get(action.child)!, home: null };
      case 'fork-process':
        return {
          op: 'fork-process',
          cpu: action.cpu,
          task: this.tasks.get(action.child)!,
          mm: this.mms.get(action.mm)!.number,
          home: null,
        };
    }
  }
}
