import { Tinypool } from 'tinypool';
import type { Answer, Task } from './worker.js';

/** Has a task done, by whoever does it: a worker thread, or in a test the caller itself. */
export type Ask = <T extends Task>(task: T) => Promise<Answer<T>>;

/** Lends `use` worker threads that end with it. */
export async function withPool<R>(jobs: number, use: (ask: Ask) => Promise<R>): Promise<R> {
  const pool = new Tinypool({
    filename: new URL('./worker.js', import.meta.url).href,
    minThreads: jobs,
    maxThreads: jobs,
    idleTimeout: 600_000,
  });
  try {
    return await use(<T extends Task>(task: T) => pool.run(task) as Promise<Answer<T>>);
  } finally {
    await pool.destroy();
  }
}
