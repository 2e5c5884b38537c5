import { relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A file as a URI: relative to the folder that we run in, as the machines that show results want it, or where it is outside, whole. */
export function uriOf(file: string): string {
  const path = relative(process.cwd(), file);
  if (path === '..' || path.startsWith(`..${sep}`)) return pathToFileURL(file).href;
  return path.split(sep).map(encodeURIComponent).join('/');
}
