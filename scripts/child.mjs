/** Two ways to run a program: listening to it in silence, or handing it the terminal. */

import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { ROOT } from './paths.mjs';

/**
 * Runs a program without a stdin and keeps what it prints, both streams in one text.
 * @param {string} program
 * @param {string[]} args
 * @param {{ signal?: AbortSignal, shell?: boolean, env?: NodeJS.ProcessEnv }} [options]
 *   `signal` ends the program when it is aborted.
 * @returns {Promise<{ code: number, output: string }>} `code` is 128 + N after a deadly signal N
 */
export function listenTo(program, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    /** @type {Buffer[]} */
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => chunks.push(Buffer.from(`${program}: ${error.message}\n`)));
    child.on('close', (code, signal) =>
      resolve({ code: exitCode(code, signal), output: Buffer.concat(chunks).toString() }),
    );
  });
}

/**
 * Runs a Node program on our own stdin, stdout and stderr, and outlives it, whatever signal comes.
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<number>} its exit code, 128 + N after a deadly signal N
 */
export function handOver(args, env = process.env) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: 'inherit', env });

    // A Ctrl-C reaches every process on the terminal, the child too; npm then signals us once more. So it is
    // passed on only where there is no terminal to do it, and once for the two.
    let interrupted = false;
    const onInterrupt = () => {
      if (interrupted || process.stdin.isTTY) return;
      interrupted = true;
      setTimeout(() => {
        interrupted = false;
      }, 500).unref();
      child.kill('SIGINT');
    };
    const onTerminate = () => child.kill('SIGTERM');
    process.on('SIGINT', onInterrupt);
    process.on('SIGTERM', onTerminate);

    child.on('error', reject);
    child.on('close', (code, signal) => {
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onTerminate);
      resolve(exitCode(code, signal));
    });
  });
}

/**
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 */
function exitCode(code, signal) {
  return signal === null ? (code ?? 1) : 128 + constants.signals[signal];
}
