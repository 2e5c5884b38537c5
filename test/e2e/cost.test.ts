import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PERIOD_NS } from '../../src/abi.js';
import { withConstant } from '../check/broken.js';
import { IDLE, Writer } from '../trace/traces.js';
import { cidfuzz, ROOT, rows, temporaryFolder, write } from './cidfuzz.js';
import { expectPrintable, ODD, PERF_SCHED, TICKS, TRACE_CMD } from './traces.js';

const cwd = temporaryFolder();
const run = (...args: string[]) => cidfuzz(['cost', ...args], { cwd });
const ALGOS = ['v6.3', 'rfc-v6', 'rfc-v6-fixed'];
const a = { tid: 100, comm: 'a' };
const b = { tid: 200, comm: 'b' };
const t = { tid: 101, tgid: 100, comm: 'a' };
/** t is told another time that cid 0 is free, 110 ms after it was. */
const AGES = new Writer()
  .switch(0, IDLE, a)
  .switch(1, IDLE, t)
  .exit(0, a, false)
  .switch(0, a, IDLE, 'X')
  .at(1_110_000)
  .switch(1, t, IDLE)
  .switch(1, IDLE, t)
  .switch(1, t, b)
  .text();

describe('cost', () => {
  it('is a table for each trace, and one of all', async () => {
    const outcome = await run(TICKS, TRACE_CMD);
    expectPrintable(outcome);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    const { stdout } = outcome;
    expect(stdout).toMatch(
      new RegExp(
        `^${TICKS}: 5 ?697 switches in 0\\.208 s on 2 cpus; at most 1 threads? of one mm at once$`,
        'm',
      ),
    );
    expect(stdout).toMatch(/^ {2}per 1 000 switches +v6\.3 +rfc-v6 +rfc-v6-fixed$/m);
    expect(stdout).toMatch(/^ {2}atomic read-modify-writes +\d+ +[\d.]+ +[\d.]+$/m);
    expect(stdout).toMatch(/^ {2}the first 5 ?697 switches: engine and reference agree$/m);
    expect(stdout).toMatch(/^ {2}the first 11 ?122 switches: engine and reference agree$/m);
    expect(stdout.split('\n\n').at(-1)).toMatch(
      /^atomic operations per 1 000 switches .*\n.*ticks-hackbench-3x-threads.*\n.*hackbench-threads.trace-cmd-report.*\n$/,
    );
  });

  it('--json: a row for each trace and algorithm, with the keys that are fixed', async () => {
    const { stdout, stderr, code } = await run('--json', '--quiet', TICKS, PERF_SCHED);
    expect([code, stderr]).toEqual([0, '']);
    const all = rows(stdout);
    expect(all.map(({ file, algo }) => [file, algo])).toEqual(
      [TICKS, PERF_SCHED].flatMap((file) => ALGOS.map((algo) => [file, algo])),
    );
    for (const row of all) {
      expect(Object.keys(row)).toEqual(
        expect.arrayContaining([
          'file',
          'algo',
          'switches',
          'rmw',
          'locks',
          'barriers',
          'words_scanned',
          'allocations',
          'compactions',
          'cleared',
          'max_cid',
          'max_concurrency',
        ]),
      );
      for (const [key, value] of Object.entries(row))
        if (key !== 'file' && key !== 'algo') expect(value, key).toEqual(expect.any(Number));
      expect(row.switches).toBe(row.file === TICKS ? 5697 : 14_489 + 7);
      expect(row.max_cid as number).toBeLessThan(2);
      if (row.algo === 'v6.3') expect(row).toMatchObject({ rmw: row.locks, compactions: 0, cleared: 0 });
      else expect(row.locks).toBe(0);
    }
  });

  it('--json: notes are on stderr', async () => {
    const { stdout, stderr } = await run('--json', ODD);
    expect(rows(stdout)).toHaveLength(3);
    expect(stderr).toContain('22 switches inferred');
  });

  it('--algo: some of them', async () => {
    const { stdout, code } = await run('--json', '--quiet', '--algo', 'rfc-v6', 'v6.3', '--', TICKS);
    expect(code).toBe(0);
    const some = rows(stdout);
    expect(some.map(({ algo }) => algo)).toEqual(['v6.3', 'rfc-v6']);
    const all = rows((await run('--json', '--quiet', TICKS)).stdout);
    expect(some).toEqual(all.slice(0, 2));
  });

  it('--hz and --lockstep', async () => {
    const outcome = await run('--hz', '0', '--lockstep', '300', PERF_SCHED);
    expect(outcome.stdout).toContain('the first 300 switches: engine and reference agree\n');
    expect(outcome.stdout).not.toContain('ticks');
    expect((await run('--hz', '1000', '--lockstep', '0', PERF_SCHED)).stdout).toMatch(
      /\d ticks of busy cpus assumed/,
    );
    expect((await run('--lockstep', '0', PERF_SCHED)).stdout).not.toContain('agree');
  });

  it('--quiet: the exit code alone', async () => {
    expect(await run('--quiet', TICKS)).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('goes on to the other files after a bad one, and ends with 1', async () => {
    write(cwd, { 'bad.txt': 'words\n' });
    const { code, stdout, stderr } = await run('--json', '--quiet', 'bad.txt', TICKS, 'none.txt');
    expect(rows(stdout).map(({ file }) => file)).toEqual([TICKS, TICKS, TICKS]);
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(/^bad\.txt:1: no line of a scheduler trace/),
      'none.txt: cannot read (no such file or folder)',
      '',
    ]);
    expect(code).toBe(1);
  });

  it('ends with 78 where engine and reference part, and says of what', async () => {
    const broken = join(cwd, 'broken');
    mkdirSync(join(broken, 'build'), { recursive: true });
    cpSync(join(ROOT, 'dist'), join(broken, 'dist'), { recursive: true });
    cpSync(join(ROOT, 'package.json'), join(broken, 'package.json'));
    symlinkSync(join(ROOT, 'node_modules'), join(broken, 'node_modules'));
    writeFileSync(join(broken, 'build/release.wasm'), withConstant('release', PERIOD_NS, 120_000_000).wasm);
    write(cwd, { 'ages.txt': AGES });
    expect((await run('ages.txt')).code).toBe(0);
    const main = join(broken, 'dist/cli/main.js');
    const { code, stderr } = await cidfuzz(['cost', '--json', '--quiet', 'ages.txt', 'none.txt'], {
      cwd,
      main,
    });
    expect(stderr).toMatch(/^ages\.txt: rfc-v6: engine and reference part: step \d+ differs\n/);
    expect(code).toBe(78);
    expect((await cidfuzz(['cost', '--lockstep', '0', '--quiet', 'ages.txt'], { cwd, main })).code).toBe(0);
  });
});
