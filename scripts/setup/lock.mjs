/**
 * One set-up at a time in a checkout: `npm start` and `npm test` in two terminals must not install over each
 * other. The lock is a file that names its owner; who holds it touches it every BEAT_MS. It is stale when its
 * owner is a dead process of this machine, or when it has not been touched for SILENCE_MS (an owner elsewhere,
 * in another container, or whose number another process has now).
 */

import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const BEAT_MS = 2_000;
const SILENCE_MS = 20_000;
const POLL_MS = 100;

/**
 * Waits for the lock, does the work, gives the lock back.
 * @param {string} path
 * @param {{ signal: AbortSignal, tell: (what: string) => void }} options
 * @param {() => Promise<void>} work
 */
export async function withLock(path, { signal, tell }, work) {
  const me = `${process.pid} ${hostname()} ${performance.timeOrigin}\n`;
  await take(path, me, signal, tell);
  const beat = setInterval(() => touch(path), BEAT_MS);
  try {
    await work();
  } finally {
    clearInterval(beat);
    if (ownerOf(path) === me) rmSync(path, { force: true });
  }
}

/**
 * @param {string} path
 * @param {string} me
 * @param {AbortSignal} signal
 * @param {(what: string) => void} tell
 */
async function take(path, me, signal, tell) {
  let lastBeat = -1;
  let heardAt = performance.now();
  let told = false;
  while (!signal.aborted) {
    if (create(path, me)) return;
    const owner = ownerOf(path);
    const beat = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? -1;
    if (beat !== lastBeat) {
      lastBeat = beat;
      heardAt = performance.now();
    }
    if (isDead(owner) || performance.now() - heardAt > SILENCE_MS) {
      // Read once more: another waiter may have taken the stale lock over just now.
      if (ownerOf(path) === owner) rmSync(path, { force: true });
      continue;
    }
    if (!told) tell(`waiting for another set-up (process ${owner.split(' ')[0]})`);
    told = true;
    await sleep(POLL_MS);
  }
  throw new Error('interrupted');
}

/**
 * @param {string} path
 * @param {string} me
 * @returns {boolean} false where there is one already
 */
function create(path, me) {
  try {
    writeFileSync(path, me, { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * @param {string} path
 * @returns {string} '' where there is no lock, or none yet
 */
function ownerOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** @param {string} owner */
function isDead(owner) {
  const [pid, host] = owner.trim().split(' ');
  if (host !== hostname()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'ESRCH';
  }
}

/** @param {string} path */
function touch(path) {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // Taken away by hand: nothing to keep alive.
  }
}
