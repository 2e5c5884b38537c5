import { renameSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { fileError } from '../errors.js';

/** Tells two writers of one process apart; another process has another pid. */
let writers = 0;

/** Where something is written before it is renamed to its place. */
export function asideName(path: string): string {
  return `${path}.${process.pid}-${++writers}.tmp`;
}

/** What a writer that was killed was about to write, where the name is one of {@link asideName}'s; else null. */
export function leftoverOf(name: string): string | null {
  return /^(.+)\.\d+-\d+\.tmp$/s.exec(name)?.[1] ?? null;
}

/**
 * Writes a whole file aside, syncs it and renames it into place: it is there whole, or as it was before.
 *
 * Not by write-file-atomic: it takes a short write (a disk that is all but full) for a whole one, and renames
 * what is cut off. `FileHandle.writeFile` goes on until all is written or the system says why not.
 *
 * @param check is called at the moment of the renaming, and may throw
 * @throws UserError with the path and what the system says
 */
export async function writeWhole(
  path: string,
  text: string,
  check: () => void = () => undefined,
): Promise<void> {
  const aside = asideName(path);
  try {
    const file = await open(aside, 'wx');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    check();
    // At once: one that waits for its turn behind many files that are being synced would come long after the check.
    renameSync(aside, path);
  } catch (error) {
    await rm(aside, { force: true }).catch(() => undefined);
    throw fileError(path, 'write', error);
  }
}
