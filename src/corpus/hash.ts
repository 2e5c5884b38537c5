import { createHash } from 'node:crypto';

/** The name of a text: the first 16 hex digits of its SHA-256. */
export function hashOf(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
