import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findingSentence } from '../../../src/trace/audit/sentence.js';
import { dataPath, dataText, FORK, IDLE, PTHREAD, VFORK, Writer, written } from '../traces.js';
import { atOnce, audited, realRuns, withCid } from './auditing.js';

const TICKS = 'ticks-hackbench-3x-threads.ftrace.txt.gz';
const ODD = 'odd-comms-and-vfork.ftrace.txt.gz';
const TRACE_CMD = 'hackbench-threads.trace-cmd-report.txt.gz';
const PERF = 'pg-oltp-ro-8.perf-script.txt.gz';
const linesOf = (name: string) => dataText(name).split('\n');

const a = { tid: 100, comm: 'a' };
const t = { tid: 101, tgid: 100, comm: 'a' };
const b = { tid: 200, comm: 'b' };
const child = { tid: 300, comm: 'c' };

describe('a recording of a kernel that does it right', () => {
  it.each([
    [TRACE_CMD, 10_835],
    ['pg-oltp-ro-8.mmtruth.txt.gz', 15_486],
    [ODD, 407],
    [PERF, 19_170],
    [TICKS, 5460],
  ])('%s: nothing', async (name, told) => {
    expect(await audited(dataPath(name))).toMatchObject({ findings: [], certain: 0, uncertain: 0, told });
    expect(dataText(name).match(/rseq_update: | rseq /g)).toHaveLength(told);
  });

  it('without rseq_update cannot be audited', async () => {
    const path = dataPath('hackbench-procs.perf-sched-default.txt.gz');
    await expect(audited(path)).rejects.toThrow(
      `${path}: no rseq_update in it, so there is nothing to audit (expected `,
    );
  });
});

describe('a fault that is planted in a recording', () => {
  it.each([TRACE_CMD, PERF])('%s: a duplicate cid of two threads that run at once', async (name) => {
    const lines = linesOf(name);
    const [first, second] = atOnce(lines);
    const audit = await audited(written(withCid(lines, second.line, first.cid)));
    expect(audit).toMatchObject({ certain: 1, uncertain: 0 });
    const finding = audit.findings[0]!;
    expect(finding).toMatchObject({
      kind: 'duplicate-cid',
      certain: true,
      mm: { tgid: first.tgid || expect.any(Number) },
      first: {
        task: { tid: first.tid },
        cpu: first.cpu,
        cid: first.cid,
        from: { line: first.line + 1 },
        to: { line: first.end + 1 },
      },
      second: {
        task: { tid: second.tid },
        cpu: second.cpu,
        cid: first.cid,
        from: { line: second.line + 1 },
        to: { line: second.end + 1 },
      },
    });
    const overlap = 1000 * (Math.min(first.to, second.to) - Math.max(first.from, second.from));
    const { overlapNs } = finding as { overlapNs: number };
    expect(overlap).toBeGreaterThan(0);
    // Microseconds here, of what may be told in nanoseconds.
    expect(Math.abs(overlapNs - overlap)).toBeLessThanOrEqual(1000);
    expect([...audit.lines.keys()].sort((x, y) => x - y)).toEqual(
      [first.line, first.end, second.line, second.end].map((line) => line + 1).sort((x, y) => x - y),
    );
    expect(audit.lines.get(first.line + 1)).toBe(lines[first.line]);
    expect(audit.lines.get(second.line + 1)).toBe(
      withCid(lines, second.line, first.cid).split('\n')[second.line],
    );
    expect(findingSentence(finding)).toMatch(
      new RegExp(
        `${first.tid} on cpu ${first.cpu} and .*${second.tid} on cpu ${second.cpu}, both of process ${first.tgid || '\\d+'}, run with cid ${first.cid} at once`,
      ),
    );
  });

  it.each([2, 3, 8192, -1, -2])('a cid %i of 2 cpus', async (cid) => {
    const lines = linesOf(TICKS);
    const run = realRuns(lines)[100]!;
    const audit = await audited(written(withCid(lines, run.line, cid)));
    expect(audit).toMatchObject({ certain: 1, uncertain: 0 });
    expect(audit.findings).toMatchObject([
      {
        kind: 'out-of-range',
        certain: true,
        cpus: 2,
        told: { task: { tid: run.tid }, cpu: run.cpu, cid, from: { line: run.line + 1 } },
      },
    ]);
    expect(findingSentence(audit.findings[0]!)).toMatch(
      new RegExp(`is told cid ${cid}, and there are 2 cpus$`),
    );
  });

  it('cid 1 in a process that was born in it and has one thread', async () => {
    const lines = linesOf(ODD);
    const born = new Set(
      lines.flatMap((line) => /task_newtask: pid=(\d+) .* clone_flags=1200000 /.exec(line)?.[1] ?? []),
    );
    const parents = new Set(
      lines.flatMap(
        (line) => /\( *(\d+)\) .* task_newtask: .* clone_flags=(?:3d0f00|4100) /.exec(line)?.[1] ?? [],
      ),
    );
    const run = realRuns(lines).find(({ tid }) => born.has(String(tid)) && !parents.has(String(tid)))!;
    const audit = await audited(written(withCid(lines, run.line, 1)));
    expect(audit).toMatchObject({ certain: 1, uncertain: 0 });
    expect(audit.findings).toMatchObject([
      { kind: 'not-compact', certain: true, needed: 1, told: { cid: 1, task: { tid: run.tid } } },
    ]);
    expect(findingSentence(audit.findings[0]!)).toMatch(
      /is told cid 1, and its mm has never had more than one thread at once$/,
    );
  });

  it('each of many, of which the first hundred are shown', async () => {
    const text = dataText(TICKS).replaceAll(/mm_cid=\d+$/gm, 'mm_cid=7');
    const audit = await audited(written(text));
    expect(audit.certain).toBe(5460);
    expect(audit.findings).toHaveLength(100);
  });
});

/** Two threads that were there: a on cpu 0, t on cpu 1. */
const both = () => new Writer().rseq(0, a, 0).rseq(1, t, 1);
/** Both come back to user mode later: nothing that was before was in the midst of an exit. */
const back = (w: Writer) =>
  w.switch(0, IDLE, a).rseq(0, a, 0).switch(0, a, IDLE).switch(1, IDLE, t).rseq(1, t, 1).switch(1, t, IDLE);
const kinds = async (w: Writer) =>
  (await audited(w.file())).findings.map(({ kind, certain }) => `${certain ? '' : 'uncertain '}${kind}`);

describe('a duplicate cid', () => {
  it('is one while both run: to the microsecond', async () => {
    const w = new Writer()
      .at(1_000_000)
      .rseq(0, a, 0)
      .at(1_000_010)
      .rseq(1, t, 0)
      .at(1_000_015)
      .switch(0, a, IDLE)
      .at(1_000_020)
      .switch(1, t, IDLE);
    const { findings } = await audited(back(w).file());
    expect(findings).toMatchObject([
      {
        kind: 'duplicate-cid',
        certain: true,
        overlapNs: 5000,
        first: { task: { tid: 100 } },
        second: { task: { tid: 101 } },
      },
    ]);
    expect(findingSentence(findings[0]!)).toBe(
      'a 100 on cpu 0 and a 101 on cpu 1, both of process 100, run with cid 0 at once, for 5 us at least (if the clocks of the cpus agree)',
    );
  });

  it('is told with the one that came first first, whichever ends first', async () => {
    const w = new Writer().rseq(1, t, 0).rseq(0, a, 0).switch(0, a, IDLE).switch(1, t, IDLE);
    expect((await audited(back(w).file())).findings).toMatchObject([
      { first: { task: { tid: 101 }, cpu: 1 }, second: { task: { tid: 100 } } },
    ]);
  });

  it('is one of each pair that runs at once', async () => {
    const u = { tid: 102, tgid: 100, comm: 'a' };
    const w = new Writer(4)
      .rseq(0, a, 0)
      .rseq(1, t, 0)
      .rseq(2, u, 0)
      .switch(0, a, IDLE)
      .switch(1, t, IDLE)
      .switch(2, u, IDLE);
    const { findings } = await audited(back(w).switch(2, IDLE, u).rseq(2, u, 2).switch(2, u, IDLE).file());
    expect(
      findings.map((one) => one.kind === 'duplicate-cid' && [one.first.task.tid, one.second.task.tid].join()),
    ).toEqual(['100,101', '100,102', '101,102']);
  });

  it('is one of a vfork child and its parent', async () => {
    const w = new Writer()
      .switch(0, b, a)
      .rseq(0, a, 0)
      .newtask(0, a, child, VFORK)
      .switch(1, IDLE, child)
      .rseq(0, a, 0)
      .rseq(1, child, 0)
      .switch(0, a, IDLE)
      .switch(1, child, IDLE)
      .switch(1, IDLE, child)
      .rseq(1, child, 1)
      .switch(0, IDLE, a)
      .rseq(0, a, 0)
      .switch(0, a, IDLE);
    expect(await kinds(w)).toEqual(['duplicate-cid']);
  });

  it('is one by the last line of a cpu, too, where what ends the run is missing', async () => {
    // Ticks show that both still run.
    const w = new Writer()
      .rseq(0, a, 0)
      .rseq(1, t, 0)
      .tick(0, a)
      .tick(1, t)
      .rseq(0, b, 0)
      .rseq(1, b, 0)
      .rseq(0, a, 0)
      .rseq(1, t, 1);
    const { findings } = await audited(w.switch(0, a, IDLE).switch(1, t, IDLE).file());
    expect(findings).toMatchObject([{ kind: 'duplicate-cid', overlapNs: 1000 }]);
  });

  it.each([
    ['with different cids', () => both().switch(0, a, IDLE).switch(1, t, IDLE)],
    [
      'in two processes',
      () => new Writer().rseq(0, a, 0).rseq(1, b, 0).switch(0, a, IDLE).switch(1, b, IDLE),
    ],
    [
      'one after the other',
      () => new Writer().rseq(0, a, 0).switch(0, a, IDLE).rseq(1, t, 0).switch(1, t, IDLE),
    ],
    [
      'in the same microsecond',
      () =>
        new Writer()
          .rseq(0, a, 0)
          .at(1_000_005)
          .switch(0, a, IDLE)
          .at(1_000_005)
          .rseq(1, t, 0)
          .switch(1, t, IDLE),
    ],
    [
      'with lines of two cpus in disorder',
      () =>
        new Writer()
          .rseq(0, a, 0)
          .at(1_000_009)
          .rseq(1, t, 0)
          .at(1_000_008)
          .switch(0, a, IDLE)
          .at(1_000_010)
          .switch(1, t, IDLE),
    ],
    [
      'before the second one is told: it may be in the kernel',
      () => both().switch(1, t, IDLE).switch(1, IDLE, t).switch(0, a, IDLE).rseq(1, t, 0).switch(1, t, IDLE),
    ],
    [
      'by one and the same thread',
      () => new Writer().rseq(0, a, 0).rseq(1, a, 0).switch(0, a, IDLE).switch(1, a, IDLE),
    ],
    [
      'without the line that switches the first one out',
      () => new Writer().rseq(0, a, 0).rseq(1, t, 0).rseq(0, b, 0).switch(1, t, IDLE).switch(0, b, a),
    ],
    [
      'with a loss on the first one’s cpu',
      () =>
        new Writer()
          .rseq(0, a, 0)
          .rseq(1, t, 0)
          .raw('CPU:0 [LOST 3 EVENTS]')
          .switch(0, a, IDLE)
          .switch(1, t, IDLE),
    ],
    [
      'with a loss on the second one’s cpu',
      () =>
        new Writer()
          .rseq(1, t, 0)
          .rseq(0, a, 0)
          .raw('CPU:0 [LOST 3 EVENTS]')
          .switch(0, a, IDLE)
          .switch(1, t, IDLE),
    ],
  ])('is none %s', async (_, writer) => {
    expect(await kinds(back(writer()))).toEqual([]);
  });

  it('is none after an exec: it is another mm', async () => {
    const w = new Writer()
      .switch(0, b, a)
      .newtask(0, a, child, VFORK)
      .switch(1, IDLE, child)
      .prepareExec(1, child)
      .exec(1, child)
      .rseq(0, a, 0)
      .rseq(1, child, 0)
      .switch(0, a, IDLE)
      .switch(1, child, IDLE)
      .switch(1, IDLE, child)
      .rseq(1, child, 0)
      .switch(1, child, IDLE)
      .switch(0, IDLE, a)
      .rseq(0, a, 0)
      .switch(0, a, IDLE);
    expect(await kinds(w)).toEqual([]);
  });

  it('is none of a child by fork and its parent', async () => {
    const w = new Writer()
      .switch(0, b, a)
      .newtask(0, a, child, FORK)
      .rseq(0, a, 0)
      .switch(1, IDLE, child)
      .rseq(1, child, 0)
      .tick(0, a)
      .tick(1, child);
    expect(await kinds(w.rseq(0, a, 0).rseq(1, child, 0).switch(0, a, b).switch(1, child, b))).toEqual([]);
  });

  // The kernel takes a cid back in exit_signals() and bprm_execve(), a while before it writes the line.
  it('is none where the first one’s next line is its exit', async () => {
    const w = new Writer()
      .rseq(0, a, 0)
      .rseq(1, t, 1)
      .at(1_000_010)
      .switch(1, t, IDLE)
      .switch(1, IDLE, t)
      .rseq(1, t, 0)
      .at(1_000_020)
      .exit(0, a, false)
      .switch(0, a, IDLE, 'X')
      .switch(1, t, IDLE)
      .switch(1, IDLE, t)
      .rseq(1, t, 0)
      .switch(1, t, b);
    expect(await kinds(w)).toEqual([]);
  });

  it.each([true, false])(
    'is none where the first one’s next line is its exec (sched_prepare_exec: %s)',
    async (prepares) => {
      const w = new Writer()
        .rseq(0, a, 0)
        .rseq(1, t, 1)
        .at(1_000_010)
        .switch(1, t, IDLE)
        .switch(1, IDLE, t)
        .rseq(1, t, 0)
        .at(1_000_020)
        .exit(1, t, false)
        .switch(1, t, IDLE, 'X');
      if (prepares) w.prepareExec(0, a);
      expect(await kinds(w.exec(0, a).rseq(0, a, 0).switch(0, a, b))).toEqual([]);
    },
  );

  it('is none where the first one wakes others on its way out, or is preempted', async () => {
    for (const way of [
      (w: Writer) => w.migrate(0, a, b, 0, 1),
      (w: Writer) => w.tick(0, a),
      (w: Writer) => w.switch(0, a, b, 'R').switch(0, b, a),
    ]) {
      const w = new Writer()
        .rseq(0, a, 0)
        .rseq(1, t, 1)
        .switch(1, t, IDLE)
        .switch(1, IDLE, t)
        .at(1_000_010)
        .rseq(1, t, 0)
        .at(1_000_015);
      way(w)
        .at(1_000_020)
        .exit(0, a, false)
        .switch(0, a, IDLE, 'X')
        .switch(1, t, IDLE)
        .switch(1, IDLE, t)
        .rseq(1, t, 0)
        .switch(1, t, b);
      expect(await kinds(w)).toEqual([]);
    }
  });

  // No line has a thread of process 1 or swapper/1 as its prev: that it slept in between is nowhere told.
  it('is none where a thread is told again after switches that no line tells', async () => {
    const init = { tid: 1, comm: 'init' };
    const other = { tid: 60, tgid: 1, comm: 'init' };
    const w = new Writer()
      .switch(1, b, init)
      .rseq(1, init, 0)
      .at(1_000_100)
      .switch(0, b, other)
      .rseq(0, other, 0)
      .tick(0, other)
      .rseq(0, b, 0)
      .at(1_000_200)
      .rseq(1, init, 1)
      .switch(0, b, other)
      .rseq(0, other, 0)
      .rseq(0, b, 0);
    expect(await kinds(w)).toEqual([]);
  });
});

describe('a system call', () => {
  const call = (w: Writer, cpu: number, who: typeof a) =>
    w.event(cpu, who, 'sys_enter: NR 1 (1, 2, 3, 4, 5, 6)');

  it('shows a thread in user mode, with what it was told last', async () => {
    let w = both().switch(0, a, IDLE).switch(0, IDLE, a).switch(1, t, IDLE).switch(1, IDLE, t).rseq(1, t, 0);
    w = call(w, 0, a);
    w.tick(0, a).tick(1, t).switch(0, a, IDLE).switch(1, t, IDLE);
    const { findings } = await audited(back(w).file());
    expect(findings).toMatchObject([
      { kind: 'duplicate-cid', first: { task: { tid: 101 } }, second: { task: { tid: 100 }, cid: 0 } },
    ]);
  });

  it('shows nothing of one that was told nothing, or in another mm', async () => {
    let w = new Writer().switch(0, b, a).rseq(0, a, 0).prepareExec(0, a).exec(0, a).rseq(1, t, 0);
    w = call(w, 0, a);
    expect(await kinds(w.tick(0, a).tick(1, t))).toEqual([]);
  });

  it('shows nothing after a loss, in which it may have been told another one', async () => {
    let w = both().switch(0, a, IDLE).raw('CPU:1 [LOST 9 EVENTS]').rseq(1, t, 0).switch(0, IDLE, a);
    w = call(w, 0, a);
    w.tick(0, a).tick(1, t).switch(0, a, IDLE).switch(1, t, IDLE);
    expect(await kinds(back(w))).toEqual([]);
  });

  it('goes on with a run', async () => {
    let w = new Writer().rseq(0, a, 0).rseq(1, t, 0);
    w = call(call(w, 0, a), 1, t);
    const { findings } = await audited(
      w.rseq(0, b, 0).rseq(1, b, 0).rseq(0, a, 0).rseq(1, t, 1).switch(0, a, b).switch(1, t, b).file(),
    );
    expect(findings).toMatchObject([{ kind: 'duplicate-cid', overlapNs: 1000 }]);
  });
});

describe('a cid out of range', () => {
  it('is certain where the trace says how many cpus there are', async () => {
    expect(await kinds(new Writer(4).switch(0, b, a).rseq(0, a, 3))).toEqual([]);
    expect(await kinds(new Writer(4).switch(0, b, a).rseq(0, a, 4))).toEqual(['out-of-range']);
  });

  it('is uncertain where it does not, unless no machine has so many', async () => {
    expect(await kinds(new Writer(null).switch(1, b, a).rseq(1, a, 1))).toEqual([]);
    expect(await kinds(new Writer(null).switch(1, b, a).rseq(1, a, 2))).toEqual(['uncertain out-of-range']);
    expect(await kinds(new Writer(null).switch(1, b, a).rseq(1, a, 8191))).toEqual([
      'uncertain out-of-range',
    ]);
    expect(await kinds(new Writer(null).switch(1, b, a).rseq(1, a, 8192))).toEqual(['out-of-range']);
    expect(await kinds(new Writer(null).switch(1, b, a).rseq(1, a, -1))).toEqual(['out-of-range']);
    const { findings } = await audited(new Writer(null).switch(1, b, a).rseq(1, a, 2).file());
    expect(findingSentence(findings[0]!)).toBe('a 100 on cpu 1 is told cid 2, and only 2 cpus were seen');
  });

  it('is no duplicate as well', async () => {
    expect(await kinds(back(new Writer().rseq(0, a, 5).rseq(1, t, 5).tick(0, a).tick(1, t)))).toEqual([
      'out-of-range',
      'out-of-range',
    ]);
  });
});

describe('a cid that is higher than needed', () => {
  const born = () => new Writer(8).switch(0, b, a).newtask(0, a, child, FORK).switch(0, a, child);

  it('is one at as many as the most threads that the mm had at once', async () => {
    const second = { tid: 301, tgid: 300, comm: 'c' };
    const threads = () => born().newtask(0, child, second, PTHREAD).switch(1, IDLE, second);
    expect(await kinds(born().rseq(0, child, 0))).toEqual([]);
    expect(await kinds(born().rseq(0, child, 1))).toEqual(['not-compact']);
    expect(await kinds(threads().rseq(1, second, 1))).toEqual([]);
    expect(await kinds(threads().rseq(1, second, 2))).toEqual(['not-compact']);
    // It is what it ever had: a slot may last.
    expect(await kinds(threads().exit(1, second, false).rseq(0, child, 1))).toEqual([]);
    const { findings } = await audited(threads().rseq(1, second, 2).file());
    expect(findings).toMatchObject([{ needed: 2, mm: { tgid: 300 } }]);
    expect(findingSentence(findings[0]!)).toBe(
      'c 301 on cpu 1 is told cid 2, and its mm has never had more than 2 threads at once',
    );
  });

  it('is judged anew after an exec', async () => {
    const second = { tid: 301, tgid: 300, comm: 'c' };
    const w = born()
      .newtask(0, child, second, PTHREAD)
      .switch(1, IDLE, second)
      .exit(1, second, false)
      .switch(1, second, IDLE, 'X');
    expect(await kinds(w.prepareExec(0, child).exec(0, child).rseq(0, child, 1))).toEqual(['not-compact']);
  });

  it('is not judged of a process that was there and of which nothing tells how many threads it has', async () => {
    const audit = await audited(new Writer(8).switch(0, b, a).rseq(0, a, 5).rseq(0, a, 0).file());
    expect(audit).toMatchObject({ findings: [], unjudged: 2 });
  });

  it('is uncertain of one of which a task table tells', async () => {
    const path = new Writer(8).switch(0, b, a).rseq(0, a, 1).rseq(0, a, 2).file('x.ftrace.txt');
    writeFileSync(path.replace('x.ftrace.txt', 'x.tasks.txt'), '100 100 0 a\n101 100 0 a\n200 200 0 b\n');
    const audit = await audited(path);
    expect(audit).toMatchObject({
      certain: 0,
      uncertain: 1,
      unjudged: 0,
      findings: [{ kind: 'not-compact', needed: 2, told: { cid: 2 } }],
    });
    expect(findingSentence(audit.findings[0]!)).toMatch(
      /more than 2 threads at once \(since the trace began: /,
    );
  });

  it('is not certain after a loss, in which threads may have been born', async () => {
    const second = { tid: 301, tgid: 300, comm: 'c' };
    const w = born()
      .rseq(0, child, 0)
      .raw('CPU:0 [LOST 9 EVENTS]')
      .switch(0, child, b)
      .switch(1, IDLE, second)
      .rseq(1, second, 1)
      .switch(0, b, child)
      .rseq(0, child, 1);
    expect((await kinds(w)).filter((kind) => !kind.startsWith('uncertain'))).toEqual([]);
  });
});

describe('what a thread was told before an exec', () => {
  /** A child that shares a's mm, until it executes; another thread of a on cpu 1 gets its cid before the line tells of the exec. */
  const shared = () =>
    new Writer()
      .switch(1, b, a)
      .newtask(1, a, child, VFORK)
      .rseq(1, a, 1)
      .switch(0, b, child)
      .rseq(0, child, 0);
  const taken = (w: Writer) => w.switch(1, a, IDLE).switch(1, IDLE, a).rseq(1, a, 0);
  const later = (w: Writer) =>
    back(w.switch(0, child, IDLE).switch(1, a, IDLE))
      .switch(0, IDLE, child)
      .rseq(0, child, 0);

  it('is void: it has given its cid back before the line', async () => {
    const w = taken(shared()).prepareExec(0, child).exec(0, child).rseq(0, child, 0).tick(0, child);
    expect(await kinds(later(w.tick(1, a).rseq(1, a, 0)))).toEqual([]);
  });

  it('is void, also where it was switched out on the way', async () => {
    const w = taken(shared())
      .tick(0, child)
      .switch(0, child, b)
      .switch(0, b, child)
      .prepareExec(0, child)
      .exec(0, child)
      .rseq(0, child, 0);
    expect(await kinds(later(w.tick(1, a).rseq(1, a, 0)))).toEqual([]);
  });

  it('is not what a system call in the new mm goes on with', async () => {
    const w = new Writer(8)
      .switch(1, b, a)
      .newtask(1, a, child, VFORK)
      .switch(0, b, child)
      .rseq(0, child, 1)
      .prepareExec(0, child)
      .exec(0, child);
    expect(await kinds(w.event(0, child, 'sys_enter: NR 1 (1)').switch(0, child, b))).toEqual([]);
  });
});

describe('after lines that are missing', () => {
  const lost = (w: Writer) => w.raw('CPU:1 [LOST 3 EVENTS]');
  const second = { tid: 301, tgid: 300, comm: 'c' };
  const born = () =>
    new Writer(8).switch(0, b, a).newtask(0, a, child, FORK).switch(0, a, child).rseq(0, child, 0);

  it('a duplicate of two threads of one process is as certain as ever', async () => {
    const w = lost(both())
      .switch(1, t, b)
      .switch(1, b, t)
      .rseq(0, a, 0)
      .rseq(1, t, 0)
      .switch(0, a, IDLE)
      .switch(1, t, IDLE);
    expect(await kinds(back(w))).toEqual(['duplicate-cid']);
  });

  it('one of a vfork child and its parent is not: an exec may be among them', async () => {
    const w = new Writer().switch(1, b, a).newtask(1, a, child, VFORK).switch(0, b, child);
    lost(w)
      .switch(1, a, b)
      .switch(1, b, a)
      .rseq(1, a, 0)
      .rseq(0, child, 0)
      .switch(0, child, b)
      .switch(1, a, b);
    w.switch(0, b, child).rseq(0, child, 0).switch(1, b, a).rseq(1, a, 0);
    expect(await kinds(w)).toEqual(['uncertain duplicate-cid']);
  });

  it('a cid that is higher than needed is uncertain: births may be among them', async () => {
    // A loss; a task that left its cpu; one that is shown on a cpu while another one still has it.
    expect(await kinds(lost(born()).switch(0, child, b).switch(0, b, child).rseq(0, child, 1))).toEqual([
      'uncertain not-compact',
    ]);
    expect(await kinds(born().switch(0, b, child).rseq(0, child, 1))).toEqual(['uncertain not-compact']);
    expect(await kinds(born().switch(1, b, a).switch(1, a, child).rseq(1, child, 1))).toEqual([
      'uncertain not-compact',
    ]);
    const before = new Writer(8).rseq(1, a, 0).switch(0, b, a).newtask(0, a, child, FORK).switch(0, a, child);
    expect(await kinds(before.rseq(0, child, 1))).toEqual(['uncertain not-compact']);
  });

  it('it is certain where these are what is missing on every machine, or were before the first line', async () => {
    const init = { tid: 1, comm: 'init' };
    // It left its cpu, and the idle task did: no line tells.
    expect(
      await kinds(
        born().switch(1, b, init).switch(1, a, b).switch(1, b, IDLE).rseq(1, b, 0).rseq(0, child, 1),
      ),
    ).toEqual(['not-compact']);
    const text = lost(new Writer(8)).text() + born().rseq(0, child, 1).text();
    expect((await audited(written(text))).findings).toMatchObject([{ kind: 'not-compact', certain: true }]);
    // On the same cpu, again and again.
    expect(await kinds(born().switch(0, child, child).rseq(0, child, 1))).toEqual(['not-compact']);
    expect(
      await kinds(born().newtask(0, child, second, PTHREAD).switch(0, child, second).rseq(0, second, 1)),
    ).toEqual([]);
  });
});

it('both threads of a duplicate may show by a system call that they are not on their way out', async () => {
  const call = 'sys_enter: NR 1 (1, 2, 3, 4, 5, 6)';
  const w = new Writer()
    .rseq(0, a, 0)
    .rseq(1, t, 0)
    .switch(0, a, IDLE)
    .switch(1, t, IDLE)
    .switch(0, IDLE, a)
    .event(0, a, call);
  expect(await kinds(w)).toEqual([]);
  expect(await kinds(w.switch(1, IDLE, t).event(1, t, call))).toEqual(['duplicate-cid']);
});

it('a process has as many threads as it had, or as it got', async () => {
  const w = new Writer(8).switch(0, b, a).newtask(0, a, { tid: 101, comm: 'a' }, PTHREAD).switch(1, IDLE, t);
  const path = w.rseq(1, t, 1).rseq(1, t, 2).file('x.ftrace.txt');
  writeFileSync(path.replace('x.ftrace.txt', 'x.tasks.txt'), '100 100 0 a\n200 200 0 b\n');
  expect(await audited(path)).toMatchObject({
    unjudged: 0,
    findings: [{ kind: 'not-compact', needed: 2, told: { cid: 2 } }],
  });
});

it('a task without an mm is told what no task may be told', async () => {
  const { findings } = await audited(
    new Writer().switch(0, b, IDLE).rseq(0, IDLE, 7).rseq(0, IDLE, 1).switch(0, IDLE, b).file(),
  );
  expect(findings).toMatchObject([{ kind: 'out-of-range', mm: null, told: { cid: 7 } }]);
});

it('a fault on a cpu of which no line came before, in the last line of all', async () => {
  expect(await kinds(new Writer(2).switch(0, b, a).rseq(1, t, 2))).toEqual(['out-of-range']);
});
