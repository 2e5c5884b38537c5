import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../src/scenario/parse.js';
import { Random } from '../check/random.js';
import { FORK, IDLE, Writer } from '../trace/traces.js';
import { cidfuzz, listing, rows, temporaryFolder, write } from './cidfuzz.js';
import {
  expectPrintable,
  longTrace,
  ODD,
  PERF,
  refused,
  TICKS,
  TRACE_CMD,
  textOf,
  withMemory,
} from './traces.js';

const cwd = temporaryFolder();
const a = { tid: 100, comm: 'a' };
const b = { tid: 200, comm: 'b' };
const SMALL = new Writer()
  .switch(0, IDLE, a)
  .rseq(0, a, 0)
  .at(1_500_000)
  .switch(0, a, b)
  .rseq(0, b, 0)
  .at(2_000_000)
  .switch(0, b, IDLE)
  .text();
const run = (...args: string[]) => cidfuzz(['import', ...args], { cwd });
const read = (name: string) => readFileSync(join(cwd, name), 'utf8');

describe('import', () => {
  it('tells what a trace holds, and writes nothing unless it is asked to', async () => {
    const before = listing(cwd);
    const outcome = await run(TICKS);
    expectPrintable(outcome);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(outcome.stdout.split('\n')).toEqual([
      `${TICKS}: 11 445 events (ftrace) of 2 cpus`,
      '  5 697 switches: user to user 4 968 in an mm and 647 between two, user to kernel 16, kernel to user 56, kernel to kernel 10',
      '  3 migrations, 40 forks (36 threads, 0 vforks, 4 processes), 4 execs, 40 exits',
      expect.stringMatching(
        /^as a scenario \(not written\): [\d ]+ actions, 51 tasks, 17 mms, [\d ]+ steps; rfc-v6: ok$/,
      ),
      '',
    ]);
    expect(listing(cwd)).toEqual(before);
  });

  it('writes a scenario that replays as it says, and the same each time', async () => {
    const { stdout } = await run('-o', 'ticks.cid', '--json', TICKS);
    const [row, ...more] = rows(stdout);
    expect(more).toEqual([]);
    const replay = await cidfuzz(['replay', '--json', 'ticks.cid'], { cwd });
    expect(replay.code).toBe(0);
    expect(rows(replay.stdout)[0]).toMatchObject({
      algo: 'rfc-v6',
      outcome: 'ok',
      steps: row!.steps,
      applied: row!.actions,
      skipped: [],
    });
    expect(read('ticks.cid')).toContain(`# from ${TICKS.split('/').at(-1)}\n`);
    expect(read('ticks.cid')).not.toContain(TICKS);
    await run('-o', 'again.cid', TICKS);
    expect(read('again.cid')).toBe(read('ticks.cid'));
  });

  it('--json: data on stdout, and nothing else there', async () => {
    const { stdout, stderr, code } = await run('--json', TRACE_CMD);
    const [row, ...more] = rows(stdout);
    expect(more).toEqual([]);
    expect(code).toBe(0);
    expect(stderr).toContain('22 319 events');
    expect(row).toMatchObject({
      format: 1,
      file: TRACE_CMD,
      output: null,
      trace: 'ftrace',
      cpus: 2,
      lines_sw: 11_120,
      synth_switches: 2,
      forks: 49,
      tasks: expect.any(Number),
      scenario_mms: 14,
      outcome: 'ok',
    });
    expect(row!.notes).toContain(
      '2 switches inferred where a line shows another task on a cpu than the line before',
    );
    const quiet = await run('--json', '--quiet', TRACE_CMD);
    expect(quiet).toEqual({ code: 0, stdout, stderr: '' });
  });

  it('--quiet: nothing', async () => {
    expect(await run('--quiet', '-o', 'quiet.cid', ODD)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(parseScenario(read('quiet.cid'), 'quiet.cid').actions.length).toBeGreaterThan(1000);
  });

  it('has no colors', async () => {
    const plain = await run(ODD);
    expect(await cidfuzz(['import', '--no-color', ODD], { cwd, env: { FORCE_COLOR: '1' } })).toEqual(plain);
  });

  it('--algo', async () => {
    const algo = 'v6.3';
    await run('--algo', algo, '-o', 'algo.cid', '--from', '+0.1', '--to', '+0.12', PERF);
    const replay = await cidfuzz(['replay', '--json', 'algo.cid'], { cwd });
    expect(rows(replay.stdout)[0]).toMatchObject({ algo, outcome: 'ok', skipped: [] });
  });

  it('--hz', async () => {
    write(cwd, { 'small.txt': SMALL });
    const ticks = async (...flags: string[]) => {
      expect((await run('-o', 'hz.cid', ...flags, 'small.txt')).code).toBe(0);
      return read('hz.cid').match(/^tick /gm)?.length ?? 0;
    };
    expect(await ticks('--hz', '0')).toBe(0);
    expect(await ticks()).toBe(250);
    expect((await run('--hz', '10', 'small.txt')).stdout).toContain(
      '10 ticks of busy cpus assumed, for the trace has none',
    );
  });

  it('--from and --to: as in the trace, or since it begins', async () => {
    write(cwd, { 'small.txt': SMALL });
    const window = async (...flags: string[]) => {
      const { stdout, stderr, code } = await run('--json', '--quiet', '--hz', '0', ...flags, 'small.txt');
      expect([code, stderr]).toEqual([0, '']);
      return rows(stdout)[0]!.lines_sw;
    };
    expect(await window('--from', '1.500000001')).toBe(1);
    expect(await window('--from', '+0.5')).toBe(2);
    expect(await window('--to', '1.500001')).toBe(2);
    expect(await window('--from', '0', '--to', '9999999999')).toBe(3);
    expect(await window('--from', '+0.4', '--to', '1.6')).toBe(1);
  });

  it('--pid, once or more', async () => {
    write(cwd, { 'small.txt': SMALL });
    const tasks = async (...flags: string[]) => {
      await run('-o', 'pid.cid', '--quiet', ...flags, 'small.txt');
      return read('pid.cid').match(/(?<=^task )[ab]_\d+/gm);
    };
    expect(await tasks('--pid', '100', '--pid', '200')).toEqual(['a_100', 'b_200']);
  });

  it('--task-table', async () => {
    write(cwd, {
      'small.txt': SMALL,
      'none-of-its-own.txt': '100 100 1 a\n200 200 0 b\n',
      'bad.txt': 'words\n',
    });
    const { stdout } = await run(
      '--json',
      '--quiet',
      '--hz',
      '0',
      '--task-table',
      'none-of-its-own.txt',
      'small.txt',
    );
    expect(rows(stdout)[0]).toMatchObject({ uu_diff: 0, kk: 1, ku: 1, uk: 1 });
    await refused(
      cwd,
      ['import', '--task-table', 'none.txt', 'small.txt'],
      'none.txt: cannot read (no such file or folder)',
    );
    await refused(
      cwd,
      ['import', '--task-table', 'bad.txt', 'small.txt'],
      'bad.txt:1: no task (expected TID TGID 0|1 COMM)',
    );
  });

  it('a window in which nothing is', async () => {
    write(cwd, { 'small.txt': SMALL });
    const says = 'small.txt: nothing happens in that window (expected --from and --to within the trace)';
    await refused(cwd, ['import', '--from', '5', 'small.txt'], says);
    await refused(cwd, ['import', '--from', '+1.1', '-o', 'x.cid', 'small.txt'], says);
    await refused(cwd, ['import', '--to', '0', '--json', 'small.txt'], says);
    await refused(
      cwd,
      ['import', '--pid', '7', 'small.txt'],
      'small.txt: process 7 does not run in that window (expected a pid of the trace)',
    );
  });

  it('a place that cannot be written', async () => {
    await refused(
      cwd,
      ['import', '-o', 'nowhere/x.cid', TICKS],
      'nowhere/x.cid: cannot write (no such file or folder)',
    );
  });
});

describe('a command line that is none', () => {
  it.each([
    ['import', "error: missing required argument 'trace'"],
    ['import a b', /^error: too many arguments for 'import'/],
    [
      'import --from x a',
      /^error: option '--from <time>' argument 'x' is invalid\. expected a time of the trace in seconds/,
    ],
    ['import --to 1.1234567890 a', /^error: option '--to <time>' argument '1\.1234567890' is invalid/],
    [
      'import --pid 0 a',
      /^error: option '--pid <pid>' argument '0' is invalid\. expected the pid of a process/,
    ],
    ['import --hz 10001 a', /^error: option '--hz <n>' argument '10001' is invalid/],
    ['import --algo v7 a', /^error: option '--algo <algo>' argument 'v7' is invalid/],
    ['cost --algo v7 -- a', /^error: option '--algo <algo\.\.\.>' argument 'v7' is invalid/],
    ['cost --lockstep x a', /^error: option '--lockstep <n>' argument 'x' is invalid/],
  ])('cidfuzz %s', (line, says) => refused(cwd, line.split(' '), says));
});

const ticks = textOf(TICKS);
const whole = gzipSync(ticks);
const flipped = Buffer.from(whole);
flipped[flipped.length >> 1]! ^= 0x10;
const sum = Buffer.from(whole);
sum[sum.length - 6]! ^= 0x01;
const nearly = 'Jan  1 00:00:00 host kernel: [   12.345678] sched_switch: nothing of ours\n';
const rseqs = new Writer().rseq(0, a, 0).rseq(1, b, 0).text();
const NO_TRACE =
  'no line of a scheduler trace (expected the text of ftrace, trace-cmd report or perf script, with sched_switch events)';

describe('a file that is no trace', () => {
  write(cwd, {
    'empty.txt': '',
    'empty.gz': gzipSync(''),
    'blank.txt': '\n\n\n',
    'garbage.bin': new Random(1).bytes(100_000),
    'zeroes.bin': new Uint8Array(100_000),
    'perf.data': Buffer.concat([Buffer.from('PERFILE2'), new Random(2).bytes(1000)]),
    'trace.dat': Buffer.concat([Buffer.from('\x17\x08Dtracing6\0', 'latin1'), new Random(3).bytes(1000)]),
    'a.zst': Buffer.from('\x28\xb5\x2f\xfd\x04\0\0\0', 'latin1'),
    'a.xz': Buffer.from('\xfd7zXZ\0\0\0', 'latin1'),
    'a.zip': Buffer.from('PK\x03\x04\0\0', 'latin1'),
    'a.elf': Buffer.from('\x7fELF\x02\x01\x01\0', 'latin1'),
    'flipped.gz': flipped,
    'sum.gz': sum,
    'few.txt': 'some words\n'.repeat(20),
    'many.txt': 'some words\n'.repeat(3000),
    'log.txt': nearly.repeat(3000),
    'long.txt': 'a'.repeat(10 * 1024 * 1024),
    'blanks.txt': `${' '.repeat(200_000)}x\n`.repeat(20),
    'utf16.txt': Buffer.from(SMALL, 'utf16le'),
    'rseq.txt': rseqs,
    'cpu.txt': `${SMALL}${new Writer(null).switch(1024, a, b).text()}`,
    'cpus.txt': Array.from({ length: 5000 }, (_, cpu) =>
      new Writer(null).switch(cpu, a, b).rseq(cpu, b, 0).text(),
    ).join(''),
    'migrates.txt': `${SMALL}${new Writer(null).migrate(0, a, b, 0, 4_294_967_295).text()}`,
    'wakes.txt': `${SMALL}${new Writer(null).wakeupNew(0, a, b, 99_999).text()}`,
    'head.txt': `${SMALL}`.replace('#P:2', '#P:2000'),
  });
  mkdirSync(join(cwd, 'folder'));

  const BAD: readonly (readonly [file: string, says: string | RegExp])[] = [
    ['none.txt', 'none.txt: cannot read (no such file or folder)'],
    ['folder', 'folder: cannot read (it is a folder (expected a file))'],
    ['empty.txt/x', 'empty.txt/x: cannot read (a part of the path is a file (expected a folder))'],
    ['empty.txt', `empty.txt:1: ${NO_TRACE}`],
    ['empty.gz', `empty.gz:1: ${NO_TRACE}`],
    ['blank.txt', `blank.txt:1: ${NO_TRACE}`],
    ['garbage.bin', `garbage.bin:1: ${NO_TRACE}`],
    ['zeroes.bin', `zeroes.bin:1: ${NO_TRACE}`],
    ['perf.data', /^perf\.data: perf's own perf\.data \(expected its text: perf script/],
    ['trace.dat', /^trace\.dat: trace-cmd's own trace\.dat \(expected its text: trace-cmd report/],
    ['a.zst', /^a\.zst: compressed by zstd \(expected/],
    ['a.xz', /^a\.xz: compressed by xz \(expected/],
    ['a.zip', /^a\.zip: a zip archive \(expected/],
    ['a.elf', /^a\.elf: a program \(expected/],
    ['flipped.gz', /^flipped\.gz: damaged gzip data after line \d+ \(.*; expected a whole file\)$/m],
    [
      'sum.gz',
      /^sum\.gz: damaged gzip data after line \d+ \(incorrect data check; expected a whole file\)$/m,
    ],
    ['few.txt', `few.txt:1: ${NO_TRACE}`],
    ['many.txt', `many.txt:1: ${NO_TRACE}`],
    ['log.txt', `log.txt:1: ${NO_TRACE}`],
    ['long.txt', `long.txt:1: ${NO_TRACE}`],
    ['blanks.txt', `blanks.txt:1: ${NO_TRACE}`],
    ['utf16.txt', `utf16.txt:2: ${NO_TRACE}`],
    [
      'rseq.txt',
      'rseq.txt: 2 events, none of them a sched_switch (expected a trace with sched:sched_switch)',
    ],
    ['cpu.txt', 'cpu.txt: 1025 cpus (expected at most 1024)'],
    ['cpus.txt', 'cpus.txt: 5000 cpus (expected at most 1024)'],
    ['migrates.txt', 'migrates.txt: 4294967296 cpus (expected at most 1024)'],
    ['wakes.txt', 'wakes.txt: 100000 cpus (expected at most 1024)'],
    ['head.txt', 'head.txt: 2000 cpus (expected at most 1024)'],
  ];

  // All of them are told by the same code; the others are below.
  it.each(BAD.filter((_, i) => i % 4 === 0))('import %s', (file, says) =>
    refused(cwd, ['import', '-o', 'out.cid', file], says),
  );

  it.each(['cost', 'audit'])('%s, all of them: each in one line', async (command) => {
    const outcome = await cidfuzz([command, ...BAD.map(([file]) => file)], { cwd });
    expectPrintable(outcome);
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    const lines = outcome.stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(BAD.length);
    for (const [i, [, says]] of BAD.entries()) {
      if (typeof says === 'string') expect(lines[i]).toBe(says);
      else expect(lines[i]).toMatch(says);
    }
  });
});

describe('a trace that is not whole, or not only one', () => {
  const text = ticks.toString('latin1');
  const later = new Writer(null).switch(0, IDLE, a).text();
  const named = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'].map((name) =>
    new Writer(null).event(0, a, `${name}: x`).text(),
  );
  /** What it holds, and what is told of it. */
  const ODD_ONES: readonly (readonly [file: string, holds: string | Uint8Array, says: RegExp])[] = [
    [
      'half.gz',
      whole.subarray(0, whole.length >> 1),
      /^ {2}the gzip data ends early: only the \d+ lines before that were read$/m,
    ],
    ['cut.txt', ticks.subarray(0, 1_000_003), /cut\.txt/],
    [
      'mixed.txt',
      text
        .split('\n')
        .flatMap((line, i) => (i % 100 === 99 ? [line, nearly.trim()] : [line]))
        .join('\n'),
      /^ {2}114 lines are none of a trace, the first one line 101$/m,
    ],
    [
      'long-line.txt',
      `${SMALL}${'x'.repeat(10 * 1024 * 1024)}\n${later}`,
      /^ {2}1 line is too long, and cut$/m,
    ],
    ['windows.txt', text.replaceAll('\n', '\r\n'), /windows\.txt/],
    ['nul.txt', `${SMALL}\0\0\0\n${SMALL}`, /^ {2}1 line is none of a trace, the first one line 9$/m],
    ['back.txt', SMALL.repeat(3), /^ {2}\d+ lines go back in time on a cpu$/m],
    [
      'two.txt',
      new Writer()
        .switch(0, b, a)
        .switch(1, b, a)
        .switch(0, a, b)
        .switch(1, a, b)
        .rseq(0, b, 0)
        .rseq(1, b, 0)
        .text(),
      /two\.txt/,
    ],
    ['names.txt', `${named.join('')}${SMALL}`, /names\.txt/],
  ];
  write(cwd, Object.fromEntries(ODD_ONES.map(([file, holds]) => [file, holds])));

  it.each(ODD_ONES)('import %s', async (file, _, says) => {
    const outcome = await run('-o', 'out.cid', file);
    expectPrintable(outcome);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(outcome.stdout).toMatch(says);
    expect(read('out.cid')).toContain(`# from ${file}\n`);
    if (file === 'windows.txt') expect(outcome.stdout).not.toContain('none of a trace');
  });

  it.each(['cost', 'audit'])('%s, all of them', async (command) => {
    const outcome = await cidfuzz([command, ...ODD_ONES.map(([file]) => file)], { cwd });
    expectPrintable(outcome);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    for (const [, , says] of ODD_ONES) expect(outcome.stdout).toMatch(says);
  });

  // A scenario has no room for all the ticks of that time, and nobody has the patience.
  it.each(['import', 'cost', 'audit'])('%s, where time leaps forward', async (command) => {
    write(cwd, { 'leap.txt': `${SMALL}${later.replace(/\d+\.\d{6}/, '9999999999.999999')}${later}` });
    expectPrintable(await cidfuzz([command, 'leap.txt'], { cwd }));
  });

  it('of switches alone', async () => {
    write(cwd, { 'only.txt': new Writer().switch(0, b, a).switch(0, a, b).text() });
    expect((await run('only.txt')).code).toBe(0);
    await refused(
      cwd,
      ['audit', 'only.txt'],
      /^only\.txt: no rseq_update in it, so there is nothing to audit \(expected /,
    );
  });
});

describe('names that are meant for the terminal', () => {
  it('do not reach it', async () => {
    const mean = [
      '\x1b[31mred\x1b[0m',
      '\x1b]0;title\x07',
      'a\rb',
      '\x9b31m',
      '\x7f\x08\x08',
      '\t\t',
      '\xa0\xad',
    ];
    const w = new Writer().switch(0, IDLE, b);
    for (const [i, comm] of mean.entries()) {
      const who = { tid: 300 + i, comm: comm.slice(0, 15) };
      w.newtask(0, b, who, FORK)
        .switch(0, b, who)
        .rseq(0, who, 5)
        .tick(0, who)
        .prepareExec(0, who, `/bin/${comm}`)
        .exec(0, who, who.tid, `/bin/${comm}`)
        .rename(0, who, who.comm);
      w.rseq(0, who, 0)
        .switch(1, IDLE, { ...who, tid: 400 + i })
        .rseq(1, { ...who, tid: 400 + i }, -1)
        .exit(0, who)
        .switch(0, who, b, 'X');
    }
    write(cwd, { 'mean.txt': w.text() });
    for (const args of [['import', '-o', 'mean.cid'], ['cost'], ['audit']]) {
      const outcome = await cidfuzz([...args, 'mean.txt'], { cwd });
      expectPrintable(outcome);
      expect(outcome.code).toBe(args[0] === 'audit' ? 77 : 0);
    }
    expect(read('mean.cid')).toMatch(/^[\x20-\x7e\n]*$/);
    parseScenario(read('mean.cid'), 'mean.cid');
    // Nor in a message.
    await refused(
      cwd,
      ['import', 'none\x1b[31m.txt'],
      'none\\x1b[31m.txt: cannot read (no such file or folder)',
    );
  });

  it('a cid that is higher than needed, of such a name', async () => {
    // Both tell whose it is.
    const who = { tid: 100, comm: '\x1b[31mred' };
    const other = { tid: 101, tgid: 100, comm: '\x1b[31mred' };
    const text = new Writer()
      .switch(0, IDLE, who)
      .switch(1, IDLE, other)
      .exit(0, who, false)
      .switch(0, who, IDLE, 'X')
      .rseq(1, other, 1)
      .switch(1, other, b)
      .rseq(1, b, 0)
      .text();
    write(cwd, { 'loose.txt': text });
    const outcome = await cidfuzz(['cost', 'loose.txt'], { cwd });
    expectPrintable(outcome);
  });
});

it('takes what a trace is worth in memory, whatever its length', { timeout: 180_000 }, async () => {
  const { gzip, bytes } = longTrace(TICKS, 95);
  expect(bytes).toBeGreaterThan(150_000_000);
  write(cwd, { 'big.ftrace.txt.gz': gzip });
  const window = await withMemory(
    ['import', '--json', '--quiet', '--from', '+50', '--to', '+51', '-o', 'big.cid', 'big.ftrace.txt.gz'],
    cwd,
  );
  expect(window.code).toBe(0);
  expect(rows(window.stdout)[0]).toMatchObject({ lines_sw: 5697, outcome: 'ok' });
  expect(window.mib).toBeLessThan(200);
  const audit = await withMemory(['audit', '--json', '--quiet', 'big.ftrace.txt.gz'], cwd);
  expect(rows(audit.stdout)).toEqual([
    { summary: true, events: 11_445 * 95, findings: 0, uncertain: 0, rseq_updates: 5460 * 95 },
  ]);
  expect(audit.mib).toBeLessThan(200);
});
