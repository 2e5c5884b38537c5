import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MM_NAME, TASK_NAME } from '../../../src/scenario/names.js';
import type { Mm, Task } from '../../../src/trace/happening.js';
import { TraceNames } from '../../../src/trace/import/names.js';

const task = (comm: string, tid: number): Task => ({
  tid,
  tgid: tid,
  comm,
  mm: null,
  user: false,
  execing: false,
  exited: false,
});
const mm = (comm: string, tgid: number): Mm => ({ id: 0, comm, tgid, born: false, users: 0, mostUsers: 0 });

describe('the name of a task', () => {
  it.each([
    ['hackbench', 1234, 'hackbench_1234'],
    ['a b c', 7, 'a_b_c_7'],
    ['x]y [001] 12.3:', 7, 'x_y_001_12_3_7'],
    ['p=1 ==> q=2', 7, 'p_1_q_2_7'],
    ['tmux: server', 7, 'tmux_server_7'],
    ['-', 7, 't_7'],
    ['next_pid=77', 25_000, 'next_pid_7_25000'],
    ['', 7, 't_7'],
    ['7zip', 7, 't7zip_7'],
    ['Xorg', 7, 'xorg_7'],
    ['\x1b[31mred', 7, 't31mred_7'],
    ['\xe9t\xe9', 7, 't_7'],
    ['idle', 0, 'idle_0'],
    ['0123456789abcde', 4_294_967_295, 't0123_4294967295'],
  ])('%j %i is %s', (comm, tid, name) => {
    expect(new TraceNames().task(task(comm, tid))).toBe(name);
  });

  it('is one, and no other’s, whatever the comm', () => {
    const comm = fc
      .array(fc.integer({ min: 1, max: 255 }), { maxLength: 15 })
      .map((codes) => String.fromCharCode(...codes));
    const tid = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 9_999_999_999 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(comm, tid), { maxLength: 80 }), (all) => {
        const names = new TraceNames();
        const tasks = all.map(([comm, tid]) => names.task(task(comm, tid)));
        const mms = all.map(([comm, tid]) => names.mm(mm(comm, tid)));
        for (const name of tasks) expect(name).toMatch(TASK_NAME);
        for (const name of mms) expect(name).toMatch(MM_NAME);
        expect(new Set([...tasks, ...mms]).size).toBe(2 * all.length);
      }),
      { numRuns: 200 },
    );
  });

  it('is another one each time that its tid is used again', () => {
    const names = new TraceNames();
    const all = Array.from({ length: 600 }, () => names.task(task('bash', 4_194_304)));
    expect(new Set(all).size).toBe(600);
    expect([all[0], all[1], all[25], all[26]]).toEqual([
      'bash_4194304',
      'bash_4194304b',
      'bash_4194304z',
      'bash_4194304b1',
    ]);
    for (const name of all) expect(name).toMatch(TASK_NAME);
  });

  it('of a kernel thread tells its cpu', () => {
    const names = new TraceNames();
    expect([names.kernel(0), names.kernel(1023)]).toEqual(['kernel0', 'kernel1023']);
  });
});

it('the name of an mm tells its process', () => {
  const names = new TraceNames();
  expect([names.mm(mm('make', 12)), names.mm(mm('make', 12)), names.mm(mm('', 12))]).toEqual([
    'MAKE_12',
    'MAKE_12B',
    'M_12',
  ]);
});
