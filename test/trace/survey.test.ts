import { describe, expect, it } from 'vitest';
import { Survey } from '../../src/trace/survey.js';
import type { KnownTask } from '../../src/trace/task-table.js';
import { dataText, FORK, IDLE, PTHREAD, parsed, Writer } from './traces.js';

function surveyed(text: string, tasks: readonly KnownTask[] | null = null): Survey {
  const survey = new Survey(tasks === null ? null : new Map(tasks.map((task) => [task.tid, task])));
  for (const event of parsed(text).events) survey.add(event);
  return survey;
}

const known = (tid: number, tgid: number, kthread: boolean, before = true): KnownTask => ({
  tid,
  tgid,
  kthread,
  comm: 'listed',
  before,
});
const a = { tid: 100, comm: 'a' };
const b = { tid: 101, tgid: 100, comm: 'b' };

describe('a task that was there before', () => {
  it('is a user task where it is told a cid or executes', () => {
    const text = new Writer().switch(0, a, b).rseq(0, b, 0).exec(1, { tid: 200, comm: 'c' }).text();
    const survey = surveyed(text);
    expect(survey.origin(101)).toEqual({ tgid: 100, kthread: false, guess: false, comm: 'b' });
    expect(survey.origin(200)).toMatchObject({ kthread: false, guess: false });
    expect(survey.origin(100)).toEqual({ tgid: 100, kthread: false, guess: true, comm: 'a' });
  });

  it('is a kernel thread where it sleeps as they do, whatever its name', () => {
    const survey = surveyed(
      new Writer().switch(0, { tid: 15, comm: 'rcu_preempt' }, a, 'I').switch(0, a, IDLE, 'S').text(),
    );
    expect(survey.origin(15)).toMatchObject({ kthread: true, guess: false });
    expect(survey.origin(100)).toMatchObject({ kthread: false, guess: true });
  });

  it.each([
    'kworker/0:1H-kblo',
    'migration/0',
    'ksoftirqd/1',
    'rcu_preempt',
    'kswapd0',
    'swapper/3',
    'irq/9-acpi',
    'md0_raid1',
  ])('is guessed by its name: %s', (comm) => {
    const survey = surveyed(new Writer().switch(0, { tid: 15, comm: comm.slice(0, 15) }, a).text());
    expect(survey.origin(15)).toMatchObject({ kthread: true, guess: true });
  });

  it.each(['mdadm', 'bash', 'xmigration', 'postgres', ''])(
    'is guessed by its name to be none: %j',
    (comm) => {
      expect(surveyed(new Writer().switch(0, { tid: 15, comm }, a).text()).origin(15)).toMatchObject({
        kthread: false,
        guess: true,
      });
    },
  );

  it('is what the task table says, before all else', () => {
    const survey = surveyed(new Writer().switch(0, a, b, 'I').rseq(0, b, 0).text(), [
      known(100, 7, false),
      known(101, 8, true),
    ]);
    expect(survey.origin(100)).toEqual({ tgid: 7, kthread: false, guess: false, comm: 'listed' });
    expect(survey.origin(101)).toEqual({ tgid: 8, kthread: true, guess: false, comm: 'listed' });
  });

  it('has the process of the first of its lines that tells one', () => {
    const survey = surveyed(
      new Writer()
        .switch(0, IDLE, b)
        .raw('bash-101 (-------) [001] d..2. 1.5: x: y')
        .migrate(1, b, a, 0, 1)
        .text(),
    );
    expect(survey.origin(101).tgid).toBe(100);
    expect(survey.origin(100).tgid).toBe(-1);
    expect(survey.origin(999)).toEqual({ tgid: -1, kthread: false, guess: true, comm: '' });
  });

  it("is a kernel thread where perf's table has it as a child of kthreadd", () => {
    const survey = surveyed(dataText('samples/13-perf-script-ns-task-events.txt'));
    expect(survey.origin(1)).toMatchObject({ tgid: 1, kthread: false });
    expect(survey.origin(2)).toMatchObject({ kthread: true, guess: false });
    expect(survey.origin(3)).toMatchObject({ kthread: true, guess: false });
  });

  it("is one by the kernel's word", () => {
    const survey = surveyed('1 0 sw 7 7 0x0 0 0 1 -> 8\n2 0 sw 8 8 0xff 0 1 1 -> 7\n');
    expect(survey.origin(7)).toMatchObject({ kthread: true, guess: false });
    expect(survey.origin(8)).toMatchObject({ kthread: false, guess: false, tgid: 8 });
  });
});

describe('a child', () => {
  it('is known by its own lines alone', () => {
    const text = new Writer()
      .newtask(0, a, b, PTHREAD)
      .switch(0, a, { tid: 101, comm: 'b' })
      .rseq(0, b, 0)
      .newtask(0, b, { tid: 102 }, FORK)
      .text();
    const survey = surveyed(text);
    expect(survey.tgidOfChild(101)).toBe(100);
    expect(survey.tgidOfChild(102)).toBe(-1);
    expect(survey.tgidOfChild(100)).toBe(-1);
    // Its lines tell nothing of one that had its tid before.
    expect(survey.origin(101)).toEqual({ tgid: -1, kthread: false, guess: true, comm: '' });
  });
});

describe('threads that a process had before', () => {
  it('are those of the table, before the recording', () => {
    const survey = surveyed('', [
      known(5, 5, false),
      known(6, 5, false),
      known(7, 5, false, false),
      known(8, 8, false),
    ]);
    expect([5, 8, 9].map((tgid) => survey.threadsBefore(tgid))).toEqual([2, 1, null]);
  });

  it("are those of perf's table, and not the children of which perf tells later", () => {
    const survey = surveyed(
      [
        'swapper 0/0 [000] 0.000000000: PERF_RECORD_FORK(5:5):(0:0)',
        'swapper 0/0 [000] 0.000000000: PERF_RECORD_FORK(5:6):(0:0)',
        'x 5/5 [000] 1.000000000: PERF_RECORD_FORK(5:7):(5:5)',
        'x 5/5 [000] 1.000000001: task:task_newtask: pid=7 comm=x clone_flags=3d0f00 oom_score_adj=0',
      ].join('\n'),
    );
    expect(survey.threadsBefore(5)).toBe(2);
    expect(
      surveyed('x 5/5 [000] 1.000000000: sched:sched_process_exit: comm=x pid=5 prio=1').threadsBefore(5),
    ).toBeNull();
  });
});

it('knows when the trace begins and ends, and its cpus: those that tasks are moved to, too', () => {
  const survey = surveyed(
    `CPU:9 [LOST 3 EVENTS]\n${new Writer().at(5_000_000).tick(1, a).at(4_000_000).switch(0, a, b).rseq(0, b, 0).at(4_500_000).text()}`,
  );
  expect(survey).toMatchObject({ firstNs: 0, lastNs: 0, lastCpu: 1, switches: 1, rseqs: 1, ticks: 1 });
  expect(surveyed(new Writer().migrate(0, a, b, 0, 5).text()).lastCpu).toBe(5);
  expect(surveyed(new Writer().wakeupNew(0, a, b, 6).text()).lastCpu).toBe(6);
  expect(surveyed('swapper 0/0 [007] 0.000000000: PERF_RECORD_FORK(5:5):(0:0)').lastCpu).toBe(-1);
});
