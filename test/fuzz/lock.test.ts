import fs, {
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { assertOurs, type FolderLock, lockFolder } from '../../src/fuzz/lock.js';

const LOST = /: the lock is lost \(expected that nobody else works in the folder\)$/;

describe('the lock of a folder', () => {
  let dir: string;
  let path: string;
  let lock: FolderLock | null;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'cidfuzz-lock-'));
    path = join(dir, 'lock');
    lock = null;
  });
  afterEach(async () => {
    vi.useRealTimers();
    await lock?.release();
    rmSync(dir, { recursive: true, force: true });
  });

  /** As when this process has stood still: timers have not fired, and it is later. */
  function standStill(ms: number): void {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
  }

  /** Another process finds it stale, and takes it. */
  function takenByAnother(): void {
    rmdirSync(path);
    mkdirSync(path);
    const now = new Date();
    utimesSync(path, now, now);
  }

  it('is there while it is held, is touched, and is gone afterwards', async () => {
    lock = await lockFolder(dir);
    const { mtimeMs } = statSync(path);
    await vi.waitFor(() => expect(statSync(path).mtimeMs).toBeGreaterThan(mtimeMs), 5000);
    expect(() => assertOurs(dir)).not.toThrow();
    await lock.release();
    expect(existsSync(path)).toBe(false);
    expect(() => assertOurs(dir)).not.toThrow();
    // And can be had again.
    lock = await lockFolder(dir);
    expect(existsSync(path)).toBe(true);
  });

  it('that somebody holds is waited for, and refused in the end', async () => {
    lock = await lockFolder(dir);
    let waited = 0;
    await expect(lockFolder(dir, () => waited++)).rejects.toThrow(
      `${dir}: another campaign works in it (expected none; name another --out)`,
    );
    expect(waited).toBe(1);
    expect(lock.lost.aborted).toBe(false);
    expect(existsSync(path)).toBe(true);
  });

  it('that nobody has touched for long is taken at once', async () => {
    mkdirSync(path);
    const ago = new Date(Date.now() - 6000);
    utimesSync(path, ago, ago);
    let waited = 0;
    lock = await lockFolder(dir, () => waited++);
    expect(waited).toBe(0);
  });

  it('that cannot be made is told in one line', async () => {
    writeFileSync(join(dir, 'file'), '');
    await expect(lockFolder(join(dir, 'file'))).rejects.toThrow(
      `${join(dir, 'file/lock')}: cannot create (a part of the path is a file (expected a folder))`,
    );
  });

  it('is still ours when we stood still and nobody has taken it', async () => {
    lock = await lockFolder(dir);
    standStill(3_600_000);
    expect(() => assertOurs(dir)).not.toThrow();
    expect(lock.lost.aborted).toBe(false);
  });

  it('is still ours when we stood still, have touched it since, and are not told yet', async () => {
    lock = await lockFolder(dir);
    standStill(10_000);
    let told = () => {};
    const utimes = vi.spyOn(fs, 'utimes').mockImplementation((path, atime, mtime, done) => {
      utimesSync(path, atime, mtime);
      told = () => done(null);
    });
    await vi.waitFor(() => expect(utimes).toHaveBeenCalled(), 5000);
    utimes.mockRestore();
    expect(() => assertOurs(dir)).not.toThrow();
    told();
    expect(() => assertOurs(dir)).not.toThrow();
    expect(lock.lost.aborted).toBe(false);
  });

  it.each([
    ['has taken it', takenByAnother],
    ['has taken it, and given it back', () => rmdirSync(path)],
  ])('is lost when we stood still and another %s: at once, and for good', async (_, meanwhile) => {
    lock = await lockFolder(dir);
    standStill(10_000);
    meanwhile();
    const there = existsSync(path);
    expect(() => assertOurs(dir)).toThrow(LOST);
    vi.useRealTimers();
    expect(() => assertOurs(dir)).toThrow(LOST);
    // It is not ours to give back.
    await lock.release();
    expect(existsSync(path)).toBe(there);
    // Sooner or later that is told, too.
    const { lost } = lock;
    await vi.waitFor(() => expect(lost.aborted).toBe(true), 5000);
  });

  it('of another folder says nothing of one that was never locked', () => {
    expect(() => assertOurs(join(dir, 'other'))).not.toThrow();
  });
});
