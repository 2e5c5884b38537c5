import { existsSync, renameSync } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileError } from '../errors.js';
import { asideName, writeWhole } from './write-whole.js';

/** Makes sure that what was renamed in a folder stays so when the machine goes down. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes a folder of files aside, synced, and renames it into place, so that it is there whole, or as it was before. One that
 * is there is moved away first: whoever is killed in between finds the new one beside its place (tidy.ts).
 *
 * @param check is called at the moment of the renaming, and may throw
 * @throws UserError with the path and what the system says
 */
export async function writeFolder(
  path: string,
  files: Readonly<Record<string, string>>,
  check: () => void = () => undefined,
): Promise<void> {
  const aside = asideName(join(dirname(path), `.${basename(path)}`));
  try {
    await mkdir(aside);
    for (const [name, text] of Object.entries(files)) await writeWhole(join(aside, name), text);
    await syncFolder(aside);
    check();
    const old = existsSync(path) ? asideName(join(dirname(path), `.${basename(path)}`)) : null;
    if (old !== null) renameSync(path, old);
    renameSync(aside, path);
    await syncFolder(dirname(path));
    if (old !== null) await rm(old, { recursive: true, force: true });
  } catch (error) {
    await rm(aside, { recursive: true, force: true }).catch(() => undefined);
    throw error instanceof Error && 'code' in error ? fileError(path, 'write', error) : error;
  }
}
