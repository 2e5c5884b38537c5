import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError, UserError } from '../errors.js';

/**
 * The `*.cid` files at and under the paths, in the order of the paths and, under a folder, by name.
 *
 * @throws UserError where a path is not there, or holds none
 */
export async function listScenarios(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    const found = await under(path);
    if (found.length === 0) throw new UserError(`${path}: no scenario in it (expected *.cid files)`);
    files.push(...found);
  }
  return files;
}

async function under(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory() && entry.name.endsWith('.cid'))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    throw fileError(path, 'read', error);
  }
}
