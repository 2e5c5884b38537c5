import { withPool } from '../fuzz/pool.js';
import type { Answer, Task } from './worker.js';

/** Has a task done, by whoever does it: a worker thread, or in a test the caller itself. */
export type Ask = <T extends Task>(task: T) => Promise<Answer<T>>;

/** Lends `use` worker threads that end with it. */
export function withWorkers<R>(jobs: number, use: (ask: Ask) => Promise<R>): Promise<R> {
  return withPool(new URL('./worker.js', import.meta.url), jobs, (pool) =>
    use(<T extends Task>(task: T) => pool.run(task) as Promise<Answer<T>>),
  );
}
