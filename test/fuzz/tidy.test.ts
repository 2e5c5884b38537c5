import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashOf } from '../../src/corpus/hash.js';
import { type CampaignConfig, defaultConfig } from '../../src/fuzz/config.js';
import { json, sealed } from '../../src/fuzz/finding-files.js';
import { type CampaignState, newState } from '../../src/fuzz/state.js';
import { Store } from '../../src/fuzz/store.js';
import { moveAside, tidyFolder, wholeFinding } from '../../src/fuzz/tidy.js';

const FINDING = sealed({ 'minimized.cid': 'cidfuzz 1\n', 'explained.txt': 'told\n' }, { format: 1 });
const KEPT = 'a schedule\n';
const NAME = `${hashOf(KEPT)}.cid`;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cidfuzz-tidy-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function put(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
}

/** A finding's files in a folder. */
function finding(name: string, files = FINDING): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([file, text]) => [`findings/${name}/${file}`, text]));
}

const under = (sub: string) => (existsSync(join(dir, sub)) ? readdirSync(join(dir, sub)).sort() : []);

describe('a folder that is tidied', () => {
  it('is left as it is where all is well, or where there is nothing', async () => {
    expect(await tidyFolder(dir)).toEqual({ aside: [], lost: 0 });
    put({
      ...finding('kind-00000000'),
      [`corpus/${NAME}`]: KEPT,
      [`seeds/${NAME}`]: KEPT,
      'notes.txt': 'mine',
    });
    expect(await tidyFolder(dir)).toEqual({ aside: [], lost: 0 });
    expect(under('')).toEqual(['corpus', 'findings', 'notes.txt', 'seeds']);
  });

  it.each<[string, Record<string, string>, string]>([
    ['a file that is cut off', { [`corpus/${NAME}`]: KEPT.slice(1) }, `corpus/${NAME}`],
    ['an empty file', { [`corpus/${NAME}`]: '' }, `corpus/${NAME}`],
    ['a seed that was changed', { [`seeds/${NAME}`]: `${KEPT} ` }, `seeds/${NAME}`],
    ['a file of another name', { 'corpus/notes.txt': 'mine' }, 'corpus/notes.txt'],
    ['a folder that is called like a file', { [`corpus/${NAME}/x`]: '' }, `corpus/${NAME}`],
    [
      'a finding that lacks a file',
      finding('a-00000000', { 'finding.json': FINDING['finding.json']! }),
      'findings/a-00000000',
    ],
    [
      'a finding with a file that was changed',
      finding('a-00000000', { ...FINDING, 'explained.txt': 'other' }),
      'findings/a-00000000',
    ],
    [
      'a finding that names files elsewhere',
      finding('a-00000000', sealed({ '../../x': '' }, { format: 1 })),
      'findings/a-00000000',
    ],
    ['a finding of no files', finding('a-00000000', sealed({}, { format: 1 })), 'findings/a-00000000'],
    [
      'a finding of another format',
      finding('a-00000000', sealed({ x: '' }, { format: 2 })),
      'findings/a-00000000',
    ],
    ['a finding that is garbage', { 'findings/a-00000000/finding.json': 'null' }, 'findings/a-00000000'],
    ['a file among findings', { 'findings/stray': '' }, 'findings/stray'],
  ])('loses what is not whole, or not ours: %s', async (_, files, path) => {
    put(files);
    const { aside } = await tidyFolder(dir);
    expect(aside).toEqual([path]);
    expect(existsSync(join(dir, path))).toBe(false);
    expect(existsSync(join(dir, 'aside', path))).toBe(true);
    expect((await tidyFolder(dir)).aside).toEqual([]);
  });

  it('counts what the corpus has lost, before as well', async () => {
    put({ 'corpus/a': '', 'corpus/b': '', 'seeds/c': '' });
    expect((await tidyFolder(dir)).lost).toBe(2);
    put({ 'corpus/a': '' });
    expect(await tidyFolder(dir)).toEqual({ aside: ['corpus/a'], lost: 3 });
    expect(under('aside/corpus')).toEqual(['a', 'a.1', 'b']);
  });

  it('follows no link', async () => {
    put({ elsewhere: KEPT, 'corpus/x': '' });
    symlinkSync('../elsewhere', join(dir, 'corpus', NAME));
    expect((await tidyFolder(dir)).aside).toEqual([`corpus/${NAME}`, 'corpus/x']);
    expect(readFileSync(join(dir, 'elsewhere'), 'utf8')).toBe(KEPT);
  });

  it('has no leftovers of a writer that was killed', async () => {
    put({
      ...{ 'KEY.json.12-1.tmp': '{', 'report.html.12-2.tmp': '<', 'stats/KEY.ndjson.1-1.tmp': '' },
      ...{ [`corpus/${NAME}.12-3.tmp`]: KEPT, [`seeds/${NAME}.12-4.tmp`]: '' },
      ...finding('.a-00000000.12-5.tmp', { 'minimized.cid': '' }),
    });
    expect(await tidyFolder(dir)).toEqual({ aside: [], lost: 0 });
    for (const sub of ['corpus', 'seeds', 'stats', 'findings']) expect(under(sub)).toEqual([]);
    expect(under('')).toEqual(['corpus', 'findings', 'seeds', 'stats']);
  });

  it('has a finding that was to take the place of another, and one of them only', async () => {
    put({ ...finding('.a-00000000.12-9.tmp'), ...finding('.a-00000000.12-21.tmp') });
    expect((await tidyFolder(dir)).aside).toEqual([]);
    expect(under('findings')).toEqual(['a-00000000']);
    expect(await wholeFinding(join(dir, 'findings/a-00000000'))).toBe(true);
    // One that is in its place stays there.
    put(finding('.a-00000000.12-30.tmp', sealed({ x: 'another' }, { format: 1 })));
    await tidyFolder(dir);
    expect(under('findings')).toEqual(['a-00000000']);
    expect(under('findings/a-00000000')).toContain('minimized.cid');
  });

  it.each(['backup.2024-11.tmp/x', 'notes.2024-11.tmp', 'x.json.12-1.tmp/x'])(
    'keeps what only looks like a leftover: %s',
    async (name) => {
      put({ [name]: 'mine' });
      expect((await tidyFolder(dir)).aside).toEqual([]);
      expect(readFileSync(join(dir, name), 'utf8')).toBe('mine');
    },
  );

  it('is told where it cannot be tidied', async () => {
    put({ aside: 'a file', 'corpus/x': '' });
    await expect(tidyFolder(dir)).rejects.toThrow(`${dir}: cannot tidy up (`);
    expect(under('corpus')).toEqual(['x']);
  });
});

describe('what is moved aside', () => {
  it('gets a name that is free', async () => {
    for (const text of ['1', '2', '3']) {
      put({ x: text });
      await moveAside(dir, 'x');
    }
    expect(under('aside').map((name) => readFileSync(join(dir, 'aside', name), 'utf8'))).toEqual([
      '1',
      '2',
      '3',
    ]);
    expect(under('')).toEqual(['aside']);
  });
});

describe('a state', () => {
  const config: CampaignConfig = { ...defaultConfig, seed: 7 };
  const site = { kind: 'freed-in-use', pc: 24, schedule: 5, count: 2 } as const;
  const instance = { site: 0, schedule: 5, actions: 30, finding: 'freed-in-use-00000000' };
  const sound: CampaignState = {
    ...newState(config),
    ...{ next: 10_000, steps: 5, sites: [site], instances: [instance, { ...instance, finding: null }] },
    ...{ parted: [{ schedule: 6, finding: null }], faults: [{ schedule: 0, finding: 'fault-00000000' }] },
  };

  /** What is loaded where that is in the state's file, and what was set aside. */
  async function loaded(text: string): Promise<{ state: CampaignState; aside: string[] }> {
    const store = await Store.open(dir);
    await store.save(sound);
    const name = under('').find((file) => /^rfc-.*\.json$/.test(file))!;
    writeFileSync(join(dir, name), text);
    const aside: string[] = [];
    const state = await store.load(config, (path) => aside.push(path));
    for (const path of aside) expect(readFileSync(join(dir, 'aside', path), 'utf8')).toBe(text);
    return { state, aside };
  }

  it('is gone on from', async () => {
    expect(await loaded(json(sound))).toEqual({ state: sound, aside: [] });
  });

  it.each<[string, unknown]>([
    ['a number', 5],
    ['a list', []],
    ['nothing', null],
    ['of an older format', { ...sound, format: 1 }],
    ['of another configuration', { ...sound, config: { ...config, seed: 8 } }],
    ['with a schedule before the first', { ...sound, next: -1 }],
    ['with half a step', { ...sound, steps: 0.5 }],
    ['with a site that is none', { ...sound, sites: [null] }],
    ['with a kind that is none', { ...sound, sites: [{ ...site, kind: 'none' }] }],
    ['with sites that are no list', { ...sound, sites: 'freed-in-use' }],
    ['with an instance that is none', { ...sound, instances: [null] }],
    ['with an instance of no site', { ...sound, instances: [{ ...instance, site: 1 }] }],
    ['with a finding elsewhere', { ...sound, instances: [{ ...instance, finding: '../../x' }] }],
    ['with a contradiction that is none', { ...sound, parted: [null] }],
    ['with a fault of no schedule', { ...sound, faults: [{ finding: null }] }],
    ['with too few strategies', { ...sound, plays: [1] }],
    ['without features', { ...sound, features: undefined }],
    ['without threads', { ...sound, pct: null }],
  ])('that no campaign has written is set aside: %s', async (_, state) => {
    const { state: fresh, aside } = await loaded(JSON.stringify(state));
    expect(fresh).toEqual(newState(config));
    expect(aside).toHaveLength(1);
  });

  it('of a newer cidfuzz is refused, and stays', async () => {
    await expect(loaded(JSON.stringify({ ...sound, format: 3 }))).rejects.toThrow(
      /: a newer cidfuzz has written it \(expected format 2\)$/,
    );
    expect(existsSync(join(dir, 'aside'))).toBe(false);
  });
});
