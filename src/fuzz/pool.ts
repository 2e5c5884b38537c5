import { Tinypool } from 'tinypool';

/**
 * Lends `use` as many worker threads as jobs; they end with it.
 *
 * @param worker the module whose default export does a task
 */
export async function withPool<R>(
  worker: URL,
  jobs: number,
  use: (pool: Tinypool) => Promise<R>,
): Promise<R> {
  const pool = new Tinypool({
    filename: worker.href,
    minThreads: jobs,
    maxThreads: jobs,
    idleTimeout: 600_000,
  });
  try {
    return await use(pool);
  } finally {
    await pool.destroy();
  }
}
