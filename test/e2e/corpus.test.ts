/** `cidfuzz corpus`: merge, min, stats. */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { printScenario } from '../../src/scenario/print.js';
import { corpusFiles } from '../corpus/files.js';
import { CLEAN, cidfuzz, contents, FREED, listing, ROOT, rows, temporaryFolder, write } from './cidfuzz.js';

const cwd = temporaryFolder();
const at = (...path: string[]) => join(cwd, ...path);
const corpus = (...args: string[]) => cidfuzz(['corpus', ...args], { cwd });
const engine = new Engine();

/** Scenario files below a folder, by path. */
const cids = (folder: string): string[] => listing(at(folder)).filter((name) => name.endsWith('.cid'));

interface Has {
  readonly features: Set<string>;
  readonly faults: Set<string>;
  readonly tests: Set<string>;
}

/** What a folder's scenarios come to, by the engine alone: features and violations on their machines. */
function has(...folders: string[]): Has {
  const [features, faults, tests] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const file of folders.flatMap((folder) => cids(folder).map((name) => at(folder, name)))) {
    const scenario = parseScenario(readFileSync(file), file);
    const { algo, mutants, memory, arch, preempt } = scenario;
    const machine = JSON.stringify([algo, mutants, memory, arch, preempt]);
    const { result, features: its } = engine.runCovered(scenario);
    const pc = engine.schedulePc();
    for (const feature of its) features.add(`${machine} ${feature}`);
    if (result.violation) faults.add(`${machine} ${result.violation.kind} ${result.cause ?? pc}`);
    if (scenario.expects.length > 0) tests.add(printScenario(scenario));
  }
  return { features, faults, tests };
}

/** A folder of its own with the given files. */
function made(folder: string, files: Record<string, string>): string {
  mkdirSync(at(folder), { recursive: true });
  write(at(folder), files);
  return folder;
}

/** Scenarios without an expectation, so that what they cover decides. */
const PLAIN: Record<string, string> = Object.fromEntries(
  corpusFiles().map(({ name, text }) => [name.replaceAll('/', '-'), text.replace(/^expect .*\n/gm, '')]),
);

/** A small world: what is kept of it are hundreds of files. */
const CAMPAIGN = [
  '--mutant',
  'lazy-is-valid',
  '--cpus',
  '2',
  '--tasks',
  '2',
  '--mms',
  '1',
  '--runs',
  '20000',
];

beforeAll(async () => {
  // What a campaign makes: a corpus, and findings.
  const { code } = await cidfuzz(['fuzz', ...CAMPAIGN, '--out', 'fuzzed', '--quiet'], { cwd });
  expect(code).toBe(77);
  made('plain', PLAIN);
  made('few', { 'a.cid': FREED, 'b.cid': CLEAN, 'c.cid': CLEAN.replace('expect ok\n', '') });
});

describe('corpus merge', () => {
  it('adds what is new to a folder, and what is there already a second time not', async () => {
    const once = await corpus('merge', 'few', '-o', 'merged');
    expect(once).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^merged: [23] of 3 scenarios added; it covers [\d ]+ features\n$/),
      stderr: '',
    });
    const files = contents(at('merged'));
    for (const name of Object.keys(files)) expect(name).toMatch(/^[0-9a-f]{16}\.cid$/);
    expect(has('merged')).toEqual(has('few'));
    const again = await corpus('merge', 'few', '-o', 'merged');
    expect(again.stdout).toBe(once.stdout.replace(/[23] of/, '0 of'));
    expect(contents(at('merged'))).toEqual(files);
    // Into itself, too.
    expect((await corpus('merge', 'merged', '-o', 'merged')).stdout).toMatch(/: 0 of [23] scenarios added/);
    expect(contents(at('merged'))).toEqual(files);
  });

  it('leaves what is in the folder as it is, and takes it into account', async () => {
    made('there', {
      'my own name.cid': `# mine\n${PLAIN['ok-fork.cid']}`.replace(/^(# mine\n)(.*\n)/, '$2$1'),
      'notes.txt': 'x',
    });
    const before = contents(at('there'));
    const same = made('same', { 'fork.cid': PLAIN['ok-fork.cid']! });
    const { stdout, code } = await corpus('merge', '--json', same, '-o', 'there');
    expect(rows(stdout)).toEqual([
      { format: 1, read: 1, bad: 0, added: 0, features: expect.any(Number), output: 'there' },
    ]);
    expect(code).toBe(0);
    expect(contents(at('there'))).toEqual(before);
    const { stdout: more } = await corpus('merge', '--json', 'plain', '-o', 'there');
    expect(rows(more)[0]!.added).toBeGreaterThan(0);
    expect(contents(at('there'))).toMatchObject(before);
    expect(has('there').features).toEqual(has('plain').features);
  });

  it('comes to the same cover, whatever the order of the paths', async () => {
    const names = ['few', 'plain', 'fuzzed/findings'];
    const [one, other] = [names, names.toReversed()];
    const told = [];
    for (const [i, paths] of [one, other].entries()) {
      const { stdout } = await corpus('merge', '--json', ...paths, '-o', `order-${i}`);
      const [{ features, read, bad }] = rows(stdout) as [Record<string, unknown>];
      told.push({ features, read, bad });
    }
    expect(told[0]).toEqual(told[1]);
    expect(has('order-0')).toEqual(has('order-1'));
    expect(has('order-0')).toEqual(has(...names));
    // The same order gives the same bytes.
    await corpus('merge', ...one, '-o', 'order-again');
    expect(contents(at('order-again'))).toEqual(contents(at('order-0')));
  });

  it('says what is wrong with its folder, and writes nothing', async () => {
    made('wrong', { 'a.cid': CLEAN, 'file.cid': CLEAN });
    const cases: [string, string][] = [
      ['wrong/file.cid', 'wrong/file.cid: not a folder (expected one)\n'],
      ['wrong/no/where', 'wrong/no/where: cannot create (no such file or folder)\n'],
      ['/proc/cidfuzz', '/proc/cidfuzz: cannot create (no such file or folder)\n'],
    ];
    for (const [output, stderr] of cases) {
      expect(await corpus('merge', 'few', '-o', output)).toEqual({ code: 1, stdout: '', stderr });
    }
    expect(listing(at('wrong'))).toEqual(['a.cid', 'file.cid']);
    expect((await corpus('merge', 'few')).stderr).toMatch(
      /^error: required option '-o, --output <dir>'[^\n]*\n$/,
    );
  });
});

describe('corpus min', () => {
  it('-o keeps every feature, every finding and every test of a campaign, and leaves that alone', async () => {
    const before = listing(at('fuzzed'));
    const { code, stdout, stderr } = await corpus('min', 'fuzzed', 'few', '-o', 'small');
    expect([code, stderr]).toEqual([0, '']);
    const [, kept, all] =
      /^([\d ]+) of ([\d ]+) scenarios kept in small; all features and findings are there\n$/.exec(stdout)!;
    expect(listing(at('fuzzed'))).toEqual(before);
    expect(Number(all!.replaceAll(' ', ''))).toBe(cids('fuzzed').length + 3);
    expect(cids('small')).toHaveLength(Number(kept!.replaceAll(' ', '')));
    expect(cids('small').length).toBeLessThan(cids('fuzzed').length);
    expect(has('small')).toEqual(has('fuzzed', 'few'));
    // No more is left out of that.
    const files = cids('small').length;
    const again = await corpus('min', '--json', 'small', '--in-place');
    expect(rows(again.stdout)).toEqual([{ format: 1, read: files, bad: 0, kept: files, removed: [] }]);
    expect(cids('small')).toHaveLength(files);
  });

  it('--in-place removes what it names, and nothing else', async () => {
    cpSync(at('plain'), at('place'), { recursive: true });
    made('place', {
      'notes.txt': 'not a scenario',
      'test.cid': CLEAN,
      'z-test-again.cid': `${CLEAN}# again\n`,
    });
    const before = contents(at('place'));
    const { code, stdout, stderr } = await corpus('min', 'place', '--in-place');
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.trimEnd().split('\n');
    const removed = lines.slice(0, -1).map((line) => /^removed place\/(.*)$/.exec(line)![1]!);
    expect(removed).toContain('z-test-again.cid');
    expect(removed).not.toContain('test.cid');
    expect(removed.length).toBeGreaterThan(10);
    const expected = Object.fromEntries(Object.entries(before).filter(([name]) => !removed.includes(name)));
    expect(contents(at('place'))).toEqual(expected);
    expect(lines.at(-1)).toBe(
      `${cids('place').length} of ${cids('plain').length + 2} scenarios kept in place; all features and findings are there`,
    );
    made('place-all', { ...PLAIN, 'test.cid': CLEAN });
    expect(has('place')).toEqual(has('place-all'));
    // Again, nothing is left to remove.
    expect((await corpus('min', 'place', '--in-place')).stdout).not.toMatch(/removed/);
    expect(contents(at('place'))).toEqual(expected);
  });

  it('--json and --quiet say no more than they should', async () => {
    for (const folder of ['json', 'quiet']) {
      made(folder, { 'a.cid': CLEAN, 'b.cid': CLEAN });
    }
    const json = await corpus('min', '--json', '--in-place', 'json');
    expect(rows(json.stdout)).toEqual([{ format: 1, read: 2, bad: 0, kept: 1, removed: ['json/b.cid'] }]);
    expect(json.stderr).toBe('');
    expect(await corpus('min', '--quiet', '--in-place', 'quiet')).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect([cids('json'), cids('quiet')]).toEqual([['a.cid'], ['a.cid']]);
    expect(await corpus('merge', '--quiet', 'quiet', '-o', 'quiet-merged')).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
  });

  it.each([
    ['neither -o nor --in-place', []],
    ['both', ['--in-place', '-o', 'both']],
  ])('wants one way: not %s', async (_, flags) => {
    made('unharmed', { 'a.cid': CLEAN, 'b.cid': CLEAN });
    expect(await corpus('min', 'unharmed', ...flags)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'cidfuzz corpus min: expected -o DIR, or --in-place\n',
    });
    expect(listing(at('unharmed'))).toEqual(['a.cid', 'b.cid']);
    expect(existsSync(at('both'))).toBe(false);
  });

  it.each([
    ['the folder twice', ['one', './one', 'one/']],
    ['its whole path', ['one', cwd]],
    ['a file of it by other names', ['one', './one/a.cid', 'one/../one/a.cid']],
    ['a link to it', ['link', 'one']],
  ])('--in-place does not take a file for another of the same text: %s', async (_, paths) => {
    rmSync(at('twice'), { recursive: true, force: true });
    made('twice/one', { 'a.cid': FREED });
    symlinkSync('one', at('twice/link'));
    const given = paths.map((path) => (path === cwd ? at('twice/one') : path));
    const { code, stdout } = await cidfuzz(['corpus', 'min', '--in-place', ...given], { cwd: at('twice') });
    expect(stdout).toBe('1 of 1 scenarios kept in place; all features and findings are there\n');
    expect(code).toBe(0);
    expect(readFileSync(at('twice/one/a.cid'), 'utf8')).toBe(FREED);
  });

  it('--in-place leaves findings whole: the campaign goes on with them', async () => {
    cpSync(at('fuzzed'), at('campaign'), { recursive: true });
    // The same text elsewhere, and first: a finding's own file stays all the same.
    made('a-first', {});
    const [finding] = readdirSync(at('campaign/findings'));
    copyFileSync(at('campaign/findings', finding!, 'minimized.cid'), at('a-first/x.cid'));
    const before = contents(at('campaign'));
    const { code, stdout } = await corpus('min', 'a-first', 'campaign', '--in-place');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^removed campaign\/corpus\//m);
    expect(stdout).not.toMatch(/removed campaign\/findings/);
    const after = contents(at('campaign'));
    const gone = Object.keys(before).filter((name) => !(name in after));
    expect(gone.every((name) => /^corpus\/[0-9a-f]{16}\.cid$/.test(name))).toBe(true);
    expect(before).toMatchObject(after);
    const args = ['fuzz', ...CAMPAIGN, '--out', 'campaign'];
    const on = await cidfuzz(args, { cwd });
    expect(on.stderr).toBe('');
    expect(on.stdout).not.toMatch(/torn|aside/);
    expect(on.code).toBe(77);
  });

  it.each([
    ['the campaign', '.', 'used'],
    ['its corpus', '.', 'used/corpus'],
    ['a file of its corpus', '.', 'used/corpus/a.cid'],
    ['a finding', '.', 'used/findings/x'],
    ['the folder that it is in', '.', 'in'],
    ['the folder that we are in', 'used/corpus', '.'],
    ['a file in the folder that we are in', 'used/corpus', 'a.cid'],
    ['a link to its corpus', '.', 'used-link'],
  ])('--in-place refuses %s while it is in use', async (_, from, path) => {
    for (const used of ['used', 'in/used']) {
      rmSync(at(used), { recursive: true, force: true });
      for (const folder of ['lock', 'corpus', 'findings/x']) mkdirSync(at(used, folder), { recursive: true });
      write(at(used), {
        'format.json': '{"format":2}',
        'corpus/a.cid': CLEAN,
        'corpus/b.cid': CLEAN,
        'findings/x/minimized.cid': CLEAN,
      });
    }
    if (!existsSync(at('used-link'))) symlinkSync('used/corpus', at('used-link'));
    const before = [contents(at('used')), contents(at('in'))];
    const { code, stdout, stderr } = await cidfuzz(['corpus', 'min', '--in-place', path], { cwd: at(from) });
    expect(stderr).toMatch(/^[^\n]*: a campaign works in [^\n]*used \(expected that none does; [^\n]*\)\n$/);
    expect([code, stdout]).toEqual([1, '']);
    expect([contents(at('used')), contents(at('in'))]).toEqual(before);
  });

  it('-o reads a campaign that is in use', async () => {
    for (const folder of ['lock', 'corpus']) mkdirSync(at('in-use', folder), { recursive: true });
    write(at('in-use'), { 'format.json': '{"format":2}', 'corpus/a.cid': CLEAN });
    expect((await corpus('min', 'in-use', '-o', 'from-in-use')).code).toBe(0);
    expect(cids('from-in-use')).toHaveLength(1);
  });

  it('tells where it cannot write or remove, in one line, and loses nothing that is needed', async ({
    skip,
  }) => {
    made('read-only/in', { 'a.cid': CLEAN, 'b.cid': CLEAN });
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', at('read-only')]);
    if (mounted.status !== 0) skip('no tmpfs can be mounted here');
    try {
      made('read-only/in', { 'a.cid': CLEAN, 'b.cid': CLEAN });
      spawnSync('mount', ['-o', 'remount,ro', at('read-only')]);
      expect(await corpus('min', 'read-only/in', '--in-place')).toEqual({
        code: 1,
        stdout: '',
        stderr: 'read-only/in/b.cid: cannot remove (the file system is read-only)\n',
      });
      for (const command of ['min', 'merge']) {
        expect(await corpus(command, 'few', '-o', 'read-only/in')).toEqual({
          code: 1,
          stdout: '',
          stderr: expect.stringMatching(
            /^read-only\/in\/[0-9a-f]{16}\.cid: cannot write \(the file system is read-only\)\n$/,
          ),
        });
        expect((await corpus(command, 'few', '-o', 'read-only/new')).stderr).toBe(
          'read-only/new: cannot create (the file system is read-only)\n',
        );
      }
      expect(contents(at('read-only/in'))).toEqual({ 'a.cid': CLEAN, 'b.cid': CLEAN });
    } finally {
      spawnSync('umount', [at('read-only')]);
    }
  });
});

describe('bad files among good ones', () => {
  const BAD = 1000;
  beforeAll(() => {
    const bad = Array.from({ length: BAD }, (_, i): [string, string] => [
      `bad-${i}.cid`,
      i % 3 === 0 ? '' : i % 3 === 1 ? CLEAN.slice(0, 11 + (i % 10)) : '\x00\xff',
    ]);
    made('rotten', { ...Object.fromEntries(bad), 'a.cid': FREED, 'z.cid': CLEAN, 'z2.cid': CLEAN });
  });

  it('are each told in one line, counted, and left where they are', async () => {
    const before = contents(at('rotten'));
    const stats = await corpus('stats', '--json', 'rotten');
    expect(stats.code).toBe(1);
    expect(rows(stats.stdout)).toEqual([expect.objectContaining({ files: 3, bad: BAD, duplicates: 1 })]);
    const lines = stats.stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(BAD);
    for (const line of lines)
      expect(line).toMatch(/^rotten\/bad-\d+\.cid:\d+:\d+: [^\n]+ \(expected [^\n]+\)$/);
    const min = await corpus('min', '--json', 'rotten', '-o', 'from-rotten');
    expect(min.code).toBe(1);
    expect(rows(min.stdout)).toEqual([{ format: 1, read: 3, bad: BAD, kept: 2, output: 'from-rotten' }]);
    expect(has('from-rotten').tests).toEqual(
      new Set([FREED, CLEAN].map((text) => printScenario(parseScenario(text, '')))),
    );
    const merge = await corpus('merge', '--json', 'rotten', '-o', 'rotten-merged');
    expect([merge.code, rows(merge.stdout)[0]!.added, rows(merge.stdout)[0]!.bad]).toEqual([1, 2, BAD]);
    expect(contents(at('rotten'))).toEqual(before);
    const place = await corpus('min', 'rotten', '--in-place');
    expect(place.code).toBe(1);
    expect(place.stdout).toBe(
      'removed rotten/z2.cid\n2 of 3 scenarios kept in place; all features and findings are there\n',
    );
    const { 'z2.cid': _, ...rest } = before;
    expect(contents(at('rotten'))).toEqual(rest);
  });

  it('in the folder that is merged into are told, and stay', async () => {
    made('rotten-target', { 'bad.cid': 'no scenario' });
    const { code, stderr, stdout } = await corpus('merge', 'few', '-o', 'rotten-target');
    expect(stderr).toMatch(/^rotten-target\/bad\.cid:1:1: [^\n]*\n$/);
    expect(stdout).toMatch(/^rotten-target: [23] of 3 scenarios added/);
    expect(code).toBe(1);
    expect(readFileSync(at('rotten-target/bad.cid'), 'utf8')).toBe('no scenario');
  });

  it('alone leave nothing to keep', async () => {
    made('only-bad', { 'a.cid': 'x' });
    const { code, stdout } = await corpus('min', 'only-bad', '--in-place');
    expect(stdout).toBe('0 of 0 scenarios kept in place; all features and findings are there\n');
    expect(code).toBe(1);
    expect(cids('only-bad')).toEqual(['a.cid']);
    expect((await corpus('stats', 'only-bad')).stdout).toMatch(/^scenarios +0\nno scenarios +1\n/);
  });

  it.each(['merge', 'min', 'stats'])(
    '%s of a folder without any, or of none, is bad input',
    async (command) => {
      made('empty', { 'notes.txt': 'x' });
      const output = command === 'stats' ? [] : ['-o', 'of-empty'];
      expect(await corpus(command, 'few', 'empty', ...output)).toEqual({
        code: 1,
        stdout: '',
        stderr: 'empty: no scenario in it (expected *.cid files)\n',
      });
      expect((await corpus(command, 'no where', ...output)).stderr).toBe(
        'no where: cannot read (no such file or folder)\n',
      );
    },
  );
});

describe('corpus stats', () => {
  it('tells a table, or a row, of what corpora hold', async () => {
    const { code, stdout, stderr } = await corpus('stats', join(ROOT, 'corpus'), '--json');
    expect([code, stderr]).toEqual([0, '']);
    const files = corpusFiles();
    expect(rows(stdout)).toEqual([
      expect.objectContaining({
        format: 1,
        files: files.length,
        bad: 0,
        bytes: files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0),
        expects: files.filter(({ scenario }) => scenario.expects.length > 0).length,
      }),
    ]);
    const table = await corpus('stats', join(ROOT, 'corpus'), '--quiet');
    expect(table.stdout).toMatch(
      /^scenarios +\d+\nbytes +[\d ]+\nduplicates +\d+\nactions +\d+ to \d+, median \d+\n/,
    );
    for (const [machine, n] of Object.entries(rows(stdout)[0]!.machines as Record<string, number>)) {
      expect(table.stdout).toMatch(new RegExp(`^${machine} +${n}$`, 'm'));
    }
  });

  it('counts a file once, however often it is named, and copies of it as duplicates', async () => {
    made('copies', { 'a.cid': CLEAN, 'b.cid': `${CLEAN}\n# a copy\n`, 'c.cid': FREED });
    const { stdout } = await corpus('stats', '--json', 'copies', './copies/a.cid', at('copies'), 'copies');
    expect(rows(stdout)).toEqual([expect.objectContaining({ files: 3, duplicates: 1, expects: 3 })]);
  });

  it('of a campaign has what the engine has of its files', async () => {
    const { stdout } = await corpus('stats', '--json', 'fuzzed');
    const { features, faults } = has('fuzzed');
    const [{ violations, ...stats }] = rows(stdout) as [Record<string, unknown>];
    expect(stats).toMatchObject({ files: cids('fuzzed').length, features: features.size, bad: 0 });
    expect(Object.keys(violations as object).length).toBeLessThanOrEqual(faults.size);
    expect(Object.keys(violations as object)).toContain('freed-in-use');
  });
});

describe('the folder that is written to', () => {
  beforeAll(async () => {
    expect((await corpus('merge', 'few', '-o', 'few-merged')).code).toBe(0);
  });

  it.each(['merge', 'min'])('%s refuses one that a campaign works in', async (command) => {
    mkdirSync(at(`busy-${command}`, 'corpus'), { recursive: true });
    mkdirSync(at(`busy-${command}`, 'lock'));
    for (const output of [`busy-${command}`, `busy-${command}/corpus`]) {
      const { code, stdout, stderr } = await corpus(command, 'few', '-o', output);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/^[^\n]*: a campaign works in busy-[^\n]*\n$/);
    }
    expect(listing(at(`busy-${command}`))).toEqual(['corpus/', 'lock/']);
  });

  it.each(['merge', 'min'])(
    '%s leaves what stands in the place of a scenario, and says so',
    async (command) => {
      const output = `taken-${command}`;
      const [name] = Object.keys(contents(at('few-merged'))) as [string];
      made(output, { [name]: 'mine' });
      const { code, stderr } = await corpus(command, 'few', '-o', output);
      expect(code).toBe(1);
      expect(stderr).toContain(`${output}/${name}: cannot write (something else is there already)\n`);
      expect(readFileSync(at(output, name), 'utf8')).toBe('mine');
      // The others are there.
      expect(cids(output).length).toBe(cids('few-merged').length);
    },
  );

  it('holds whole files, and no others, where the disk is full', async ({ skip }) => {
    mkdirSync(at('full'));
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', at('full')]);
    if (mounted.status !== 0) skip('no tmpfs can be mounted here');
    try {
      const { code, stdout, stderr } = await corpus('min', 'plain', '-o', 'full');
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/^full\/[0-9a-f]{16}\.cid: cannot write \(no space left on the device\)\n$/);
      const there = contents(at('full'));
      expect(Object.keys(there).length).toBeGreaterThan(3);
      for (const [name, text] of Object.entries(there)) {
        expect(name).toMatch(/^[0-9a-f]{16}\.cid$/);
        expect(printScenario(parseScenario(text, name))).toBe(text);
      }
    } finally {
      spawnSync('umount', [at('full')]);
    }
  });
});

describe('odd names', () => {
  const NAMES = [
    'a\nb.cid',
    '-o.cid',
    ' .cid',
    '.cid',
    '$(x) `y` "z".cid',
    'жук 😀.cid',
    '%s\t\u001b[31m.cid',
  ];

  it('are read and removed as others are, and shown in one line', async () => {
    made('odd', Object.fromEntries([['+first.cid', CLEAN], ...NAMES.map((name) => [name, CLEAN])]));
    const stats = await corpus('stats', '--json', 'odd');
    expect(rows(stats.stdout)).toMatchObject([{ files: NAMES.length + 1, duplicates: NAMES.length }]);
    const { code, stdout } = await corpus('min', '--in-place', 'odd');
    expect(code).toBe(0);
    expect(stdout.match(/^removed odd\/[^\n]*$/gm)).toHaveLength(NAMES.length);
    expect(stdout.split('\n').length).toBe(NAMES.length + 2);
    expect(stdout).not.toContain('\u001b');
    expect(cids('odd')).toHaveLength(1);
  });
});
