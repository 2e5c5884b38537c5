import { describe, expect, it } from 'vitest';
import type { TraceEvent } from '../../../src/trace/event.js';
import { dataText, parsed } from '../traces.js';

const sample = (name: string) => dataText(`samples/${name}.txt`);
const FTRACE = '01-ftrace-trace-file-record-tgid';
const NO_TGID = '02-ftrace-trace-file-no-tgid';
const LATENCY = '03-ftrace-latency-format';
const NO_IRQ_INFO = '04-ftrace-no-irq-info';
const PIPE = '05-ftrace-trace_pipe';
const TRACE_CMD = '06-trace-cmd-report-default';
const TRACE_CMD_NS = '07-trace-cmd-report-t-nsec';
const TRACE_CMD_RAW = '08-trace-cmd-report-R-raw';
const TRACE_CMD_PLAIN = '09-trace-cmd-report-N-noplugins';
const TRACE_CMD_LATENCY = '10-trace-cmd-report-l-latency';
const PERF = '11-perf-script-default';
const PERF_PIDS = '12-perf-script-F-pid-tid';
const PERF_TASKS = '13-perf-script-ns-task-events';
const PERF_SCHED = '14-perf-sched-record+perf-script';
const PERF_SCHED_SCRIPT = '15-perf-sched-script';
const OVERRUN = '17-ftrace-overrun-buffer-started';
const BPFTRACE = '18-bpftrace-mmtruth';

/** The name of an event, as lines have it, by our kind. */
const NAMES: Readonly<Partial<Record<TraceEvent['kind'], string>>> = {
  switch: 'sched_switch',
  migrate: 'sched_migrate_task',
  newtask: 'task_newtask',
  fork: 'sched_process_fork',
  'wakeup-new': 'sched_wakeup_new',
  'prepare-exec': 'sched_prepare_exec',
  exec: 'sched_process_exec',
  exit: 'sched_process_exit',
  rename: 'task_rename',
  rseq: 'rseq_update',
};

/** An event without what formats differ in: its place in the file, nanoseconds (trace-cmd rounds them), comms that are cut, whose line it is. */
function essence(event: TraceEvent, comms: boolean): Record<string, unknown> {
  const { line: _, ns, comm: __, tgid: ___, ...rest } = event;
  const all: Record<string, unknown> = { ...rest, us: Math.round(ns / 1000) };
  if (!comms) for (const name of ['prevComm', 'nextComm', 'childComm', 'newComm']) delete all[name];
  return all;
}

const essences = (name: string, comms = true) =>
  parsed(sample(name)).events.map((event) => essence(event, comms));

describe.each([
  [FTRACE, 'ftrace', 2],
  [NO_TGID, 'ftrace', 2],
  [LATENCY, 'ftrace, latency format', 2],
  [NO_IRQ_INFO, 'ftrace', 2],
  [PIPE, 'ftrace', null],
  [TRACE_CMD, 'ftrace', 2],
  [TRACE_CMD_NS, 'ftrace', 2],
  [TRACE_CMD_RAW, 'ftrace', 2],
  [TRACE_CMD_PLAIN, 'ftrace', 2],
  [TRACE_CMD_LATENCY, 'ftrace, latency format', 2],
  [PERF, 'perf script', null],
  [PERF_PIDS, 'perf script', null],
  [PERF_TASKS, 'perf script', null],
  [PERF_SCHED, 'perf script', null],
  [PERF_SCHED_SCRIPT, 'perf script', null],
  [OVERRUN, 'ftrace', 2],
  [BPFTRACE, 'bpftrace', null],
] as const)('sample %s', (name, format, cpus) => {
  const text = sample(name);
  const { events, head } = parsed(text);
  const lines = text.trimEnd().split('\n');

  it('is understood, every line of it', () => {
    expect(head).toMatchObject({ format, cpus, foreign: 0, malformed: 0, backwards: 0 });
    const silent = lines.filter((line) => /^#|^cpus=/.test(line) && !line.includes('buffer started'));
    expect(events).toHaveLength(lines.length - silent.length);
    expect(head.events).toBe(events.length);
  });

  it('has each kind of event as often as lines that name it', () => {
    if (name === BPFTRACE) return expect(events.map(({ kind }) => kind)).toContain('switch');
    for (const [kind, event] of Object.entries(NAMES)) {
      const named = lines.filter((line) => new RegExp(`[: ]${event}:`).test(line));
      expect(
        events.filter((one) => one.kind === kind).map(({ line }) => lines[line - 1]),
        kind,
      ).toEqual(named);
    }
  });

  it('tells of each line the cpu and the tid that stand in front', () => {
    for (const { line, cpu, tid, kind } of events) {
      if (kind === 'lost' || name === BPFTRACE || tid < 0) continue;
      const text = lines[line - 1]!;
      expect(text.slice(0, 60)).toMatch(new RegExp(`[-/ ]${tid}\\b`));
      expect(text.slice(0, 60)).toMatch(new RegExp(`\\[0*${cpu}\\]|\\s${cpu}[d.]`));
    }
  });
});

describe('the same recording', () => {
  const from = (all: Record<string, unknown>[], n: number) => all.slice(0, n);

  it('in all texts of trace-cmd report', () => {
    const all = essences(TRACE_CMD);
    expect(all).toHaveLength(39);
    expect(essences(TRACE_CMD_NS)).toEqual(all);
    expect(essences(TRACE_CMD_PLAIN)).toEqual(all);
    expect(essences(TRACE_CMD_RAW)).toEqual(all);
    expect(essences(TRACE_CMD_LATENCY)).toEqual(all);
  });

  it('with and without flags', () => {
    const all = essences(NO_IRQ_INFO);
    const where = (event: TraceEvent) => event.ns / 1000;
    const first = where(parsed(sample(NO_IRQ_INFO)).events[0]!);
    // Latency format: since the buffer begins.
    const latency = parsed(sample(LATENCY)).events;
    const shifted = latency.map((event) =>
      essence({ ...event, ns: 1000 * (where(event) - where(latency[0]!) + first) }, true),
    );
    expect(shifted.length).toBeGreaterThan(20);
    expect(from(all, shifted.length)).toEqual(shifted);
  });

  it('in the texts of perf script', () => {
    const all = essences(PERF);
    expect(all).toHaveLength(40);
    expect(essences(PERF_PIDS)).toEqual(all);
    // The first has what comes before, too.
    const script = essences(PERF_SCHED_SCRIPT);
    const begins = script.findIndex((event) => event.us === essences(PERF_SCHED)[0]!.us);
    expect(begins).toBe(9);
    expect(script.slice(begins)).toEqual(from(essences(PERF_SCHED), script.length - begins));
  });
});

describe('an event of a sample', () => {
  const at = (name: string, line: number) => parsed(sample(name)).events.find((event) => event.line === line);
  const numberOf = (name: string, text: string) =>
    sample(name)
      .split('\n')
      .findIndex((line) => line.includes(text)) + 1;
  const one = (name: string, text: string) => at(name, numberOf(name, text));

  it('sched_switch', () => {
    expect(at(FTRACE, 13)).toEqual({
      line: 13,
      ns: 660_393_000,
      cpu: 0,
      tid: 26021,
      tgid: 26021,
      comm: 'wc',
      kernelMm: null,
      kind: 'switch',
      prev: 26021,
      prevComm: 'wc',
      prevDies: true,
      prevIdles: false,
      next: 26009,
      nextComm: 'bash',
    });
    expect(parsed(sample(FTRACE)).head.seconds).toBe(1479);
    expect(one(LATENCY, 'prev_state=I')).toMatchObject({
      kind: 'switch',
      prev: 15,
      prevIdles: true,
      prevDies: false,
    });
    expect(one(TRACE_CMD, 'ls:26679 [120] X ==> bash:26678 [120]')).toMatchObject({
      kind: 'switch',
      cpu: 1,
      prev: 26679,
      prevComm: 'ls',
      prevDies: true,
      next: 26678,
      nextComm: 'bash',
    });
    expect(one(TRACE_CMD_RAW, 'prev_pid=26679')).toMatchObject({ prevDies: true, prevIdles: false });
    expect(one(TRACE_CMD_RAW, 'prev_state=256')).toMatchObject({ prevDies: false, prevIdles: false });
    expect(one(TRACE_CMD, '==> swapper/1:0 [120]')).toMatchObject({ next: 0, nextComm: 'swapper/1' });
  });

  it('with nanoseconds', () => {
    expect(parsed(sample(TRACE_CMD_NS)).events[0]).toMatchObject({
      ns: 60_244_977,
      kind: 'rseq',
      cpuId: 1,
      cid: 0,
    });
    expect(one(PERF_TASKS, '1517.380083920')).toMatchObject({ ns: 380_083_920, tid: 26754, tgid: 26754 });
  });

  it('forks', () => {
    expect(one(FTRACE, 'task_newtask: pid=26022')).toMatchObject({
      kind: 'newtask',
      tid: 26009,
      child: 26022,
      childComm: 'bash',
      flags: 0x1200000,
    });
    expect(one(FTRACE, 'child_pid=26022')).toMatchObject({
      kind: 'fork',
      parent: 26009,
      child: 26022,
      childComm: 'bash',
    });
    expect(one(FTRACE, 'sched_wakeup_new: comm=bash pid=26022')).toMatchObject({
      kind: 'wakeup-new',
      task: 26022,
      to: 0,
    });
    expect(one(TRACE_CMD_RAW, 'child_pid=26682')).toMatchObject({
      kind: 'fork',
      parent: 26678,
      child: 26682,
    });
    expect(one(TRACE_CMD_LATENCY, 'bash:26682 [120] CPU:001')).toMatchObject({
      kind: 'wakeup-new',
      task: 26682,
      to: 1,
    });
  });

  it('exec, exit and rename', () => {
    expect(one(TRACE_CMD, 'sched_prepare_exec')).toMatchObject({ kind: 'prepare-exec', task: 26681 });
    expect(one(TRACE_CMD, 'task_rename')).toMatchObject({ kind: 'rename', task: 26681, newComm: 'sort' });
    expect(one(TRACE_CMD, 'sched_process_exec')).toMatchObject({ kind: 'exec', task: 26681, old: 26681 });
    expect(one(TRACE_CMD, 'sched_process_exit')).toMatchObject({ kind: 'exit', task: 26679 });
    expect(one(TRACE_CMD_RAW, 'group_dead=1')).toMatchObject({ kind: 'exit', task: 26679 });
  });

  it('migration: by another task, on its cpu', () => {
    expect(one(PIPE, 'sched_migrate_task: comm=migstress pid=26853')).toMatchObject({
      kind: 'migrate',
      tid: 21,
      tgid: 21,
      cpu: 1,
      task: 26853,
      from: 1,
      to: 0,
    });
  });

  it('losses', () => {
    expect(at(PIPE, 1)).toMatchObject({ kind: 'lost', cpu: 1, count: 1124, tid: -1 });
    const overrun = parsed(sample(OVERRUN)).events.filter(({ kind }) => kind === 'lost');
    expect(overrun.map(({ line }) => sample(OVERRUN).split('\n')[line - 1])).toEqual([
      expect.stringMatching(/^##### CPU 0 buffer started/),
    ]);
    expect(overrun).toMatchObject([{ cpu: 0, count: -1 }]);
  });

  it("perf's table of tasks: neither time nor who runs", () => {
    const there = parsed(sample(PERF_TASKS)).events.filter(({ kind }) => kind === 'there');
    expect(there.slice(0, 4)).toMatchObject([
      { ns: 0, tid: -1, task: 1, taskTgid: 1, parent: 0 },
      { ns: 0, tid: -1, task: 2, taskTgid: 2, parent: 0 },
      { ns: 0, tid: -1, task: 3, taskTgid: 3, parent: 2 },
      { ns: 380_814_135, tid: 26754, task: 26756, taskTgid: 26756, parent: 26754 },
    ]);
  });

  it("bpftrace: the kernel's own mm", () => {
    expect(parsed(sample(BPFTRACE)).head.seconds).toBe(1374);
    expect(at(BPFTRACE, 2)).toMatchObject({
      ns: 680_966_419,
      kind: 'switch',
      cpu: 0,
      tid: 20863,
      tgid: 20863,
      prev: 20863,
      next: 20844,
      prevDies: false,
      kernelMm: '0xffff888109fe2bc0',
    });
    expect(one(BPFTRACE, 'new 20863 20864')).toMatchObject({
      kind: 'newtask',
      tid: 20863,
      child: 20864,
      flags: 0x1200000,
    });
    expect(one(BPFTRACE, 'pex 20865')).toMatchObject({
      kind: 'prepare-exec',
      task: 20865,
      kernelMm: '0xffff888109fe5140',
    });
    expect(one(BPFTRACE, 'exec 20865')).toMatchObject({
      kind: 'exec',
      task: 20865,
      old: 20865,
      kernelMm: '0xffff888109fe1900',
    });
    expect(one(BPFTRACE, 'rseq 20865')).toMatchObject({ kind: 'rseq', tid: 20865, cpuId: 0, cid: 0 });
    expect(one(BPFTRACE, ' sw 0 0 0x0 ')).toMatchObject({ tid: 0, prev: 0, next: 20844, kernelMm: '0x0' });
  });
});

it('perf sched timehist is refused: it does not tell who runs next', () => {
  expect(() => parsed(sample('16-perf-sched-timehist'))).toThrow(
    'a.txt:1: perf sched timehist does not tell who runs next (expected the output of perf script)',
  );
});
