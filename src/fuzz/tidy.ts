import { existsSync, type PathLike, renameSync } from 'node:fs';
import { lstat, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import pLimit from 'p-limit';
import { hashOf } from '../corpus/hash.js';
import { leftoverOf } from '../corpus/write-whole.js';
import { fileError } from '../errors.js';
import { assertOurs } from './lock.js';

/** Files that are read at a time. */
const AT_ONCE = 16;

const HASHED = /^[0-9a-f]{16}\.cid$/;
/** What is written in the folder, and in folders of it: what only looks like a leftover of that is somebody else's. */
const WRITTEN: readonly (readonly [sub: string, written: RegExp])[] = [
  ['', /\.(json|html)$/],
  ['corpus', HASHED],
  ['seeds', HASHED],
  ['stats', /\.ndjson$/],
  ['findings', /^\.[a-z-]+-[0-9a-f]{8}$/],
];

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
    for (const [sub, written] of WRITTEN) await removeLeftovers(dir, sub, written);
    for (const sub of ['findings', 'corpus', 'seeds']) aside.push(...(await setOddNamesAside(dir, sub)));
    await tidyFindings(dir, setAside);
    await tidyCorpus(dir, 'corpus', setAside);
    await tidyCorpus(dir, 'seeds', setAside);
    return { aside: aside.sort(), lost: (await names(join(dir, 'aside', 'corpus'))).length };
  } catch (error) {
    throw fileError(dir, 'tidy up', error);
  }
}

/** Moves something out of the way, to a name under `DIR/aside/` that is free. @throws UserError where the folder is not ours any more */
export async function moveAside(dir: string, path: string, from: PathLike = join(dir, path)): Promise<void> {
  const to = join(dir, 'aside', path);
  await mkdir(join(to, '..'), { recursive: true });
  for (let n = 0; ; n++) {
    const free = n === 0 ? to : `${to}.${n}`;
    if (existsSync(free)) continue;
    assertOurs(dir);
    renameSync(from, free);
    return;
  }
}

async function removeLeftovers(dir: string, sub: string, written: RegExp): Promise<void> {
  for (const name of await names(join(dir, sub))) {
    const of = leftoverOf(name);
    if (of === null || !written.test(of)) continue;
    const path = join(dir, sub, name);
    const isFolder = (await lstat(path)).isDirectory();
    // Findings are folders, all else is files.
    if (isFolder !== (sub === 'findings')) continue;
    const place = join(dir, sub, of.slice(1));
    // Killed while it was to take the place of another.
    if (isFolder && !existsSync(place) && (await wholeFinding(path))) await rename(path, place);
    else await rm(path, { recursive: true, force: true });
  }
}

/** The most bytes of such a name that are kept: as characters they take more room. */
const ODD_BYTES = 100;

/** What has a name that is no UTF-8 can be moved by its bytes only: its new name has a character for each. Returns these. */
async function setOddNamesAside(dir: string, sub: string): Promise<string[]> {
  const aside: string[] = [];
  for (const bytes of await rawNames(join(dir, sub))) {
    if (Buffer.from(bytes.toString()).equals(bytes)) continue;
    const path = join(sub, bytes.toString('latin1', 0, ODD_BYTES));
    await moveAside(dir, path, Buffer.concat([Buffer.from(`${join(dir, sub)}/`), bytes]));
    aside.push(path);
  }
  return aside;
}

async function tidyFindings(dir: string, setAside: (path: string) => Promise<void>): Promise<void> {
  for (const name of await names(join(dir, 'findings'))) {
    if (!(await wholeFinding(join(dir, 'findings', name)))) await setAside(join('findings', name));
  }
}

/** Whether a folder holds a finding, with all that its `finding.json` names. */
export async function wholeFinding(path: string): Promise<boolean> {
  const files = filesOf(await plainFile(join(path, 'finding.json')));
  for (const [name, hash] of files) {
    const bytes = basename(name) === name ? await plainFile(join(path, name)) : null;
    if (bytes === null || hashOf(bytes) !== hash) return false;
  }
  return files.length > 0;
}

/** The files that a `finding.json` names, with their hashes; none where it is not ours. */
function filesOf(text: Buffer | null): [name: string, hash: unknown][] {
  try {
    const { format, files } = JSON.parse(`${text}`) as { format: unknown; files: object };
    return format === 1 ? Object.entries(files) : [];
  } catch {
    return [];
  }
}

/** Why a file is none of ours: a system that is short of something is another matter. */
const FOREIGN = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENAMETOOLONG']);

/** What a file holds; null where there is none that may be read. A pipe or a device is not read, for that may never end. */
async function plainFile(path: string): Promise<Buffer | null> {
  try {
    return (await lstat(path)).isFile() ? await readFile(path) : null;
  } catch (error) {
    if (FOREIGN.has((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
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
  const bytes = HASHED.test(name) ? await plainFile(path) : null;
  return bytes !== null && `${hashOf(bytes)}.cid` === name;
}

/** What is in a folder, in a fixed order; nothing where there is none. */
async function names(folder: string): Promise<string[]> {
  return (await rawNames(folder)).map((name) => name.toString()).sort();
}

async function rawNames(folder: string): Promise<Buffer[]> {
  try {
    return await readdir(folder, { encoding: 'buffer' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}
