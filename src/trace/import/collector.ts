import { MAX_ACTIONS, MAX_MMS, MAX_TASKS } from '../../abi.js';
import { type Action, IDLE, NO_MM, type Scenario } from '../../scenario/scenario.js';
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
import { TraceNames } from './names.js';
import { SharedActions } from './shared-actions.js';

/** A name of the scenario: its number is known when all declared ones are. */
interface Entry {
  index: number;
  readonly name: string;
}

/**
 * Takes a schedule for a scenario file, which holds 256 tasks and 64 mms: those that come first, of the processes that are
 * asked for.
 */
export class Collector implements ScheduleTarget {
  private readonly declared: { readonly entry: Entry; readonly mm: Mm | null; readonly home: number }[] = [];
  /** Of the header; all others come with a fork or an exec. */
  private readonly declaredMms = new Map<Mm, Entry>();
  private readonly tasks = new Map<Task, Entry>();
  private readonly mms = new Map<Mm, Entry>();
  private readonly kernels: (Entry | undefined)[] = [];
  private readonly kept: ScheduleAction[] = [];
  private readonly homes = new Map<Task, number>();
  private readonly names = new TraceNames();
  private readonly shared = new SharedActions();
  /** True when the next action would be one more than a scenario holds. */
  full = false;

  /**
   * @param cpus of the scenario
   * @param wants which mms are to be in it, as far as there is room
   * @param room those of a scenario file, where nothing else is said
   */
  constructor(
    private readonly cpus: number,
    private readonly wants: (mm: Mm) => boolean,
    private readonly room = { tasks: MAX_TASKS, mms: MAX_MMS },
  ) {}

  get actions(): number {
    return this.kept.length;
  }

  /** Tasks with an mm. */
  get users(): number {
    return this.tasks.size;
  }

  act(action: ScheduleAction): void {
    // Room for one happening with all its actions is kept.
    if (this.kept.length >= MAX_ACTIONS - 64) this.full = true;
    if (this.full) return;
    const last = this.kept.at(-1);
    if (action.op === 'migrate' && isForkOf(last, action.task)) {
      this.homes.set(action.task, action.cpu);
      return;
    }
    if (action.op === 'switch' && action.task === 'kernel') this.kernel(action.cpu);
    this.kept.push(this.shared.of(action));
  }

  declare(task: Task, mm: Mm, home: number): Refusal | null {
    // What a fork or an exec introduces stands below the header.
    if (this.full || (this.mms.has(mm) && !this.declaredMms.has(mm))) return 'no-room';
    const refusal = this.admit(task, mm);
    if (refusal !== null) return refusal;
    this.declaredMms.set(mm, this.mms.get(mm)!);
    this.declared.push({ entry: this.tasks.get(task)!, mm, home });
    return null;
  }

  admit(task: Task, mm: Mm): Refusal | null {
    if (!this.wants(mm)) return 'not-wanted';
    if (this.tasks.size + kernelThreads(this.cpus) >= this.room.tasks) return 'no-room';
    const refusal = this.admitMm(mm);
    if (refusal === null) this.tasks.set(task, { index: -1, name: this.names.task(task) });
    return refusal;
  }

  admitMm(mm: Mm): Refusal | null {
    if (this.mms.has(mm)) return null;
    if (!this.wants(mm)) return 'not-wanted';
    if (this.mms.size >= this.room.mms) return 'no-room';
    this.mms.set(mm, { index: -1, name: this.names.mm(mm) });
    return null;
  }

  abandons(mm: Mm): void {
    // No action has introduced it.
    this.mms.delete(mm);
  }

  leaves(): void {
    // A scenario names a task once and for all.
  }

  private kernel(cpu: number): Entry {
    const known = this.kernels[cpu];
    if (known !== undefined) return known;
    const entry = { index: -1, name: this.names.kernel(cpu) };
    this.kernels[cpu] = entry;
    this.declared.push({ entry, mm: null, home: cpu });
    return entry;
  }

  /** The scenario, its names numbered in the order in which the file introduces them. */
  scenario(algo: Algo): Scenario {
    const taskNames: string[] = [];
    const mmNames: string[] = [];
    const introduce = (entry: Entry, names: string[]) => {
      entry.index = names.length;
      names.push(entry.name);
    };
    for (const entry of this.declaredMms.values()) introduce(entry, mmNames);
    const mms = mmNames.length;
    for (const { entry } of this.declared) introduce(entry, taskNames);
    const tasks = this.declared.map(({ mm, home }) => ({
      mm: mm === null ? NO_MM : this.mms.get(mm)!.index,
      home,
    }));
    const made = new Map<ScheduleAction, Action>();
    const actions = this.kept.map((action) => {
      const known = made.get(action);
      if (known !== undefined) return known;
      if (action.op === 'fork-thread' || action.op === 'fork-process') {
        introduce(this.tasks.get(action.child)!, taskNames);
      }
      if (action.op === 'fork-process' || action.op === 'exec') introduce(this.mms.get(action.mm)!, mmNames);
      const fresh = this.action(action, algo);
      made.set(action, fresh);
      return fresh;
    });
    return {
      algo,
      mutants: [],
      memory: 'sc',
      arch: 'x86',
      preempt: 'full',
      cpus: this.cpus,
      mms,
      tasks,
      mmNames,
      taskNames,
      oracle: null,
      expects: [],
      actions,
    };
  }

  private runner(runner: Runner, cpu: number): number {
    if (runner === 'idle') return IDLE;
    return runner === 'kernel' ? this.kernels[cpu]!.index : this.tasks.get(runner)!.index;
  }

  private action(action: ScheduleAction, algo: Algo): Action {
    switch (action.op) {
      case 'advance':
        return { op: 'advance', ns: action.ns };
      case 'switch':
        return { op: 'switch', cpu: action.cpu, task: this.runner(action.task, action.cpu) };
      case 'step':
        return { op: 'step', cpu: action.cpu, count: stepsOf(action.to, this.cpus, algo) };
      case 'migrate':
        return { op: 'migrate', task: this.tasks.get(action.task)!.index, cpu: action.cpu };
      case 'tick':
      case 'work':
      case 'exit':
        return { op: action.op, cpu: action.cpu };
      case 'exec':
        return { op: 'exec', cpu: action.cpu, mm: this.mms.get(action.mm)!.index };
      case 'fork-thread':
        return {
          op: 'fork-thread',
          cpu: action.cpu,
          task: this.tasks.get(action.child)!.index,
          home: this.homes.get(action.child) ?? null,
        };
      case 'fork-process':
        return {
          op: 'fork-process',
          cpu: action.cpu,
          task: this.tasks.get(action.child)!.index,
          mm: this.mms.get(action.mm)!.index,
          home: this.homes.get(action.child) ?? null,
        };
    }
  }
}

function isForkOf(action: ScheduleAction | undefined, task: Task): boolean {
  return (action?.op === 'fork-thread' || action?.op === 'fork-process') && action.child === task;
}
