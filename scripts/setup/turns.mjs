/**
 * Does `work` for every item, at most `width` at a time. The first failure aborts what is under way, and is
 * thrown once all of that has ended.
 * @template T
 * @param {T[]} items
 * @param {number} width
 * @param {AbortController} stop
 * @param {(item: T) => Promise<void>} work
 */
export async function inTurns(items, width, stop, work) {
  const waiting = items.values();
  /** @type {unknown[]} */
  const failures = [];
  const worker = async () => {
    for (const item of waiting) {
      if (stop.signal.aborted) return;
      await work(item).catch((error) => {
        failures.push(error);
        stop.abort();
      });
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  if (stop.signal.aborted) throw failures[0] ?? new Error('interrupted');
}
