import { readFile } from 'node:fs/promises';

/**
 * A script for browsers, to be put into a page. It is compiled like all else, and read from dist/, also where this file is run
 * as it is written (tests).
 *
 * @param path from dist/: `timeline/client/client.js`
 */
export async function clientScript(path: string): Promise<string> {
  const dist = import.meta.url.endsWith('.ts') ? '../../dist/' : '../';
  const text = await readFile(new URL(dist + path, import.meta.url), 'utf8');
  // A debugger would look for the map; and nothing may end the script element.
  return text.replace(/^\/\/# sourceMappingURL=.*$/m, '').replaceAll('</', '<\\/');
}
