/** What set-up does, in order: packages, then the builds, each only where it is missing or stale. */

import { mkdirSync } from 'node:fs';
import { inRoot } from '../paths.mjs';
import { builds, removeLeftovers } from './builds.mjs';
import { install, isInstalled } from './install.mjs';
import { withLock } from './lock.mjs';
import { inTurns } from './turns.mjs';

/** More at a time than this would only make each compiler slower on the machines this is meant for. */
const COMPILERS = 2;

/**
 * Sets up and sets the exit code.
 * @param {string[]} args
 */
export async function main(args) {
  const calledBy = process.env.npm_lifecycle_event ?? '';
  const buildOnly = args.includes('--build-only');
  const stop = new AbortController();
  const started = performance.now();
  // `npm run setup | head -1`: nobody reads on, but the work is to be finished.
  process.stdout.on('error', () => {});

  for (const [signal, code] of /** @type {const} */ ([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])) {
    process.on(signal, () => {
      process.exitCode = code;
      stop.abort();
    });
  }

  try {
    if (isFresh(buildOnly)) {
      // Before another command, silence: it is that command's output that is wanted.
      if (!calledBy.startsWith('pre')) tell('nothing to do');
      return;
    }
    mkdirSync(inRoot('build'), { recursive: true });
    await withLock(inRoot('build/.lock'), { signal: stop.signal, tell }, () => setUp(buildOnly, stop));
    tell(`done in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  } catch (error) {
    if (stop.signal.aborted && process.exitCode !== undefined) return tell('interrupted');
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
    // npm goes no further, so the line that `npm test` promises is printed here.
    if (calledBy === 'pretest') console.log('0 passed, 1 failed');
  }
}

/** @param {boolean} buildOnly */
function isFresh(buildOnly) {
  return (buildOnly || isInstalled()) && builds().every((build) => build.isFresh());
}

/**
 * Every step looks again whether it is needed: another set-up may have done it while we waited for the lock.
 * @param {boolean} buildOnly
 * @param {AbortController} stop
 */
async function setUp(buildOnly, stop) {
  if (!buildOnly && !isInstalled()) {
    tell('installing the packages of package-lock.json (npm ci)');
    await install(stop.signal);
  }
  const stale = builds().filter((build) => !build.isFresh());
  removeLeftovers();
  try {
    await inTurns(stale, COMPILERS, stop, (build) => {
      tell(build.title);
      return build.make(stop.signal);
    });
  } finally {
    removeLeftovers();
  }
}

/** @param {string} what */
function tell(what) {
  console.log(`setup: ${what}`);
}
