import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { unbounded } from '../../src/explore/bounds.js';
import { BreadthFirst } from '../../src/explore/breadth-first.js';
import { loadCheckpoint, saveCheckpoint } from '../../src/explore/checkpoint.js';
import { soloExpander } from '../../src/explore/expander.js';
import { Explorer } from '../../src/explore/explorer.js';
import type { Found, Limits } from '../../src/explore/limits.js';
import { plainWorld } from '../../src/explore/plain-world.js';
import { allReductions } from '../../src/explore/reductions.js';
import { VisitedSet } from '../../src/explore/visited-set.js';
import { type World, worldOf } from '../../src/explore/world.js';
import type { Mutant } from '../../src/words.js';

const folder = mkdtempSync(join(tmpdir(), 'cidfuzz-checkpoint-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const place = (name: string) => join(folder, name);

/** 98 540 states; with racy-set there is a violation among them. */
function worldWith(mutants: readonly Mutant[]): World {
  const scenario = { ...plainWorld(2, 2, 1), algo: 'rfc-v6-fixed' as const, mutants };
  return worldOf(scenario, { ...unbounded, advances: 0 }, 'a world');
}

interface Search {
  readonly visited: VisitedSet;
  readonly bfs: BreadthFirst;
}

const NO_LIMITS: Limits = { depth: null, memoryMb: 64, timeMs: null };

/** A search of a world, with the visited set of one that was cut short, or with its own. */
function searchOf(world: World, limits: Partial<Limits>, exact: boolean, kept?: VisitedSet): Search {
  const visited = kept ?? VisitedSet.create(64, exact);
  const explorer = new Explorer(visited);
  expect(explorer.start(world, allReductions)).toBe(true);
  expect(explorer.settleStart().kind).toBe(0);
  const bfs = new BreadthFirst(soloExpander(explorer), visited, { ...NO_LIMITS, ...limits });
  if (!kept) bfs.begin(explorer.first());
  return { visited, bfs };
}

const run = ({ bfs }: Search, signal = new AbortController().signal, onProgress = () => {}): Promise<Found> =>
  bfs.run(signal, onProgress);

/** A search that is interrupted after some calls. */
async function cutShort(world: World, calls: number, exact = false): Promise<Search> {
  const search = searchOf(world, {}, exact);
  const abort = new AbortController();
  let left = calls;
  const found = await run(search, abort.signal, () => {
    left -= 1;
    if (left === 0) abort.abort();
  });
  expect(found).toEqual({ stop: 'interrupt', violation: null });
  return search;
}

function figures({ bfs, visited }: Search) {
  const { states, distinct, slept, expanded, widths, depth, trail } = bfs;
  const hash = createHash('sha256');
  for (const part of trail.parts()) hash.update(part);
  return {
    states,
    distinct,
    slept,
    expanded,
    widths,
    depth,
    trail: hash.digest('hex'),
    visitedBytes: visited.bytes(),
  };
}

async function restored(path: string, key: string, world: World, exact = false): Promise<Search> {
  const kept = await loadCheckpoint(path, key, 64);
  const search = searchOf(world, {}, exact, kept!.visited);
  kept!.restore(search.bfs);
  return search;
}

describe('a checkpoint', () => {
  it.each([
    ['fingerprints', false],
    ['whole states', true],
  ])('has all of a search (%s), which goes on as if nothing had been', async (name, exact) => {
    const world = worldWith([]);
    const path = place(name);
    const first = await cutShort(world, 20, exact);
    expect(first.bfs.current.length + first.bfs.next.length).toBeGreaterThan(0);
    const at = figures(first);
    await saveCheckpoint(path, 'key', first.visited, first.bfs);
    const second = await restored(path, 'key', world, exact);
    expect(figures(second)).toEqual(at);
    expect(second.visited.whole).toBe(exact);
    expect(second.bfs.current).toEqual(first.bfs.current);
    expect(second.bfs.next).toEqual(first.bfs.next);
    expect(second.bfs.seconds()).toBeGreaterThan(0);
    for (const search of [first, second]) expect(await run(search)).toEqual({ stop: null, violation: null });
    expect(figures(second)).toEqual(figures(first));
    expect(second.bfs.distinct).toBe(98_540);
  });

  it('of a search that was cut short more than once comes to the same way', async () => {
    const world = worldWith(['racy-set']);
    const whole = searchOf(world, {}, false);
    const { violation } = await run(whole);
    expect(violation!.way.length).toBeGreaterThan(10);
    let search = await cutShort(world, 3);
    for (const calls of [1, 2, 4]) {
      await saveCheckpoint(place('again'), 'key', search.visited, search.bfs);
      search = await restored(place('again'), 'key', world);
      const abort = new AbortController();
      let left = calls;
      await run(search, abort.signal, () => {
        left -= 1;
        if (left === 0) abort.abort();
      });
    }
    expect(search.bfs.distinct).toBeLessThan(whole.bfs.distinct);
    await saveCheckpoint(place('again'), 'key', search.visited, search.bfs);
    search = await restored(place('again'), 'key', world);
    expect(await run(search)).toEqual({ stop: null, violation });
    expect(figures(search)).toEqual(figures(whole));
  });

  it('is not there before there is one', async () => {
    expect(await loadCheckpoint(place('none'), 'key', 64)).toBe(null);
  });

  it('takes the place of an older one, and leaves nothing beside it', async () => {
    const world = worldWith([]);
    const path = place('older');
    const search = await cutShort(world, 5);
    await saveCheckpoint(path, 'key', search.visited, search.bfs);
    const before = readdirSync(folder);
    const later = await cutShort(world, 6);
    await saveCheckpoint(path, 'key', later.visited, later.bfs);
    expect(readdirSync(folder)).toEqual(before);
    expect((await restored(path, 'key', world)).bfs.distinct).toBe(later.bfs.distinct);
    expect(later.bfs.distinct).toBeGreaterThan(search.bfs.distinct);
  });

  it('cannot be written where there is no folder', async () => {
    const search = await cutShort(worldWith([]), 1);
    const before = readdirSync(folder);
    await expect(saveCheckpoint(place('no/x'), 'key', search.visited, search.bfs)).rejects.toThrow(
      new UserError(`${place('no/x')}: cannot write (no such file or folder)`),
    );
    expect(readdirSync(folder)).toEqual(before);
  });
});

describe('no checkpoint of this search', () => {
  /** A good one, changed in some way. */
  async function refused(name: string, change: (path: string) => void, says: string, key = 'key') {
    const good = place('good');
    if (!readdirSync(folder).includes('good')) {
      const search = await cutShort(worldWith([]), 8);
      await saveCheckpoint(good, 'key', search.visited, search.bfs);
    }
    const path = place(name);
    copyFileSync(good, path);
    change(path);
    const before = readFileSync(path);
    await expect(loadCheckpoint(path, key, 64)).rejects.toThrow(new UserError(`${path}: ${says}`));
    expect(readFileSync(path).equals(before)).toBe(true);
  }

  const NO_HEAD = 'no checkpoint (expected one that `cidfuzz explore --checkpoint` has written)';
  const DAMAGED = 'the file is cut off or damaged (expected a whole checkpoint)';

  it('but of another', () =>
    refused(
      'other',
      () => {},
      'a checkpoint of another world, bounds, reductions or --exact (expected those of this call)',
      'another key',
    ));

  it('but of another build', () =>
    refused(
      'build',
      (path) => {
        const text = readFileSync(path, 'latin1');
        const build = /"build":"([0-9a-f]{16})"/.exec(text)![1]!;
        writeFileSync(path, text.replace(build, '0123456789abcdef'), 'latin1');
      },
      'a checkpoint of another build of cidfuzz (expected one of this build)',
    ));

  it.each([
    ['empty', ''],
    ['a scenario', 'cidfuzz 1\ncpus 2\n---\n'],
    ['null', 'null\n'],
    ['an array', '[]\n'],
    ['another format', '{"format":1,"key":"key"}\n'],
    ['without an end', '{"format":2,"key":"key"}'],
    ['zeroes', '\0'.repeat(100_000)],
  ])('but something else: %s', (name, text) => refused(name, (path) => writeFileSync(path, text), NO_HEAD));

  it.each([1, 4, 5, 1000, 100_000])('but cut off by %i bytes', (bytes) =>
    refused(`cut ${bytes}`, (path) => truncateSync(path, readFileSync(path).length - bytes), DAMAGED),
  );

  it('but with more behind it', () =>
    refused(
      'longer',
      (path) => writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.from('x')])),
      DAMAGED,
    ));

  it.each([0.001, 0.3, 0.9, 0.999999])('but with a wrong bit %d of the way through', (where) =>
    refused(
      `bit ${where}`,
      (path) => {
        const bytes = readFileSync(path);
        const head = bytes.indexOf(0x0a) + 1;
        bytes[head + Math.floor((bytes.length - head) * where)]! ^= 4;
        writeFileSync(path, bytes);
      },
      DAMAGED,
    ),
  );

  it('but with a wrong figure in its head', () =>
    refused(
      'figure',
      (path) => {
        const text = readFileSync(path, 'latin1');
        writeFileSync(path, text.replace('"visitedBytes":', '"visitedbytes":'), 'latin1');
      },
      DAMAGED,
    ));

  it('but a folder', async () => {
    await expect(loadCheckpoint(folder, 'key', 64)).rejects.toThrow(
      new UserError(`${folder}: cannot read (it is a folder (expected a file))`),
    );
  });
});
