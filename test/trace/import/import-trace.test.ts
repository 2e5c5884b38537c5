import { describe, expect, it } from 'vitest';
import { MAX_ACTIONS, MAX_MMS, MAX_TASKS } from '../../../src/abi.js';
import { lockstep } from '../../../src/check/lockstep.js';
import { Engine } from '../../../src/engine/engine.js';
import { printScenario } from '../../../src/scenario/print.js';
import { runnable } from '../../../src/trace/import/runnable.js';
import { openTrace, walkTrace } from '../../../src/trace/read-trace.js';
import { dataPath, dataText, FORK, IDLE, PTHREAD, VFORK, type Who, Writer, written } from '../traces.js';
import { duration, expectSound, imports, only, soundInAll } from './importing.js';

const TICKS = 'ticks-hackbench-3x-threads.ftrace.txt.gz';
const ODD = 'odd-comms-and-vfork.ftrace.txt.gz';

const a = { tid: 100, comm: 'a' };
const thread = { tid: 101, tgid: 100, comm: 'a' };
const b = { tid: 200, comm: 'b' };
const child = { tid: 300, comm: 'c' };
const k = { tid: 15, comm: 'kworker/0:1' };
const k2 = { tid: 16, comm: 'kworker/0:2' };

/** Every task with an mm that comes to run, `CPU TID`. */
async function userSwitches(path: string): Promise<string[]> {
  const all: string[] = [];
  await walkTrace(await openTrace(path, null), (one) => {
    if (one.kind === 'begins' && one.task.mm !== null) all.push(`${one.cpu} ${one.task.tid}`);
    if (one.kind === 'switch' && one.next.mm !== null) all.push(`${one.cpu} ${one.next.tid}`);
  });
  return all;
}

/** The tid at the end of a name. */
const tidOf = (name: string) => Number(/_(\d+)[a-z]?\d*$/.exec(name)?.[1] ?? 0);

describe('a recording', () => {
  it.each([ODD, TICKS])('%s is sound under every algorithm', async (name) => {
    await soundInAll(dataPath(name), { hz: 250 });
  });

  it.each([
    'hackbench-threads.trace-cmd-report.txt.gz',
    'pg-oltp-ro-8.perf-script.txt.gz',
    'hackbench-procs.perf-sched-default.txt.gz',
    'pg-oltp-ro-8.mmtruth.txt.gz',
  ])('%s, a window of it, is sound', async (name) => {
    const { trace } = await imports(dataPath(name));
    const from = trace.survey.firstNs + 100_000_000;
    await soundInAll(dataPath(name), { hz: 1000, from, to: from + 15_000_000 });
  });

  it.each(['rfc-v6-fixed', 'v6.3'] as const)(
    'runs without a violation under %s, made for rfc-v6',
    async (algo) => {
      const { scenario } = await imports(dataPath(TICKS));
      expect(new Engine().run({ ...scenario, algo }).violation).toBeNull();
    },
  );

  it('keeps every switch of a task that has room, where and in the order in which it was', async () => {
    for (const name of [TICKS, 'hackbench-threads.trace-cmd-report.txt.gz', 'pg-oltp-ro-8.mmtruth.txt.gz']) {
      const { scenario } = await imports(dataPath(name));
      const real = await userSwitches(dataPath(name));
      const modelled = scenario.actions.flatMap((action) => {
        if (action.op !== 'switch' || action.task < 0) return [];
        const task = scenario.taskNames[action.task]!;
        return task.startsWith('kernel') ? [] : [`${action.cpu} ${tidOf(task)}`];
      });
      expect(modelled, name).toEqual(real);
    }
  });

  it('keeps its forks, execs, exits, migrations and time', async () => {
    const { scenario, imported, trace } = await imports(dataPath(TICKS));
    const count = (op: string) => scenario.actions.filter((action) => action.op === op).length;
    expect(count('fork-thread')).toBe(36);
    expect(count('fork-process')).toBe(4);
    expect(count('exec')).toBe(imported.counts.execs);
    expect(count('exit')).toBe(imported.counts.exits);
    expect(count('tick')).toBe(imported.counts.ticks);
    const { firstNs, lastNs } = trace.survey;
    // What comes last may be no action.
    expect(lastNs - firstNs - duration(scenario.actions)).toBeLessThan(1_000_000);
    expect(duration(scenario.actions)).toBeLessThanOrEqual(lastNs - firstNs);
  });

  it('gives the same scenario each time', async () => {
    const one = await imports(dataPath(ODD), { hz: 250 });
    expect(printScenario((await imports(dataPath(ODD), { hz: 250 })).scenario)).toBe(
      printScenario(one.scenario),
    );
  });
});

describe('a window', () => {
  const at = (us: number) => new Writer().at(us);
  const trace = () =>
    at(1_000_000)
      .switch(0, a, b)
      .at(1_100_000)
      .switch(0, b, thread)
      .at(1_200_000)
      .switch(0, thread, IDLE)
      .at(1_300_000)
      .switch(0, IDLE, a)
      .at(1_400_000)
      .switch(0, a, b)
      .rseq(0, b, 0)
      .rseq(1, thread, 0)
      .file();

  it('begins with who runs then, and ends before its end', async () => {
    const one = await imports(trace(), { from: 150_000_000, to: 400_000_000 });
    expect(only(one, 'switch', 'advance')).toEqual([
      // At its first line, not before.
      'switch 0 a_101',
      'switch 0 idle',
      'advance 100ms',
      'switch 0 a_100',
    ]);
    expectSound(one);
    expect(one.imported.counts.lines).toBe(2);
  });

  it('has its borders: from is in it, to is not', async () => {
    const one = await imports(trace(), { from: 200_000_000, to: 300_000_001 });
    expect(one.imported.counts.lines).toBe(2);
    const other = await imports(trace(), { from: 200_000_001, to: 400_000_000 });
    expect(other.imported.counts.lines).toBe(1);
  });

  it.each([
    [2_000_000_000, 3_000_000_000],
    [300_000_000, 200_000_000],
    [210_000_000, 220_000_000],
    [0, 0],
  ])('from %i to %i in which nothing happens is refused', async (from, to) => {
    const path = trace();
    await expect(imports(path, { from, to })).rejects.toThrow(
      `${path}: nothing happens in that window (expected --from and --to within the trace)`,
    );
  });

  it('of one process has all others as kernel threads', async () => {
    const one = await imports(trace(), { pids: [200] });
    expect(one.scenario.taskNames.filter((name) => !name.startsWith('kernel'))).toEqual(['b_200']);
    expect(one.imported.departures).toMatchObject({ unwanted: 2, crowded: 0 });
    expectSound(one);
    const both = await imports(trace(), { pids: [100] });
    expect(both.scenario.taskNames).toEqual(expect.arrayContaining(['a_100', 'a_101']));
    expect(both.scenario.mms).toBe(1);
  });

  it('of one process has what that forks, and what its children execute', async () => {
    const grand = { tid: 400, comm: 'd' };
    const path = new Writer()
      .switch(0, b, a)
      .newtask(0, a, child, FORK)
      .switch(0, a, child)
      .newtask(0, child, grand, VFORK)
      .switch(0, child, grand, 'D')
      .prepareExec(0, grand)
      .exec(0, grand)
      .switch(0, grand, b)
      .newtask(0, b, { tid: 500 }, FORK)
      .switch(0, b, { tid: 500 })
      .file();
    const one = await imports(path, { pids: [100] });
    expect(one.scenario.taskNames.filter((name) => !name.startsWith('kernel'))).toEqual([
      'a_100',
      'c_300',
      'd_400',
    ]);
    expect(one.scenario.mmNames).toEqual(['A_100', 'C_300', 'D_400']);
    expectSound(one);
  });

  it.each([[999], [101], [15]])('of process %i, which is none of the trace, is refused', async (pid) => {
    const path = trace();
    await expect(imports(path, { pids: [pid] })).rejects.toThrow(
      `${path}: process ${pid} does not run in that window (expected a pid of the trace)`,
    );
  });

  it('in which a task executes begins and ends wherever it likes', async () => {
    const path = new Writer()
      .switch(0, b, a)
      .prepareExec(0, a)
      .switch(0, a, k)
      .switch(0, k, a)
      .switch(0, a, k)
      .switch(0, k, a)
      .exec(0, a)
      .rseq(0, a, 0)
      .switch(0, a, b)
      .exit(0, b)
      .switch(0, b, a, 'X')
      .switch(0, a, k)
      .file();
    for (let from = 0; from < 10; from++) {
      for (let to = from + 1; to <= 12; to++) {
        const borders = { from: from * 1000, to: to * 1000 };
        const one = await imports(path, borders).catch((error: Error) => error);
        if (one instanceof Error) expect(one.message).toContain('nothing happens in that window');
        else expectSound(one);
      }
    }
  });

  it('that begins with a loss begins with what comes after it', async () => {
    const text = new Writer().at(1_900_000).switch(0, a, b).switch(0, b, a).text();
    const one = await imports(written(`CPU:1 [LOST 7 EVENTS]\n${text}`));
    expect(duration(one.scenario.actions)).toBe(1000);
  });
});

describe('ticks', () => {
  const path = () =>
    new Writer().switch(0, a, b).switch(1, thread, IDLE).at(1_100_000).switch(0, b, a).file();

  it('that are assumed come at their rate, on busy cpus', async () => {
    const one = await imports(path(), { hz: 100 });
    expect(only(one, 'tick')).toEqual(Array(10).fill('tick 0'));
    // 10 ms after the first line.
    expect(
      duration(
        one.scenario.actions.slice(
          0,
          one.scenario.actions.findIndex(({ op }) => op === 'tick'),
        ),
      ),
    ).toBe(10_000_000);
    expect(one.imported.departures.assumedTicks).toBe(10);
    expectSound(one);
  });

  it('are none where none are asked for', async () => {
    const one = await imports(path(), { hz: 0 });
    expect(only(one, 'tick')).toEqual([]);
    expect(one.imported.departures.assumedTicks).toBe(0);
  });

  it('are its own where the trace has some', async () => {
    const text = new Writer().switch(0, a, b).tick(0, b).at(1_100_000).tick(1, IDLE).switch(0, b, a).file();
    const one = await imports(text, { hz: 1000 });
    expect(only(one, 'tick')).toEqual(['tick 0', 'tick 1']);
    expect(one.imported.departures.assumedTicks).toBe(0);
    expectSound(one);
  });

  it('have their work where the model queues it, and nowhere else', async () => {
    const one = await imports(dataPath(TICKS));
    const works = one.scenario.actions.filter(({ op }) => op === 'work').length;
    expect(works).toBeGreaterThan(0);
    expect(works).toBeLessThan(one.imported.counts.ticks);
    expect(one.made.idleWork).toBeGreaterThan(0);
  });

  it.each(['v6.3', 'rfc-v6'] as const)('hit a task between the two lines of its exec (%s)', async (algo) => {
    const text = new Writer()
      .switch(0, b, a)
      .prepareExec(0, a)
      .tick(0, a)
      .switch(0, a, k)
      .switch(0, k, a)
      .tick(0, a)
      .exec(0, a)
      .tick(0, a)
      .exit(0, a)
      .tick(0, a)
      .switch(0, a, b, 'X')
      .file();
    expectSound(await imports(text, { algo }));
  });
});

describe('an exec', () => {
  it('that nothing interrupts is one action', async () => {
    const path = new Writer()
      .switch(0, b, a)
      .prepareExec(0, a)
      .rename(0, a, 'new')
      .exec(0, a)
      .switch(0, a, b)
      .file();
    const all = await soundInAll(path);
    expect(only(all['rfc-v6'], 'exec')).toEqual([expect.stringMatching(/^exec 0 (?:NEW_100|A_100B)$/)]);
  });

  it('in whose middle its task is switched out leaves it without a cid, in its new mm', async () => {
    const path = new Writer()
      .switch(0, b, a)
      .prepareExec(0, a)
      .switch(0, a, k)
      .switch(0, k, a)
      .switch(0, a, b)
      .migrate(0, b, a, 0, 1)
      .switch(1, IDLE, a)
      .exec(1, a)
      .switch(1, a, IDLE)
      .file();
    const all = await soundInAll(path);
    for (const { scenario } of Object.values(all)) {
      const at = scenario.actions.findIndex(({ op }) => op === 'exec');
      expect(scenario.actions[at + 2]).toMatchObject({ op: 'switch' });
      // Up to there, and no further: the task is in its new mm, inactive, without a cid.
      const cut = { ...scenario, actions: scenario.actions.slice(0, at + 2) };
      const { endState } = lockstep(new Engine(), cut).result;
      const task = endState!.tasks[scenario.taskNames.indexOf('a_100')]!;
      expect(task, scenario.algo).toMatchObject({
        mm: scenario.mmNames.indexOf('A_100B'),
        active: 0,
        mmCid: -1,
      });
    }
    expect(only(all['v6.3'], 'exec', 'migrate')).toEqual(['exec 0 A_100B', 'migrate a_100 1']);
  });

  it('by a thread that is not the first', async () => {
    const path = new Writer()
      .switch(0, b, a)
      .newtask(0, a, { ...thread, tgid: undefined as never }, PTHREAD)
      .exit(0, a, false)
      .switch(0, a, thread, 'Z')
      .prepareExec(0, a)
      .exec(0, a, 101)
      .rseq(0, a, 0)
      .switch(0, a, b)
      .switch(0, b, a)
      .exit(0, a)
      .switch(0, a, b, 'X')
      .file();
    const all = await soundInAll(path);
    expect(only(all['rfc-v6'], 'fork', 'exec', 'exit')).toEqual([
      'fork 0 thread a_101',
      'exit 0',
      'exec 0 A_100B',
      'exit 0',
    ]);
  });

  it('that ends in the exit of its task', async () => {
    const path = new Writer()
      .switch(0, b, a)
      .prepareExec(0, a)
      .switch(0, a, k)
      .switch(0, k, a)
      .exit(0, a)
      .switch(0, a, b, 'X')
      .prepareExec(0, b)
      .exit(0, b)
      .switch(0, b, IDLE, 'X')
      .file();
    await soundInAll(path);
  });

  it('that begins twice', async () => {
    const path = new Writer()
      .switch(0, b, a)
      .prepareExec(0, a)
      .switch(0, a, k)
      .switch(0, k, a)
      .prepareExec(0, a)
      .switch(0, a, k)
      .switch(0, k, a)
      .exec(0, a)
      .exec(0, a)
      .switch(0, a, b)
      .file();
    await soundInAll(path);
  });
});

describe('an exit', () => {
  it('may be followed by switches of the dead task: it is a kernel thread from then on', async () => {
    const path = new Writer()
      .switch(0, b, a)
      .exit(0, a)
      .switch(0, a, k, 'R')
      .switch(0, k, a)
      .switch(0, a, b, 'R')
      .switch(0, b, a)
      .switch(0, a, b, 'X')
      .file();
    const all = await soundInAll(path);
    expect(only(all['rfc-v6'], 'exit')).toEqual(['exit 0']);
    expect(only(all['rfc-v6'], 'switch').filter((line) => line.endsWith('a_100'))).toHaveLength(1);
  });

  it('that no line tells is before the last switch', async () => {
    const all = await soundInAll(new Writer().switch(0, b, a).switch(0, a, b, 'X').file());
    expect(only(all['rfc-v6'], 'exit', 'switch')).toEqual([
      'switch 0 b_200',
      'switch 0 a_100',
      'exit 0',
      'switch 0 b_200',
    ]);
  });

  it('of a vfork child, in its parent’s mm, and the exec of one', async () => {
    const other = { tid: 301, comm: 'c' };
    const path = new Writer()
      .switch(0, b, a)
      .newtask(0, a, child, VFORK)
      .switch(0, a, child, 'D')
      .exit(0, child)
      .switch(0, child, a, 'X')
      .newtask(0, a, other, VFORK)
      .switch(0, a, other, 'D')
      .prepareExec(0, other)
      .exec(0, other)
      .switch(0, other, a)
      .switch(0, a, other)
      .exit(0, other)
      .switch(0, other, a, 'X')
      .file();
    const all = await soundInAll(path);
    expect(only(all['rfc-v6'], 'fork', 'exec', 'exit')).toEqual([
      'fork 0 thread c_300',
      'exit 0',
      'fork 0 thread c_301',
      'exec 0 C_301',
      'exit 0',
    ]);
  });
});

describe('a child', () => {
  it('that is woken on another cpu is at home there', async () => {
    const path = new Writer()
      .switch(0, b, a)
      .at(1_000_010)
      .newtask(0, a, child, FORK)
      .at(1_000_010)
      .wakeupNew(0, a, child, 1)
      .newtask(0, a, thread, PTHREAD)
      .wakeupNew(0, a, thread, 0)
      .switch(1, IDLE, child)
      .switch(0, a, thread)
      .file();
    const all = await soundInAll(path);
    expect(only(all['rfc-v6'], 'fork', 'migrate')).toEqual([
      'fork 0 process c_300 C_300 1',
      'fork 0 thread a_101',
    ]);
  });
});

describe('a tid', () => {
  it('that is used again is another task', async () => {
    const w = new Writer().switch(0, b, a);
    for (let i = 0; i < 30; i++)
      w.newtask(0, a, child, FORK).switch(0, a, child).exit(0, child).switch(0, child, a, 'X');
    const all = await soundInAll(w.file());
    const names = all['rfc-v6'].scenario.taskNames.filter((name) => name.startsWith('c_300'));
    expect(names).toHaveLength(30);
    expect(names.slice(0, 3)).toEqual(['c_300', 'c_300b', 'c_300c']);
  });

  it('of ten digits has a name, too', async () => {
    const long = { tid: 4_294_967_295, comm: 'a long name of 1' };
    const one = await imports(
      new Writer()
        .switch(0, b, long)
        .newtask(0, long, { tid: 4_294_967_294 }, PTHREAD)
        .switch(0, long, { tid: 4_294_967_294 })
        .file(),
    );
    expect(one.scenario.taskNames).toEqual([
      'b_200',
      expect.stringMatching(/^a_lon?_4294967295$/),
      expect.stringMatching(/_4294967294$/),
    ]);
    expectSound(one);
  });
});

describe('a task that has exited', () => {
  it('and executes is a new one, whose birth is missing', async () => {
    const path = new Writer()
      .switch(0, b, a)
      .newtask(0, a, child, FORK)
      .switch(0, a, child)
      .exit(0, child)
      .raw('CPU:0 [LOST 3 EVENTS]')
      .prepareExec(0, child)
      .exec(0, child)
      .rseq(0, child, 0)
      .switch(0, child, a)
      .switch(0, a, child)
      .exit(0, child)
      .switch(0, child, a, 'X')
      .file();
    await soundInAll(path);
  });
});

describe('a hole', () => {
  it('without task_newtask: a fork of which no flags are told', async () => {
    const path = new Writer().switch(0, b, a).fork(0, a, child).switch(0, a, child).rseq(0, child, 0).file();
    const all = await soundInAll(path);
    expect(only(all['rfc-v6'], 'fork')).toEqual(['fork 0 process c_300 C_300']);
    expect(all['rfc-v6'].imported.assumed.forks).toBe(1);
  });

  it('without the line of a fork at all: the child was there', async () => {
    const path = new Writer().switch(0, b, a).switch(0, a, child).rseq(0, child, 0).file();
    const all = await soundInAll(path);
    expect(only(all['rfc-v6'], 'fork')).toEqual([]);
    expect(all['rfc-v6'].scenario.mms).toBe(3);
  });

  it('forks of kernel threads: no task of the model', async () => {
    const path = new Writer()
      .switch(0, b, k)
      .newtask(0, k, k2, 0x800_711)
      .fork(0, k, k2)
      .wakeupNew(0, k, k2, 1)
      .switch(0, k, k2, 'I')
      .switch(0, k2, b, 'I')
      .file();
    const all = await soundInAll(path);
    expect(only(all['rfc-v6'], 'fork')).toEqual([]);
    // From one kernel thread to another: to the idle task.
    expect(only(all['rfc-v6'], 'switch')).toEqual([
      'switch 0 b_200',
      'switch 0 kernel0',
      'switch 0 idle',
      'switch 0 b_200',
    ]);
  });

  it('of the switches away from threads of process 1 and from the idle task', async () => {
    const one = { tid: 1, comm: 'init' };
    const path = new Writer()
      .switch(1, a, one)
      .rseq(1, one, 0)
      // It sleeps, and the cpu: no line.
      .rseq(1, a, 0)
      .switch(1, a, IDLE)
      .rseq(1, one, 0)
      .rseq(1, b, 0)
      .switch(1, b, a)
      .file();
    const all = await soundInAll(path);
    expect(only(all['rfc-v6'], 'switch')).toEqual(
      ['a_100', 'init_1', 'a_100', 'idle', 'init_1', 'b_200', 'a_100'].map((name) => `switch 1 ${name}`),
    );
    expect(all['rfc-v6'].imported.counts.inferred).toBe(3);
  });

  it('a task that is shown on another cpu than before: a migration is inferred', async () => {
    const all = await soundInAll(new Writer().switch(0, b, a).switch(0, a, b).switch(1, IDLE, a).file());
    expect(only(all['rfc-v6'], 'migrate')).toEqual(['migrate a_100 1']);
    expect(all['rfc-v6'].imported.departures).toMatchObject({ moved: 1, evicted: 0 });
  });

  it('a task that runs on two cpus at once: the first one goes idle', async () => {
    const w = new Writer();
    for (let i = 0; i < 5; i++)
      w.rseq(0, a, 0).rseq(1, a, 1).tick(0, a).migrate(1, a, a, 1, 0).prepareExec(0, a).exec(1, a);
    const all = await soundInAll(
      w.switch(0, a, b).switch(1, a, b).exit(0, b).exit(1, b).switch(0, b, a).switch(1, b, a).file(),
    );
    expect(all['rfc-v6'].imported.departures.evicted).toBeGreaterThan(2);
  });

  it('any lines of a real recording: still a sound scenario', async () => {
    const all = dataText(ODD).split('\n');
    for (let keep = 2; keep <= 5; keep++) {
      const kept = all.filter((line, i) => line.startsWith('#') || (i * 2_654_435_761) % 97 > 97 / keep);
      const one = await imports(written(kept.join('\n')), { hz: 1000 });
      expectSound(one);
      expect(one.made.disallowed).toBe(0);
    }
  });

  it('lines of a real recording in disorder: a scenario that is valid, and runs', async () => {
    const all = dataText(ODD)
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    const mixed = all.map((line, i) => [((i + 1) * 7919) % 1009, line] as const).sort(([x], [y]) => x - y);
    const one = await imports(written(`# #P:2\n${mixed.map(([, line]) => line).join('\n')}\n`), { hz: 250 });
    expect(one.trace.head.backwards).toBeGreaterThan(100);
    expectSound(one);
  });
});

describe('more than a scenario holds', () => {
  /** Process after process, each of which is switched to once. */
  function manyProcesses(count: number): Writer {
    const w = new Writer().switch(0, a, b);
    let before: Who = b;
    for (let i = 0; i < count; i++) {
      const next = { tid: 1000 + i, comm: 'p' };
      w.newtask(0, before, next, FORK).switch(0, before, next);
      before = next;
    }
    return w.switch(0, before, a);
  }

  it('address spaces: those that come first, and a note', async () => {
    const one = await imports(manyProcesses(100).file());
    expect(one.scenario.mmNames).toHaveLength(MAX_MMS);
    expect(one.imported.departures.crowded).toBe(102 - MAX_MMS);
    expect(one.imported.fullAt).toBeNull();
    expectSound(one);
  });

  it('tasks', async () => {
    const w = new Writer().switch(0, b, a);
    for (let i = 0; i < 300; i++) {
      const next = { tid: 1000 + i, tgid: 100, comm: 'a' };
      w.newtask(0, a, next, PTHREAD).switch(0, a, next).switch(0, next, a);
    }
    const one = await imports(w.file());
    expect(one.scenario.taskNames.length).toBeLessThanOrEqual(MAX_TASKS);
    expect(one.scenario.taskNames.length).toBeGreaterThan(MAX_TASKS - 5);
    expect(one.imported.departures.crowded).toBe(
      302 - one.imported.scenario.taskNames.filter((name) => !name.startsWith('kernel')).length,
    );
    expectSound(one);
  });

  it('kernel threads of many cpus: they are idle tasks', async () => {
    const w = new Writer(1024);
    for (let cpu = 0; cpu < 1024; cpu++)
      w.switch(cpu, k, { tid: 1000 + cpu, comm: 'p' }, 'I').switch(cpu, { tid: 1000 + cpu, comm: 'p' }, k2);
    const one = await imports(w.file());
    expect(one.scenario.cpus).toBe(1024);
    expect(one.scenario.mmNames).toHaveLength(MAX_MMS);
    expect(one.made.disallowed).toBe(0);
    expect(one.made.result.violation).toBeNull();
  });

  it('actions: it ends there, and says where', async () => {
    const block = new Writer(null);
    for (let i = 0; i < 1000; i++) block.switch(0, a, b).switch(0, b, a);
    const path = written(`${new Writer().text()}${block.text().repeat(300)}`);
    const one = await imports(path);
    expect(one.scenario.actions.length).toBeLessThanOrEqual(MAX_ACTIONS);
    expect(one.scenario.actions.length).toBeGreaterThan(MAX_ACTIONS - 1000);
    expect(one.imported.fullAt).not.toBeNull();
    expect(one.made).toMatchObject({ disallowed: 0, result: { violation: null } });
    expect(one.imported.counts.lines).toBe(600_000);
  });
});

describe('numbers that no machine has', () => {
  it.each([
    ['a line', new Writer().switch(1024, a, b).text(), 1025],
    ['a line', new Writer().switch(0, a, b).switch(99_999_999, a, b).text(), 100_000_000],
    ['the head', new Writer(99_999_999).switch(0, a, b).text(), 99_999_999],
    ['a migration', new Writer().switch(0, a, b).migrate(0, b, a, 0, 5000).text(), 5001],
    ['a wakeup', new Writer().switch(0, a, b).wakeupNew(0, b, a, 1024).text(), 1025],
  ])('cpus of %s', async (_, text, cpus) => {
    const path = written(text);
    await expect(imports(path)).rejects.toThrow(`${path}: ${cpus} cpus (expected at most 1024)`);
  });
});

it('takes away what is skipped, and nothing else', async () => {
  const { imported } = await imports(dataPath(TICKS));
  const engine = new Engine();
  const before = engine.run(imported.scenario);
  const { scenario, result, idleWork, disallowed } = runnable(engine, imported.scenario);
  expect(before.skipped.length).toBe(idleWork);
  expect(disallowed).toBe(0);
  expect(result.steps).toBe(before.steps);
  expect(scenario.actions.length).toBe(imported.scenario.actions.length - idleWork);
});
