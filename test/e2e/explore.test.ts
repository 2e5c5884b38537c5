import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cidfuzz, listing, MAIN, type Outcome, ROOT, rows, temporaryFolder, write } from './cidfuzz.js';

const cwd = temporaryFolder();
const read = (name: string) => readFileSync(join(cwd, name), 'utf8');
const words = (line: string) => line.split(' ').filter((word) => word !== '');

/** Clean, 98 540 states. */
const CLEAN = '--algo rfc-v6-fixed --advances 0';
/** The same with a mutant: ownership after 20 moves. */
const RACY = '--algo rfc-v6-fixed --mutant racy-set';
/** Far more than a test has time for. */
const LARGE = '--tasks 3';

/** Runs it; no output is a terminal, so there are no codes for one. */
async function explore(line: string, ...more: string[]): Promise<Outcome> {
  const outcome = await cidfuzz(['explore', ...words(line), ...more], { cwd });
  expect(outcome.stdout + outcome.stderr).not.toContain('\x1b');
  return outcome;
}

/** The row of `explore --json`, which is all that there is on stdout. */
async function rowOf(line: string, code = 0): Promise<Record<string, unknown>> {
  const outcome = await explore(line, '--json', '--quiet');
  expect([outcome.code, outcome.stderr]).toEqual([code, '']);
  const all = rows(outcome.stdout);
  expect(all).toHaveLength(1);
  return all[0]!;
}

/** What a run took, taken out. */
const timeless = (text: string) => text.replace(/[\d.]+ s \([\d ]+ distinct states\/s\)/g, 'TIME');
function timelessRow({ seconds, ...rest }: Record<string, unknown>): Record<string, unknown> {
  expect(seconds).toBeGreaterThan(0);
  return rest;
}

/** The actions of a scenario's text. */
const actionsOf = (text: string) => text.slice(text.indexOf('\n---\n') + 5);

const header = (more = '') =>
  `cidfuzz 1\nalgo rfc-v6-fixed\n${more}cpus 2\nmm A\ntask a A 0\ntask b A 1\n---\n`;
const RACY_HEADER = header('mutant racy-set\n');

describe('a clean world', () => {
  it('is explored to the end, and said to be', async () => {
    const { code, stdout, stderr } = await explore(CLEAN);
    expect(stderr).toBe('');
    expect(timeless(stdout)).toMatch(
      /^complete for rfc-v6-fixed, 2 cpus, 2 tasks, 1 mm, sc x86, preempt full: no violation\n {2}within: at most 0 advances; no exits, execs, forks\n {2}98 540 distinct states, [\d ]+ in all, depth \d+, TIME, [\d.]+ bytes of visited set a state\n {2}a state was taken for another with a probability below [\d.]+e-10 \(--exact: never\)\n$/,
    );
    expect(code).toBe(0);
    // Asked for less, it says the same.
    const quiet = await explore(CLEAN, '--quiet');
    expect([quiet.code, timeless(quiet.stdout), quiet.stderr]).toEqual([0, timeless(stdout), '']);
  });

  it('--json: one row with all fields', async () => {
    const row = await rowOf(CLEAN);
    expect(row).toEqual({
      complete: true,
      stop: null,
      bounds: {
        exits: 0,
        execs: 0,
        execFails: 0,
        forks: 0,
        threadForks: 0,
        switches: null,
        ticks: null,
        works: null,
        migrations: null,
        advances: 0,
        preemptions: null,
        depth: null,
      },
      states: expect.any(Number),
      distinct: 98_540,
      violation: null,
      length: null,
      shortest: null,
      seconds: expect.any(Number),
      moves: expect.any(Number),
      queue: 0,
      visited_bytes: expect.any(Number),
      omission: expect.any(Number),
      scenario: null,
    });
    expect(row.states).toBeGreaterThan(98_540);
    expect(row.omission).toBeGreaterThan(0);
    const plain = await explore(`${CLEAN} --json`);
    expect([plain.code, plain.stderr]).toEqual([0, '']);
    expect(timelessRow(rows(plain.stdout)[0]!)).toEqual(timelessRow(row));
  });

  it('has the same states depth-first, whole, and as a file', async () => {
    const dfs = await rowOf(`${CLEAN} --order dfs`);
    expect(dfs).toMatchObject({ complete: true, distinct: 98_540, violation: null });
    const exact = await explore(`${CLEAN} --exact --memory-mb 200`);
    expect(exact.stdout).toMatch(/^complete .*\n.*\n {2}98 540 distinct .*\n {2}whole states were kept\n$/);
    write(cwd, { 'clean.cid': header() });
    expect(await rowOf('clean.cid --advances 0')).toMatchObject({ complete: true, distinct: 98_540 });
  });

  it('writes no file, and leaves one that is there alone', async () => {
    write(cwd, { 'there.cid': 'something' });
    const before = listing(cwd);
    const { code, stdout } = await explore(`${CLEAN} --switches 2`, '-o', 'there.cid');
    expect(code).toBe(0);
    expect(stdout).not.toContain('there.cid');
    expect(listing(cwd)).toEqual(before);
    expect(read('there.cid')).toBe('something');
  });
});

describe('a violation', () => {
  it('is told with the shortest way to it, which replay and explain see as well', async () => {
    const { code, stdout, stderr } = await explore(RACY, '-o', 'racy.cid');
    expect(stderr).toBe('');
    expect(code).toBe(77);
    expect(timeless(stdout)).toMatch(
      /^VIOLATION for rfc-v6-fixed \+ racy-set, 2 cpus, 2 tasks, 1 mm, sc x86, preempt full: ownership after 20 moves, and after no fewer\n {2}within: schedules of any length; no exits, execs, forks\n {2}[\d ]+ distinct states, .*\n {2}the shortest way: [\d ]+ distinct states, .*\n {2}a state was taken .*\n\nwritten: cidfuzz replay racy\.cid; cidfuzz explain racy\.cid\n$/,
    );
    expect(read('racy.cid')).toMatch(
      /^cidfuzz 1\n# No way is shorter: 20 moves \(steps, drains, other actions\) to ownership\.\n# Found by: cidfuzz explore, schedules of any length; no exits, execs, forks\n/,
    );
    const replayed = await cidfuzz(['replay', '--json', 'racy.cid'], { cwd });
    expect(replayed.code).toBe(77);
    expect(rows(replayed.stdout)).toMatchObject([
      { outcome: 'violation', violation: { kind: 'ownership' }, skipped: [], expect: 'ownership', met: true },
    ]);
    const explained = await cidfuzz(['explain', 'racy.cid'], { cwd });
    expect(explained.stdout).toMatch(/>>> 18 .*cidmask = \{0\}/);
    expect(explained.stderr).toBe('');

    // Without a file to write it to, it is on stdout; with --json, in the row.
    const shown = await explore(RACY);
    expect(shown.code).toBe(77);
    expect(shown.stdout.slice(shown.stdout.indexOf('\n\n') + 2)).toBe(read('racy.cid'));
    const row = await rowOf(RACY, 77);
    expect(row).toMatchObject({
      complete: true,
      stop: null,
      violation: rows(replayed.stdout)[0]!.violation,
      length: 20,
      shortest: true,
      scenario: read('racy.cid'),
    });
  });

  it('is not there within one move less', async () => {
    expect(await rowOf(`${RACY} --depth 19`)).toMatchObject({ complete: true, stop: null, violation: null });
    expect(await rowOf(`${RACY} --depth 20`, 77)).toMatchObject({ length: 20, shortest: true });
  });

  it('of the actions given is told as theirs', async () => {
    await explore(RACY, '-o', 'given.cid', '--quiet');
    const { code, stdout, stderr } = await explore('given.cid');
    expect([code, stderr]).toEqual([77, '']);
    expect(stdout).toMatch(
      /^VIOLATION for [^\n]*: ownership in the prefix\n {2}within: [^\n]*\n {2}nothing was explored: the actions given come to it\n\ncidfuzz 1\n# The actions given come to ownership\.\n/,
    );
    expect(actionsOf(stdout)).toBe(actionsOf(read('given.cid')));
    const row = await rowOf('given.cid', 77);
    expect(row).toMatchObject({ complete: true, states: 0, distinct: 0, length: 0 });
    expect(row.violation).toMatchObject({ kind: 'ownership', step: 18 });
    // And under another algorithm there may be none.
    expect(await rowOf('given.cid --mutant none --advances 0 --switches 2')).toMatchObject({
      complete: true,
      violation: null,
    });
  });

  it.each(['--order dfs', '--first'])('is found with %s, perhaps on a longer way', async (flag) => {
    const { code, stdout, stderr } = await explore(`${RACY} ${flag}`, '-o', 'longer.cid');
    expect([code, stderr]).toEqual([77, '']);
    expect(stdout).toMatch(/^VIOLATION for .*: ownership after [\d ]+ moves \(perhaps fewer would do\)\n/);
    expect(stdout).not.toContain('the shortest way: ');
    expect(read('longer.cid')).toMatch(/^cidfuzz 1\n# Perhaps not the shortest way: \d+ moves /);
    const replayed = await cidfuzz(['replay', '--json', 'longer.cid'], { cwd });
    expect(rows(replayed.stdout)).toMatchObject([
      { violation: { kind: 'ownership' }, skipped: [], met: true },
    ]);
  });

  it('has a way as short without any of the reductions', async () => {
    const all =
      '--no-local-steps --no-homes --no-sleep-sets --no-symmetry --no-time-abstraction --advances 1';
    for (const line of [all, '--no-symmetry --exact --memory-mb 100'])
      expect(await rowOf(`${RACY} ${line}`, 77)).toMatchObject({ length: 20, shortest: true });
    expect(await rowOf(`${RACY} --any-work`, 77)).toMatchObject({ length: 20, shortest: true });
  });
});

describe('actions that come first', () => {
  it('come first in the scenario that is written, and are no moves of it', async () => {
    write(cwd, {
      'prefix.cid': `${RACY_HEADER.replace('cpus', 'expect ok\ncpus')}# Skipped: cpu 1 is idle.\nfork 1 thread z\nswitch 0 a\nstep 0 5\n`,
    });
    const { code, stdout } = await explore('prefix.cid', '-o', 'behind.cid');
    expect(code).toBe(77);
    expect(stdout).toMatch(
      /^VIOLATION for [^\n]*, 2 tasks, [^\n]*: ownership after 14 moves, and after no fewer\n/,
    );
    expect(actionsOf(read('behind.cid'))).toMatch(/^switch 0 a\nstep 0 5\nswitch 1 b\n/);
    expect(read('behind.cid')).toContain('\nexpect ownership\n---\n');
    expect(read('behind.cid')).not.toMatch(/expect ok|\bz\b/);
    const replayed = await cidfuzz(['replay', '--json', 'behind.cid'], { cwd });
    expect(rows(replayed.stdout)).toMatchObject([
      { violation: { kind: 'ownership' }, skipped: [], met: true },
    ]);
  });

  it('may leave a world that is clean', async () => {
    write(cwd, { 'later.cid': `${header()}switch 0 a\nstep 0 12\nadvance 101ms\nswitch 1 b\nstep 1 3\n` });
    const row = await rowOf('later.cid --advances 0 --switches 2 --ticks 1');
    expect(row).toMatchObject({ complete: true, violation: null });
    expect(row.distinct).toBeGreaterThan(10);
  });
});

describe('bounds', () => {
  it('--depth: complete for ways of so many moves', async () => {
    const { code, stdout } = await explore('--depth 12');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^complete for rfc-v6, .*\n {2}within: .*; ways of at most 12 moves\n.*, depth 12, /,
    );
    const row = await rowOf('--depth 12');
    expect(row).toMatchObject({ complete: true, stop: null, bounds: { depth: 12 }, moves: 12 });
    const more = await rowOf('--depth 13');
    expect(more.distinct).toBeGreaterThan(row.distinct as number);
  });

  it('--preemptions: what it takes to see the violation', async () => {
    const none = await rowOf(`${RACY} --advances 0 --switches 3 --preemptions 0`);
    expect(none).toMatchObject({ complete: true, violation: null, bounds: { preemptions: 0, switches: 3 } });
    const one = await rowOf(`${RACY} --advances 0 --switches 3 --preemptions 1`, 77);
    // Two would do with 20.
    expect(one.length).toBe(23);
  });

  it('forks, execs and exits happen only where they may', async () => {
    const none = await rowOf(`${RACY} --tasks 1 --advances 0`);
    expect(none).toMatchObject({ complete: true, violation: null });
    const { code, stdout } = await explore(
      `${RACY} --tasks 1 --thread-forks 1 --execs 1 --advances 1 --ticks 1 --works 1`,
    );
    expect(code).toBe(77);
    expect(stdout).toContain(
      'within: at most 1 execs, 1 forks of threads, 1 ticks, 1 works, 1 advances; no exits\n',
    );
    expect(actionsOf(stdout)).toMatch(/\nfork 0 thread t0 1\n/);
  });

  it('more may happen: more states', async () => {
    const counts: number[] = [];
    for (const more of ['', '--ticks 1 --works 1', '--exits 1', '--migrations 1']) {
      const line = `--algo rfc-v6-fixed --advances 0 --switches 2 --migrations 0 --ticks 0 --works 0 ${more}`;
      counts.push((await rowOf(line)).distinct as number);
    }
    const [base, ...others] = counts;
    for (const count of others) expect(count).toBeGreaterThan(base!);
  });

  it('a memory model that allows more: more states', async () => {
    const few = '--algo rfc-v6-fixed --advances 0 --switches 2 --ticks 0 --works 0 --migrations 0';
    const counts: number[] = [];
    for (const memory of ['sc', 'tso', 'weak']) {
      const { code, stdout } = await explore(`${few} --memory ${memory}`);
      expect(code).toBe(0);
      expect(stdout).toContain(`, ${memory} x86, `);
      expect(stdout.includes('; stores out of order, loads of the newest value\n')).toBe(memory === 'weak');
      counts.push(Number(/\n {2}([\d ]+) distinct/.exec(stdout)![1]!.replaceAll(' ', '')));
    }
    expect(counts).toEqual([...new Set(counts)].sort((a, b) => a - b));
  });

  it('--any-work decides with fewer states', async () => {
    const row = await rowOf(`${CLEAN} --any-work`);
    expect(row).toMatchObject({ complete: true, violation: null });
    expect(row.distinct).toBeLessThan(98_540);
  });

  it('the flags of the header stand in for a file’s words', async () => {
    write(cwd, { 'racy-world.cid': RACY_HEADER });
    const few = 'racy-world.cid --advances 0 --switches 3 --ticks 0 --works 0';
    expect((await explore(few)).stdout).toMatch(
      /^VIOLATION for rfc-v6-fixed \+ racy-set, .* sc x86, preempt full: /,
    );
    const other = await explore(
      `${few} --mutant none --algo rfc-v6 --arch arm64 --preempt none --memory tso`,
    );
    expect(other.stdout).toMatch(/^complete for rfc-v6, 2 cpus, 2 tasks, 1 mm, tso arm64, preempt none: /);
  });
});

describe('an end before the end', () => {
  it('--time', async () => {
    const { code, stdout, stderr } = await explore(`${LARGE} --time 300ms`);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^not complete for rfc-v6, 2 cpus, 3 tasks, .*: no violation so far, ended by --time with [\d ]+ states to go on from\n/,
    );
    const dfs = await rowOf(`${LARGE} --time 300ms --order dfs`);
    expect(dfs).toMatchObject({ complete: false, stop: 'time', violation: null, length: null });
    expect(dfs.queue).toBeGreaterThan(0);
  });

  it('--memory-mb', async () => {
    const { code, stdout, stderr } = await explore(`${LARGE} --memory-mb 1`);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^not complete .*, ended by --memory-mb with [\d ]+ states to go on from\n/);
    for (const more of ['--order dfs', '--exact']) {
      const row = await rowOf(`${LARGE} --memory-mb 1 ${more}`);
      expect(row).toMatchObject({ complete: false, stop: 'memory', violation: null });
      expect(row.visited_bytes).toBeLessThanOrEqual(1 << 20);
    }
  });

  it('an interrupt', async () => {
    const { code, stdout, stderr } = await interrupted(LARGE);
    expect(code).toBe(130);
    expect(stdout).toMatch(
      /^interrupted: what was covered is told \(again: end at once\)\nnot complete .*, ended by an interrupt with [\d ]+ states to go on from\n/,
    );
    expect(stderr).toBe('interrupted (with --checkpoint FILE it could be gone on with)\n');
    const dfs = await interrupted(`${LARGE} --order dfs --quiet`);
    expect(dfs.code).toBe(130);
    expect(dfs.stdout).toMatch(/^not complete .*, ended by an interrupt with /);
    expect(dfs.stderr).toBe('interrupted (--order bfs with --checkpoint FILE could be gone on with)\n');
  });

  it('an interrupt with --json and --checkpoint', async () => {
    const line = `${LARGE} --checkpoint large.ck`;
    const { code, stdout, stderr } = await interrupted(`${line} --json`);
    expect(code).toBe(130);
    const [row, ...more] = rows(stdout);
    expect(more).toEqual([]);
    expect(row).toMatchObject({ complete: false, stop: 'interrupt', violation: null });
    expect(stderr).toBe(
      'interrupted: what was covered is told (again: end at once)\ninterrupted; to go on, the same command: everything is in large.ck\n',
    );
    // All of it is there again; there is no time for more.
    const again = await rowOf(`${line} --time 0s`);
    const { states, distinct, moves, queue, visited_bytes } = row!;
    expect(again).toMatchObject({ stop: 'time', states, distinct, moves, queue, visited_bytes });
    expect(listing(cwd).filter((name) => name.startsWith('large.ck'))).toEqual(['large.ck']);
  });
});

/** Ctrl-C, some time after the command has begun. */
async function interrupted(line: string): Promise<Outcome> {
  for (let wait = 1000; ; wait *= 2) {
    const outcome = await new Promise<Outcome>((done, failed) => {
      const child = spawn(process.execPath, [MAIN, 'explore', ...words(line)], {
        cwd,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const timers = [
        setTimeout(() => child.kill('SIGINT'), wait),
        setTimeout(() => child.kill('SIGKILL'), 60_000),
      ];
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text) => {
        stdout += text;
      });
      child.stderr.setEncoding('utf8').on('data', (text) => {
        stderr += text;
      });
      child.on('error', failed);
      child.on('close', (code) => {
        for (const timer of timers) clearTimeout(timer);
        done({ code, stdout, stderr });
      });
    });
    // It had not begun to listen: later, then.
    if (outcome.code !== null || wait > 30_000) return outcome;
  }
}

describe('--checkpoint', () => {
  it('goes on with a clean world to the same end', async () => {
    const line = `${CLEAN} --exits 1`;
    const whole = await rowOf(line);
    expect(whole).toMatchObject({ complete: true, violation: null });
    const first = await explore(`${line} --checkpoint clean.ck --memory-mb 1`);
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(
      /^not complete .*, ended by --memory-mb with [\s\S]*\nkept in clean\.ck; to go on, the same command with more --memory-mb\n$/,
    );
    const second = await rowOf(`${line} --checkpoint clean.ck --memory-mb 2`);
    expect(second).toMatchObject({ complete: false, stop: 'memory' });
    expect(second.distinct).toBeGreaterThan((1 << 20) / 8);
    expect(second.distinct).toBeLessThan(whole.distinct as number);
    expect(timelessRow(await rowOf(`${line} --checkpoint clean.ck`))).toEqual({
      ...timelessRow(whole),
      visited_bytes: expect.any(Number),
    });
  });

  it('goes on with a world that has a violation to the same scenario', async () => {
    const line = `--algo rfc-v6-fixed --mutant late-curr --tasks 1 --thread-forks 1 --execs 1 --advances 1 --ticks 1 --works 1`;
    expect((await explore(line, '-o', 'whole.cid')).code).toBe(77);
    const first = await rowOf(`${line} --checkpoint late.ck --memory-mb 1 -o parts.cid`);
    expect(first).toMatchObject({ complete: false, stop: 'memory', violation: null });
    expect(existsSync(join(cwd, 'parts.cid'))).toBe(false);
    expect((await explore(`${line} --checkpoint late.ck`, '-o', 'parts.cid')).code).toBe(77);
    expect(read('parts.cid')).toBe(read('whole.cid'));
  });

  it('goes on from a depth to a greater one', async () => {
    await rowOf('--depth 12 --checkpoint depth.ck');
    const { stdout } = await explore('--depth 12 --checkpoint depth.ck');
    expect(stdout).toMatch(
      /^complete [\s\S]*\nkept in depth\.ck; to go on, the same command with more --depth\n$/,
    );
    expect(timelessRow(await rowOf('--depth 20 --checkpoint depth.ck'))).toEqual(
      timelessRow(await rowOf('--depth 20')),
    );
  });

  it('goes on for as long again with --time', async () => {
    const line = `${LARGE} --time 300ms --checkpoint time.ck`;
    const first = await rowOf(line);
    const second = await rowOf(line);
    expect([first.stop, second.stop]).toEqual(['time', 'time']);
    expect(second.distinct).toBeGreaterThan(first.distinct as number);
    expect(second.seconds).toBeGreaterThan(first.seconds as number);
  });

  it('writes nothing where there is nothing to go on with', async () => {
    expect((await explore(`${CLEAN} --switches 2 --checkpoint done.ck`)).code).toBe(0);
    expect((await explore(`${RACY} --checkpoint done.ck`)).code).toBe(77);
    expect(listing(cwd)).not.toContain('done.ck');
  });

  it('that is another’s, cut off or no checkpoint at all is refused, and left as it is', async () => {
    await explore('--depth 14 --checkpoint good.ck --quiet');
    const good = readFileSync(join(cwd, 'good.ck'));
    const path = join(cwd, 'bad.ck');
    const other =
      'a checkpoint of another world, bounds, reductions or --exact (expected those of this call)';
    const damaged = 'the file is cut off or damaged (expected a whole checkpoint)';
    const none = 'no checkpoint (expected one that `cidfuzz explore --checkpoint` has written)';
    const cases: [() => void, string, string][] = [
      [() => {}, '--depth 14 --exits 1', other],
      [() => {}, '--depth 14 --no-sleep-sets', other],
      // Else whole states would be taken for fingerprints, or said to be kept where they are not.
      [() => {}, '--depth 14 --exact', other],
      [() => {}, '--time 1s', other],
      [() => truncateSync(path, 100_000), '--depth 14', damaged],
      [() => writeFileSync(path, Buffer.from(good).fill(0xa5, 200_000, 200_100)), '--depth 14', damaged],
      [() => writeFileSync(path, Buffer.alloc(5000, 'garbage')), '--depth 14', none],
      [() => writeFileSync(path, header()), '--depth 14', none],
    ];
    for (const [change, line, says] of cases) {
      writeFileSync(path, good);
      change();
      const before = readFileSync(path);
      await refused(`${line} --checkpoint bad.ck`, `bad.ck: ${says}`);
      expect(readFileSync(path).equals(before)).toBe(true);
    }
    writeFileSync(path, good);
    expect((await explore('--depth 15 --checkpoint bad.ck')).code).toBe(0);
  });
});

describe('--jobs', () => {
  it('2 have the states of 1', async () => {
    expect(await rowOf(`${CLEAN} --jobs 2`)).toMatchObject({
      complete: true,
      violation: null,
      distinct: 98_540,
      moves: (await rowOf(CLEAN)).moves,
    });
  });

  it('2 write the scenario of 1', async () => {
    for (const more of ['', '--no-local-steps --no-homes']) {
      expect((await explore(`${RACY} ${more}`, '-o', 'one.cid')).code).toBe(77);
      expect((await explore(`${RACY} ${more} --jobs 2`, '-o', 'two.cid')).code).toBe(77);
      expect(read('two.cid')).toBe(read('one.cid'));
    }
  });

  it('2 are interrupted, run out of time and memory, and go on with what 1 has left', async () => {
    const { code, stdout } = await interrupted(`${LARGE} --jobs 2`);
    expect(code).toBe(130);
    expect(stdout).toMatch(/\nnot complete .*, ended by an interrupt with /);
    expect(await rowOf(`${LARGE} --jobs 2 --time 300ms`)).toMatchObject({ complete: false, stop: 'time' });
    const line = `${CLEAN} --exits 1 --checkpoint jobs.ck`;
    expect(await rowOf(`${line} --memory-mb 1`)).toMatchObject({ stop: 'memory' });
    expect(await rowOf(`${line} --memory-mb 2 --jobs 2`)).toMatchObject({ stop: 'memory' });
    const last = await rowOf(`${line} --jobs 2`);
    expect(last).toMatchObject({ complete: true, violation: null });
    expect(last.distinct).toBe((await rowOf(`${CLEAN} --exits 1`)).distinct);
  });
});

/** One line on stderr, nothing on stdout, nothing written. */
async function refused(line: string, says: RegExp | string): Promise<void> {
  const before = listing(cwd);
  const { code, stdout, stderr } = await explore(line);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^[^\n]+\n$/);
  expect(stderr).not.toMatch(/\bat .*:\d+:\d+\)|node:internal|undefined|\[object/);
  if (typeof says === 'string') expect(stderr).toBe(`${says}\n`);
  else expect(stderr).toMatch(says);
  expect(code).toBe(1);
  expect(listing(cwd)).toEqual(before);
}

describe('bad input', () => {
  write(cwd, {
    'world.cid': header(),
    'malformed.cid': `${header()}switch 0 a\nfly 0\n`,
    'half.cid': `${header()}switch 0 a\nstep 0 12\nadvance 50ms\nswitch 1 b\nstep 1 12\n`,
    'stale.cid': readFileSync(join(ROOT, 'corpus/ok/weak-stale.cid')),
    'cpus.cid': header().replace('cpus 2', 'cpus 6'),
    'tasks.cid': header().replace(
      '---',
      `${Array.from({ length: 9 }, (_, i) => `task t${i} A 0\n`).join('')}---`,
    ),
    'a-file': '',
  });
  mkdirSync(join(cwd, 'a-folder'));

  it.each([
    ['none.cid', 'none.cid: cannot read (no such file or folder)'],
    ['a-folder', 'a-folder: cannot read (it is a folder (expected a file))'],
    ['malformed.cid', /^malformed\.cid:9:1: unknown action `fly` \(expected /],
    ['world.cid world.cid', /^error: too many arguments for 'explore'/],
    ['--cpus 9', 'cidfuzz explore: 9 cpus are too many to explore (expected at most 5)'],
    ['--tasks 11', 'cidfuzz explore: 11 tasks are too many to explore (expected at most 10)'],
    ['--tasks 9007199254740991', /^cidfuzz explore: 9007199254740991 tasks are too many to explore /],
    ['--mms 7', 'cidfuzz explore: 7 mms are too many to explore (expected at most 6)'],
    ['cpus.cid', 'cpus.cid: 6 cpus are too many to explore (expected at most 5)'],
    [
      'tasks.cid',
      /^tasks\.cid: 11 tasks, with those of forks, are too many to explore \(expected at most 10\)/,
    ],
    ['world.cid --execs 6', /^world\.cid: 7 mms, with those of forks and execs, are too many /],
    ...['--cpus 2', '--tasks 2', '--mms 1'].map((flag): [string, string] => [
      `world.cid ${flag}`,
      `cidfuzz explore: ${words(flag)[0]} with a file (expected one of them: the file has its own)`,
    ]),
    ['--exact --jobs 2', 'cidfuzz explore: --exact is for one job (expected --jobs 1)'],
    ['--order dfs --jobs 2', 'cidfuzz explore: --order dfs is for one job (expected --jobs 1)'],
    ['--order dfs --depth 3', 'cidfuzz explore: --depth is of --order bfs (expected no --depth)'],
    ['--order dfs --checkpoint x.ck', /^cidfuzz explore: --checkpoint is of --order bfs \(expected /],
    [
      '--no-time-abstraction',
      /^cidfuzz explore: --no-time-abstraction has no end without .* \(expected --advances of at most 12\)$/m,
    ],
    ['--no-time-abstraction --advances 13', /^cidfuzz explore: --no-time-abstraction has no end /],
    [
      '--advances 255',
      /^error: option '--advances <n>' argument '255' is invalid\. expected a whole number from 0 to 254$/m,
    ],
    [
      '--exits x',
      /^error: option '--exits <n>' argument 'x' is invalid\. expected a whole number from 0 to 254$/m,
    ],
    [
      '--memory-mb 4096',
      /^error: option '--memory-mb <n>' argument '4096' is invalid\. expected a whole number from 1 to 4095$/m,
    ],
    [
      'half.cid --time 5s',
      /^half\.cid: the prefix leaves times less than 100 ms apart \(expected advances of 101 ms or more, /,
    ],
    [
      'stale.cid --time 5s',
      /^stale\.cid: a stale load in the prefix \(an exploration has stores out of order, but no older values\)$/m,
    ],
  ])('cidfuzz explore %s', (line, says) => refused(line, says));

  // Before anything is explored, which may take hours: these worlds would not end.
  it.each([
    ['-o nowhere/x.cid', 'nowhere/x.cid: cannot write (no such file or folder)'],
    ['-o a-folder', 'a-folder: cannot write (it is a folder (expected a file))'],
    ['-o a-file/x.cid', 'a-file/x.cid: cannot write (a part of the path is a file (expected a folder))'],
    ['--checkpoint nowhere/x.ck', 'nowhere/x.ck: cannot write (no such file or folder)'],
    ['--checkpoint a-folder', 'a-folder: cannot write (it is a folder (expected a file))'],
    [
      '--checkpoint a-file',
      'a-file: no checkpoint (expected one that `cidfuzz explore --checkpoint` has written)',
    ],
  ])('cidfuzz explore --tasks 3 %s', (line, says) => refused(`${LARGE} --time 60s ${line}`, says));

  it('a file system that is read-only', async ({ skip }) => {
    const point = join(cwd, 'read-only');
    if (process.platform !== 'linux' || process.getuid?.() !== 0) skip('needs root on Linux, to mount');
    mkdirSync(point);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro,size=64k', 'tmpfs', point], { stdio: 'ignore' });
    } catch {
      skip('mount is not allowed here');
    }
    onTestFinished(() => {
      execFileSync('umount', [point]);
    });
    for (const flag of ['-o', '--checkpoint'])
      await refused(
        `${LARGE} --time 60s ${flag} read-only/x`,
        'read-only/x: cannot write (the file system is read-only)',
      );
  });

  it('a disk that is full', async ({ skip }) => {
    const point = join(cwd, 'full');
    if (process.platform !== 'linux' || process.getuid?.() !== 0) skip('needs root on Linux, to mount');
    mkdirSync(point);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', point], { stdio: 'ignore' });
    } catch {
      skip('mount is not allowed here');
    }
    onTestFinished(() => {
      execFileSync('umount', [point]);
    });
    await refused(
      '--depth 14 --checkpoint full/x.ck',
      'full/x.ck: cannot write (no space left on the device)',
    );
    expect(listing(point)).toEqual([]);
    // What was found is told all the same.
    expect(() => write(point, { filler: new Uint8Array(70_000) })).toThrow('ENOSPC');
    const { code, stdout, stderr } = await explore(RACY, '-o', 'full/x.cid');
    expect([code, stderr]).toEqual([1, 'full/x.cid: cannot write (no space left on the device)\n']);
    expect(stdout).toMatch(/^VIOLATION for [\s\S]*\n\ncidfuzz 1\n[\s\S]*\n---\n/);
    expect(listing(point)).toEqual(['filler']);
    expect(statSync(join(point, 'filler')).size).toBeGreaterThan(0);
  });
});
