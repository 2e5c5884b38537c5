import { relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A file as a URI: relative to the folder that we run in, as the machines that show results want it, or where it is outside, whole. */
export function uriOf(file: string): string {
  const path = relative(process.cwd(), file);
  if (path === '..' || path.startsWith(`..${sep}`)) return pathToFileURL(file).href;
  // By way of UTF-8: half a surrogate pair is no character, and encodeURIComponent would throw.
  return Buffer.from(path).toString().split(sep).map(encodeURIComponent).join('/');
}
