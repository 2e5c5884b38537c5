/** What a campaign makes of a folder that is not as it left it, that others use, or that cannot be written. */
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  cidfuzz,
  contents,
  listing,
  MAIN,
  type Outcome,
  results,
  rows,
  spawned,
  temporaryFolder,
} from './cidfuzz.js';

const cwd = temporaryFolder();
const ROOT_USER = process.getuid?.() === 0;
/** One finding, in two batches: in worlds of many cpus they are small. */
const QUICK = [
  '--mutant',
  'racy-set',
  '--cpus',
  '2-17',
  '--runs',
  '1000',
  '--jobs',
  '1',
  '--json',
  '--quiet',
];
/** The same with a corpus of more than a thousand schedules. */
const LARGE = ['--mutant', 'racy-set', '--runs', '10000', '--jobs', '1', '--json', '--quiet'];

function fuzz(out: string, args: readonly string[] = QUICK): Promise<Outcome> {
  return cidfuzz(['fuzz', '--out', out, ...args], { cwd });
}

let whole: Outcome;
beforeAll(async () => {
  whole = await fuzz('whole');
});

/** A folder with a campaign that is done. */
function done(out: string): string {
  cpSync(join(cwd, 'whole'), join(cwd, out), { recursive: true });
  return join(cwd, out);
}

/** What was said to be set aside: the only thing that is said. */
function asideOf({ stderr }: Outcome): unknown {
  const [row, ...more] = rows(stderr);
  expect(more).toEqual([]);
  expect(row).toMatchObject({ event: 'aside' });
  return row!.paths;
}

/** The corpus' files. */
const corpusOf = (out: string) => readdirSync(join(cwd, out, 'corpus')).sort();

describe('the format of the folder', () => {
  it('is told in a file; a newer one is refused, and nothing is touched', async () => {
    mkdirSync(join(cwd, 'newer'));
    writeFileSync(join(cwd, 'newer/format.json'), '{"format":3}');
    const { code, stdout, stderr } = await fuzz('newer');
    expect(stderr).toBe(
      'newer/format.json: a newer cidfuzz has made this folder (expected format 2; name another --out)\n',
    );
    expect([code, stdout]).toEqual([1, '']);
    expect(readFileSync(join(cwd, 'newer/format.json'), 'utf8')).toBe('{"format":3}');
    expect(listing(join(cwd, 'newer'))).toEqual(['format.json']);
  });

  it('a file of it that says nothing of the kind is set aside', async () => {
    done('garbled');
    const right = readFileSync(join(cwd, 'garbled/format.json'), 'utf8');
    writeFileSync(join(cwd, 'garbled/format.json'), '{"format":');
    const again = await fuzz('garbled');
    expect(asideOf(again)).toEqual(['format.json']);
    expect(again.stdout).toBe(whole.stdout);
    expect(readFileSync(join(cwd, 'garbled/format.json'), 'utf8')).toBe(right);
    expect(readFileSync(join(cwd, 'garbled/aside/format.json'), 'utf8')).toBe('{"format":');
  });

  it('an older state is set aside, and its campaign begun anew', async () => {
    done('older');
    const state = readdirSync(join(cwd, 'older')).find((name) => name.startsWith('rfc-'))!;
    const old = JSON.stringify({ format: 1, buckets: [] });
    writeFileSync(join(cwd, 'older', state), old);
    const again = await fuzz('older');
    expect(again.stdout).toBe(whole.stdout);
    expect(asideOf(again)).toEqual([state]);
    expect(readFileSync(join(cwd, 'older/aside', state), 'utf8')).toBe(old);
    // Once more, with another one: both stay.
    writeFileSync(join(cwd, 'older', state), '{');
    await fuzz('older');
    expect(readdirSync(join(cwd, 'older/aside')).sort()).toEqual([state, `${state}.1`]);
  });

  it('a folder that is called like the state is set aside, too', async () => {
    done('instead');
    const name = readdirSync(join(cwd, 'instead')).find((name) => name.startsWith('rfc-'))!;
    rmSync(join(cwd, 'instead', name));
    mkdirSync(join(cwd, 'instead', name));
    const again = await fuzz('instead');
    expect(asideOf(again)).toEqual([name]);
    expect(again.stdout).toBe(whole.stdout);
  });
});

describe('the lock', () => {
  it('keeps a second campaign out, and the first one goes on', async () => {
    const first = spawn(
      process.execPath,
      [MAIN, 'fuzz', '--out', 'busy', '--jobs', '1', '--algo', 'v6.3', '--time', '60s'],
      {
        cwd,
        stdio: 'ignore',
      },
    );
    const ended = new Promise((done) => first.on('close', done));
    while (!existsSync(join(cwd, 'busy/lock'))) await sleep(50);
    const second = await fuzz('busy');
    expect(second.stderr).toBe('busy: another campaign works in it (expected none; name another --out)\n');
    expect([second.code, second.stdout]).toEqual([1, '']);
    expect(first.exitCode).toBeNull();
    first.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(existsSync(join(cwd, 'busy/lock'))).toBe(false);
  });

  it('of somebody who was killed is waited for, then taken', async () => {
    done('stale');
    mkdirSync(join(cwd, 'stale/lock'));
    const again = await fuzz('stale');
    expect(again).toEqual(whole);
    // One that nobody has touched for long is nobody's.
    mkdirSync(join(cwd, 'stale/lock'));
    const hourAgo = new Date(Date.now() - 3_600_000);
    utimesSync(join(cwd, 'stale/lock'), hourAgo, hourAgo);
    expect(await fuzz('stale')).toEqual(whole);
    expect(existsSync(join(cwd, 'stale/lock'))).toBe(false);
  });

  it('that was lost while the process stood still ends its campaign, which writes no more', async () => {
    const first = spawn(
      process.execPath,
      [MAIN, 'fuzz', '--out', 'lost', '--jobs', '1', '--algo', 'v6.3', '--time', '60s'],
      {
        cwd,
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    let stderr = '';
    first.stderr.on('data', (text) => {
      stderr += text;
    });
    const ended = new Promise((done) => first.on('close', done));
    while (!existsSync(join(cwd, 'lost/lock'))) await sleep(50);
    await sleep(1500);
    first.kill('SIGSTOP');
    const second = await fuzz('lost');
    expect(second.code).toBe(77);
    const state = readdirSync(join(cwd, 'lost')).find((name) => name.startsWith('v6.3'));
    const before = state === undefined ? null : readFileSync(join(cwd, 'lost', state), 'utf8');
    first.kill('SIGCONT');
    expect(await ended).toBe(1);
    expect(stderr).toBe('lost: the lock is lost (expected that nobody else works in the folder)\n');
    if (state !== undefined) expect(readFileSync(join(cwd, 'lost', state), 'utf8')).toBe(before);
  });
});

describe('a campaign that has lost its lock', () => {
  it('stores nothing more: neither what it was making small, nor what it was told meanwhile', async () => {
    const args = ['--mutant', 'plain-lazy', '--cpus', '2-17', '--seed', '3', '--runs', '1000', '--json'];
    const first = spawn(process.execPath, [MAIN, 'fuzz', '--out', 'stopped', '--jobs', '2', ...args], {
      cwd,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    first.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    const ended = new Promise((done) => first.on('close', done));
    while (!stderr.includes('"event":"met"')) await sleep(5);
    first.kill('SIGSTOP');
    // Another campaign takes the folder, and leaves it: there is no lock at all any more.
    const second = await fuzz('stopped', ['--algo', 'v6.3', '--runs', '100', '--json', '--quiet']);
    expect([second.code, second.stderr]).toEqual([0, '']);
    const before = contents(join(cwd, 'stopped'));
    first.kill('SIGCONT');
    expect(await ended).toBe(1);
    expect(stderr).toMatch(
      /\nstopped: the lock is lost \(expected that nobody else works in the folder\)\n$/,
    );
    expect(contents(join(cwd, 'stopped'))).toEqual(before);
    // Nothing that it had told is missing, and it can be gone on with.
    const again = await fuzz('stopped', args);
    const whole = await fuzz('unstopped', args);
    expect(again.stdout).toBe(whole.stdout);
  });
});

describe('a folder that was damaged', () => {
  it('1 000 corrupted files of the corpus are set aside in one line; what they alone covered is looked for again', async () => {
    const whole = await fuzz('corrupt', LARGE);
    const before = results(join(cwd, 'corrupt'));
    const names = corpusOf('corrupt');
    expect(names.length).toBeGreaterThan(1000);
    const bad = names.slice(0, 1000);
    for (const [i, name] of bad.entries()) {
      const path = join(cwd, 'corrupt/corpus', name);
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, i % 3 === 0 ? '' : i % 3 === 1 ? text.slice(0, text.length >> 1) : `${text}\0`);
    }
    const again = await fuzz('corrupt', LARGE);
    expect(again.code).toBe(77);
    expect(asideOf(again)).toEqual(bad.map((name) => `corpus/${name}`));
    expect(readdirSync(join(cwd, 'corrupt/aside/corpus')).sort()).toEqual(bad);
    expect(corpusOf('corrupt')).toEqual(names.slice(1000));
    const features = (outcome: Outcome) => Number(rows(outcome.stdout).at(-1)!.features);
    expect(features(again)).toBeLessThan(features(whole));
    expect(features(again)).toBeGreaterThan(0);
    // All else is as it was.
    const after = results(join(cwd, 'corrupt'));
    for (const [name, text] of Object.entries(before)) {
      if (name.startsWith('findings/')) expect(after[name]).toBe(text);
    }
    // There is nothing more to set aside, and what is met again is kept again.
    const more = await fuzz('corrupt', LARGE.with(3, '20000'));
    expect(more.stderr).toBe('');
    expect(features(more)).toBeGreaterThan(features(again));
  });

  it('tells people of three names', async () => {
    done('told');
    for (const name of corpusOf('told').slice(0, 5)) writeFileSync(join(cwd, 'told/corpus', name), '');
    const [first, ...rest] = QUICK;
    const words = [first!, ...rest.filter((word) => word !== '--json' && word !== '--quiet')];
    const { stdout } = await fuzz('told', words);
    expect(stdout).toMatch(
      /^told: 5 files were torn or foreign, and are in told\/aside now: (corpus\/[0-9a-f]{16}\.cid, ){3}and 2 more$/m,
    );
  });

  it('what is not ours is set aside, whatever it is', async () => {
    const folder = done('foreign');
    mkdirSync(join(folder, 'corpus/a-folder'));
    writeFileSync(join(folder, 'corpus/a-folder/x'), 'x');
    writeFileSync(join(folder, 'corpus/notes.txt'), 'mine');
    mkdirSync(join(folder, 'corpus/0123456789abcdef.cid'));
    symlinkSync('/etc/hostname', join(folder, 'corpus/fedcba9876543210.cid'));
    symlinkSync('nowhere', join(folder, 'corpus/fedcba9876543211.cid'));
    mkdirSync(join(folder, 'findings/freed-in-use-00000000'));
    writeFileSync(join(folder, 'findings/stray'), '');
    writeFileSync(join(folder, 'corpus/odd\nname'), '');
    const again = await fuzz('foreign');
    expect(again.stdout).toBe(whole.stdout);
    expect(asideOf(again)).toHaveLength(8);
    expect(readFileSync(join(folder, 'aside/corpus/notes.txt'), 'utf8')).toBe('mine');
    expect(readFileSync(join(folder, 'aside/corpus/a-folder/x'), 'utf8')).toBe('x');
    expect((await fuzz('foreign')).stderr).toBe('');
  });

  it('what has a name that is no text, or never ends, or may not be read, is set aside', async () => {
    const folder = done('odd');
    const bytes = (...parts: (string | number[])[]) =>
      Buffer.concat(parts.map((part) => Buffer.from(part as string)));
    writeFileSync(bytes(`${folder}/corpus/gr`, [0xfc, 0xdf], 'e'), 'mine');
    mkdirSync(bytes(`${folder}/findings/`, [0xff]));
    mkdirSync(join(folder, 'findings/pipe-00000000'));
    execFileSync('mkfifo', [
      join(folder, 'corpus/0123456789abcdef.cid'),
      join(folder, 'findings/pipe-00000000/finding.json'),
    ]);
    writeFileSync(join(folder, 'corpus/fedcba9876543210.cid'), 'secret', { mode: 0 });
    const again = await fuzz('odd');
    expect(asideOf(again)).toEqual([
      'corpus/0123456789abcdef.cid',
      'corpus/fedcba9876543210.cid',
      'corpus/gr\xfc\xdfe',
      'findings/pipe-00000000',
      'findings/\xff',
    ]);
    expect(again.stdout).toBe(whole.stdout);
    expect(readFileSync(join(folder, 'aside/corpus/gr\xfc\xdfe'), 'utf8')).toBe('mine');
    expect((await fuzz('odd')).stderr).toBe('');
  });

  it('a file that may not be read is set aside, and does not end the campaign', async ({ skip }) => {
    if (!ROOT_USER) return skip('this is tested by root, who becomes somebody else');
    execFileSync('chown', ['-R', '65534:65534', done('unreadable')]);
    chmodSync(cwd, 0o755);
    const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups'];
    const asNobody = () =>
      spawned('setpriv', [...nobody, process.execPath, MAIN, 'fuzz', '--out', 'unreadable', ...QUICK], {
        cwd,
      });
    const secret = join(cwd, 'unreadable/corpus/0123456789abcdef.cid');
    writeFileSync(secret, 'secret', { mode: 0 });
    const again = await asNobody();
    expect(again.code).toBe(77);
    expect(asideOf(again)).toEqual(['corpus/0123456789abcdef.cid']);
  });

  it('what only looks as if a killed writer had left it stays', async () => {
    const folder = done('alike');
    mkdirSync(join(folder, 'backup.2024-11.tmp'));
    writeFileSync(join(folder, 'backup.2024-11.tmp/x'), 'mine');
    writeFileSync(join(folder, 'notes.2024-11.tmp'), 'mine');
    writeFileSync(join(folder, 'corpus/notes.2024-11.tmp'), 'mine');
    mkdirSync(join(folder, 'findings/.mine.2024-11.tmp'));
    const again = await fuzz('alike');
    expect(asideOf(again)).toEqual(['corpus/notes.2024-11.tmp', 'findings/.mine.2024-11.tmp']);
    expect(readFileSync(join(folder, 'backup.2024-11.tmp/x'), 'utf8')).toBe('mine');
    expect(readFileSync(join(folder, 'notes.2024-11.tmp'), 'utf8')).toBe('mine');
    expect(readFileSync(join(folder, 'aside/corpus/notes.2024-11.tmp'), 'utf8')).toBe('mine');
  });

  it('what a writer that was killed left half-written is gone; a whole finding takes its place', async () => {
    const folder = done('half');
    const before = results(folder);
    const [finding] = readdirSync(join(folder, 'findings'));
    writeFileSync(join(folder, 'corpus/0123456789abcdef.cid.12345-1.tmp'), 'half');
    writeFileSync(join(folder, 'rfc-v6.json.12345-2.tmp'), '{"for');
    mkdirSync(join(folder, 'findings/.other-00000000.12345-3.tmp'));
    writeFileSync(join(folder, 'findings/.other-00000000.12345-3.tmp/minimized.cid'), 'half');
    // Killed between the two renames.
    execFileSync('mv', [`findings/${finding}`, `findings/.${finding}.12345-4.tmp`], { cwd: folder });
    const again = await fuzz('half');
    expect(again).toEqual(whole);
    expect(results(folder)).toEqual(before);
  });

  it('a statistics line that is cut off is taken away; a file that is none is set aside', async () => {
    done('stats');
    const [name] = readdirSync(join(cwd, 'stats/stats'));
    const path = join(cwd, 'stats/stats', name!);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, `${text}{"format":1,"sess`);
    expect((await fuzz('stats')).stderr).toBe('');
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines.slice(0, -1).join('\n')).toBe(text.trimEnd());
    expect(lines.map((line) => JSON.parse(line).session)).toEqual([...lines.slice(0, -1).map(() => 1), 2]);
    writeFileSync(path, 'garbage\n');
    expect(asideOf(await fuzz('stats'))).toEqual([`stats/${name}`]);
    expect(readFileSync(join(cwd, 'stats/aside/stats', name!), 'utf8')).toBe('garbage\n');
    rmSync(path);
    mkdirSync(path);
    expect(asideOf(await fuzz('stats'))).toEqual([`stats/${name}`]);
  });
});

describe('a disk', () => {
  it('that may only be read is told in one line', async () => {
    done('read-only');
    const before = contents(join(cwd, 'read-only'));
    const args = [MAIN, 'fuzz', '--out', 'read-only', ...QUICK];
    chmodSync(cwd, 0o755);
    execFileSync('chmod', ['-R', 'a-w,a+rX', join(cwd, 'read-only')]);
    const outcome = ROOT_USER
      ? await spawned(
          'setpriv',
          ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, ...args],
          { cwd },
        )
      : await spawned(process.execPath, args, { cwd });
    execFileSync('chmod', ['-R', 'u+w', join(cwd, 'read-only')]);
    expect(outcome.stderr).toMatch(/^read-only\/[^\n]*: cannot [^\n]* \(permission denied\)\n$/);
    expect([outcome.code, outcome.stdout]).toEqual([1, '']);
    expect(contents(join(cwd, 'read-only'))).toEqual(before);
  });

  /** A small file system of its own, where that can be had. */
  function mounted(path: string, size: string): boolean {
    if (!ROOT_USER) return false;
    mkdirSync(path);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path], { stdio: 'ignore' });
      return true;
    } catch {
      rmSync(path, { recursive: true });
      return false;
    }
  }

  it('that is full is told in one line; with more room the same campaign comes to the same', async ({
    skip,
  }) => {
    const path = join(cwd, 'full');
    if (!mounted(path, '1m')) return skip('no tmpfs can be mounted here');
    try {
      const full = await fuzz('full');
      expect(full.stderr).toMatch(/^full\/[^\n]*: cannot [^\n]* \(no space left on the device\)\n$/);
      expect([full.code, full.stdout]).toEqual([1, '']);
      for (const name of corpusOf('full')) expect(name).toMatch(/^[0-9a-f]{16}\.cid$/);
      execFileSync('mount', ['-o', 'remount,size=64m', path]);
      const more = await fuzz('full');
      expect(more).toEqual(whole);
      expect(results(path)).toEqual(results(join(cwd, 'whole')));
    } finally {
      execFileSync('umount', [path]);
    }
  });
});
