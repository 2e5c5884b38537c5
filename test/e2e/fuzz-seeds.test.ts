import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../src/scenario/parse.js';
import { printScenario } from '../../src/scenario/print.js';
import {
  CLEAN,
  cidfuzz,
  FREED,
  listing,
  type Outcome,
  ROOT,
  results,
  rows,
  temporaryFolder,
} from './cidfuzz.js';

const cwd = temporaryFolder();
const corpus = (name: string) => join(ROOT, 'corpus', name);

function fuzz(out: string, args: readonly string[]): Promise<Outcome> {
  return cidfuzz(['fuzz', '--json', '--quiet', '--jobs', '1', '--out', out, ...args], { cwd });
}

/** What a file holds, without comments. */
const plain = (path: string) => printScenario(parseScenario(readFileSync(path), path));

describe('fuzz --until compactness', () => {
  it("finds and minimizes the reviewer's scenario: one thread, two cpus, cid 1", async () => {
    const { code, stdout } = await fuzz('reviewer', [
      '--until',
      'compactness',
      '--seed',
      '1',
      '--runs',
      '10000',
    ]);
    expect(code).toBe(77);
    const found = rows(stdout)[0]!;
    expect(found).toMatchObject({ violation: { kind: 'compactness', cid: 1, tasks: ['a'] } });
    const path = join(cwd, 'reviewer', found.finding as string, 'minimized.cid');
    const scenario = parseScenario(readFileSync(path), path);
    expect(scenario).toMatchObject({ cpus: 2, mms: 1, tasks: [{ mm: 0 }], taskNames: ['a'] });
    expect(scenario.actions.length).toBeLessThanOrEqual(7);
    expect(plain(path)).toBe(plain(corpus('known/compactness-one-thread.cid')));
  });
});

describe('fuzz --corpus', () => {
  const MANY = [
    '--corpus',
    corpus('seeds'),
    corpus('known/freed-in-use.cid'),
    '--memory',
    'tso',
    '--runs',
    '10000',
  ];

  it('gives the same bytes for the same seed and files, whatever --jobs', async () => {
    const once = await fuzz('one', MANY);
    expect(once.code).toBe(77);
    const summary = rows(once.stdout).at(-1)!;
    expect(summary).toMatchObject({ summary: true, schedules: 10_000, divergences: 0 });
    expect(summary.seeds).toHaveLength(3);
    expect(summary.findings).toBeGreaterThan(0);
    const two = await fuzz('two', [...MANY, '--jobs', '2']);
    expect(two).toEqual(once);
    expect(results(join(cwd, 'two'))).toEqual(results(join(cwd, 'one')));
    expect((await cidfuzz(['regress', 'one/findings'], { cwd })).code).toBe(0);
  });

  it('resumes, and tells campaigns apart by what the files hold', async () => {
    const file = join(cwd, 'seed.cid');
    writeFileSync(file, FREED);
    const args = ['--corpus', 'seed.cid', '--mutant', 'racy-set'];
    await fuzz('parts', [...args, '--runs', '5000']);
    const parts = await fuzz('parts', [...args, '--runs', '10000', '--jobs', '2']);
    const whole = await fuzz('whole', [...args, '--runs', '10000']);
    expect(parts.stdout).toBe(whole.stdout);
    expect(results(join(cwd, 'parts'))).toEqual(results(join(cwd, 'whole')));
    const states = () => listing(join(cwd, 'parts')).filter((name) => /^rfc-[^/]*\.json$/.test(name));
    expect(states()).toHaveLength(1);
    writeFileSync(file, `${FREED}tick 0\n`);
    await fuzz('parts', [...args, '--runs', '1000']);
    expect(states()).toHaveLength(2);
  });

  it('takes header words from the flags, or else as always', async () => {
    writeFileSync(join(cwd, 'weak.cid'), CLEAN.replace('cpus 2', 'algo v6.3\nmemory weak\ncpus 2'));
    const { stdout, code } = await fuzz('header', [
      '--corpus',
      'weak.cid',
      '--arch',
      'arm64',
      '--runs',
      '1000',
    ]);
    expect(code).toBe(0);
    expect(rows(stdout)).toEqual([
      expect.objectContaining({ algo: 'rfc-v6', memory: 'sc', arch: 'arm64', schedules: 1000 }),
    ]);
  });

  it('says with which files to go on', async () => {
    let sent = false;
    const args = ['fuzz', '--json', '--out', 'cut', '--jobs', '1', ...MANY.slice(0, -1), '900000'];
    const cut = await cidfuzz(args, {
      cwd,
      onStderr: (child) => {
        if (!sent) setTimeout(() => child.kill('SIGINT'), 300);
        sent = true;
      },
    });
    expect(cut.code).toBe(130);
    const { resume } = rows(cut.stderr).at(-1) as { resume: string };
    expect(resume).toContain(` --corpus ${corpus('seeds')} ${corpus('known/freed-in-use.cid')} `);
    const state = (name: string) => listing(join(cwd, name)).filter((file) => /^rfc-[^/]*\.json$/.test(file));
    const before = state('cut');
    await cidfuzz([...resume.replace('900000', '1').split(' ').slice(1), '--json'], { cwd });
    // It is the same campaign.
    expect(state('cut')).toEqual(before);
  });

  it.each([
    ['nowhere.cid', /^nowhere\.cid: cannot read \(no such file or folder\)\n$/],
    ['empty', /^empty: no scenario in it \(expected \*\.cid files\)\n$/],
    ['bad.cid', /^bad\.cid:6:1: [^\n]* \(expected [^\n]*\)\n$/],
  ])('refuses %s in one line, and leaves nothing behind', async (path, says) => {
    mkdirSync(join(cwd, 'empty'), { recursive: true });
    writeFileSync(join(cwd, 'bad.cid'), 'cidfuzz 1\ncpus 2\nmm A\ntask a A 0\n---\nfly 0\n');
    const { code, stdout, stderr } = await fuzz('refused', ['--corpus', path]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(says);
    expect(listing(cwd)).not.toContain('refused/');
  });

  it('and --coverage-of are two things', async () => {
    const { code, stderr } = await fuzz('both', ['--corpus', corpus('seeds'), '--coverage-of', 'bad.cid']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^[^\n]*--corpus[^\n]*--coverage-of[^\n]*\n$/);
  });
});
