import { existsSync } from 'node:fs';
import { mkdir, readFile, realpath, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { Cover, enough } from '../corpus/cover.js';
import { type Examined, examine } from '../corpus/examine.js';
import { listScenarios } from '../corpus/list-scenarios.js';
import { readScenario } from '../corpus/read-scenario.js';
import { statsOf, statsText } from '../corpus/stats.js';
import { writeWhole } from '../corpus/write-whole.js';
import { Engine } from '../engine/engine.js';
import { fileError, printable, UserError } from '../errors.js';
import { grouped } from '../numbers.js';
import { printScenario } from '../scenario/print.js';
import { attempt } from './each-file.js';
import { EXIT, graver } from './exit-codes.js';
import { addCommonFlags, type CommonFlags } from './flags.js';
import { printJson, say } from './output.js';

interface OutFlags extends CommonFlags {
  readonly output: string;
}

interface MinFlags extends CommonFlags {
  readonly output?: string;
  readonly inPlace?: boolean;
}

/** Files that are written at a time. */
const AT_ONCE = 32;

export function addCorpus(program: Command, setExit: (code: number) => void): void {
  const corpus = program.command('corpus').description('keep corpora small: merge, min, stats');
  const add = (name: string, description: string) =>
    corpus
      .command(name)
      .description(description)
      .argument('<path...>', 'scenario files, or folders of them: corpora, campaigns')
      .exitOverride();
  addCommonFlags(
    add(
      'merge',
      'adds to a folder what reaches, or violates, something that is not in it yet',
    ).requiredOption('-o, --output <dir>', 'the folder; what is in it stays'),
  ).action(async (paths: string[], flags: OutFlags) => setExit(await merge(paths, flags)));
  addCommonFlags(
    add('min', 'keeps what is enough for every feature and every finding')
      .option('-o, --output <dir>', 'where the ones that are kept are written')
      .option('--in-place', 'remove the others where they are'),
  ).action(async (paths: string[], flags: MinFlags) => setExit(await min(paths, flags)));
  addCommonFlags(add('stats', 'what corpora hold, and what they cover')).action(
    async (paths: string[], flags: CommonFlags) => setExit(await stats(paths, flags)),
  );
}

/** Runs all files below some paths, one after the other. Bad ones are told, and left where they are. */
async function examineAll(paths: readonly string[]): Promise<{ all: Examined[]; bad: number; code: number }> {
  const engine = new Engine();
  const all: Examined[] = [];
  let bad = 0;
  let code: number = EXIT.clean;
  for (const file of await distinct(await listScenarios(paths))) {
    const one = await attempt(async () => {
      all.push((await examine(engine, file)).examined);
      return EXIT.clean;
    });
    if (one !== EXIT.clean) bad++;
    code = graver(code, one);
  }
  return { all, bad, code };
}

/** A file that is named twice, or is in a folder that is named, is one, whatever it is called: the first name stays. */
async function distinct(files: readonly string[]): Promise<string[]> {
  const named = new Map<string, string>();
  for (const file of files) {
    // What cannot be found is told where it is read.
    const place = await realpath(file).catch(() => file);
    if (!named.has(place)) named.set(place, file);
  }
  return [...named.values()];
}

async function merge(paths: string[], flags: OutFlags): Promise<number> {
  const { output } = flags;
  await makeFolder(output);
  await refuseInUse([output]);
  const cover = new Cover();
  const there = existsSync(output) ? await examineAll(await pathsOf(output)) : { all: [], code: EXIT.clean };
  for (const one of there.all) cover.add(one);
  const { all, bad, code } = await examineAll(paths);
  const hashes = new Set(there.all.map(({ hash }) => hash));
  // Those with most features first: fewer of them are needed.
  const fresh = all
    .toSorted((a, b) => b.features.length - a.features.length)
    .filter((one) => {
      const brings = cover.add(one) || one.expects;
      if (!brings || hashes.has(one.hash)) return false;
      hashes.add(one.hash);
      return true;
    });
  const written = await writeAll(fresh, output);
  if (written !== EXIT.clean) return written;
  if (flags.json) {
    printJson({ format: 1, read: all.length, bad, added: fresh.length, features: cover.size, output });
  } else {
    say(
      `${output}: ${grouped(fresh.length)} of ${grouped(all.length)} scenarios added; it covers ${grouped(cover.size)} features`,
      flags,
    );
  }
  return graver(code, there.code);
}

async function min(paths: string[], flags: MinFlags): Promise<number> {
  const { output, inPlace } = flags;
  if ((output === undefined) === (inPlace !== true)) {
    throw new UserError('cidfuzz corpus min: expected -o DIR, or --in-place');
  }
  if (inPlace) await refuseInUse(paths);
  const { all, bad, code } = await examineAll(paths);
  const needed = new Set(enough(all));
  // A finding with a file less is torn, and a campaign sets it aside.
  const kept = all.filter((one) => needed.has(one) || (inPlace && isOfFinding(one.file)));
  let places = kept.map(({ file }) => file);
  let done: number = EXIT.clean;
  if (output !== undefined) {
    await makeFolder(output);
    await refuseInUse([output]);
    done = await writeAll(kept, output);
    if (done !== EXIT.clean) return done;
    places = kept.map(({ hash }) => placeIn(output, hash));
  }
  if (!(await isEnough(places, all))) {
    process.stderr.write('cidfuzz corpus min: what is kept is not enough for what all have\n');
    return EXIT.contradiction;
  }
  const removed: string[] = [];
  if (inPlace) {
    await refuseInUse(paths);
    done = await removeAllBut(new Set(kept), all, flags, removed);
    if (done !== EXIT.clean) return done;
  }
  if (flags.json) {
    printJson({
      format: 1,
      read: all.length,
      bad,
      kept: kept.length,
      ...(output === undefined ? { removed } : { output }),
    });
  } else {
    const where = output === undefined ? 'kept in place' : `kept in ${output}`;
    say(
      `${grouped(kept.length)} of ${grouped(all.length)} scenarios ${where}; all features and findings are there`,
      flags,
    );
  }
  return code;
}

/**
 * Writes scenarios into a folder, each by its name there, some at a time: each is synced, which is a wait. What stands in that
 * place stays, and is told. A disk that refuses one is told once, for it refuses the next as well.
 */
async function writeAll(all: readonly Examined[], output: string): Promise<number> {
  let code: number = EXIT.clean;
  for (let i = 0; i < all.length; i += AT_ONCE) {
    const some = all.slice(i, i + AT_ONCE);
    const done = await Promise.allSettled(some.map((one) => writeOne(one, output)));
    for (const [at, one] of done.entries()) {
      if (one.status === 'fulfilled') continue;
      code = graver(code, await attempt(() => Promise.reject(one.reason)));
      if (!existsSync(placeIn(output, some[at]!.hash))) return code;
    }
  }
  return code;
}

/** @throws UserError where it cannot be written, or something else is there */
async function writeOne({ file, hash }: Examined, output: string): Promise<void> {
  const path = placeIn(output, hash);
  const text = printScenario(await readScenario(file));
  if (!existsSync(path)) return writeWhole(path, text);
  if ((await readFile(path, 'utf8').catch(() => '')) !== text) {
    throw new UserError(`${path}: cannot write (something else is there already)`);
  }
}

/** Where a scenario of a corpus is: it is named after its canonical text. */
const placeIn = (folder: string, hash: string): string => join(folder, `${hash}.cid`);

/** Whether files have all that others had when they were examined: they are run once more, as they are now on the disk. */
async function isEnough(files: readonly string[], all: readonly Examined[]): Promise<boolean> {
  const engine = new Engine();
  const kept: Examined[] = [];
  for (const file of files) kept.push((await examine(engine, file)).examined);
  const hashes = new Set(kept.map(({ hash }) => hash));
  return coverOf(kept) === coverOf(all) && all.every(({ expects, hash }) => !expects || hashes.has(hash));
}

/** Removes files, each of them told; one that cannot be removed does not keep the others. */
async function removeAllBut(
  kept: ReadonlySet<Examined>,
  all: readonly Examined[],
  flags: CommonFlags,
  removed: string[],
): Promise<number> {
  let code: number = EXIT.clean;
  for (const one of all) {
    if (kept.has(one)) continue;
    const gone = await attempt(async () => {
      try {
        await rm(one.file);
      } catch (error) {
        throw fileError(one.file, 'remove', error);
      }
      removed.push(one.file);
      if (!flags.json) say(printable(`removed ${one.file}`), flags);
      return EXIT.clean;
    });
    code = graver(code, gone);
  }
  return code;
}

async function stats(paths: string[], flags: CommonFlags): Promise<number> {
  const { all, bad, code } = await examineAll(paths);
  const told = statsOf(all, bad);
  if (flags.json) printJson(told);
  else process.stdout.write(statsText(told));
  return code;
}

function coverOf(all: readonly Examined[]): string {
  const cover = new Cover();
  for (const one of all) cover.add(one);
  return `${cover}`;
}

/** A folder that may be empty yet. */
async function pathsOf(folder: string): Promise<string[]> {
  try {
    return await listScenarios([folder]);
  } catch (error) {
    if (error instanceof UserError && /no scenario in it/.test(error.message)) return [];
    throw error;
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    if (!existsSync(path)) await mkdir(path);
    else if (!(await stat(path)).isDirectory()) throw new UserError(`${path}: not a folder (expected one)`);
  } catch (error) {
    throw fileError(path, 'create', error);
  }
}

/** Whether a file is one of a finding's folder (fuzz/finding-files.ts). */
function isOfFinding(file: string): boolean {
  return existsSync(join(dirname(file), 'finding.json'));
}

/** @throws UserError where a campaign works in a path, or anywhere between a scenario and the top */
async function refuseInUse(paths: readonly string[]): Promise<void> {
  const refuse = (path: string, folder: string) => {
    throw new UserError(
      `${path}: a campaign works in ${folder} (expected that none does; -o DIR leaves it alone)`,
    );
  };
  for (const path of paths) {
    for (const folder of [path, dirname(path)]) if (existsSync(join(folder, 'lock'))) refuse(path, folder);
  }
  const folders = new Set<string>();
  for (const path of paths) {
    folders.add(path);
    for (const file of await pathsOf(path)) folders.add(dirname(file));
  }
  for (const path of folders) {
    const whole = await realpath(path).catch(() => resolve(path));
    for (let folder = whole; dirname(folder) !== folder; folder = dirname(folder)) {
      // Others have folders of that name, too: /var/lock.
      if (['lock', 'format.json'].every((name) => existsSync(join(folder, name)))) refuse(path, folder);
    }
  }
}
