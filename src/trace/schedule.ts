import { MAX_ADVANCE_NS } from '../abi.js';
import type { Happening, Mm, Task } from './happening.js';

/**
 * What runs on a cpu of the model: a task with an mm, or one of two that have none: the cpu's idle task, and a kernel
 * thread of its own. To the algorithm all tasks without an mm are the same, so two do: one to switch to from the other.
 */
export type Runner = Task | 'idle' | 'kernel';

/** An action of a schedule, with tasks and mms in place of their numbers. */
export type ScheduleAction =
  | { readonly op: 'advance'; readonly ns: number }
  | { readonly op: 'switch'; readonly cpu: number; readonly task: Runner }
  /** To the end of the routine, or of an exec to where its task has its new mm and is not active in it yet. */
  | { readonly op: 'step'; readonly cpu: number; readonly to: 'end' | 'new-mm' }
  | { readonly op: 'migrate'; readonly task: Task; readonly cpu: number }
  | { readonly op: 'tick' | 'work' | 'exit'; readonly cpu: number }
  | { readonly op: 'exec'; readonly cpu: number; readonly task: Task; readonly mm: Mm }
  | { readonly op: 'fork-thread'; readonly cpu: number; readonly child: Task }
  | { readonly op: 'fork-process'; readonly cpu: number; readonly child: Task; readonly mm: Mm };

/** Why a task or an mm is left out. */
export type Refusal = 'no-room' | 'not-wanted';

/** Where a schedule goes. */
export interface ScheduleTarget {
  act(action: ScheduleAction): void;
  /** A task is there from the start, at home on that cpu. Null: it is taken. */
  declare(task: Task, mm: Mm, home: number): Refusal | null;
  /** A child, and, where it has one of its own, its mm. */
  admit(task: Task, mm: Mm): Refusal | null;
  /** The mm of an exec. */
  admitMm(mm: Mm): Refusal | null;
  /** The exec for which an mm was admitted comes to nothing. */
  abandons(mm: Mm): void;
  /** It has exited, and runs no more. */
  leaves(task: Task): void;
}

export interface ScheduleOptions {
  /** Ticks a second of a busy cpu; 0: those of the trace. */
  readonly hz: number;
  readonly cpus: number;
}

/** More cpus than that have no kernel threads of their own: tasks without an mm are their idle tasks. */
const KERNEL_THREADS_CPUS = 64;

/** A longer time in which no line tells anything is cut to this, in ns: a hundred times what the algorithm tells apart. */
const LONGEST_GAP_NS = 10e9;

/** How many kernel threads a schedule of so many cpus has. */
export function kernelThreads(cpus: number): number {
  return cpus <= KERNEL_THREADS_CPUS ? cpus : 0;
}

/** What a schedule had to leave out or add, and how often. */
export interface Departures {
  /** Tasks that run as kernel threads, for there was no room for them, or because others are asked for. */
  crowded: number;
  unwanted: number;
  /** A task was shown on a cpu while another cpu still had it: that one goes idle. */
  evicted: number;
  /** A task was shown on another cpu than its last one without a sched_migrate_task. */
  moved: number;
  /** A task exited that no line shows running. */
  exitedAway: number;
  /** Ticks that are assumed. */
  assumedTicks: number;
  /** Times without a line that were cut to ten seconds. */
  shortened: number;
}

/** All zero. */
export function noDepartures(): Departures {
  return { crowded: 0, unwanted: 0, evicted: 0, moved: 0, exitedAway: 0, assumedTicks: 0, shortened: 0 };
}

/** What a schedule knows of a task of the model. */
interface Known {
  /** Its mm there. */
  mm: Mm;
  home: number;
  /** The cpu whose current task it is, or -1. */
  on: number;
  /** Its exec: not begun, begun up to the new mm (the mm it goes to waits until then). */
  exec: { readonly mm: Mm; begun: boolean } | null;
}

/**
 * From happenings to a schedule of the model, in the order of the trace: every routine is carried out as a whole where it happens,
 * but for an exec whose task is switched out in its middle. The schedule keeps the model's needs: a task that is switched to is at
 * home there and runs nowhere else; a task without an mm is the cpu's idle task or its kernel thread.
 */
export class Schedule {
  readonly departures: Departures = noDepartures();
  private readonly known = new Map<Task, Known>();
  private readonly running: Runner[] = [];
  /** Whether a cpu really idles. */
  private readonly idles: boolean[] = [];
  /** The model's time, and what it is to be before the next action, in the trace's ns. */
  private now: number;
  private wanted: number;
  /** How much of the trace's time has been cut. */
  private skipped = 0;
  private nextTick: number;
  private readonly left = new Set<Task>();

  /** @param start the trace's ns at which it begins */
  constructor(
    private readonly target: ScheduleTarget,
    private readonly options: ScheduleOptions,
    start: number,
  ) {
    this.now = start;
    this.wanted = start;
    this.nextTick = options.hz === 0 ? Number.POSITIVE_INFINITY : start + 1e9 / options.hz;
  }

  /** The tasks that run when the schedule begins, by cpu. */
  begin(current: readonly (Task | undefined)[]): void {
    for (const [cpu, task] of current.entries()) if (task !== undefined) this.switchTo(cpu, task);
  }

  add(happening: Happening): void {
    this.passTo(happening.ns);
    const { cpu } = happening;
    switch (happening.kind) {
      case 'begins':
        this.switchTo(cpu, happening.task);
        break;
      case 'switch':
        if (happening.dies) this.exit(happening.prev);
        this.switchTo(cpu, happening.next);
        break;
      case 'migrate':
      case 'wakeup-new':
        this.migrate(happening.task, happening.to);
        break;
      case 'fork':
        this.fork(happening);
        break;
      case 'exec-begins':
        this.beginExec(cpu, happening.task);
        break;
      case 'exec-ends':
        this.endExec(cpu, happening.task);
        break;
      case 'exit':
        this.exit(happening.task);
        break;
      case 'tick':
        this.tick(cpu);
        break;
    }
  }

  private on(cpu: number): Runner {
    return this.running[cpu] ?? 'idle';
  }

  /** Time passes, with the ticks that are assumed in it. */
  private passTo(traceNs: number): void {
    const gap = traceNs - this.skipped - this.wanted - LONGEST_GAP_NS;
    if (gap > 0) {
      this.departures.shortened++;
      this.skipped += gap;
    }
    const ns = traceNs - this.skipped;
    while (this.nextTick <= ns) {
      this.advance(this.nextTick);
      this.tickAll();
      this.nextTick += 1e9 / this.options.hz;
    }
    this.advance(ns);
  }

  private tickAll(): void {
    for (let cpu = 0; cpu < this.running.length; cpu++) {
      // An idle cpu has no tick (NO_HZ_IDLE).
      if (this.idles[cpu] !== false) continue;
      this.departures.assumedTicks++;
      this.tick(cpu);
    }
  }

  private advance(ns: number): void {
    this.wanted = Math.max(this.wanted, ns);
  }

  /** An action, at its time. */
  private act(action: ScheduleAction): void {
    while (this.now < this.wanted) {
      const ns = Math.min(this.wanted - this.now, MAX_ADVANCE_NS);
      this.target.act({ op: 'advance', ns });
      this.now += ns;
    }
    this.target.act(action);
  }

  private wholeRoutine(cpu: number): void {
    this.act({ op: 'step', cpu, to: 'end' });
  }

  /** The task as the model has it: itself, or null where it has no mm there. */
  private inModel(task: Task, home: number): Known | null {
    const known = this.known.get(task);
    if (known !== undefined) return known;
    if (task.mm === null || this.left.has(task)) return null;
    const refusal = this.target.declare(task, task.mm, home);
    if (refusal !== null) {
      this.leaveOut(task, refusal);
      return null;
    }
    const fresh: Known = { mm: task.mm, home, on: -1, exec: null };
    this.known.set(task, fresh);
    return fresh;
  }

  private leaveOut(task: Task, refusal: Refusal): void {
    this.left.add(task);
    if (refusal === 'no-room') this.departures.crowded++;
    else this.departures.unwanted++;
  }

  private switchTo(cpu: number, task: Task): void {
    this.idles[cpu] = task.tid === 0;
    const known = this.inModel(task, cpu);
    const before = this.on(cpu);
    const next: Runner = known !== null ? task : this.withoutMm(task, before);
    if (next === before) return;
    if (known !== null) {
      if (known.on >= 0) {
        this.departures.evicted++;
        this.leave(known.on, 'idle');
      }
      if (known.home !== cpu) {
        this.departures.moved++;
        this.move(task, known, cpu);
      }
      known.on = cpu;
    }
    this.leave(cpu, next);
  }

  /** The switch itself, and who runs after it. */
  private leave(cpu: number, next: Runner): void {
    const before = this.on(cpu);
    this.running[cpu] = next;
    if (typeof before === 'string') {
      this.switchAway(cpu, next);
      return;
    }
    this.stopExec(cpu, before);
    this.switchAway(cpu, next);
    const known = this.known.get(before);
    if (known !== undefined) known.on = -1;
    else this.target.leaves(before);
  }

  private switchAway(cpu: number, next: Runner): void {
    this.act({ op: 'switch', cpu, task: next });
    this.wholeRoutine(cpu);
  }

  private migrate(task: Task, to: number): void {
    const known = this.known.get(task);
    if (known === undefined || known.home === to || known.on >= 0) return;
    this.move(task, known, to);
  }

  private move(task: Task, known: Known, to: number): void {
    known.home = to;
    this.act({ op: 'migrate', task, cpu: to });
  }

  private fork({ cpu, parent, child, how }: Extract<Happening, { kind: 'fork' }>): void {
    const { mm } = child;
    const known = this.known.get(parent);
    // Else it is declared where it first runs.
    if (mm === null || known === undefined || known.on !== cpu || known.exec !== null) return;
    const refusal = this.target.admit(child, mm);
    if (refusal !== null) {
      this.leaveOut(child, refusal);
      return;
    }
    this.known.set(child, { mm, home: cpu, on: -1, exec: null });
    const shares = how === 'thread' || how === 'vfork';
    this.act(shares ? { op: 'fork-thread', cpu, child } : { op: 'fork-process', cpu, child, mm });
  }

  private beginExec(cpu: number, task: Task): void {
    const known = this.known.get(task);
    // Where a schedule begins with it, it is in its new mm from the start.
    if (known === undefined || known.on !== cpu || known.mm === task.mm) return;
    // One that was begun before, and whose end no line tells.
    this.endStaleExec(known);
    const mm = task.mm!;
    const refusal = this.target.admitMm(mm);
    if (refusal === null) {
      known.mm = mm;
      known.exec = { mm, begun: false };
    } else {
      // It goes to an mm that is left out, and so is it from here on.
      this.exit(task);
      this.leaveOut(task, refusal);
    }
  }

  /** Its task is switched out in the middle of an exec. */
  private stopExec(cpu: number, task: Task): void {
    const exec = this.known.get(task)?.exec;
    if (!exec || exec.begun) return;
    exec.begun = true;
    this.act({ op: 'exec', cpu, task, mm: exec.mm });
    this.act({ op: 'step', cpu, to: 'new-mm' });
  }

  private endExec(cpu: number, task: Task): void {
    const known = this.known.get(task);
    if (!known?.exec) {
      // What ran as a kernel thread until now may have an mm that there is room for.
      this.switchTo(cpu, task);
      return;
    }
    if (!known.exec.begun) this.act({ op: 'exec', cpu, task, mm: known.exec.mm });
    known.exec = null;
    this.wholeRoutine(known.on);
  }

  /** An exec whose end no line tells is over, or, if it was not begun, comes to nothing. */
  private endStaleExec(known: Known): void {
    const { exec } = known;
    if (exec === null) return;
    known.exec = null;
    if (exec.begun) this.wholeRoutine(known.on);
    else this.target.abandons(exec.mm);
  }

  private exit(task: Task): void {
    const known = this.known.get(task);
    if (known === undefined) return;
    if (known.on < 0) {
      this.exitAway(task, known);
      return;
    }
    // From here on it is one without an mm, whatever comes of its lines.
    this.known.delete(task);
    this.left.add(task);
    this.endStaleExec(known);
    this.act({ op: 'exit', cpu: known.on });
    this.wholeRoutine(known.on);
  }

  /** Only a task that runs can exit: lines are missing. It is switched in for it. */
  private exitAway(task: Task, known: Known): void {
    this.departures.exitedAway++;
    const cpu = known.home;
    const before = this.on(cpu);
    known.on = cpu;
    this.leave(cpu, task);
    this.exit(task);
    const back = typeof before === 'string' ? undefined : this.known.get(before);
    if (back !== undefined) back.on = cpu;
    this.leave(cpu, back === undefined ? 'idle' : before);
  }

  private tick(cpu: number): void {
    this.act({ op: 'tick', cpu });
    this.wholeRoutine(cpu);
    const on = this.on(cpu);
    const known = typeof on === 'string' ? undefined : this.known.get(on);
    if (known === undefined || known.exec?.begun) return;
    // On the way back to user mode: skipped where the tick has queued none.
    this.act({ op: 'work', cpu });
    this.wholeRoutine(cpu);
  }

  /** A task without an mm, as the model has it: the idle task, or a kernel thread; not the one that runs. */
  private withoutMm(task: Task, before: Runner): Runner {
    if (kernelThreads(this.options.cpus) === 0) return 'idle';
    const own = task.tid === 0 ? 'idle' : 'kernel';
    if (own !== before) return own;
    // From one kernel thread to another, or from a task that only looks idle to the idle task.
    return own === 'idle' ? 'kernel' : 'idle';
  }
}
