import writeFileAtomic from 'write-file-atomic';
import { fileError } from '../errors.js';

/**
 * Writes a whole file aside, syncs it and renames it into place: it is there whole, or as it was before.
 *
 * @throws UserError with the path and what the system says
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  try {
    await writeFileAtomic(path, text);
  } catch (error) {
    throw fileError(path, 'write', error);
  }
}
