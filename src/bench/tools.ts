import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { Missing } from './missing.js';

/**
 * The file of a program.
 *
 * @param path folders as PATH names them
 * @throws Missing where none of them has it
 */
export function inPath(program: string, path: string): string {
  for (const folder of path.split(delimiter).filter((folder) => folder !== '')) {
    const file = join(folder, program);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // In the next one, perhaps.
    }
  }
  throw new Missing(`no ${program} in PATH`);
}

/**
 * Runs a program that is not ours, and returns what it prints.
 *
 * @throws Missing where it fails (they differ from version to version), with the first line that it says;
 *   the signal's reason, where that ends it
 */
export async function runTool(
  program: string,
  args: readonly string[],
  { signal, cwd }: { readonly signal: AbortSignal; readonly cwd?: string },
): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, args, { signal, cwd, maxBuffer: 2 ** 26 });
    return stdout;
  } catch (error) {
    signal.throwIfAborted();
    const { stderr, message } = error as Error & { stderr?: string };
    const said = (stderr || message).split('\n').find((line) => /error/i.test(line)) ?? message;
    throw new Missing(`${program} failed: ${said.trim()}`);
  }
}
