/**
 * `node scripts/bench/jsfuzz.mjs TASK`: jsfuzz on both implementations, for `cidfuzz bench`. It starts jsfuzz on
 * jsfuzz-target.cjs in a folder of its own, from nothing, as our own
 * strategies begin.
 *
 * TASK and what it prints are those of fast-check.mjs. jsfuzz draws from Math.random: it has no seed.
 */

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { inRoot } from '../paths.mjs';

process.stdout.write(`${JSON.stringify(await run())}\n`);

async function run() {
  let jsfuzz;
  try {
    jsfuzz = dirname(createRequire(import.meta.url).resolve('jsfuzz/package.json'));
  } catch {
    return { missing: 'jsfuzz is not installed' };
  }
  const folder = mkdtempSync(join(tmpdir(), 'cidfuzz-bench-'));
  try {
    const answer = join(folder, 'answer.json');
    const target = relative(folder, inRoot('scripts/bench/jsfuzz-target.cjs'));
    const said = await jsfuzzOn(join(jsfuzz, 'build/src/index.js'), target, folder, {
      CIDFUZZ_TASK: process.argv[2] ?? '',
      CIDFUZZ_ANSWER: answer,
    });
    if (!existsSync(answer)) throw new Error(`jsfuzz has ended before its time:\n${said}`);
    return JSON.parse(readFileSync(answer, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Runs jsfuzz until its target ends it.
 * @param {string} program
 * @param {string} target
 * @param {string} cwd jsfuzz writes there
 * @param {Record<string, string>} env
 * @returns {Promise<string>} what it said
 */
function jsfuzzOn(program, target, cwd, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, target, 'inputs'], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        said = (said + text).slice(-2000);
      });
    }
    // It takes no notice of a Ctrl-C by itself; its worker ends when it is gone.
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
      process.once(signal, () => child.kill('SIGKILL'));
    }
    child.on('error', reject);
    child.on('close', () => resolve(said));
  });
}
