import { describe, expect, it } from 'vitest';
import { count, noCounts } from '../../src/trace/counts.js';
import { countsJson } from '../../src/trace/counts-json.js';
import { openTrace, walkTrace } from '../../src/trace/read-trace.js';
import { dataPath, dataText, FORK, happeningsOf, IDLE, PTHREAD, VFORK, Writer } from './traces.js';

async function counted(path: string) {
  const trace = await openTrace(path, null);
  const counts = noCounts();
  const { mms } = await walkTrace(trace, (happening) => count(counts, happening));
  const threads = mms.map(({ mostUsers }) => mostUsers).sort((a, b) => b - a);
  return { trace, counts, json: countsJson(trace, counts, threads) };
}

/** Counted by another program, which has its own reader. */
describe('the counts of a recording are those of another implementation', () => {
  it('odd-comms-and-vfork.ftrace', async () => {
    const { json } = await counted(dataPath('odd-comms-and-vfork.ftrace.txt.gz'));
    expect(json).toMatchObject({
      lines_sw: 396,
      synth_switches: 22,
      switches: 418,
      uu_same: 33,
      uu_diff: 91,
      uk: 109,
      ku: 157,
      kk: 28,
      migrations: 16,
      forks: 49,
      clone_thread: 6,
      clone_vfork: 2,
      clone_fork: 41,
      execs: 41,
      exits: 49,
      mms: 87,
      threads_per_mm_top: [6, 1, 1, 1, 1, 1, 1, 1],
      ticks: 0,
      lost_events: 0,
    });
    expect(json.seconds).toBeCloseTo(0.117, 3);
  });

  it('ticks-hackbench-3x-threads.ftrace', async () => {
    const { json, trace } = await counted(dataPath('ticks-hackbench-3x-threads.ftrace.txt.gz'));
    expect(json).toMatchObject({
      lines_sw: 5697,
      synth_switches: 0,
      uu_same: 4968,
      uu_diff: 647,
      uk: 16,
      ku: 56,
      kk: 10,
      migrations: 3,
      forks: 40,
      clone_thread: 36,
      clone_vfork: 0,
      clone_fork: 4,
      execs: 4,
      exits: 40,
      mms: 17,
      threads_per_mm_top: [13, 13, 13, 1, 1, 1, 1, 1],
    });
    expect(json.seconds).toBeCloseTo(0.208, 3);
    const text = dataText('ticks-hackbench-3x-threads.ftrace.txt.gz');
    expect(json.ticks).toBe(text.match(/function=tick_nohz_handler/g)!.length);
    expect(json.ticks).toBeGreaterThan(50);
    expect(json.rseq_updates).toBe(text.match(/: rseq_update: /g)!.length);
    expect(trace.head).toMatchObject({ foreign: 0, malformed: 0, backwards: 0, cpus: 2 });
  });

  it('hackbench-threads.trace-cmd-report', async () => {
    const { json, trace } = await counted(dataPath('hackbench-threads.trace-cmd-report.txt.gz'));
    expect(json).toMatchObject({
      lines_sw: 11_120,
      synth_switches: 2,
      uu_same: 8976,
      uu_diff: 2057,
      uk: 18,
      ku: 67,
      kk: 4,
      migrations: 165,
      forks: 49,
      clone_thread: 48,
      clone_vfork: 0,
      clone_fork: 1,
      execs: 1,
      exits: 49,
      mms: 14,
      threads_per_mm_top: [49, 1, 1, 1, 1, 1, 1, 1],
    });
    expect(json.seconds).toBeCloseTo(0.309, 3);
    expect(trace.head).toMatchObject({ foreign: 0, malformed: 0, backwards: 0, cpus: 2 });
  });

  it('hackbench-procs.perf-sched-default', async () => {
    const { json, trace } = await counted(dataPath('hackbench-procs.perf-sched-default.txt.gz'));
    expect(json).toMatchObject({
      lines_sw: 14_489,
      synth_switches: 7,
      uu_same: 0,
      uu_diff: 14_397,
      uk: 46,
      ku: 45,
      kk: 8,
      migrations: 115,
      forks: 48,
      clone_thread: 0,
      clone_vfork: 0,
      clone_fork: 0,
      execs: 0,
      exits: 0,
      mms: 56,
      threads_per_mm_top: [1, 1, 1, 1, 1, 1, 1, 1],
    });
    expect(json.seconds).toBeCloseTo(0.828, 3);
    expect(trace.head).toMatchObject({ foreign: 0, malformed: 0, backwards: 0, cpus: null });
  });

  // The other one has 19 206 lines, 22 inferred, 56 user to kernel and 11 kernel to kernel: it passes over 25 lines of exited
  // threads, whose tid perf prints as -1. With them nothing is left to infer.
  it('pg-oltp-ro-8.perf-script', async () => {
    const { json, trace } = await counted(dataPath('pg-oltp-ro-8.perf-script.txt.gz'));
    const text = dataText('pg-oltp-ro-8.perf-script.txt.gz');
    expect(text.match(/ sched:sched_switch: /g)).toHaveLength(19_231);
    expect(text.match(/\/-1 .* sched:sched_switch: /g)).toHaveLength(25);
    expect(json).toMatchObject({
      lines_sw: 19_231,
      synth_switches: 0,
      uu_same: 2690,
      uu_diff: 16_388,
      ku: 83,
      migrations: 24,
      forks: 17,
      clone_thread: 8,
      clone_vfork: 0,
      clone_fork: 9,
      execs: 3,
      exits: 28,
      mms: 25,
      threads_per_mm_top: [9, 5, 1, 1, 1, 1, 1, 1],
    });
    expect(json.uk + json.kk).toBe(19_231 - 2690 - 16_388 - 83);
    expect(json.seconds).toBeCloseTo(0.268, 3);
    expect(trace.head).toMatchObject({ foreign: 0, malformed: 0, cpus: null });
  });

  // The other one takes kernel threads for processes here.
  it('pg-oltp-ro-8.mmtruth', async () => {
    const { json, trace } = await counted(dataPath('pg-oltp-ro-8.mmtruth.txt.gz'));
    expect(json).toMatchObject({
      lines_sw: 16_079,
      synth_switches: 14,
      migrations: 14,
      forks: 16,
      clone_thread: 8,
      clone_vfork: 0,
      clone_fork: 8,
      execs: 1,
      exits: 17,
    });
    expect(json.seconds).toBeCloseTo(0.678, 3);
    expect(trace.head).toMatchObject({ foreign: 0, malformed: 0, format: 'bpftrace' });
  });
});

describe('a count', () => {
  const a = { tid: 100, comm: 'a' };
  const thread = { tid: 101, tgid: 100, comm: 'a' };
  const b = { tid: 200, comm: 'b' };
  const k = { tid: 15, comm: 'kworker/0:1' };

  it('of switches, by who leaves and who comes', async () => {
    const path = new Writer()
      .switch(0, a, thread)
      .switch(0, thread, b)
      .switch(0, b, k)
      .switch(0, k, IDLE)
      .switch(0, IDLE, a)
      .rseq(0, a, 0)
      .rseq(0, thread, 0)
      .file();
    const { json } = await counted(path);
    expect(json).toMatchObject({
      lines_sw: 5,
      synth_switches: 1,
      uu_same: 2,
      uu_diff: 1,
      uk: 1,
      ku: 1,
      kk: 1,
      rseq_updates: 2,
    });
  });

  it('of forks, by their flags; of an exit that no line tells, none', async () => {
    const path = new Writer()
      .newtask(0, a, { tid: 300 }, PTHREAD)
      .fork(0, a, { tid: 300 })
      .newtask(0, a, { tid: 301 }, VFORK)
      .newtask(0, a, { tid: 302 }, FORK)
      .fork(0, a, { tid: 303 })
      .switch(0, a, { tid: 300, tgid: 100 })
      .switch(0, { tid: 300, tgid: 100 }, a, 'X')
      .raw('CPU:0 [LOST 7 EVENTS]')
      .raw('CPU:0 [LOST EVENTS]')
      .file();
    const { json, counts } = await counted(path);
    expect(json).toMatchObject({
      forks: 4,
      clone_thread: 1,
      clone_vfork: 1,
      clone_fork: 1,
      exits: 0,
      lost_events: 7,
      threads_per_mm_top: [3, 1, 1],
      mms: 3,
    });
    expect(counts.lostPlaces).toBe(2);
    const { happenings } = await happeningsOf(path);
    expect(happenings.filter(({ kind }) => kind === 'exit')).toMatchObject([
      { inferred: true, task: { tid: 300 } },
    ]);
  });
});
