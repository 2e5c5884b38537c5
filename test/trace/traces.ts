/** Traces for tests: those under data/, and such as a test writes line by line. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import type { TraceEvent } from '../../src/trace/event.js';
import type { Happening } from '../../src/trace/happening.js';
import { LineParser } from '../../src/trace/parse/parser.js';
import { openTrace, type Trace, type Walk, walkTrace } from '../../src/trace/read-trace.js';

/** The path of a file under data/. */
export function dataPath(name: string): string {
  return fileURLToPath(new URL(`data/${name}`, import.meta.url));
}

/** The text of a trace under data/, Latin-1. */
export function dataText(name: string): string {
  const bytes = readFileSync(dataPath(name));
  return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
}

/** A folder that is gone after the test. */
export function folderForTest(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cidfuzz-trace-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a trace for one test, and gives its path. */
export function written(text: string | Uint8Array, name = 'a.txt'): string {
  const path = join(folderForTest(), name);
  writeFileSync(path, typeof text === 'string' ? Buffer.from(text, 'latin1') : text);
  return path;
}

/** All events of a text, and what its parser knows of it. */
export function parsed(text: string): { readonly events: TraceEvent[]; readonly head: LineParser['head'] } {
  const parser = new LineParser('a.txt');
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const events = lines.map((line) => parser.next(line)).filter((event) => event !== null);
  return { events, head: parser.head };
}

/** What happens in a trace. */
export async function happeningsOf(
  path: string,
  tasks: string | null = null,
): Promise<{ readonly trace: Trace; readonly happenings: Happening[] } & Walk> {
  const trace = await openTrace(path, tasks);
  const happenings: Happening[] = [];
  const walk = await walkTrace(trace, (happening) => happenings.push(happening));
  return { trace, happenings, ...walk };
}

/** Who a line is of: tgid is tid where it is left out. */
export interface Who {
  readonly tid: number;
  readonly tgid?: number;
  readonly comm?: string;
}

/**
 * Writes lines as ftrace does, with record-tgid; each is one microsecond after the one before, unless {@link at} says when.
 */
export class Writer {
  private readonly lines: string[] = [];
  private us = 1_000_000;

  /** @param cpus null: the trace does not tell */
  constructor(cpus: number | null = 2) {
    if (cpus !== null)
      this.lines.push('# tracer: nop', '#', `# entries-in-buffer/entries-written: 1/1   #P:${cpus}`);
  }

  /** The next line's time, in microseconds. */
  at(us: number): this {
    this.us = us;
    return this;
  }

  /** A line of the file as it is. */
  raw(line: string): this {
    this.lines.push(line);
    return this;
  }

  event(cpu: number, { tid, tgid = tid, comm = tid === 0 ? '<idle>' : 'task' }: Who, text: string): this {
    const process = tid === 0 ? '(-------)' : `(${String(tgid).padStart(7)})`;
    const time = `${Math.floor(this.us / 1e6)}.${String(this.us % 1e6).padStart(6, '0')}`;
    this.us++;
    return this.raw(
      `${comm.padStart(16)}-${String(tid).padEnd(7)} ${process} [${String(cpu).padStart(3, '0')}] d..2. ${time.padStart(12)}: ${text}`,
    );
  }

  switch(cpu: number, prev: Who, next: Who, state = 'S'): this {
    const comm = ({ tid, comm = tid === 0 ? `swapper/${cpu}` : 'task' }: Who) => comm;
    return this.event(
      cpu,
      prev,
      `sched_switch: prev_comm=${comm(prev)} prev_pid=${prev.tid} prev_prio=120 prev_state=${state} ==> next_comm=${comm(next)} next_pid=${next.tid} next_prio=120`,
    );
  }

  migrate(cpu: number, by: Who, task: Who, from: number, to: number): this {
    return this.event(
      cpu,
      by,
      `sched_migrate_task: comm=${task.comm ?? 'task'} pid=${task.tid} prio=120 orig_cpu=${from} dest_cpu=${to}`,
    );
  }

  newtask(cpu: number, parent: Who, child: Who, flags: number): this {
    return this.event(
      cpu,
      parent,
      `task_newtask: pid=${child.tid} comm=${child.comm ?? 'task'} clone_flags=${flags.toString(16)} oom_score_adj=0`,
    );
  }

  fork(cpu: number, parent: Who, child: Who): this {
    return this.event(
      cpu,
      parent,
      `sched_process_fork: comm=${parent.comm ?? 'task'} pid=${parent.tid} child_comm=${child.comm ?? 'task'} child_pid=${child.tid}`,
    );
  }

  wakeupNew(cpu: number, by: Who, task: Who, to: number): this {
    return this.event(
      cpu,
      by,
      `sched_wakeup_new: comm=${task.comm ?? 'task'} pid=${task.tid} prio=120 target_cpu=${String(to).padStart(3, '0')}`,
    );
  }

  prepareExec(cpu: number, who: Who, file = '/bin/x'): this {
    return this.event(
      cpu,
      who,
      `sched_prepare_exec: interp=${file} filename=${file} pid=${who.tid} comm=${who.comm ?? 'task'}`,
    );
  }

  exec(cpu: number, who: Who, old = who.tid, file = '/bin/x'): this {
    return this.event(cpu, who, `sched_process_exec: filename=${file} pid=${who.tid} old_pid=${old}`);
  }

  exit(cpu: number, who: Who, groupDead = true): this {
    return this.event(
      cpu,
      who,
      `sched_process_exit: comm=${who.comm ?? 'task'} pid=${who.tid} prio=120 group_dead=${groupDead}`,
    );
  }

  rename(cpu: number, who: Who, comm: string): this {
    return this.event(
      cpu,
      who,
      `task_rename: pid=${who.tid} oldcomm=${who.comm ?? 'task'} newcomm=${comm} oom_score_adj=0`,
    );
  }

  rseq(cpu: number, who: Who, cid: number): this {
    return this.event(cpu, who, `rseq_update: cpu_id=${cpu} node_id=0 mm_cid=${cid}`);
  }

  tick(cpu: number, who: Who): this {
    return this.event(
      cpu,
      who,
      'hrtimer_expire_entry: hrtimer=00000000e5e5f4ac function=tick_nohz_handler now=1479000000',
    );
  }

  text(): string {
    return `${this.lines.join('\n')}\n`;
  }

  /** As a file, for one test. */
  file(name = 'a.txt'): string {
    return written(this.text(), name);
  }
}

/** CLONE_* of pthread_create, vfork and posix_spawn, fork. */
export const PTHREAD = 0x3d0f00;
export const VFORK = 0x4100;
export const FORK = 0x1200000;
/** The idle task. */
export const IDLE: Who = { tid: 0 };
