import type { Happening, Mm, Task } from '../happening.js';
import type { AuditFinding, Told } from './finding.js';

/** What an audit needs to know beside what happens. */
export interface AuditBasis {
  /** How many cpus the machine has, and whether the trace says so; else so many were seen. */
  readonly cpus: number;
  readonly cpusTold: boolean;
  /** How many threads a process had when the trace began; null where nothing tells. */
  threadsBefore(tgid: number): number | null;
}

/** No kernel has more cpus (NR_CPUS). */
const MOST_CPUS = 8192;
/** Some kernels never tell how its threads leave their cpu. */
const INIT = 1;

/** A thread on a cpu, from a line that tells its cid to its last line there. */
interface Run {
  readonly task: Task;
  readonly mm: Mm | null;
  readonly cpu: number;
  readonly cid: number;
  readonly from: { readonly line: number; readonly ns: number };
  to: { line: number; ns: number };
  /** Its thread was in user mode again later: it was not on its way out of its mm. */
  confirmed: boolean;
  /** Runs of other threads with the same cid that ended while it was there. */
  readonly rivals: Run[];
  /** Runs of other threads with the same cid at the same time. */
  readonly clashes: Run[];
}

/**
 * Audits what a kernel told user space: no model, only its own words. A thread has a cid in user mode from its rseq_update to the
 * last line that shows it on that cpu, or the line that switches it out. What the lines do not show is not concluded:
 *
 * - before its rseq_update a thread may be in the kernel all the time, and what it was told last may be void;
 * - a thread that exits or executes gives its cid back a while before the line that tells it, so that a run counts only once its thread is
 *   in user mode again;
 * - behind a line that is missing there may be anything: a run ends before it, and what is found after a loss is uncertain where it takes births and
 *   execs.
 */
export class Auditor {
  /** The first ones of each sort. */
  readonly findings: AuditFinding[] = [];
  /** All of them, and those that are uncertain. */
  certain = 0;
  uncertain = 0;
  /** Cids that were told, and those that could not be judged for compactness, for nothing tells the mm's threads. */
  told = 0;
  unjudged = 0;
  /** By cpu: the run under way, and who is current. */
  private readonly runs: (Run | undefined)[] = [];
  private readonly current: (Task | undefined)[] = [];
  /** What each thread was told last, and its run that has ended and is not confirmed. */
  private readonly last = new Map<Task, number>();
  private readonly pending = new Map<Task, Run>();
  /** Lines are missing: births, execs and exits may be among them. */
  private lossy = false;

  /** @param most findings of each sort, certain and uncertain, that are kept */
  constructor(
    private readonly basis: AuditBasis,
    private readonly most: number,
  ) {}

  add(happening: Happening): void {
    const { cpu, line, ns } = happening;
    switch (happening.kind) {
      case 'rseq':
        this.told++;
        // That it is told again tells of a switch, or a signal: what came before it is what the lines show.
        this.close(cpu, null);
        this.isInUserMode(happening.task);
        this.open(happening, happening.cid);
        break;
      case 'sys-enter':
        this.sysEnter(happening);
        break;
      case 'switch':
        this.notice(happening);
        // Of a switch that is inferred only what was before it is known.
        this.close(cpu, happening.inferred ? null : { line, ns });
        this.current[cpu] = happening.next;
        break;
      case 'begins':
        this.current[cpu] = happening.task;
        break;
      case 'lost':
        this.lose(cpu);
        break;
      case 'exec-begins':
      case 'exit':
        this.leaves(cpu, happening.task);
        break;
      default:
        this.seen(happening);
    }
  }

  /** Whether a switch shows that lines are missing which are not always: those of an ordinary task that left its cpu. */
  private notice({ cpu, prev, next, inferred }: Extract<Happening, { kind: 'switch' }>): void {
    if (inferred && prev.user && prev.tgid !== INIT) this.lossy = true;
    if (next.user && this.current.some((task, other) => other !== cpu && task === next)) this.lossy = true;
  }

  private lose(cpu: number): void {
    this.close(cpu, null);
    this.last.clear();
    // Before the first line nothing was there to be lost.
    if (this.current.length > 0) this.lossy = true;
  }

  private leaves(cpu: number, task: Task): void {
    this.close(cpu, null);
    this.last.delete(task);
    this.pending.delete(task);
  }

  private sysEnter(happening: Extract<Happening, { kind: 'sys-enter' }>): void {
    const { task, cpu } = happening;
    this.isInUserMode(task);
    const cid = this.last.get(task);
    // A kernel need not repeat what has not changed.
    if (this.runs[cpu] === undefined && cid !== undefined) this.open(happening, cid);
    else this.seen(happening);
  }

  private open(
    { task, cpu, line, ns }: Extract<Happening, { kind: 'rseq' | 'sys-enter' }>,
    cid: number,
  ): void {
    const from = { line, ns };
    const run: Run = {
      task,
      mm: task.mm,
      cpu,
      cid,
      from,
      to: { ...from },
      confirmed: false,
      rivals: [],
      clashes: [],
    };
    this.last.set(task, cid);
    if (!this.inRange(run) || run.mm === null) return;
    this.judgeNeed(run, run.mm);
    this.runs[cpu] = run;
  }

  /** A line of the cpu shows that its task still runs. */
  private seen({ cpu, line, ns }: Happening): void {
    const run = this.runs[cpu];
    if (run !== undefined) run.to = { line, ns };
  }

  /** The run on a cpu ends, at a line that tells it, or at its last one that is known. */
  private close(cpu: number, at: { line: number; ns: number } | null): void {
    const run = this.runs[cpu];
    if (run === undefined) return;
    this.runs[cpu] = undefined;
    if (at !== null) run.to = at;
    for (const rival of run.rivals) clash(rival, run);
    for (const other of this.runs) if (other !== undefined && sharesCid(other, run)) other.rivals.push(run);
    // The one before it was confirmed when this one began.
    this.pending.set(run.task, run);
  }

  /** What it ran until now it did not run on its way out. */
  private isInUserMode(task: Task): void {
    const run = this.pending.get(task);
    if (run === undefined) return;
    this.pending.delete(task);
    run.confirmed = true;
    for (const other of run.clashes) if (other.confirmed) this.findPair(other, run);
  }

  private findPair(first: Run, second: Run): void {
    const [one, other] = first.from.ns <= second.from.ns ? [first, second] : [second, first];
    this.find({
      kind: 'duplicate-cid',
      // Threads of one process share an mm, whatever lines are missing.
      certain: !this.lossy || one.task.tgid === other.task.tgid,
      mm: one.mm!,
      first: toldOf(one),
      second: toldOf(other),
      overlapNs: overlapOf(first, second),
    });
  }

  private inRange(run: Run): boolean {
    const { cid } = run;
    const { cpus, cpusTold } = this.basis;
    if (cid >= 0 && cid < cpus) return true;
    const certain = cpusTold || cid < 0 || cid >= MOST_CPUS;
    this.find({ kind: 'out-of-range', certain, mm: run.mm, told: toldOf(run), cpus });
    return false;
  }

  private judgeNeed(run: Run, mm: Mm): void {
    const before = mm.born ? 0 : this.basis.threadsBefore(mm.tgid);
    if (before === null) {
      this.unjudged++;
      return;
    }
    const needed = Math.max(mm.mostUsers, before);
    if (run.cid < needed) return;
    this.find({ kind: 'not-compact', certain: mm.born && !this.lossy, mm, told: toldOf(run), needed });
  }

  private find(finding: AuditFinding): void {
    const before = finding.certain ? this.certain++ : this.uncertain++;
    if (before < this.most) this.findings.push(finding);
  }
}

function sharesCid(a: Run, b: Run): boolean {
  return a.mm === b.mm && a.cid === b.cid && a.task !== b.task;
}

/** For how long both ran, in ns; not more than 0 where they did not. */
function overlapOf(a: Run, b: Run): number {
  return Math.min(a.to.ns, b.to.ns) - Math.max(a.from.ns, b.from.ns);
}

function clash(a: Run, b: Run): void {
  if (overlapOf(a, b) <= 0) return;
  a.clashes.push(b);
  b.clashes.push(a);
}

function toldOf({ task, cpu, cid, from, to }: Run): Told {
  return { task, cpu, cid, from, to };
}
