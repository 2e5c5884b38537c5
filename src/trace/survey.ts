import type { TraceEvent } from './event.js';
import type { TaskTable } from './task-table.js';

/** What a first reading of a trace finds out about the tasks that were there before it. */
export interface Origin {
  /** -1: not told. */
  readonly tgid: number;
  /** `guess`: nothing tells that it is none, or one, but its name. */
  readonly kthread: boolean;
  readonly guess: boolean;
  readonly comm: string;
}

interface Evidence {
  tgid: number;
  comm: string;
  /** An rseq_update, an exec, a fork that shares no mm: only a user task has them. */
  user: boolean;
  /** It slept as only kernel threads do, or is a child of kthreadd. */
  kernel: boolean;
}

/** kthreadd, the parent of all kernel threads. */
const KTHREADD = 2;

/** Names that the kernel gives its threads. A process may take any of them: a guess. */
const KERNEL_NAMES =
  /^(?:swapper|kthreadd|kworker|ksoftirqd|migration|rcu_|rcuo|rcub|rcuc|cpuhp|idle_inject|watchdog|khugepaged|ksmd|kswapd|kcompactd|kdevtmpfs|kauditd|khungtaskd|oom_reaper|writeback|kblockd|jbd2|xfs|ext4|irq\/|scsi_|nvme|kthrotld|pool_workqueue|psimon|napi|dm_|md\d)/;

/**
 * Collects, from a first reading, what the lines tell of tasks that no line has seen come to be: a line that
 * switches to a task does not tell its process, but its own later lines may.
 */
export class Survey {
  private readonly seen = new Map<number, Evidence>();
  /** Tids that came to be in the trace, each with the tgid of its first line that tells one. */
  private readonly born = new Map<number, number>();
  /** Threads of each process that a list tells of, perf's or a task table: those that were there when the trace began. */
  private readonly listed = new Map<number, number>();
  /** The last event's ns, and the first one's. */
  firstNs = -1;
  lastNs = 0;
  /** The highest cpu seen. */
  lastCpu = -1;
  switches = 0;
  rseqs = 0;
  ticks = 0;

  constructor(private readonly table: TaskTable | null) {
    for (const { tgid, before } of table?.values() ?? []) if (before) this.list(tgid);
  }

  add(event: TraceEvent): void {
    if (event.tid >= 0) this.stamp(event);
    if (event.tid > 0) this.note(event.tid, event.comm, event.tgid);
    if (event.kernelMm !== null && event.kind === 'switch') {
      this.evidence(event.tid, event.kernelMm === '0x0' ? 'kernel' : 'user');
    }
    switch (event.kind) {
      case 'switch':
        this.switches++;
        this.note(event.prev, event.prevComm);
        this.note(event.next, event.nextComm);
        if (event.prevIdles) this.evidence(event.prev, 'kernel');
        break;
      case 'migrate':
        this.seeCpu(Math.max(event.from, event.to));
        break;
      case 'wakeup-new':
        this.seeCpu(event.to);
        break;
      case 'rseq':
        this.rseqs++;
        this.evidence(event.tid, 'user');
        break;
      case 'tick':
        this.ticks++;
        break;
      case 'prepare-exec':
      case 'exec':
        this.evidence(event.task, 'user');
        break;
      case 'newtask':
      case 'fork':
        if (!this.born.has(event.child)) this.born.set(event.child, -1);
        break;
      case 'there':
        // In the midst of the trace perf tells of children with it.
        if (event.tid < 0) this.list(event.taskTgid);
        this.note(event.task, '', event.taskTgid);
        if (event.parent === KTHREADD || event.task === KTHREADD) this.evidence(event.task, 'kernel');
        break;
    }
  }

  private list(tgid: number): void {
    this.listed.set(tgid, (this.listed.get(tgid) ?? 0) + 1);
  }

  private stamp({ ns, cpu }: TraceEvent): void {
    if (this.firstNs < 0) this.firstNs = ns;
    if (ns > this.lastNs) this.lastNs = ns;
    this.seeCpu(cpu);
  }

  private seeCpu(cpu: number): void {
    if (cpu > this.lastCpu) this.lastCpu = cpu;
  }

  private note(tid: number, comm: string, tgid = -1): void {
    if (tid <= 0) return;
    if (this.born.has(tid)) {
      if (tgid > 0 && this.born.get(tid) === -1) this.born.set(tid, tgid);
      return;
    }
    const known = this.seen.get(tid);
    if (known === undefined) {
      this.seen.set(tid, { tgid, comm, user: false, kernel: false });
    } else {
      if (known.tgid < 0 && tgid > 0) known.tgid = tgid;
      if (known.comm === '') known.comm = comm;
    }
  }

  private evidence(tid: number, kind: 'user' | 'kernel'): void {
    if (tid <= 0 || this.born.has(tid)) return;
    this.note(tid, '');
    this.seen.get(tid)![kind] = true;
  }

  /** How many threads a process had when the trace began; null where nothing tells. */
  threadsBefore(tgid: number): number | null {
    return this.listed.get(tgid) ?? null;
  }

  /** The process of a task that came to be in the trace, as its first line tells it; -1 where none does. */
  tgidOfChild(tid: number): number {
    return this.born.get(tid) ?? -1;
  }

  /** What is known of a task that was there when the trace began. */
  origin(tid: number): Origin {
    const listed = this.table?.get(tid);
    const seen = this.seen.get(tid);
    const comm = listed?.comm || seen?.comm || '';
    if (listed) return { tgid: listed.tgid, kthread: listed.kthread, guess: false, comm };
    const tgid = seen?.tgid ?? -1;
    if (seen?.user) return { tgid, kthread: false, guess: false, comm };
    if (seen?.kernel) return { tgid, kthread: true, guess: false, comm };
    return { tgid, kthread: KERNEL_NAMES.test(comm), guess: true, comm };
  }
}
