import { existsSync } from 'node:fs';
import { lstat, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import pLimit from 'p-limit';
import { hashOf } from '../corpus/hash.js';
import { isLeftover } from '../corpus/write-whole.js';
import { fileError } from '../errors.js';

/** Files that are read at a time. */
const AT_ONCE = 16;

/** What was found in a campaign's folder that does not belong there, or is not whole. */
export interface Tidied {
  /** What was set aside, by its path in the folder: nothing is deleted. */
  readonly aside: readonly string[];
  /** Files that the corpus has lost so far, this time or before. */
  readonly lost: number;
}

/**
 * Looks through a campaign's folder, whose lock must be held: what is torn or foreign goes to `DIR/aside/`, what a writer that
 * was killed has left half-written is finished or taken away (none of it was reported yet).
 *
 * @throws UserError where the folder cannot be read or written
 */
export async function tidyFolder(dir: string): Promise<Tidied> {
  const aside: string[] = [];
  const setAside = async (path: string) => {
    aside.push(path);
    await moveAside(dir, path);
  };
  try {
    await removeLeftovers(dir);
    await tidyFindings(dir, setAside);
    await tidyCorpus(dir, 'corpus', setAside);
    await tidyCorpus(dir, 'seeds', setAside);
    return { aside: aside.sort(), lost: (await names(join(dir, 'aside', 'corpus'))).length };
  } catch (error) {
    throw fileError(dir, 'tidy up', error);
  }
}

/** Moves something out of the way, to a name under `DIR/aside/` that is free. */
export async function moveAside(dir: string, path: string): Promise<void> {
  const to = join(dir, 'aside', path);
  await mkdir(join(to, '..'), { recursive: true });
  for (let n = 0; ; n++) {
    const free = n === 0 ? to : `${to}.${n}`;
    if (existsSync(free)) continue;
    await rename(join(dir, path), free);
    return;
  }
}

async function removeLeftovers(dir: string): Promise<void> {
  for (const sub of ['', 'corpus', 'seeds', 'stats', 'findings']) {
    for (const name of await names(join(dir, sub))) {
      if (!isLeftover(name)) continue;
      const path = join(dir, sub, name);
      const whole = sub === 'findings' && name.startsWith('.') ? await wholeFinding(path) : false;
      const place = join(dir, sub, name.slice(1).replace(/\.\d+-\d+\.tmp$/, ''));
      // Killed while it was to take the place of another.
      if (whole && !existsSync(place)) await rename(path, place);
      else await rm(path, { recursive: true, force: true });
    }
  }
}

async function tidyFindings(dir: string, setAside: (path: string) => Promise<void>): Promise<void> {
  for (const name of await names(join(dir, 'findings'))) {
    if (!(await wholeFinding(join(dir, 'findings', name)))) await setAside(join('findings', name));
  }
}

/** Whether a folder holds a finding, with all that its `finding.json` names. */
export async function wholeFinding(path: string): Promise<boolean> {
  try {
    const { files } = JSON.parse(await readFile(join(path, 'finding.json'), 'utf8')) as {
      files: Record<string, string>;
    };
    for (const [name, hash] of Object.entries(files)) {
      if (basename(name) !== name || hashOf(await readFile(join(path, name))) !== hash) return false;
    }
    return Object.keys(files).length > 0;
  } catch {
    return false;
  }
}

/** Files are named after what they hold. */
async function tidyCorpus(
  dir: string,
  sub: string,
  setAside: (path: string) => Promise<void>,
): Promise<void> {
  const limit = pLimit(AT_ONCE);
  const looked = (await names(join(dir, sub))).map((name) =>
    limit(async () => ((await isNamedAfterItself(join(dir, sub, name), name)) ? null : name)),
  );
  for (const name of await Promise.all(looked)) {
    if (name !== null) await setAside(join(sub, name));
  }
}

async function isNamedAfterItself(path: string, name: string): Promise<boolean> {
  if (!/^[0-9a-f]{16}\.cid$/.test(name) || !(await lstat(path)).isFile()) return false;
  return `${hashOf(await readFile(path))}.cid` === name;
}

/** What is in a folder, in a fixed order; nothing where there is none. */
async function names(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}
