import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PERIOD_NS } from '../../src/abi.js';
import { withConstant } from '../check/broken.js';
import {
  CLEAN,
  cidfuzz,
  contents,
  FREED_FOUND,
  listing,
  ROOT,
  rows,
  temporaryFolder,
  write,
} from './cidfuzz.js';

const cwd = temporaryFolder();
/** Where the sessions' folders are made and must be gone. */
const TMPDIR = temporaryFolder();

const jsfuzz = (
  args: readonly string[],
  main?: string,
  onStderr?: Parameters<typeof cidfuzz>[1]['onStderr'],
) =>
  cidfuzz(['jsfuzz', ...args], {
    cwd,
    env: { TMPDIR },
    ...(main === undefined ? {} : { main }),
    ...(onStderr === undefined ? {} : { onStderr }),
  });

/** A cidfuzz with a fault: its command. */
function faulty(name: string, build: (folder: string) => void): string {
  const folder = join(cwd, name);
  mkdirSync(folder);
  for (const part of ['dist', 'build', 'package.json'])
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  for (const part of ['node_modules', 'corpus']) symlinkSync(join(ROOT, part), join(folder, part));
  build(folder);
  return join(folder, 'dist/cli/main.js');
}

it('is what npm run jsfuzz starts, after set-up', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect(scripts.prejsfuzz).toBe(scripts.prebench);
  expect(scripts.jsfuzz).toBe('node dist/cli/main.js jsfuzz');
});

describe('jsfuzz', () => {
  /** Not from the scenarios that come with cidfuzz, for they show a mutant as they are: it has to be come to. */
  const args = [
    '--mutant',
    'exit-stays-active',
    '--no-seeds',
    '--runs',
    '20000',
    '--until',
    'finding',
    '--json',
  ];

  it('finds a mutant by its mutations, and stores a scenario that shows it', async () => {
    const { code, stdout } = await jsfuzz([...args, '--seed', '2', '--out', 'one']);
    expect(code).toBe(77);
    const [found, summary] = rows(stdout);
    expect(found).toMatchObject({ violation: { kind: 'freed-in-use' }, seed: 2 });
    expect(found!.schedule).toBeGreaterThan(1);
    expect(summary).toMatchObject({
      summary: true,
      mutants: ['exit-stays-active'],
      findings: 1,
      divergences: 0,
    });
    expect(summary!.compared).toBe(summary!.schedules);

    const minimized = join('one', found!.finding as string, 'minimized.cid');
    expect(readFileSync(join(cwd, minimized), 'utf8')).toMatch(
      /^mutant exit-stays-active$(.|\n)*^expect freed-in-use$/m,
    );
    expect((await cidfuzz(['regress', minimized], { cwd })).code).toBe(0);
    const kept = await cidfuzz(['regress', 'one/corpus'], { cwd });
    expect(kept.code).toBe(0);
    expect(kept.stdout).not.toMatch(/^0 /);
    // Nothing of jsfuzz's own is left.
    expect(readdirSync(join(cwd, 'one')).sort()).toEqual(['corpus', 'findings', 'format.json', 'stats']);
    expect(readdirSync(cwd)).toEqual(['one']);
    expect(listing(TMPDIR)).toEqual([]);
  });

  it('comes to the same by the same seed, and to something else by another', async () => {
    const runs = ['--no-seeds', '--runs', '80', '--json', '--quiet'];
    const first = await jsfuzz([...runs, '--seed', '5', '--out', 'first']);
    expect(first.code).toBe(0);
    const again = await jsfuzz([...runs, '--seed', '5', '--out', 'again']);
    expect((await jsfuzz([...runs, '--seed', '6', '--out', 'other'])).code).toBe(0);
    expect(again).toEqual(first);
    expect(rows(first.stdout)).toMatchObject([{ summary: true, seed: 5, schedules: 80 }]);
    expect(contents(join(cwd, 'again'))).toEqual(contents(join(cwd, 'first')));
    expect(contents(join(cwd, 'other'))).not.toEqual(contents(join(cwd, 'first')));
  });

  it('goes on after a finding: all runs are made', async () => {
    const { code, stdout } = await jsfuzz([
      '--mutant',
      'clear-before-unset',
      '--runs',
      '60',
      '--json',
      '--out',
      'on',
    ]);
    expect(code).toBe(77);
    const [found] = rows(stdout);
    expect(found!.schedule).toBeLessThan(44);
    expect(rows(stdout).at(-1)).toMatchObject({ summary: true, schedules: 60 });
  });

  it('begins with what it is given, runs it once for --regression, and is not broken by any file', async () => {
    mkdirSync(join(cwd, 'given/folder'), { recursive: true });
    write(join(cwd, 'given'), {
      'found.cid': FREED_FOUND,
      'clean.cid': CLEAN,
      'broken.cid': 'cidfuzz 1\n\0',
      'folder/bytes': Uint8Array.of(255, 254, 253, 252, 251, 250),
    });
    symlinkSync('/dev/zero', join(cwd, 'given/endless'));
    const once = await jsfuzz(['--regression', '--no-seeds', '--corpus', 'given', '--out', 'once']);
    expect(once.stdout).toContain('left out: given/broken.cid:2:1: ');
    expect(once.stdout).toContain('left out: given/endless: no file');
    expect(once.stdout).toMatch(/^seed 1: 4 schedules, .*; 4 schedules compared/m);
    expect(once.stdout).toMatch(/^freed-in-use: first in schedule \d, met 1 times$/m);
    expect(once.code).toBe(77);
    const other = await jsfuzz([
      '--regression',
      '--algo',
      'v6.3',
      '--corpus',
      'given',
      '--out',
      'once',
      '--quiet',
    ]);
    expect(other).toEqual({ code: 0, stdout: '', stderr: 'seed 1\n' });
    const mutated = await jsfuzz(['--no-seeds', '--corpus', 'given', '--out', 'given-out', '--runs', '50']);
    expect(mutated.code).toBe(77);
  });

  it.each([
    [['--corpus', 'nowhere'], /^nowhere: cannot read \(no such file or folder\)\n$/],
    [['--out', 'file'], /^file: cannot create the campaign folder \(.*\)\n$/],
    [['--cpus', '0'], /expected a number of cpus from 1 to 1024\.?\n$/],
  ])('says in one line what is wrong: %s', async (words, message) => {
    write(cwd, { file: '' });
    const { code, stdout, stderr } = await jsfuzz([...words, '--runs', '1']);
    expect(stderr).toMatch(message);
    expect(stderr.split('\n')).toHaveLength(2);
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });
});

describe('a harness with a fault', () => {
  it('fails where coverage stays 0', async () => {
    const main = faulty('blind', (folder) => {
      const file = join(folder, 'dist/jsfuzz/coverage.js');
      const text = readFileSync(file, 'utf8');
      expect(text).toContain('this.arms.push(1);');
      writeFileSync(file, text.replace('this.arms.push(1);', ''));
    });
    const { code, stderr } = await jsfuzz(['--runs', '50', '--out', 'blind-out'], main);
    expect(stderr).toMatch(/^cidfuzz jsfuzz: coverage is still 0 after 50 runs \(.*\)\n$/);
    expect(code).toBe(78);
    // Without a number of runs it does not take the whole minute to say so.
    const timed = await jsfuzz(['--time', '90s', '--out', 'blind-out'], main);
    expect(timed.stderr).toMatch(/^cidfuzz jsfuzz: coverage is still 0 after \d+ runs/);
    expect(timed.code).toBe(78);
  });

  it('ends with 78 where engine and reference part', async () => {
    const main = faulty('parted', (folder) => {
      const { wasm } = withConstant('release', PERIOD_NS, 120_000_000);
      writeFileSync(join(folder, 'build/release.wasm'), wasm);
    });
    const { code, stdout, stderr } = await jsfuzz(
      ['--runs', '2000', '--json', '--quiet', '--out', 'parted-out'],
      main,
    );
    expect(stderr).toBe('');
    expect(code).toBe(78);
    const [parted] = rows(stdout);
    expect(parted).toMatchObject({ outcome: 'divergence' });
    const file = join('parted-out', parted!.finding as string, 'minimized.cid');
    expect((await cidfuzz(['replay', file], { cwd, main })).code).toBe(78);
    expect((await cidfuzz(['replay', file], { cwd })).code).toBe(0);
  });

  it('ends with 78 where the engine fails, and keeps the scenario', async () => {
    const main = faulty('failing', (folder) => {
      const file = join(folder, 'dist/jsfuzz/target.js');
      const text = readFileSync(file, 'utf8');
      expect(text).toContain('tally.compared++;');
      writeFileSync(file, text.replace('tally.compared++;', 'throw new Error("what an assertion says");'));
    });
    const { code, stderr } = await jsfuzz(['--runs', '50', '--out', 'failing-out'], main);
    expect(stderr).toMatch(
      /^cidfuzz jsfuzz: what an assertion says \(in the run of .*failing-out\/fault\.cid\)\n$/,
    );
    expect(code).toBe(78);
    expect((await cidfuzz(['replay', 'failing-out/fault.cid'], { cwd })).code).toBe(0);
  });
});

describe('Ctrl-C', () => {
  it('ends it calmly, and nothing outlives it', async () => {
    let sent = false;
    const { code, stdout, stderr } = await jsfuzz(
      ['--time', '90s', '--json', '--out', 'cut'],
      undefined,
      (child) => {
        // With the first line: jsfuzz is about to be started.
        if (!sent) setTimeout(() => child.kill('SIGINT'), 2500);
        sent = true;
      },
    );
    expect(stderr).toContain('interrupted: the run under way is ended');
    expect(stderr).toContain('interrupted; all that was found and kept is in cut');
    expect(rows(stdout).at(-1)).toMatchObject({ summary: true, divergences: 0 });
    expect(code).toBe(130);
    // Its outputs are closed, or we would still be waiting: jsfuzz and its worker had them too.
    expect(listing(TMPDIR)).toEqual([]);
  });
});
