/** What `regress` and `fuzz` write for machines that run tests: --junit, --sarif, annotations. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log, Result } from 'sarif';
import { describe, expect, it } from 'vitest';
import { CLEAN, cidfuzz, FREED, listing, rows, temporaryFolder, write } from './cidfuzz.js';

const cwd = temporaryFolder();
const at = (...path: string[]) => join(cwd, ...path);
for (const folder of ['good', 'mixed', 'mixed/odd, 100% «#?»', 'many']) mkdirSync(at(folder));
const BROKEN = FREED.replace('expect freed-in-use', 'expect ok');
write(cwd, {
  'good/clean.cid': CLEAN,
  'good/freed.cid': FREED,
  'mixed/a-unmet.cid': CLEAN.replace('expect ok', '# comment\nexpect livelock'),
  'mixed/b-met.cid': CLEAN,
  'mixed/c-bad.cid': CLEAN.replace('work 0', 'work 9'),
  'mixed/odd, 100% «#?»/broken <&>"\'.cid': BROKEN.replace('---\n', '---\n\n# comment\n'),
});
for (let i = 10; i < 30; i++) writeFileSync(at('many', `${i}.cid`), BROKEN);

const GITHUB = { GITHUB_ACTIONS: 'true' };
const read = (name: string) => readFileSync(at(name), 'utf8');
const resultsOf = (name: string): Result[] => (JSON.parse(read(name)) as Log).runs[0]!.results!;
const lastLine = (text: string) => text.trimEnd().split('\n').length;
const suites = (xml: string) => /<testsuites ([^>]*)>/.exec(xml)![1];

describe('regress', () => {
  it('writes both files, and prints and ends as it does without', async () => {
    const plain = await cidfuzz(['regress', 'mixed'], { cwd });
    const told = await cidfuzz(['regress', 'mixed', '--junit', 'a.xml', '--sarif', 'a.sarif'], { cwd });
    expect(told).toEqual(plain);
    expect(told.code).toBe(1);
    expect(suites(read('a.xml'))).toBe(
      'name="cidfuzz regress" tests="4" failures="2" errors="1" skipped="0"',
    );
    expect(read('a.xml')).toContain('>>>');
    const results = resultsOf('a.sarif');
    const places = results.map(({ ruleId, locations }) => {
      const { artifactLocation, region } = locations![0]!.physicalLocation!;
      return [ruleId, decodeURIComponent(artifactLocation!.uri!), region!.startLine];
    });
    expect(places).toEqual([
      // The line of its `expect`; of what is no action; of the violation.
      ['unmet', 'mixed/a-unmet.cid', 6],
      ['unreadable', 'mixed/c-bad.cid', 11],
      ['freed-in-use', 'mixed/odd, 100% «#?»/broken <&>"\'.cid', lastLine(FREED) + 2],
    ]);
    expect(listing(cwd).filter((name) => name.includes('.tmp'))).toEqual([]);
  });

  it('writes the same bytes wherever the checkout is, and whenever', async () => {
    const other = temporaryFolder();
    mkdirSync(join(other, 'many'));
    for (const name of readdirSync(at('many'))) writeFileSync(join(other, 'many', name), BROKEN);
    const flags = ['--quiet', '--junit', 'b.xml', '--sarif', 'b.sarif'];
    for (const folder of [cwd, other]) await cidfuzz(['regress', 'many', ...flags], { cwd: folder });
    for (const name of ['b.xml', 'b.sarif']) {
      expect(readFileSync(join(other, name), 'utf8')).toBe(read(name));
      expect(read(name)).not.toMatch(/20\d\d-\d\d-\d\d|timestamp/i);
    }
    // A path from the root is the same file.
    await cidfuzz(['regress', at('many'), '--quiet', '--sarif', 'c.sarif'], { cwd });
    expect(resultsOf('c.sarif').map(({ partialFingerprints }) => partialFingerprints)).toEqual(
      resultsOf('b.sarif').map(({ partialFingerprints }) => partialFingerprints),
    );
  });

  it('where all is well writes files that say so', async () => {
    const { code } = await cidfuzz(['regress', 'good', '--junit', 'd.xml', '--sarif', 'd.sarif'], { cwd });
    expect(code).toBe(0);
    expect(suites(read('d.xml'))).toBe(
      'name="cidfuzz regress" tests="2" failures="0" errors="0" skipped="0"',
    );
    expect(resultsOf('d.sarif')).toEqual([]);
  });

  it.each([
    ['no folder', 'no/where.xml', 'no such file or folder'],
    ['a folder', 'good', '(it is a folder|not permitted|something else is there)[^\n]*'],
    ['a file in its place', 'good/clean.cid/x.xml', 'a part of the path is a file[^\n]*'],
  ])('tells all before it says that it cannot write: %s', async (_, file, why) => {
    const plain = await cidfuzz(['regress', 'good', 'many'], { cwd });
    const { code, stdout, stderr } = await cidfuzz(
      ['regress', 'good', 'many', '--junit', file, '--sarif', 'e.sarif'],
      { cwd },
    );
    expect(stdout).toBe(plain.stdout);
    expect(stderr).toMatch(new RegExp(`^[^\n]*${file}: cannot write \\(${why}\\)\n$`));
    expect(code).toBe(1);
    // The other one is there all the same.
    expect(resultsOf('e.sarif')).toHaveLength(20);
    rmSync(at('e.sarif'));
  });

  it('leaves what was there where it cannot write', async ({ skip }) => {
    if (process.getuid?.() === 0) skip('root may write anywhere');
    mkdirSync(at('closed'));
    writeFileSync(at('closed/x.xml'), 'old');
    chmodSync(at('closed'), 0o555);
    expect((await cidfuzz(['regress', 'good', '--junit', 'closed/x.xml'], { cwd })).code).toBe(1);
    expect(read('closed/x.xml')).toBe('old');
  });

  it('of a run that was stopped, or is too long for a table, has a message alone', async () => {
    const stopped = [
      'regress',
      'good/freed.cid',
      '--max-steps',
      '5',
      '--junit',
      'f.xml',
      '--sarif',
      'f.sarif',
    ];
    expect((await cidfuzz(stopped, { cwd })).code).toBe(70);
    expect(suites(read('f.xml'))).toMatch(/failures="0" errors="1"/);
    expect(resultsOf('f.sarif')).toMatchObject([
      { ruleId: 'watchdog', message: { text: 'stopped by the watchdog after 5 steps' } },
    ]);
    const long = Array.from({ length: 10_000 }, () => 'switch 0 a\nstep 0 30\nswitch 0 idle\nstep 0 30\n');
    write(cwd, { 'long.cid': `cidfuzz 1\ncpus 1\nmm A\ntask a A 0\nexpect livelock\n---\n${long.join('')}` });
    const { code } = await cidfuzz(['regress', 'long.cid', '--junit', 'g.xml', '--sarif', 'g.sarif'], {
      cwd,
    });
    expect(code).toBe(77);
    expect(/[1-9]\d{5} steps: too many for a table here/.test(read('g.xml'))).toBe(true);
    const [result] = resultsOf('g.sarif');
    expect(result).toMatchObject({ message: { text: 'expected livelock: nothing is violated' } });
    expect(result!.codeFlows).toBeUndefined();
  });
});

describe('annotations', () => {
  it('are on stdout where GitHub runs it, ten of them, and the last says how many more there are', async () => {
    const { stdout, stderr, code } = await cidfuzz(['regress', 'many', '--quiet'], { cwd, env: GITHUB });
    expect([stderr, code]).toEqual(['', 77]);
    const lines = stdout.split('\n').filter((line) => line.startsWith('::'));
    expect(lines).toHaveLength(10);
    expect(lines[0]).toMatch(
      /^::error file=many\/10\.cid,line=\d+,title=cidfuzz%3A freed-in-use::expected ok: At /,
    );
    expect(lines.at(-1)).toBe('::error title=cidfuzz::and 11 more');
  });

  it('are on stderr with --json: stdout is for data', async () => {
    const { stdout, stderr } = await cidfuzz(['regress', 'mixed', '--json', '--quiet'], { cwd, env: GITHUB });
    expect(rows(stdout)).toHaveLength(3);
    const lines = stderr.split('\n').filter((line) => line.startsWith('::error '));
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatch(/^::error file=mixed\/odd%2C 100%25 «#\?»\/broken <&>"'\.cid,line=\d+,title=/);
  });

  it.each([{}, { GITHUB_ACTIONS: '' }, { GITHUB_ACTIONS: 'false' }])('are nowhere else: %j', async (env) => {
    const { stdout, stderr } = await cidfuzz(['regress', 'mixed'], {
      cwd,
      env: { GITHUB_ACTIONS: '', ...env },
    });
    expect(`${stdout}${stderr}`).not.toMatch(/^::/m);
  });
});

describe('fuzz', () => {
  const fuzz = ['fuzz', '--mutant', 'lazy-is-valid', '--runs', '5000', '--quiet'];

  it('has one result a finding, at its minimized scenario, and a test that passes for the campaign', async () => {
    const flags = ['--out', 'camp', '--junit', 'h.xml', '--sarif', 'h.sarif'];
    const { code, stdout } = await cidfuzz([...fuzz, ...flags], { cwd, env: GITHUB });
    expect(code).toBe(77);
    const findings = readdirSync(at('camp/findings')).sort();
    expect(findings.length).toBeGreaterThan(0);
    const results = resultsOf('h.sarif');
    const uris = results.map(({ locations }) => locations![0]!.physicalLocation!.artifactLocation!.uri);
    expect(uris.toSorted()).toEqual(findings.map((name) => `camp/findings/${name}/minimized.cid`));
    for (const { ruleId, codeFlows, locations } of results) {
      const { uri } = locations![0]!.physicalLocation!.artifactLocation!;
      expect(uri).toContain(`/${ruleId}-`);
      const steps = codeFlows![0]!.threadFlows.flatMap(({ locations }) => locations);
      expect(steps.length).toBeGreaterThan(10);
      expect(steps.filter(({ importance }) => importance === 'essential').length).toBeLessThan(2);
    }
    expect(suites(read('h.xml'))).toContain(`tests="${findings.length + 1}" failures="${findings.length}"`);
    expect(stdout.match(/^::error file=camp\/findings\//gm)).toHaveLength(Math.min(findings.length, 10));
  });

  it('has the fingerprints of the faults, whatever the folder and the seed', async () => {
    const other = ['--out', 'other', '--seed', '2', '--sarif', 'i.sarif'];
    await cidfuzz([...fuzz, ...other], { cwd });
    const prints = (name: string) =>
      new Map(
        resultsOf(name).map(({ locations, partialFingerprints }) => [
          locations![0]!.physicalLocation!.artifactLocation!.uri!.split('/').at(-2),
          Object.values(partialFingerprints!)[0],
        ]),
      );
    const [one, two] = [prints('h.sarif'), prints('i.sarif')];
    const both = [...one.keys()].filter((name) => two.has(name));
    expect(both.length).toBeGreaterThan(0);
    for (const name of both) expect(two.get(name)).toBe(one.get(name));
  });
});
