import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RecordOptions, record } from '../../../src/trace/record/record.js';
import type { CommandEnd } from '../../../src/trace/record/run-command.js';
import { FakeMachine, TRACE } from './fake-machine.js';

const ENDED: CommandEnd = { status: 0, signal: null, interrupted: false };

let machine: FakeMachine;
beforeEach(async () => {
  machine = await FakeMachine.make();
});
afterEach(() => machine.gone());

function options(more: Partial<RecordOptions> = {}): RecordOptions {
  return {
    output: join(machine.root, 'x.ftrace.txt.gz'),
    bufferKb: 1024,
    ticks: false,
    syscalls: false,
    run: async () => ENDED,
    ...more,
  };
}

/** Nothing is left of a recording but what was there before. */
async function expectRestored(): Promise<void> {
  expect(await machine.instances()).toEqual([]);
  expect(machine.mounted).toBe(false);
  expect((await readdir(machine.root)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
}

describe('record', () => {
  it('traces while the command runs, and only then, in an instance of its own', async () => {
    const during: Record<string, string> = {};
    const recording = await record(
      machine,
      options({
        run: async () => {
          for (const file of [
            'tracing_on',
            'trace_clock',
            'buffer_size_kb',
            'options/overwrite',
            'options/record-tgid',
          ]) {
            during[file] = await machine.setting(file);
          }
          during.rseq = await machine.setting('events/rseq/rseq_update/enable');
          during.tick = await machine.setting('events/timer/tick_stop/enable');
          return ENDED;
        },
      }),
    );
    expect(during).toEqual({
      tracing_on: '1',
      trace_clock: 'mono',
      buffer_size_kb: '1024',
      'options/overwrite': '0',
      'options/record-tgid': '1',
      rseq: '1',
      tick: '0',
    });
    expect(recording).toMatchObject({ events: 2, lost: 7, end: ENDED });
    expect(recording.notes.join()).toMatch(/7 events lost.*--buffer-kb/);
    expect(gunzipSync(await readFile(recording.output)).toString()).toBe(TRACE);
    await expectRestored();
    // What was done last is undone first.
    expect(machine.log).toEqual(['make', 'remove', 'unmount']);
  });

  it('writes plain text where the name does not end in .gz', async () => {
    const { output, tasks } = await record(machine, options({ output: join(machine.root, 'x.txt') }));
    expect(await readFile(output, 'utf8')).toBe(TRACE);
    expect(tasks).toBe(join(machine.root, 'x.tasks.txt'));
  });

  it('writes a task table of before and after', async () => {
    const { tasks } = await record(
      machine,
      options({
        run: async () => {
          await machine.addThread(9, 9, 'new', 0);
          return ENDED;
        },
      }),
    );
    expect((await readFile(tasks, 'utf8')).split('\n')).toEqual([
      '# tid tgid kthread comm (before)',
      '2 2 1 kthreadd',
      '7 7 0 a (b) c',
      '8 7 0 worker',
      '# tid tgid kthread comm (after)',
      '2 2 1 kthreadd',
      '7 7 0 a (b) c',
      '8 7 0 worker',
      '9 9 0 new',
      '',
    ]);
  });

  it('takes ticks and system calls where they are asked for', async () => {
    let during = '';
    await record(
      machine,
      options({
        ticks: true,
        syscalls: true,
        run: async () => {
          for (const event of ['timer/hrtimer_expire_entry', 'timer/tick_stop', 'raw_syscalls/sys_enter']) {
            during += await machine.setting(`events/${event}/enable`);
          }
          return ENDED;
        },
      }),
    );
    expect(during).toBe('111');
  });

  it('restores everything where the command cannot be run, and leaves no file', async () => {
    const failing = options({ run: () => Promise.reject(new Error('no such program')) });
    await expect(record(machine, failing)).rejects.toThrow('no such program');
    await expectRestored();
    expect(await readdir(machine.root)).not.toContain('x.ftrace.txt.gz');
  });

  it('says so where the file cannot be written, before the command is run', async () => {
    let ran = false;
    const run = async () => {
      ran = true;
      return ENDED;
    };
    const output = join(machine.root, 'nowhere', 'x.txt');
    await expect(record(machine, options({ output, run }))).rejects.toThrow(
      /x\.txt: cannot write \(no such file/,
    );
    expect(ran).toBe(false);
    await expectRestored();
  });

  it('restores everything where the trace cannot be read', async () => {
    await machine.refuse('trace');
    await expect(record(machine, options())).rejects.toThrow(/cannot write/);
    await expectRestored();
  });

  it('refuses a kernel without sched_switch, and does without others', async () => {
    await machine.gone();
    machine = await FakeMachine.make(['sched/sched_switch']);
    await expect(record(machine, options())).rejects.toThrow(/this kernel has no sched\/sched_switch/);
    await expectRestored();
    await machine.gone();
    machine = await FakeMachine.make(['rseq/rseq_update', 'sched/sched_prepare_exec']);
    const { notes } = await record(machine, options());
    expect(notes).toContain('this kernel does not tell rseq_update: audit has nothing to go by');
    expect(notes).toContain('not in this kernel: sched/sched_prepare_exec');
  });

  it('tells what a kernel refuses', async () => {
    await machine.refuse('options/record-tgid');
    await machine.refuse('trace_clock');
    const { notes } = await record(machine, options());
    expect(notes.join('\n')).toMatch(/no clock that all cpus share(?:.|\n)*does not tell tgids/);
  });

  it('gives up where there is no memory for buffers at all', async () => {
    await machine.refuse('buffer_size_kb');
    await expect(record(machine, options())).rejects.toThrow(/no memory for buffers/);
    await expectRestored();
  });

  it("removes what a recorder that was killed has left, and nobody else's", async () => {
    await machine.leave('cidfuzz-4194999');
    await machine.leave('cidfuzz-7');
    await machine.leave('somebody');
    const { notes } = await record(machine, options());
    expect(notes).toContain('removed cidfuzz-4194999, left by a recorder that was killed');
    // Process 7 is there.
    expect((await machine.instances()).sort()).toEqual(['cidfuzz-7', 'somebody']);
  });

  it('replaces an older recording as a whole', async () => {
    const { output } = options();
    await writeFile(output, 'older');
    await expect(record(machine, options({ run: () => Promise.reject(new Error('no')) }))).rejects.toThrow();
    expect(await readFile(output, 'utf8')).toBe('older');
    await record(machine, options());
    expect(gunzipSync(await readFile(output)).toString()).toBe(TRACE);
  });
});
