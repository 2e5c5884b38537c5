/** Audits for tests, and faults to plant in real recordings. */
import { type Audit, auditTrace } from '../../../src/trace/audit/audit-trace.js';
import { openTrace } from '../../../src/trace/read-trace.js';

export async function audited(path: string): Promise<Audit> {
  return auditTrace(await openTrace(path, null));
}

/** An rseq_update of a recording, and the line that ends the run which it begins. */
export interface RealRun {
  readonly tid: number;
  readonly tgid: number;
  readonly cpu: number;
  readonly cid: number;
  /** Lines, from 0, and their microseconds. */
  readonly line: number;
  readonly from: number;
  readonly end: number;
  readonly to: number;
  /** It is told a cid again after it. */
  readonly again: boolean;
}

/** Runs as a recording by ftrace, trace-cmd or perf script -F pid,tid shows them; read without the parser. */
export function realRuns(lines: readonly string[]): RealRun[] {
  const runs: { -readonly [K in keyof RealRun]: RealRun[K] }[] = [];
  const open: ((typeof runs)[number] | undefined)[] = [];
  for (const [i, line] of lines.entries()) {
    const cpu = Number(/ \[(\d{3})\] /.exec(line)?.[1] ?? -1);
    const time = / (\d+)\.(\d{6,9}): /.exec(line);
    if (cpu < 0 || time === null) continue;
    const us = Number(time[1]) * 1e6 + Number(time[2]!.slice(0, 6));
    const rseq = /rseq_update: +cpu_id=\d+ node_id=0 mm_cid=(\d+)$/.exec(line);
    const run = open[cpu];
    if (run !== undefined && (rseq !== null || line.includes('sched_switch: '))) {
      run.end = i;
      run.to = us;
      open[cpu] = undefined;
    }
    if (rseq === null) continue;
    const who = /-(\d+) +(?:\( *(\d+)\) )?\[/.exec(line);
    const pids = / (\d+)\/(\d+) +\[/.exec(line);
    const tid = Number(who?.[1] ?? pids?.[2]);
    // trace-cmd does not tell it: there one process has threads.
    const tgid = Number(who?.[2] ?? pids?.[1] ?? (line.includes('hackbench-') ? 0 : tid));
    for (const earlier of runs) if (earlier.tid === tid) earlier.again = true;
    open[cpu] = { tid, tgid, cpu, cid: Number(rseq[1]), line: i, from: us, end: -1, to: us, again: false };
    runs.push(open[cpu]!);
  }
  return runs.filter(({ end }) => end >= 0);
}

/** How many microseconds two runs are there at once. */
function overlap(a: RealRun, b: RealRun): number {
  return Math.min(a.to, b.to) - Math.max(a.from, b.from);
}

/**
 * Two threads of one process that run at once, with cids of their own; nobody else of it runs with the first one's while
 * the second one does.
 */
export function atOnce(lines: readonly string[]): readonly [first: RealRun, second: RealRun] {
  const runs = realRuns(lines);
  for (const [i, second] of runs.entries()) {
    const others = runs
      .slice(Math.max(0, i - 200), i + 200)
      .filter((run) => run.tgid === second.tgid && run.tid !== second.tid && overlap(run, second) >= 0);
    const [first] = others;
    if (others.length !== 1 || first!.line > second.line || first!.cid === second.cid) continue;
    if (![first!, second].every(({ again, end }) => again && lines[end]!.includes('sched_switch'))) continue;
    if (overlap(first!, second) >= 1) return [first!, second];
  }
  throw new Error('no two threads run at once');
}

/** The lines with another cid in one of them. */
export function withCid(lines: readonly string[], at: number, cid: number): string {
  return lines.with(at, lines[at]!.replace(/mm_cid=-?\d+$/, `mm_cid=${cid}`)).join('\n');
}
