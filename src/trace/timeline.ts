import { CLONE_THREAD, CLONE_VFORK, CLONE_VM, type TraceEvent } from './event.js';
import type { ForkKind, Happening, Mm, Task } from './happening.js';
import type { Survey } from './survey.js';

/** What the timeline had to make of what the trace does not tell. */
export interface Assumed {
  /** Tasks whose kind only their name tells. */
  kinds: number;
  /** Tasks whose process nothing tells: each is taken for one of its own. */
  processes: number;
  /** Forks without clone flags, taken for processes. */
  forks: number;
  /** A line for a task that has exited: its tid is in use again, and the line of its fork is missing. */
  revived: number;
}

const IDLE: Task = {
  tid: 0,
  tgid: 0,
  comm: 'idle',
  mm: null,
  user: false,
  execing: false,
  exited: false,
};

/**
 * From events to happenings: which task is which, and whose mm is whose. A tgid alone does not tell the mm, for a child
 * by vfork has its parent's until it executes. So:
 *
 * - at the start threads of one tgid share an mm, and kernel threads have none;
 * - task_newtask with CLONE_VM: the parent's mm, else a new one;
 * - sched_prepare_exec, or sched_process_exec where there was none: a new mm;
 * - sched_process_exit: none.
 *
 * Lines may be missing. Where one shows another task on a cpu than was known to run there, one switch is inferred.
 */
export class Timeline {
  readonly assumed: Assumed = { kinds: 0, processes: 0, forks: 0, revived: 0 };
  /** All mms that the trace has come to. */
  readonly mms: Mm[] = [];
  private readonly tasks = new Map<number, Task>();
  /** The mm that was a process's at the start. */
  private readonly first = new Map<number, Mm>();
  /** Who runs, by cpu. */
  private readonly current: (Task | undefined)[] = [];
  /** The child of a task_newtask whose sched_process_fork is still to come. */
  private readonly announced = new Set<number>();
  /** Tids whose task has gone for good. */
  private readonly gone = new Set<number>();

  constructor(
    private readonly survey: Survey,
    private readonly tell: (happening: Happening) => void,
  ) {}

  add(event: TraceEvent): void {
    const { line, ns, cpu } = event;
    const at = { line, ns, cpu };
    if (event.tid >= 0) this.runs(event, event.tid, event.comm);
    switch (event.kind) {
      case 'switch':
        this.switched(event);
        break;
      case 'migrate':
        this.tell({ ...at, kind: 'migrate', task: this.task(event.task), to: event.to });
        break;
      case 'newtask':
        this.announced.add(event.child);
        this.fork(event, event.tid, event.child, event.childComm, event.flags);
        break;
      case 'fork':
        if (this.announced.delete(event.child)) return;
        this.fork(event, event.parent, event.child, event.childComm, null);
        break;
      case 'wakeup-new':
        this.tell({ ...at, kind: 'wakeup-new', task: this.task(event.task), to: event.to });
        break;
      case 'prepare-exec':
        this.beginExec(event, this.task(event.task));
        break;
      case 'exec':
        this.endExec(event, event.task, event.old);
        break;
      case 'exit':
        this.exit(event, this.task(event.task), false);
        break;
      case 'rename':
        this.rename(this.task(event.task), event.newComm);
        break;
      case 'rseq':
        this.tell({ ...at, kind: 'rseq', task: this.task(event.tid), cid: event.cid });
        break;
      case 'sys-enter':
        this.tell({ ...at, kind: 'sys-enter', task: this.task(event.tid) });
        break;
      case 'tick':
        this.tell({ ...at, kind: 'tick', task: this.task(event.tid) });
        break;
      case 'lost':
        this.tell({ ...at, kind: 'lost', count: event.count });
        break;
    }
  }

  /** The task that has a tid now; one that was not seen before was there when the trace began. */
  private task(tid: number): Task {
    if (tid <= 0) return IDLE;
    return this.tasks.get(tid) ?? this.wasThere(tid);
  }

  private wasThere(tid: number): Task {
    const origin = this.survey.origin(tid);
    if (this.gone.has(tid)) this.assumed.revived++;
    else if (origin.guess) this.assumed.kinds++;
    let mm: Mm | null = null;
    if (!origin.kthread) {
      if (origin.tgid < 0) this.assumed.processes++;
      const tgid = origin.tgid < 0 ? tid : origin.tgid;
      mm = this.first.get(tgid) ?? this.mm(origin.comm, tgid, false);
      this.first.set(tgid, mm);
    }
    return this.make(tid, origin.tgid < 0 ? tid : origin.tgid, origin.comm, mm);
  }

  private make(tid: number, tgid: number, comm: string, mm: Mm | null): Task {
    const task: Task = { tid, tgid, comm, mm, user: mm !== null, execing: false, exited: false };
    if (mm !== null) joins(mm);
    this.tasks.set(tid, task);
    return task;
  }

  private mm(comm: string, tgid: number, born: boolean): Mm {
    const mm: Mm = { id: this.mms.length, comm, tgid, born, users: 0, mostUsers: 0 };
    this.mms.push(mm);
    return mm;
  }

  /** A line shows who runs on its cpu. */
  private runs(event: TraceEvent, tid: number, comm: string): void {
    const { cpu, line, ns } = event;
    const before = this.current[cpu];
    const task = this.task(tid);
    if (task.comm === '' && tid > 0) task.comm = comm;
    if (before === task) return;
    this.current[cpu] = task;
    if (before === undefined) this.tell({ line, ns, cpu, kind: 'begins', task });
    else this.tell({ line, ns, cpu, kind: 'switch', prev: before, next: task, inferred: true, dies: false });
  }

  private switched(event: Extract<TraceEvent, { kind: 'switch' }>): void {
    const { cpu, line, ns } = event;
    this.runs(event, event.prev, event.prevComm);
    const prev = this.task(event.prev);
    const next = this.task(event.next);
    if (next.comm === '' && event.next > 0) next.comm = event.nextComm;
    this.current[cpu] = next;
    this.tell({ line, ns, cpu, kind: 'switch', prev, next, inferred: false, dies: event.prevDies });
    if (event.prevDies) {
      if (!prev.exited) this.exit(event, prev, true);
      this.tasks.delete(event.prev);
      this.gone.add(event.prev);
    }
  }

  private rename(task: Task, comm: string): void {
    if (task === IDLE) return;
    task.comm = comm;
    // An mm is called as the program is that it is for.
    if (task.execing) task.mm!.comm = comm;
  }

  private fork(
    event: TraceEvent,
    parentTid: number,
    childTid: number,
    comm: string,
    flags: number | null,
  ): void {
    const { line, ns, cpu } = event;
    const parent = this.task(parentTid);
    const old = this.tasks.get(childTid);
    if (old && !old.exited) this.exit(event, old, true);
    const how = flags === null ? this.guess(parent, childTid) : howForked(parent, flags);
    if (how === 'guessed') this.assumed.forks++;
    let mm: Mm | null = null;
    if (how === 'thread' || how === 'vfork') mm = parent.mm;
    else if (how !== 'kernel') mm = this.mm(comm, childTid, true);
    const thread = flags === null ? how === 'thread' : (flags & CLONE_THREAD) !== 0;
    const child = this.make(childTid, thread ? parent.tgid : childTid, comm, mm);
    this.tell({ line, ns, cpu, kind: 'fork', parent, child, how, flags });
  }

  /** sched_process_fork tells no flags; perf may tell the child's process, and a kernel thread's child is one. */
  private guess(parent: Task, childTid: number): ForkKind {
    if (parent.mm === null) return 'kernel';
    const tgid = this.survey.tgidOfChild(childTid);
    return tgid >= 0 && tgid !== childTid ? 'thread' : 'guessed';
  }

  private beginExec(event: TraceEvent, which: Task): void {
    const { line, ns, cpu } = event;
    const task = which.exited ? this.revived(event, which) : which;
    const from = task.mm;
    if (from !== null) leaves(from);
    task.mm = this.mm(task.comm, task.tgid, true);
    joins(task.mm);
    task.execing = true;
    this.tell({ line, ns, cpu, kind: 'exec-begins', task, from });
  }

  private endExec(event: TraceEvent, tid: number, old: number): void {
    const { line, ns, cpu } = event;
    // A thread that is not the first one takes over the first one's tid.
    const task = this.task(old);
    if (old !== tid && task !== IDLE) {
      const first = this.tasks.get(tid);
      // The exec may have begun under its tid already.
      if (first !== undefined && !first.exited && !first.execing) this.exit(event, first, true);
      this.tasks.delete(old);
      this.tasks.set(tid, task);
      task.tid = tid;
    }
    if (!task.execing) this.beginExec(event, task);
    const now = this.task(tid);
    now.execing = false;
    this.tell({ line, ns, cpu, kind: 'exec-ends', task: now });
  }

  /** What has exited does nothing more: its tid is another task's now. */
  private revived(event: TraceEvent, { tid }: Task): Task {
    if (tid === 0) return IDLE;
    this.tasks.delete(tid);
    this.gone.add(tid);
    if (event.tid === tid) this.runs(event, tid, event.comm);
    return this.task(tid);
  }

  private exit(event: TraceEvent, task: Task, inferred: boolean): void {
    if (task === IDLE || task.exited) return;
    const { line, ns, cpu } = event;
    const from = task.mm;
    if (from !== null) leaves(from);
    task.mm = null;
    task.execing = false;
    task.exited = true;
    this.tell({ line, ns, cpu, kind: 'exit', task, from, inferred });
  }
}

function howForked(parent: Task, flags: number): ForkKind {
  if (parent.mm === null) return 'kernel';
  if (!(flags & CLONE_VM)) return 'process';
  return flags & CLONE_VFORK ? 'vfork' : 'thread';
}

function joins(mm: Mm): void {
  mm.users++;
  if (mm.users > mm.mostUsers) mm.mostUsers = mm.users;
}

function leaves(mm: Mm): void {
  mm.users--;
}
