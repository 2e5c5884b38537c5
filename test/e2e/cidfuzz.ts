/** Runs the built command as a user does: `node dist/cli/main.js …` in a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const MAIN = join(ROOT, 'dist/cli/main.js');
if (!existsSync(MAIN))
  throw new Error('dist/cli/main.js is not there (npm test builds it, or npm run build)');

/** Longer than any command here takes: one that hangs fails its test instead of the whole run. */
const TIMEOUT_MS = 100_000;

export interface Outcome {
  /** 128 + N after a deadly signal N; null where it had to be killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Record<string, string>;
  readonly main?: string;
  /** Is told of the process when it has begun, and of every piece of its stderr. */
  readonly onStderr?: (child: ChildProcess, all: string) => void;
}

/** Without what colors depend on: a test sets that itself. */
function environment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const { NO_COLOR: _, FORCE_COLOR: __, CI: ___, ...rest } = process.env;
  return { ...rest, ...more };
}

/** Runs `cidfuzz ARGS…` to its end. */
export function cidfuzz(args: readonly string[], options: RunOptions): Promise<Outcome> {
  return spawned(process.execPath, [options.main ?? MAIN, ...args], options);
}

/** Runs any program to its end. */
export function spawned(program: string, args: readonly string[], options: RunOptions): Promise<Outcome> {
  return new Promise((done, failed) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: environment(options.env),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
      options.onStderr?.(child, stderr);
    });
    child.on('error', failed);
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
}

/** A temporary folder, gone after the file's tests. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cidfuzz-e2e-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** All files and folders under a folder (folders end with `/`), sorted. */
export function listing(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => (statSync(join(folder, name)).isDirectory() ? `${name}/` : name))
    .sort();
}

/** The files under a folder with their contents. */
export function contents(folder: string): Record<string, string> {
  const files = listing(folder).filter((name) => !name.endsWith('/'));
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** What a campaign's folder holds that is the same for the same seed: all but how it did over time. */
export function results(folder: string): Record<string, string> {
  return Object.fromEntries(Object.entries(contents(folder)).filter(([name]) => !name.startsWith('stats/')));
}

/** JSON, one object a line. */
export function rows(stdout: string): Record<string, unknown>[] {
  if (stdout !== '' && !stdout.endsWith('\n')) throw new Error('the last line does not end');
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

const fixture = (name: string) =>
  readFileSync(new URL(`../fuzz/fixtures/${name}.cid`, import.meta.url), 'utf8');

/** RFC v6 frees a cid in use in it; v6.3 does not. It expects just that. */
export const FREED = fixture('freed-in-use');
/** The schedule that it was made from. */
export const FREED_FOUND = fixture('freed-in-use-found');
/** One task is switched in; nothing happens. Two of its actions are skipped. */
export const CLEAN = `cidfuzz 1
cpus 2
mm A
task a A 0
expect ok
---
switch 0 a
step 0 6
switch 1 a
step 0 5
work 0
`;

/** Writes files into a folder. */
export function write(folder: string, files: Record<string, string | Uint8Array>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}
