import fs, { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
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

/** What this process has locked, by path. */
const taken = new Map<string, TakenLock>();

/**
 * To be called before each write is made final: who stood still must find out before, not at the next touch.
 *
 * @throws UserError where the folder was locked by this process, and is somebody else's by now
 */
export function assertOurs(dir: string): void {
  if (taken.get(resolve(dir))?.isLost) {
    throw new UserError(`${dir}: the lock is lost (expected that nobody else works in the folder)`);
  }
}

/**
 * Takes a campaign's folder for itself: `DIR/lock` is there, and touched every second, as long as it is held.
 *
 * @param waiting is called where somebody holds it who may be dead: that shows after some seconds
 * @throws UserError where another campaign works in it
 */
export async function lockFolder(dir: string, waiting: () => void = () => undefined): Promise<FolderLock> {
  const path = join(dir, 'lock');
  const lost = new AbortController();
  const ours = new TakenLock(path);
  const take = (retries: number) =>
    lockfile.lock(dir, {
      lockfilePath: path,
      stale: STALE_MS,
      update: TOUCH_MS,
      realpath: false,
      fs: ours.fs,
      retries: { retries, factor: 1, minTimeout: 500, maxTimeout: 500 },
      onCompromised: (error) => lost.abort(error),
    });
  try {
    const release = await take(0).catch((error) => {
      if (error.code !== 'ELOCKED') throw error;
      waiting();
      return take((STALE_MS + 2 * TOUCH_MS) / 500);
    });
    taken.set(resolve(dir), ours);
    return {
      lost: lost.signal,
      release: async () => {
        // Lost is lost: whoever has it now, it is not ours to give back.
        if (lost.signal.aborted || ours.isLost) return;
        taken.delete(resolve(dir));
        await release().catch(() => undefined);
      },
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw fileError(path, 'create', error);
    throw new UserError(`${dir}: another campaign works in it (expected none; name another --out)`);
  }
}

/** Follows how a lock is touched: a time that we have not set is somebody else's. */
class TakenLock {
  private touched = Date.now();
  /** What is being set, and may be there before we are told. */
  private touching = this.touched;
  private lost = false;

  /** The file system, for proper-lockfile: at exit it would remove the lock, whosever it is by then. */
  readonly fs = {
    ...fs,
    utimes: (path: string, atime: Date, mtime: Date, done: fs.NoParamCallback) => {
      this.touching = mtime.getTime();
      fs.utimes(path, atime, mtime, (error) => {
        if (error === null) this.touched = mtime.getTime();
        done(error);
      });
    },
    rmdirSync: (path: string) => {
      if (!this.isLost) fs.rmdirSync(path);
    },
  };

  constructor(private readonly path: string) {}

  get isLost(): boolean {
    if (!this.lost && Date.now() - this.touched >= STALE_MS) {
      const now = statSync(this.path, { throwIfNoEntry: false })?.mtime.getTime();
      this.lost = now !== this.touched && now !== this.touching;
    }
    return this.lost;
  }
}
