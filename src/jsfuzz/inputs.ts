import type { Stats } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listScenarios } from '../corpus/list-scenarios.js';
import { fileError, UserError } from '../errors.js';
import { scenarioToBytes } from '../scenario/bytes.js';
import { parseScenario } from '../scenario/parse.js';
import { ScenarioError } from '../scenario/scenario-error.js';

/** An input, and the file that it comes from. */
export interface Input {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** What a corpus holds, and, a line each, what of it is no input. */
export interface Inputs {
  readonly inputs: readonly Input[];
  readonly left: readonly string[];
}

/** Longest input, in bytes: jsfuzz cuts what it mutates to 4096, and would choke on a file of a gigabyte. */
const MAX_BYTES = 65_536;
/** Longest scenario file. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024;

/**
 * The least to begin with: two tasks run. From nothing at all, which is what jsfuzz begins with where it is given
 * nothing, it takes thousands of runs to come to a first access.
 */
const START = `cidfuzz 1
cpus 2
mm A
task a A 0
task b A 1
---
switch 0 a
step 0 32
switch 1 b
step 1 32
`;

export function startInput(): Input {
  return { file: 'the start', bytes: scenarioToBytes(parseScenario(Buffer.from(START), 'the start')) };
}

/** The scenarios that come with cidfuzz and go through every branch of the patch. */
export async function seedInputs(): Promise<readonly Input[]> {
  const folder = fileURLToPath(new URL('../../corpus/ok', import.meta.url));
  return (await readInputs(await listScenarios([folder]))).inputs;
}

/**
 * The inputs at and under the paths: scenarios (`*.cid`), and any other file as bytes, as jsfuzz keeps them. jsfuzz
 * itself would break on a folder in a folder and hang on a pipe, so nothing but what is read here comes to it.
 * What was there before is left out.
 *
 * @throws UserError where a path itself cannot be read
 */
export async function readInputs(paths: readonly string[]): Promise<Inputs> {
  const inputs = new Map<string, Input>();
  const left: string[] = [];
  for (const file of await filesOf(paths)) {
    try {
      const bytes = await readInput(file);
      const key = Buffer.from(bytes).toString('latin1');
      if (!inputs.has(key)) inputs.set(key, { file, bytes });
    } catch (error) {
      if (!(error instanceof UserError || error instanceof ScenarioError)) throw error;
      left.push(error.message);
    }
  }
  return { inputs: [...inputs.values()], left };
}

async function filesOf(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    try {
      if (!(await stat(path)).isDirectory()) {
        files.push(path);
        continue;
      }
      const entries = await readdir(path, { recursive: true, withFileTypes: true });
      const inside = entries.filter((entry) => !entry.isDirectory());
      files.push(...inside.map((entry) => join(entry.parentPath, entry.name)).sort());
    } catch (error) {
      throw fileError(path, 'read', error);
    }
  }
  return files;
}

async function readInput(file: string): Promise<Uint8Array> {
  const isScenario = file.endsWith('.cid');
  let bytes: Buffer;
  try {
    checkSize(file, await stat(file), isScenario ? MAX_TEXT_BYTES : MAX_BYTES);
    bytes = await readFile(file);
  } catch (error) {
    throw fileError(file, 'read', error);
  }
  if (!isScenario) return bytes;
  const encoded = scenarioToBytes(parseScenario(bytes, file));
  if (encoded.length > MAX_BYTES)
    throw new UserError(`${file}: ${encoded.length} bytes as an input (expected at most ${MAX_BYTES})`);
  return encoded;
}

function checkSize(file: string, { size, ...stats }: Stats, max: number): void {
  if ((stats.mode & 0o170000) !== 0o100000) throw new UserError(`${file}: no file (expected an input)`);
  if (size > max) throw new UserError(`${file}: ${size} bytes (expected at most ${max})`);
}
