import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { annotationsOf, onGitHub } from '../ci/annotations.js';
import type { CiResult } from '../ci/result.js';
import { writeWhole } from '../corpus/write-whole.js';
import type { CommonFlags } from './flags.js';

/** Flags of what runs in CI. */
export interface CiFlags {
  readonly junit?: string;
  readonly sarif?: string;
}

export function addCiFlags(command: Command): Command {
  return command
    .addOption(new Option('--junit <file>', 'write the results as JUnit XML, too').conflicts('coverageOf'))
    .addOption(
      new Option('--sarif <file>', 'write what is not as it should be as SARIF, too').conflicts('coverageOf'),
    );
}

/** Whether anybody asks for more than what is printed: then runs must be kept to be told. */
export function wantsCi({ junit, sarif }: CiFlags): boolean {
  return junit !== undefined || sarif !== undefined || onGitHub();
}

/** The version in package.json. */
export function versionOf(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/**
 * Writes results in the forms that the flags ask for, and tells GitHub's runner. The libraries are loaded for who asks.
 *
 * @throws UserError where a file cannot be written
 */
export async function tellCi(
  name: string,
  results: readonly CiResult[],
  flags: CiFlags & CommonFlags,
): Promise<void> {
  if (onGitHub()) {
    const stream = flags.json ? process.stderr : process.stdout;
    for (const line of annotationsOf(results)) stream.write(`${line}\n`);
  }
  const { junit, sarif } = flags;
  let failed: unknown = null;
  const attempt = async (file: string, made: () => Promise<string>) => {
    try {
      await writeWhole(file, await made());
    } catch (error) {
      // The other file is still written. Of two lines that say why not, one is enough.
      failed ??= error;
    }
  };
  if (junit !== undefined)
    await attempt(junit, async () => (await import('../ci/junit.js')).junitOf(name, results));
  if (sarif !== undefined)
    await attempt(sarif, async () => (await import('../ci/sarif.js')).sarifOf(versionOf(), results));
  if (failed !== null) throw failed;
}
