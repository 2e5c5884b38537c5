import { describe, expect, it } from 'vitest';
import type { Happening, Task } from '../../src/trace/happening.js';
import { mmTruth } from './mm-truth.js';
import { dataPath, dataText, FORK, happeningsOf, IDLE, PTHREAD, VFORK, Writer } from './traces.js';

const a = { tid: 100, comm: 'a' };
const thread = { tid: 101, tgid: 100, comm: 'a' };
const b = { tid: 200, comm: 'b' };
const k = { tid: 15, comm: 'kworker/0:1' };

async function told(writer: Writer) {
  const { happenings, assumed, mms } = await happeningsOf(writer.file());
  const of = <K extends Happening['kind']>(kind: K) =>
    happenings.filter((one): one is Extract<Happening, { kind: K }> => one.kind === kind);
  /** The last task of that tid that is told of. */
  const task = (tid: number): Task =>
    happenings
      .flatMap((one) => [
        ...('task' in one ? [one.task] : []),
        ...('prev' in one ? [one.prev, one.next] : []),
        ...('child' in one ? [one.parent, one.child] : []),
      ])
      .filter((one) => one.tid === tid)
      .at(-1)!;
  return { happenings, assumed, mms, of, task };
}

describe("mms against the kernel's own word", () => {
  it('agree at every line of a recording of both', () => {
    const { withMm, without, mms, wrong } = mmTruth(dataText('pg-oltp-ro-8.mmtruth.txt.gz'));
    expect(wrong).toEqual([]);
    expect({ withMm, without, mms }).toEqual({ withMm: 31_148, without: 432, mms: 17 });
  });

  it('differ where a line is changed', () => {
    const text = dataText('pg-oltp-ro-8.mmtruth.txt.gz');
    // A thread that is taken for a process, and the reverse.
    expect(mmTruth(text.replace(/ 0x3d0f00\n/, ' 0x1200000\n')).wrong).not.toEqual([]);
    expect(mmTruth(text.replace(/ 0x1200000\n/, ' 0x3d0f00\n')).wrong).not.toEqual([]);
    // An exec that nobody sees.
    expect(mmTruth(text.replace(/.* pex .*\n/, '').replace(/.* exec .*\n/, '')).wrong).not.toEqual([]);
  });
});

describe('the mm of a task', () => {
  it('that was there is its process’s; a kernel thread and the idle task have none', async () => {
    const { task } = await told(
      new Writer()
        .switch(0, a, thread)
        .switch(0, thread, k)
        .switch(0, k, b)
        .switch(0, b, IDLE)
        .rseq(1, thread, 0),
    );
    expect(task(100).mm).toBe(task(101).mm);
    expect(task(100).mm).toMatchObject({ born: false, tgid: 100, users: 2, mostUsers: 2 });
    expect(task(200).mm).not.toBe(task(100).mm);
    expect(task(15).mm).toBeNull();
    expect(task(0).mm).toBeNull();
    expect(task(101).tgid).toBe(100);
  });

  it.each([
    ['pthread_create', PTHREAD, 'thread', true, 100],
    ['vfork', VFORK, 'vfork', true, 300],
    ['CLONE_VM alone', 0x100, 'thread', true, 300],
    ['fork', FORK, 'process', false, 300],
    ['CLONE_VFORK without CLONE_VM', 0x4000, 'process', false, 300],
  ])('that is born by %s', async (_, flags, how, shares, tgid) => {
    const child = { tid: 300, comm: 'a' };
    const { of, task } = await told(
      new Writer().newtask(0, a, child, flags).fork(0, a, child).switch(0, a, child),
    );
    expect(of('fork')).toHaveLength(1);
    expect(of('fork')[0]).toMatchObject({ how, flags, parent: { tid: 100 }, child: { tid: 300, tgid } });
    expect(task(300).mm === task(100).mm).toBe(shares);
    expect(task(300).mm).toMatchObject({ born: !shares, users: shares ? 2 : 1 });
  });

  it('that a kernel thread bears is none', async () => {
    const child = { tid: 16, comm: 'kworker/1:1' };
    const { of, task, mms } = await told(
      new Writer().switch(0, k, k, 'I').newtask(0, k, child, 0x800_711).fork(0, k, child).switch(0, k, child),
    );
    expect(of('fork')).toMatchObject([{ how: 'kernel' }]);
    expect(task(16).mm).toBeNull();
    expect(mms).toEqual([]);
  });

  it('that a kernel thread bears is none, also where no flags are told', async () => {
    const child = { tid: 16, comm: 'kworker/1:1' };
    const { of, mms, assumed } = await told(
      new Writer().switch(0, k, k, 'I').fork(0, k, child).switch(0, k, child),
    );
    expect(of('fork')).toMatchObject([{ how: 'kernel', child: { mm: null } }]);
    expect(mms).toEqual([]);
    expect(assumed.forks).toBe(0);
  });

  it('that exits in the midst of its exec is none, whatever it is called then', async () => {
    const { task, of } = await told(
      new Writer().switch(0, b, a).prepareExec(0, a).exit(0, a).rename(0, a, 'new').switch(0, a, b, 'X'),
    );
    expect(task(100)).toMatchObject({ mm: null, execing: false, exited: true, comm: 'new' });
    expect(of('exec-ends')).toEqual([]);
  });

  it('that a kernel thread bears may get one by exec (a helper of user mode)', async () => {
    const child = { tid: 16, comm: 'kworker/u4:1' };
    const { task } = await told(
      new Writer()
        .switch(0, k, k, 'I')
        .newtask(0, k, child, 0x800_100)
        .switch(0, k, child)
        .prepareExec(0, child)
        .exec(0, child)
        .rseq(0, child, 0),
    );
    expect(task(16).mm).toMatchObject({ born: true, users: 1, tgid: 16 });
  });

  it('is another one from sched_prepare_exec on', async () => {
    const { of, mms, task } = await told(
      new Writer().switch(0, b, a).prepareExec(0, a).rename(0, a, 'new').exec(0, a),
    );
    expect(of('exec-begins')).toMatchObject([{ from: { id: mms[1]!.id, users: 0 }, task: { tid: 100 } }]);
    expect(of('exec-ends')).toHaveLength(1);
    expect(task(100)).toMatchObject({ execing: false, mm: { id: 2, comm: 'new', born: true, users: 1 } });
  });

  it('is another one from sched_process_exec on, where that is all there is', async () => {
    const { of, task } = await told(new Writer().switch(0, b, a).exec(0, a));
    expect(of('exec-begins')).toHaveLength(1);
    expect(of('exec-ends')).toHaveLength(1);
    expect(task(100).mm).toMatchObject({ id: 2, born: true });
  });

  it("is no longer its parent's once a vfork child executes", async () => {
    const child = { tid: 300, comm: 'a' };
    const { task } = await told(
      new Writer()
        .switch(0, b, a)
        .newtask(0, a, child, VFORK)
        .switch(0, a, child, 'D')
        .prepareExec(0, child)
        .exec(0, child)
        .switch(0, child, a),
    );
    expect(task(300).mm).not.toBe(task(100).mm);
    expect(task(100).mm).toMatchObject({ users: 1, mostUsers: 2 });
    expect(task(300).mm).toMatchObject({ tgid: 300, users: 1, mostUsers: 1 });
  });

  it('is gone after its exit, however often it still runs', async () => {
    const { of, task } = await told(
      new Writer().switch(0, b, a).exit(0, a).switch(0, a, b, 'R').switch(0, b, a).switch(0, a, b, 'X'),
    );
    expect(of('exit')).toMatchObject([
      { inferred: false, task: { tid: 100 }, from: { tgid: 100, users: 0 } },
    ]);
    expect(task(100)).toMatchObject({ mm: null, exited: true, user: true });
    expect(of('switch').map(({ dies }) => dies)).toEqual([false, false, false, true]);
  });

  it('is gone with its last switch where no line tells its exit', async () => {
    const { of } = await told(new Writer().switch(0, b, a).switch(0, a, b, 'Z'));
    expect(of('exit')).toMatchObject([{ inferred: true, task: { tid: 100 } }]);
  });
});

describe('a tid that is used again', () => {
  it('is another task: its last switch was told', async () => {
    const { of, task, mms } = await told(
      new Writer()
        .switch(0, b, a)
        .exit(0, a)
        .switch(0, a, b, 'X')
        .newtask(0, b, a, FORK)
        .switch(0, b, a)
        .rseq(0, a, 0),
    );
    const [first] = of('exit');
    expect(task(100)).not.toBe(first!.task);
    expect(task(100).mm).toMatchObject({ born: true, users: 1 });
    expect(mms).toHaveLength(3);
  });

  it('is another task: nothing tells that the first one has gone', async () => {
    const { of, task, assumed } = await told(
      new Writer().switch(0, b, a).switch(0, a, b).newtask(0, b, a, FORK).switch(0, b, a),
    );
    expect(of('exit')).toMatchObject([{ inferred: true, from: { users: 0 } }]);
    expect(task(100).mm).toMatchObject({ born: true });
    expect(assumed.revived).toBe(0);
  });

  it('is another task: nothing tells that it was born', async () => {
    const { task, assumed, of } = await told(
      new Writer().switch(0, b, a).exit(0, a).switch(0, a, b, 'X').switch(0, b, a).rseq(0, a, 0),
    );
    expect(task(100)).not.toBe(of('exit')[0]!.task);
    expect(assumed.revived).toBe(1);
  });
});

describe('an exec by a thread that is not the first', () => {
  // The others have exited; it takes over the first one's tid.
  const lines = () =>
    new Writer()
      .switch(0, b, a)
      .newtask(0, a, { tid: 101, comm: 'a' }, PTHREAD)
      .exit(0, a, false)
      .switch(0, a, thread, 'Z')
      .prepareExec(0, a)
      .exec(0, a, 101)
      .rseq(0, a, 0)
      .switch(0, a, b);

  it('has the first one’s tid from there on, and is alone in its mm', async () => {
    const { task, mms, of } = await told(lines());
    expect(task(100).mm).toMatchObject({ born: true, users: 1, mostUsers: 1, tgid: 100 });
    expect(of('exec-ends')[0]!.task).toBe(task(100));
    // The old mm has none left.
    expect(mms.find((mm) => mm.tgid === 100 && !mm.born)).toMatchObject({ users: 0 });
  });

  it('is the thread that was born', async () => {
    const { of } = await told(lines());
    expect(of('exec-ends')[0]!.task).toBe(of('fork')[0]!.child);
  });

  it('is one even where the first one’s exit is missing', async () => {
    const { mms, task } = await told(
      new Writer()
        .switch(0, a, { tid: 101, tgid: 100, comm: 'a' })
        .rseq(0, thread, 0)
        .prepareExec(0, thread)
        .exec(0, a, 101)
        .rseq(0, a, 0),
    );
    expect(task(100).mm).toMatchObject({ born: true, users: 1 });
    expect(mms.find((mm) => !mm.born)).toMatchObject({ users: 0 });
  });
});

describe('a hole', () => {
  it('is one switch, inferred', async () => {
    const { of } = await told(new Writer().switch(0, a, IDLE).switch(0, b, a).rseq(0, b, 0));
    expect(of('switch').map(({ prev, next, inferred }) => [prev.tid, next.tid, inferred])).toEqual([
      [100, 0, false],
      [0, 200, true],
      [200, 100, false],
      [100, 200, true],
    ]);
  });

  it('is none where a line is by another cpu, or tells no tid', async () => {
    const { of } = await told(
      new Writer().switch(0, a, b).switch(1, a, b).raw('CPU:0 [LOST 5 EVENTS]').rseq(0, b, 0),
    );
    expect(of('switch').every(({ inferred }) => !inferred)).toBe(true);
    expect(of('begins').map(({ cpu, task }) => [cpu, task.tid])).toEqual([
      [0, 100],
      [1, 100],
    ]);
    expect(of('lost')).toHaveLength(1);
  });

  it('without task_newtask: sched_process_fork is a process, unless a line of the child tells its tgid', async () => {
    const { of, assumed } = await told(
      new Writer().fork(0, a, { tid: 300 }).fork(0, a, { tid: 101 }).switch(0, a, thread).rseq(0, thread, 0),
    );
    expect(of('fork').map(({ how, flags }) => [how, flags])).toEqual([
      ['guessed', null],
      ['thread', null],
    ]);
    expect(assumed.forks).toBe(1);
  });
});

describe('nothing makes a task of the idle task', () => {
  it('whatever a line says', async () => {
    const { task, mms, happenings } = await told(
      new Writer()
        .switch(0, a, IDLE)
        .prepareExec(0, IDLE)
        .exec(0, IDLE)
        .exit(0, IDLE)
        .rename(0, IDLE, 'x')
        .newtask(0, a, IDLE, FORK)
        .fork(0, a, IDLE)
        .event(1, IDLE, 'sched_prepare_exec: interp=a filename=b pid=5 comm=x'),
    );
    expect(task(0)).toMatchObject({ mm: null, comm: 'idle', execing: false, exited: false });
    expect(mms.map(({ tgid }) => tgid)).toEqual(expect.not.arrayContaining([0]));
    expect(happenings.some((one) => one.kind === 'exit' || one.kind === 'fork')).toBe(false);
  });
});

describe('what is assumed', () => {
  it('is told, each once a task', async () => {
    const { assumed } = await told(
      new Writer()
        .raw('x-7 [000] d..2. 1.0: sched_x: y')
        .switch(0, b, { tid: 300 })
        .switch(0, { tid: 300 }, { tid: 400 })
        .switch(0, { tid: 400 }, { tid: 300 }),
    );
    // 400's lines tell its process; nothing tells that 200, 300 or 400 are no kernel threads.
    expect(assumed).toEqual({ kinds: 3, processes: 0, forks: 0, revived: 0 });
  });

  it('is little in a recording with a task table', async () => {
    const { assumed, trace } = await happeningsOf(dataPath('ticks-hackbench-3x-threads.ftrace.txt.gz'));
    expect(trace.tableOf).toBe(dataPath('ticks-hackbench-3x-threads.tasks.txt'));
    expect(assumed).toEqual({ kinds: 0, processes: 0, forks: 0, revived: 0 });
  });
});

it('every happening of the recordings keeps the order of the lines, and every switch leaves who ran', async () => {
  for (const name of [
    'odd-comms-and-vfork.ftrace.txt.gz',
    'pg-oltp-ro-8.perf-script.txt.gz',
    'hackbench-threads.trace-cmd-report.txt.gz',
  ]) {
    const { happenings } = await happeningsOf(dataPath(name));
    const current: (Task | undefined)[] = [];
    let line = 0;
    for (const happening of happenings) {
      expect(happening.line).toBeGreaterThanOrEqual(line);
      line = happening.line;
      if (happening.kind === 'begins') current[happening.cpu] = happening.task;
      if (happening.kind !== 'switch') continue;
      if (happening.prev !== current[happening.cpu])
        throw new Error(`${name}:${line}: ${happening.prev.tid} does not run`);
      current[happening.cpu] = happening.next;
    }
  }
});
