import { execFile } from 'node:child_process';
import { access, mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../../errors.js';
import type { Undo } from './undo.js';

/** What of the machine a recording uses: a test has one of its own. */
export interface Machine {
  /** Where tracefs is, mounted if it has to be (which `undo` undoes). */
  tracefs(undo: Undo): Promise<string>;
  /** procfs. */
  readonly proc: string;
  /** The kernel fills a new instance with its files, and takes them away. */
  makeInstance(path: string): Promise<void>;
  removeInstance(path: string): Promise<void>;
}

const MOUNTS = '/proc/self/mounts';
const MOUNT_POINT = '/sys/kernel/tracing';
/** How our instances are called: by the pid of their recorder. */
const INSTANCE = /^cidfuzz-(\d+)$/;

/** This machine. */
export const thisMachine: Machine = {
  tracefs: mountedTracefs,
  proc: '/proc',
  makeInstance: async (path) => {
    await mkdir(path);
  },
  removeInstance: rmdir,
};

async function mountedTracefs(undo: Undo): Promise<string> {
  if (process.getuid?.() !== 0) {
    throw new UserError('cidfuzz record: not permitted (expected root, for the kernel is to trace)');
  }
  const there = await findTracefs();
  if (there !== null) return there;
  const run = promisify(execFile);
  try {
    await access(MOUNT_POINT);
    await run('mount', ['-t', 'tracefs', 'nodev', MOUNT_POINT]);
  } catch (error) {
    // Another recorder was sooner.
    const meanwhile = await findTracefs();
    if (meanwhile !== null) return meanwhile;
    const why = String((error as { stderr?: string }).stderr || (error as Error).message).trim();
    throw new UserError(
      `cidfuzz record: cannot mount tracefs at ${MOUNT_POINT} (${why.split('\n')[0]}; expected a kernel with ftrace)`,
    );
  }
  undo.add(`unmount ${MOUNT_POINT}`, async () => {
    // Another recorder has found it mounted: it is its now.
    if ((await instancesIn(MOUNT_POINT)).length === 0) await run('umount', [MOUNT_POINT]);
  });
  return MOUNT_POINT;
}

/** Where tracefs is mounted, or null. */
async function findTracefs(): Promise<string | null> {
  const mounts = await readFile(MOUNTS, 'utf8').catch(() => '');
  const mounted = mounts.split('\n').find((line) => line.split(' ')[2] === 'tracefs');
  return mounted?.split(' ')[1] ?? null;
}

async function instancesIn(tracefs: string): Promise<{ readonly name: string; readonly pid: string }[]> {
  const names = await readdir(join(tracefs, 'instances')).catch(() => []);
  return names.flatMap((name) => {
    const m = INSTANCE.exec(name);
    return m === null ? [] : [{ name, pid: m[1]! }];
  });
}

/** Removes what recorders that were killed have left. Returns their names. */
export async function removeLeftovers(machine: Machine, tracefs: string): Promise<string[]> {
  const removed: string[] = [];
  for (const { name, pid } of await instancesIn(tracefs)) {
    const alive = await access(join(machine.proc, pid)).then(
      () => true,
      () => false,
    );
    if (alive) continue;
    await machine.removeInstance(join(tracefs, 'instances', name)).then(
      () => removed.push(name),
      () => undefined,
    );
  }
  return removed;
}

/** A tracing instance of our own: its settings are nobody else's, and are gone with it. */
export class Instance {
  private constructor(private readonly folder: string) {}

  /** @throws UserError where the kernel has no instances */
  static async make(machine: Machine, tracefs: string, undo: Undo): Promise<Instance> {
    const folder = join(tracefs, 'instances', `cidfuzz-${process.pid}`);
    try {
      await machine.makeInstance(folder);
    } catch (error) {
      throw new UserError(
        `cidfuzz record: cannot make the tracing instance ${folder} (${(error as Error).message}; expected a kernel with tracing instances)`,
      );
    }
    undo.add(`remove ${folder}`, () => machine.removeInstance(folder));
    return new Instance(folder);
  }

  path(file: string): string {
    return join(this.folder, file);
  }

  /** Writes a setting. Throws what the system says. */
  async set(file: string, value: string): Promise<void> {
    await writeFile(this.path(file), value);
  }

  async read(file: string): Promise<string> {
    return readFile(this.path(file), 'utf8');
  }

  /** Whether it can be set: false where the kernel does not have it, or refuses. */
  async trySet(file: string, value: string): Promise<boolean> {
    return this.set(file, value).then(
      () => true,
      () => false,
    );
  }

  async has(file: string): Promise<boolean> {
    return access(this.path(file)).then(
      () => true,
      () => false,
    );
  }

  /** Events that its buffers had no room for. */
  async lost(): Promise<number> {
    let lost = 0;
    for (const cpu of await readdir(this.path('per_cpu')).catch(() => [])) {
      const stats = await this.read(join('per_cpu', cpu, 'stats')).catch(() => '');
      for (const [, n] of stats.matchAll(/^(?:overrun|dropped events): (\d+)$/gm)) lost += Number(n);
    }
    return lost;
  }
}
