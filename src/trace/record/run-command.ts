import { spawn } from 'node:child_process';
import { UserError } from '../../errors.js';

/** How a command ended. */
export interface CommandEnd {
  /** Null where a signal ended it. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  /** We were asked to end meanwhile. */
  readonly interrupted: boolean;
}

const REASONS: Record<string, string> = { ENOENT: 'no such program', EACCES: 'permission denied' };

/**
 * Runs a command to its end, without a shell. Where we are asked to end, it is asked too, and waited for: what was recorded until
 * then is saved. By SIGTERM, for what a shell runs in the background ignores SIGINT; Ctrl-C on a terminal reaches it by itself.
 *
 * @param dataOnStdout ours holds data: what the command writes there goes to stderr
 * @throws UserError where it cannot be started
 */
export async function runCommand(command: readonly string[], dataOnStdout: boolean): Promise<CommandEnd> {
  const [program, ...args] = command;
  const child = spawn(program!, args, {
    stdio: ['inherit', dataOnStdout ? process.stderr : 'inherit', 'inherit'],
  });
  let interrupted = false;
  const passOn = (signal: NodeJS.Signals) => {
    interrupted = true;
    if (signal !== 'SIGINT' || process.stdin.isTTY !== true) child.kill('SIGTERM');
  };
  const signals: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, passOn);
  try {
    return await new Promise((resolve, reject) => {
      child.on('error', (error: NodeJS.ErrnoException) => {
        const why = REASONS[error.code ?? ''] ?? error.message;
        reject(new UserError(`cidfuzz record: ${program}: cannot be run (${why})`));
      });
      child.on('exit', (status, signal) => resolve({ status, signal, interrupted }));
    });
  } finally {
    for (const signal of signals) process.off(signal, passOn);
  }
}
