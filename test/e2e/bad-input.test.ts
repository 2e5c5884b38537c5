/** Bad input of every kind: one clear line on stderr, exit code 1, nothing on stdout, nothing left behind. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Random } from '../check/random.js';
import { CLEAN, cidfuzz, contents, FREED, listing, temporaryFolder, write } from './cidfuzz.js';

const cwd = temporaryFolder();
const header = 'cidfuzz 1\ncpus 2\nmm A\ntask a A 0\n---\n';
const A_10_MB = 'a'.repeat(10 * 1024 * 1024);
write(cwd, {
  'freed.cid': FREED,
  'clean.cid': CLEAN,
  'empty.cid': '',
  'blank.cid': '\n\n',
  'no-actions.cid': FREED.slice(0, FREED.indexOf('---')),
  'in-a-word.cid': FREED.slice(0, FREED.indexOf('switch 0 b') + 'switch 0 '.length),
  'in-a-header.cid': FREED.slice(0, FREED.indexOf('preempt') + 3),
  'action.cid': `${header}switch 0 a\nfly 0\n`,
  'cpus.cid': header.replace('cpus 2', 'cpus 2000'),
  'cpu.cid': `${header}tick 2\n`,
  'steps.cid': `${header}step 0 0\n`,
  'name.cid': `${header}switch 0 b\n`,
  'twice.cid': `${header}fork 0 thread a\n`,
  'version.cid': header.replace('cidfuzz 1', 'cidfuzz 2'),
  'advance.cid': `${header}advance 6s\n`,
  'word.cid': A_10_MB,
  'line.cid': `${header}${A_10_MB}\n`,
  'operands.cid': `${header}switch ${'0 '.repeat(5 * 1024 * 1024)}\n`,
  'actions.cid': `${header}${'tick 0\n'.repeat(1_000_001)}`,
  'binary.cid': new Random(1).bytes(4096),
  'zeroes.cid': new Uint8Array(1000),
  'comment.cid': Buffer.concat([Buffer.from(`${header}# `), new Random(2).bytes(100)]),
  'utf16.cid': Buffer.from(header, 'utf16le'),
  'bom.cid': `\ufeff${header}`,
  'cr.cid': header.replaceAll('\n', '\r'),
  file: 'a file where a folder should be',
});
mkdirSync(join(cwd, 'folder'));
mkdirSync(join(cwd, 'corrupt'));

type Row = readonly [args: string, says: RegExp | string];

/** Runs it, and checks all that a refusal is. */
async function refused(args: readonly string[], says: RegExp | string): Promise<void> {
  const before = listing(cwd);
  const { code, stdout, stderr } = await cidfuzz(args, { cwd });
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^[^\n]+\n$/);
  expect(stderr.length).toBeLessThan(500);
  expect(stderr).not.toMatch(/\bat .*:\d+:\d+\)|node:internal|undefined|\[object/);
  if (typeof says === 'string') expect(stderr).toBe(`${says}\n`);
  else expect(stderr).toMatch(says);
  expect(code).toBe(1);
  expect(listing(cwd)).toEqual(before);
}

describe('a file that is no scenario', () => {
  const rows: Row[] = [
    ['none.cid', 'none.cid: cannot read (no such file or folder)'],
    ['folder', 'folder: cannot read (it is a folder (expected a file))'],
    ['file/x.cid', 'file/x.cid: cannot read (a part of the path is a file (expected a folder))'],
    ['empty.cid', 'empty.cid:1:1: no text (expected `cidfuzz 1` on the first line)'],
    ['blank.cid', /^blank\.cid:\d+:1: no text \(expected /],
    ['no-actions.cid', /^no-actions\.cid:11:1: the text ends within the header \(expected a line ---/],
    ['in-a-word.cid', /^in-a-word\.cid:18:9: missing task \(expected /],
    ['in-a-header.cid', /^in-a-header\.cid:5:1: unknown [a-z ]+ `pre` \(expected /],
    ['action.cid', /^action\.cid:7:1: unknown action `fly` \(expected /],
    ['cpus.cid', 'cpus.cid:2:6: number of cpus `2000` is out of range (expected a number from 1 to 1024)'],
    ['cpu.cid', /^cpu\.cid:6:6: cpu `2` is out of range \(expected /],
    ['steps.cid', /^steps\.cid:6:8: .*`0` is out of range \(expected /],
    ['name.cid', /^name\.cid:6:10: .*`b`.* \(expected /],
    ['twice.cid', /^twice\.cid:6:15: .*`a`.* \(expected /],
    ['version.cid', /^version\.cid:1:9: .*`2`.* \(expected /],
    ['advance.cid', /^advance\.cid:6:9: .*`6s` is too long \(expected /],
    ['word.cid', /^word\.cid:1:1: .*`a{40}…` \(expected /],
    ['line.cid', /^line\.cid:6:1: unknown action `a{40}…` \(expected /],
    ['operands.cid', /^operands\.cid:6:10: .* \(expected /],
    ['actions.cid', /^actions\.cid:1000006:1: .* \(expected /],
    ['binary.cid', /^binary\.cid:\d+:\d+: .* \(expected /],
    ['zeroes.cid', /^zeroes\.cid:1:1: .* \(expected /],
    ['comment.cid', /^comment\.cid:6:\d+: .* \(expected /],
    ['utf16.cid', /^utf16\.cid:1:\d+: .* \(expected /],
    ['bom.cid', 'bom.cid:1:1: a byte order mark (expected UTF-8 without one)'],
    ['cr.cid', /^cr\.cid:1:\d+: .* \(expected /],
  ];
  it.each(rows)('replay %s', (file, says) => refused(['replay', file], says));

  it('is told in the same line by every command that reads one', async () => {
    const says = /^action\.cid:7:1: unknown action `fly` \(expected /;
    await refused(['replay', '--json', '--trace', 'action.cid'], says);
    await refused(['minimize', 'action.cid', '-o', 'out.cid'], says);
    await refused(['explain', '--json', 'action.cid'], says);
    await refused(['minimize', 'none.cid', '-o', 'out.cid'], /^none\.cid: cannot read/);
    // regress counts, too.
    const { code, stdout, stderr } = await cidfuzz(['regress', 'action.cid'], { cwd });
    expect([code, stdout]).toEqual([1, '1 scenarios: 0 as expected, 0 not, 1 unreadable\n']);
    expect(stderr).toMatch(says);
    expect(stderr).toMatch(/^[^\n]+\n$/);
  });
});

describe('a command line that is none', () => {
  const rows: Row[] = [
    ['fly', "error: unknown command 'fly'"],
    ['replai freed.cid', "error: unknown command 'replai' (Did you mean replay?)"],
    ['replay', "error: missing required argument 'file'"],
    ['replay --fly freed.cid', "error: unknown option '--fly'"],
    ['fuzz --sed 1', "error: unknown option '--sed' (Did you mean --seed?)"],
    ['fuzz extra', /^error: too many arguments for 'fuzz'/],
    ['explain freed.cid freed.cid', /^error: too many arguments for 'explain'/],
    ['minimize freed.cid', "error: required option '-o, --output <out>' not specified"],
    ['minimize -o out.cid', "error: missing required argument 'file'"],
    ['regress', "error: missing required argument 'path'"],
    ['fuzz --seed', /^error: option '--seed <n>' argument missing/],
    ['fuzz --seed x', /^error: option '--seed <n>' argument 'x' is invalid\. expected a whole number/],
    ['fuzz --seed -1', /^error: option '--seed <n>' argument '-1' is invalid/],
    ['fuzz --seed 1.5', /^error: option '--seed <n>' argument '1\.5' is invalid/],
    ['fuzz --seed 1e3', /^error: option '--seed <n>' argument '1e3' is invalid/],
    ['fuzz --seed 9007199254740992', /^error: option '--seed <n>' argument '9007199254740992' is invalid/],
    [
      'fuzz --jobs 0',
      /^error: option '--jobs <n>' argument '0' is invalid\. expected a number of jobs from 1 to 1024/,
    ],
    ['fuzz --jobs 1025', /^error: option '--jobs <n>' argument '1025' is invalid/],
    ['fuzz --jobs many', /^error: option '--jobs <n>' argument 'many' is invalid/],
    ['fuzz --time 5', /^error: option '--time <time>' argument '5' is invalid\. expected a time such as 60s/],
    ['fuzz --time 5y', /^error: option '--time <time>' argument '5y' is invalid/],
    ['fuzz --time -5s', /^error: option '--time <time>' argument '-5s' is invalid/],
    ['fuzz --runs 0', /^error: option '--runs <n>' argument '0' is invalid/],
    ['fuzz --cpus 0', /^error: option '--cpus <n>' argument '0' is invalid/],
    [
      'fuzz --cpus 2000',
      /^error: option '--cpus <n>' argument '2000' is invalid\. expected a number of cpus from 1 to 1024/,
    ],
    ['fuzz --cpus 3-2', /^error: option '--cpus <n>' argument '3-2' is invalid/],
    ['fuzz --cpus 1-2-3', /^error: option '--cpus <n>' argument '1-2-3' is invalid/],
    ['fuzz --tasks 257', /^error: option '--tasks <n>' argument '257' is invalid/],
    ['fuzz --mms 65', /^error: option '--mms <n>' argument '65' is invalid/],
    ['fuzz --compare 5', /^error: option '--compare <1\/n>' argument '5' is invalid/],
    [
      'fuzz --until later',
      /^error: option '--until <when>' argument 'later' is invalid\. Allowed choices are /,
    ],
    ['fuzz --strategy best', /^error: option '--strategy <strategy>' argument 'best' is invalid/],
    ['fuzz --mutant no-such', /^error: option '--mutant <mutant\.\.\.>' argument 'no-such' is invalid/],
    ['fuzz --oracle no-such', /^error: option '--oracle <kind\.\.\.>' argument 'no-such' is invalid/],
    ['fuzz --memory pso', /^error: option '--memory <memory>' argument 'pso' is invalid/],
    ['replay --algo v7 freed.cid', /^error: option '--algo <algo>' argument 'v7' is invalid/],
    ['replay --arch mips freed.cid', /^error: option '--arch <arch>' argument 'mips' is invalid/],
    ['replay --preempt some freed.cid', /^error: option '--preempt <preempt>' argument 'some' is invalid/],
    ['replay --engine best freed.cid', /^error: option '--engine <engine>' argument 'best' is invalid/],
    ['replay --max-steps 0 freed.cid', /^error: option '--max-steps <n>' argument '0' is invalid/],
    ['explain --format pdf freed.cid', /^error: option '--format <format>' argument 'pdf' is invalid/],
  ];
  it.each(rows)('cidfuzz %s', (line, says) => refused(line.split(' '), says));

  it('is told in one line even where a word of it has several', async () => {
    await refused(['fuzz', '--seed', '1\n2'], /^error: option '--seed <n>' argument '1 2' is invalid/);
  });
});

describe('a place that cannot be written', () => {
  const rows: Row[] = [
    [
      'fuzz --runs 10 --out file',
      'file: cannot create the campaign folder (a part of the path is a file (expected a folder))',
    ],
    [
      'fuzz --runs 10 --out file/x',
      /^file\/x: cannot create the campaign folder \(a part of the path is a file/,
    ],
    ['fuzz --runs 10 --json --out file/x', /^file\/x: cannot create the campaign folder \(/],
    ['fuzz --runs 10 --quiet --out file/x', /^file\/x: cannot create the campaign folder \(/],
    ['minimize freed.cid -o nowhere/x.cid', 'nowhere/x.cid: cannot write (no such file or folder)'],
    ['minimize freed.cid -o folder', 'folder: cannot write (it is a folder (expected a file))'],
    ['minimize freed.cid -o file/x.cid', /^file\/x\.cid: cannot write \(a part of the path is a file/],
    ['minimize freed.cid --json -o nowhere/x.cid', /^nowhere\/x\.cid: cannot write \(/],
  ];
  it.each(rows)('cidfuzz %s', (line, says) => refused(line.split(' '), says));

  // Nobody, root included, can make a folder there. Node's own recursive mkdir would never return.
  it.runIf(process.platform === 'linux')('below /proc (Linux)', async () => {
    await refused(
      ['fuzz', '--runs', '10', '--out', '/proc/cidfuzz'],
      /^\/proc\/cidfuzz: cannot create the campaign folder \(/,
    );
    await refused(
      ['fuzz', '--runs', '10', '--out', '/proc/no/such/folder'],
      /^\/proc\/no\/such\/folder: cannot create /,
    );
    await refused(['minimize', 'freed.cid', '-o', '/proc/x.cid'], /^\/proc\/x\.cid: cannot write \(/);
  });

  it('a campaign whose state a newer cidfuzz has written', async () => {
    await cidfuzz(['fuzz', '--runs', '10', '--out', 'newer'], { cwd });
    const name = listing(join(cwd, 'newer')).find((file) => /^rfc-.*\.json$/.test(file))!;
    write(cwd, { [`newer/${name}`]: '{"format":3}' });
    await refused(
      ['fuzz', '--runs', '20', '--out', 'newer'],
      `newer/${name}: a newer cidfuzz has written it (expected format 2)`,
    );
    expect(contents(join(cwd, 'newer'))[name]).toBe('{"format":3}');
  });
});

/** Mounts something for one test, where we may: why not, or null. */
function mounted(point: string, ...options: string[]): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs root on Linux, to mount';
  mkdirSync(point, { recursive: true });
  try {
    execFileSync('mount', [...options, point], { stdio: 'ignore' });
  } catch {
    return 'mount is not allowed here';
  }
  onTestFinished(() => {
    execFileSync('umount', [point]);
  });
  return null;
}

describe('a file system', () => {
  it('that is read-only', async ({ skip }) => {
    const point = join(cwd, 'read-only');
    const why = mounted(point, '-t', 'tmpfs', '-o', 'ro,size=64k', 'tmpfs');
    if (why !== null) skip(why);
    await refused(
      ['fuzz', '--runs', '10', '--out', 'read-only'],
      'read-only: cannot create the campaign folder (the file system is read-only)',
    );
    await refused(
      ['fuzz', '--runs', '10', '--out', 'read-only/a/b'],
      /^read-only\/a\/b: cannot create the campaign folder \(the file system is read-only\)/,
    );
    await refused(
      ['minimize', 'freed.cid', '-o', 'read-only/x.cid'],
      'read-only/x.cid: cannot write (the file system is read-only)',
    );
    expect(listing(point)).toEqual([]);
  });

  it('that is full', async ({ skip }) => {
    const point = join(cwd, 'full');
    const why = mounted(point, '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs');
    if (why !== null) skip(why);
    const fuzz = [
      'fuzz',
      '--mutant',
      'racy-set',
      '--cpus',
      '2-17',
      '--runs',
      '500',
      '--out',
      'full',
      '--quiet',
    ];

    // It gets full on the way.
    const { code, stdout, stderr } = await cidfuzz([...fuzz, '--seed', '2'], { cwd });
    expect(stderr).toMatch(/^full\/[^\n]*: cannot write \(no space left on the device\)\n$/);
    expect([code, stdout]).toEqual([1, '']);
    wholeFilesOnly(point);

    // To the last byte.
    write(point, { filler: '' });
    expect(() => write(point, { filler: new Uint8Array(70_000) })).toThrow('ENOSPC');
    await refused(
      ['minimize', 'freed.cid', '-o', 'full/x.cid'],
      'full/x.cid: cannot write (no space left on the device)',
    );
    const again = await cidfuzz([...fuzz, '--seed', '3', '--json'], { cwd });
    expect(again.stderr).toMatch(/^full\/[^\n]*: cannot (write|create) \(no space left on the device\)\n$/);
    expect([again.code, again.stdout]).toEqual([1, '']);
    wholeFilesOnly(point);
  });
});

/** No temporary file, no file that is cut off: what is there can be read. */
function wholeFilesOnly(folder: string): void {
  for (const [name, text] of Object.entries(contents(folder))) {
    if (name === 'filler') continue;
    expect(name).toMatch(
      /^findings\/[a-z-]+-[0-9a-f]{8}\/[a-z]+\.(cid|txt|md|html|sh|json)$|^corpus\/[0-9a-f]{16}\.cid$|^[^/]*-seed\d+-[0-9a-f]{8}\.json$|^format\.json$|^stats\/[^/]*\.ndjson$/,
    );
    // A line of the statistics that is cut off is taken away by the next campaign.
    if (!name.startsWith('stats/')) expect(text).toMatch(/\n$/);
    if (name.endsWith('.json')) JSON.parse(text);
  }
}
