import { readFile } from 'node:fs/promises';

/**
 * The client is compiled like all else, and read from where the compiler puts it: beside this file, or in dist/ where
 * this file is run as it is written (tests).
 */
const CLIENT = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/timeline/client/client.js' : './client/client.js',
  import.meta.url,
);

/** The script that all timelines of a page need, once. It asks for nothing else. */
export async function timelineScript(): Promise<string> {
  const text = await readFile(CLIENT, 'utf8');
  // A debugger would look for the map; and nothing may end the script element.
  return text.replace(/^\/\/# sourceMappingURL=.*$/m, '').replaceAll('</', '<\\/');
}
