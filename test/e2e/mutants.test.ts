import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PERIOD_NS } from '../../src/abi.js';
import { withConstant } from '../check/broken.js';
import { cidfuzz, contents, listing, type Outcome, ROOT, rows, temporaryFolder, write } from './cidfuzz.js';

const cwd = temporaryFolder();
write(cwd, { file: 'a file where a folder should be' });

/** Where each of these is soon found, or never: other strategies soon find the fault of rfc-v6 itself. */
const SMALL = ['--algo', 'rfc-v6', '--memory', 'sc', '--strategy', 'random-walk', '--runs', '500'];
const MUTANTS = ['--mutant', 'exit-stays-active', 'no-exit-mb', 'clear-before-unset'];

const mutants = (args: readonly string[], main?: string): Promise<Outcome> =>
  cidfuzz(['mutants', ...SMALL, ...args], main === undefined ? { cwd } : { cwd, main });

describe('mutants', () => {
  it('--json gives a row a figure, and the same bytes whatever --jobs; --keep keeps what is found', async () => {
    const once = await mutants([...MUTANTS, '--json', '--jobs', '1', '--keep', 'one', '--seed', '3']);
    expect(once.code).toBe(0);
    expect(once.stderr).toContain('seed 3');
    const told = rows(once.stdout);
    expect(told.map(({ mutant, memory, arch }) => `${mutant} ${memory} ${arch}`)).toEqual([
      'none sc x86',
      'none sc arm64',
      'clear-before-unset sc x86',
      'clear-before-unset sc arm64',
      'exit-stays-active sc x86',
      'exit-stays-active sc arm64',
      'no-exit-mb sc x86',
      'no-exit-mb sc arm64',
    ]);
    for (const row of told) {
      expect(Object.keys(row)).toEqual(['mutant', 'memory', 'arch', 'found', 'schedules', 'seeds']);
      if (row.mutant === 'none' || row.mutant === 'no-exit-mb') {
        expect(row).toMatchObject({ found: null, schedules: null, seeds: 0 });
      } else {
        expect(row).toMatchObject({ found: expect.any(String), schedules: expect.any(Number), seeds: 5 });
      }
    }
    const other = await mutants([...MUTANTS, '--json', '--jobs', '3', '--keep', 'three', '--seed', '3']);
    expect(other.stdout).toBe(once.stdout);
    expect(contents(join(cwd, 'three'))).toEqual(contents(join(cwd, 'one')));
    const kept = told.filter(({ found }) => found !== null);
    expect(listing(join(cwd, 'one'))).toEqual(
      kept.map(({ mutant, memory, arch }) => `${mutant}.${memory}-${arch}.cid`).sort(),
    );
    for (const { mutant, memory, arch, found } of kept) {
      const text = readFileSync(join(cwd, 'one', `${mutant}.${memory}-${arch}.cid`), 'utf8');
      expect(text).toContain(`\nexpect ${found}\n`);
    }
    // The command that a file names fills its cell again.
    const file = readFileSync(join(cwd, 'one', 'exit-stays-active.sc-arm64.cid'), 'utf8');
    const again = /^# Found by: cidfuzz (mutants .*)$/m.exec(file)![1]!.split(' ');
    const { stdout } = await cidfuzz([...again, '--json'], { cwd });
    expect(rows(stdout).at(-1)).toEqual(kept.at(-1));
    expect((await cidfuzz(['regress', 'one'], { cwd })).code).toBe(0);
  });

  it('tells people in a table, with budget, seeds and reasons; --quiet that alone', async () => {
    const args = [...MUTANTS, '--arch', 'arm64', '--require', 'exit-stays-active,clear-before-unset'];
    const loud = await mutants(args);
    expect(loud.code).toBe(0);
    expect(loud.stdout).toMatch(/^seeds 1 to 5, at most 500 schedules each/m);
    expect(loud.stdout).toMatch(/^mutant +sc arm64\nnone +-\nclear-before-unset +\S+ +\d+\n/m);
    expect(loud.stdout).toContain(
      '\nNot found:\n  no-exit-mb, sc arm64: a barrier orders nothing under sc\n',
    );
    expect(loud.stderr).toMatch(/^cidfuzz mutants: 4 figures of rfc-v6; seed 1, \d+ jobs\n/);
    expect(await mutants([...args, '--quiet'])).toEqual({ ...loud, stderr: '' });
    // The rows do not tell the seed.
    expect((await mutants([...args, '--quiet', '--json'])).stderr).toBe('seed 1\n');
  });

  it('ends with 77 where a required mutant is not found', async () => {
    const args = ['--mutant', 'no-exit-mb', 'exit-stays-active', '--arch', 'x86', '--quiet'];
    const { code, stderr } = await mutants([...args, '--require', 'exit-stays-active,no-exit-mb']);
    expect(stderr).toBe('no-exit-mb: required, and not found\n');
    expect(code).toBe(77);
  });

  it.each([
    [['--require', 'late-curr', '--mutant', 'racy-set'], /--require late-curr is not among --mutant$/],
    [['--require', 'late-curr,'], /^error: option '--require <names>' argument 'late-curr,' is invalid/],
    [['--mutant', 'fly'], /^error: option '--mutant <mutant...>' argument 'fly' is invalid/],
    [['--algo', 'v6.3'], /^error: option '--algo <algo>' argument 'v6\.3' is invalid/],
    [['--keep', 'file'], /^file: it is a file \(expected a folder\)$/],
    [['--keep', 'none/deep'], /^none\/deep: cannot create the folder \(no such file or folder\)$/],
  ] as const)('refuses %j in one line', async (args, says) => {
    const before = listing(cwd);
    const { code, stdout, stderr } = await mutants(args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(stderr.trimEnd()).toMatch(says);
    expect(listing(cwd)).toEqual(before);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('%s ends it with 130, and what is known', async (signal) => {
    // More than a machine can do, and nothing to find.
    const args = ['--arch', 'x86', '--mutant', 'no-exit-mb', '--runs', '1000000000', '--json'];
    let sent = false;
    const { code, stdout, stderr } = await cidfuzz(['mutants', ...SMALL, ...args, '--jobs', '1'], {
      cwd,
      onStderr: (child) => {
        if (!sent) setTimeout(() => child.kill(signal), 300);
        sent = true;
      },
    });
    expect(code).toBe(130);
    expect(rows(stdout)).toEqual([]);
    expect(stderr).toMatch(/^interrupted: 0 of 2 figures are known\. /m);
  });

  it('ends with 78 where engine and reference part, and tells nothing else', async () => {
    const broken = join(cwd, 'broken');
    mkdirSync(join(broken, 'build'), { recursive: true });
    cpSync(join(ROOT, 'dist'), join(broken, 'dist'), { recursive: true });
    cpSync(join(ROOT, 'package.json'), join(broken, 'package.json'));
    symlinkSync(join(ROOT, 'node_modules'), join(broken, 'node_modules'));
    writeFileSync(join(broken, 'build/release.wasm'), withConstant('release', PERIOD_NS, 120_000_000).wasm);
    const args = ['--mutant', 'no-second-check', '--arch', 'x86', '--runs', '10000'];
    const main = join(broken, 'dist/cli/main.js');
    const { code, stdout, stderr } = await mutants(args, main);
    expect(stderr).toMatch(
      /^rfc-v6, mutant no-second-check, sc, x86, seed \d, schedule \d+: engine and reference part: /m,
    );
    expect(stderr).toContain('reference, last events:');
    expect([code, stdout]).toEqual([78, '']);
    const again = /^again: cidfuzz (fuzz .*)$/m.exec(stderr)![1]!;
    expect((await cidfuzz([...again.split(' '), '--quiet'], { cwd, main })).code).toBe(78);
  });
});
