import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventsOf } from '../../../src/trace/record/events.js';
import type { Machine } from '../../../src/trace/record/tracefs.js';

/** The text that the kernel would have recorded. */
export const TRACE =
  '# tracer: nop\n#\n  a-1 [000] d..2. 1.000000: sched_switch: x\n  b-2 [001] d..2. 1.000001: sched_switch: y\n';

/** Files that stand for tracefs and procfs. */
export class FakeMachine implements Machine {
  readonly proc: string;
  mounted = false;
  /** What was done to instances. */
  readonly log: string[] = [];

  private constructor(
    readonly root: string,
    private readonly tracing: string,
    private readonly template: string,
  ) {
    this.proc = join(root, 'proc');
  }

  /** @param without events that this kernel does not have */
  static async make(without: readonly string[] = []): Promise<FakeMachine> {
    const root = await mkdtemp(join(tmpdir(), 'cidfuzz-record-'));
    const template = join(root, 'template');
    const put = async (path: string, text: string) => {
      await mkdir(join(template, path, '..'), { recursive: true });
      await writeFile(join(template, path), text);
    };
    for (const event of eventsOf({ ticks: true, syscalls: true })) {
      if (!without.includes(event)) await put(`events/${event}/enable`, '0');
    }
    for (const file of [
      'tracing_on',
      'trace_clock',
      'buffer_size_kb',
      'options/overwrite',
      'options/record-tgid',
    ]) {
      await put(file, '1');
    }
    await put('per_cpu/cpu0/stats', 'entries: 3\noverrun: 2\ncommit overrun: 0\ndropped events: 5\n');
    await put('trace', TRACE);
    const tracing = join(root, 'tracing');
    await mkdir(join(tracing, 'instances'), { recursive: true });
    const machine = new FakeMachine(root, tracing, template);
    await machine.addThread(7, 7, 'a (b) c', 0x40);
    await machine.addThread(7, 8, 'worker', 0x40);
    await machine.addThread(2, 2, 'kthreadd', 0x208040);
    return machine;
  }

  async tracefs(undo: Parameters<Machine['tracefs']>[0]): Promise<string> {
    this.mounted = true;
    undo.add('unmount', async () => {
      this.mounted = false;
      this.log.push('unmount');
    });
    return this.tracing;
  }

  async makeInstance(path: string): Promise<void> {
    this.log.push('make');
    await cp(this.template, path, { recursive: true });
  }

  async removeInstance(path: string): Promise<void> {
    this.log.push('remove');
    await rm(path, { recursive: true });
  }

  instances(): Promise<string[]> {
    return readdir(join(this.tracing, 'instances'));
  }

  /** A setting of the instance while it is there. */
  async setting(file: string): Promise<string> {
    const [name] = await this.instances();
    return readFile(join(this.tracing, 'instances', name!, file), 'utf8');
  }

  /** A setting cannot be made. */
  async refuse(file: string): Promise<void> {
    await rm(join(this.template, file), { recursive: true });
    await mkdir(join(this.template, file));
  }

  async leave(instance: string): Promise<void> {
    await mkdir(join(this.tracing, 'instances', instance));
  }

  async addThread(tgid: number, tid: number, comm: string, flags: number): Promise<void> {
    const folder = join(this.proc, String(tgid), 'task', String(tid));
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'stat'), `${tid} (${comm}) S 1 1 1 0 -1 ${flags} 0 0`);
  }

  async gone(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }
}
