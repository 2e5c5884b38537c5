import { join } from 'node:path';
import lockfile from 'proper-lockfile';
import { fileError, UserError } from '../errors.js';

/** A lock that nobody has touched for so long is nobody's: who held it was killed. */
const STALE_MS = 5000;
const TOUCH_MS = 1000;

/** A folder that is ours alone. */
export interface FolderLock {
  /** Aborted where the lock is lost: the process stood still for so long that another has taken it. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/**
 * Takes a campaign's folder for itself: `DIR/lock` is there, and touched every second, as long as it is held.
 *
 * @param waiting is called where somebody holds it who may be dead: that shows after some seconds
 * @throws UserError where another campaign works in it
 */
export async function lockFolder(dir: string, waiting: () => void = () => undefined): Promise<FolderLock> {
  const lost = new AbortController();
  const take = (retries: number) =>
    lockfile.lock(dir, {
      lockfilePath: join(dir, 'lock'),
      stale: STALE_MS,
      update: TOUCH_MS,
      realpath: false,
      retries: { retries, factor: 1, minTimeout: 500, maxTimeout: 500 },
      onCompromised: (error) => lost.abort(error),
    });
  try {
    const release = await take(0).catch((error) => {
      if (error.code !== 'ELOCKED') throw error;
      waiting();
      return take((STALE_MS + 2 * TOUCH_MS) / 500);
    });
    return {
      lost: lost.signal,
      // Lost is lost: whoever has it now, it is not ours to give back.
      release: () => (lost.signal.aborted ? Promise.resolve() : release().catch(() => undefined)),
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ELOCKED')
      throw fileError(join(dir, 'lock'), 'create', error);
    throw new UserError(`${dir}: another campaign works in it (expected none; name another --out)`);
  }
}
