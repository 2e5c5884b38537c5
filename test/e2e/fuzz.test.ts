import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { cidfuzz, listing, type Outcome, results, rows, temporaryFolder } from './cidfuzz.js';

const cwd = temporaryFolder();

/** `cidfuzz fuzz --json` into a folder of its own, with one worker where nothing else is asked for. */
function fuzz(out: string, args: readonly string[]): Promise<Outcome> {
  return cidfuzz(['fuzz', '--json', '--jobs', '1', '--out', out, ...args], { cwd });
}

/** How a state file is called. */
const STATE = /^rfc-[^/]*\.json$/;

/** The one state file of a campaign's folder. */
function stateOf(out: string): Record<string, unknown> & { next: number } {
  const [name, ...more] = listing(join(cwd, out)).filter((file) => STATE.test(file));
  expect(more).toEqual([]);
  return JSON.parse(readFileSync(join(cwd, out, name!), 'utf8'));
}

/** Several findings in a few schedules, some of them with one minimized scenario; three batches, which are small in wide worlds. */
const MANY = ['--mutant', 'plain-lazy', 'plain-unset', 'no-second-check', '--cpus', '2-17', '--runs', '1100'];

describe('fuzz', () => {
  it('gives the same bytes for the same seed, whatever --jobs and --out', async () => {
    const once = await fuzz('one', [...MANY, '--seed', '2', '--jobs', '1']);
    expect(once.code).toBe(77);
    const [summary, ...findings] = rows(once.stdout).reverse();
    expect(summary).toMatchObject({ summary: true, seed: 2, schedules: 1100, divergences: 0 });
    expect(findings.length).toBeGreaterThan(1);
    expect(summary!.findings).toBe(findings.length);
    const other = await fuzz('two', [...MANY, '--seed', '2', '--jobs', '3']);
    expect(other.stdout).toBe(once.stdout);
    expect(other.code).toBe(77);
    expect(results(join(cwd, 'two'))).toEqual(results(join(cwd, 'one')));
    // Asked for again, there is nothing left to do but to tell it.
    const more = await fuzz('one', [...MANY, '--seed', '2']);
    expect(more.stdout).toBe(once.stdout);
    expect(results(join(cwd, 'one'))).toEqual(results(join(cwd, 'two')));
  });

  it('stores of each finding what it takes to see it again', async () => {
    if (!existsSync(join(cwd, 'one'))) await fuzz('one', [...MANY, '--seed', '2']);
    const { stdout } = await fuzz('one', [...MANY, '--seed', '2']);
    for (const row of rows(stdout).slice(0, -1)) {
      const folder = join('one', row.finding as string);
      const files = listing(join(cwd, folder));
      expect(files).toEqual(
        [
          ...(row.carried ? ['carried.cid', 'carried.html', 'carried.md', 'carried.txt'] : []),
          'explained.html',
          'explained.md',
          'explained.txt',
          'finding.json',
          'mail.txt',
          'minimized.cid',
          'original.cid',
          'reproduce.sh',
        ].sort(),
      );
      const kind = (row.violation as { kind: string }).kind;
      const replayed = await cidfuzz(
        ['replay', '--json', `${folder}/minimized.cid`, `${folder}/original.cid`],
        { cwd },
      );
      expect(replayed.code).toBe(77);
      const [minimized, original] = rows(replayed.stdout);
      expect(minimized).toMatchObject({ violation: row.violation, met: true, skipped: [] });
      expect(original).toMatchObject({ violation: { kind }, expect: null });
      const explained = await cidfuzz(['explain', `${folder}/minimized.cid`], { cwd });
      expect(explained.stdout.replace(`${folder}/`, '')).toBe(
        readFileSync(join(cwd, folder, 'explained.txt'), 'utf8'),
      );
    }
    expect((await cidfuzz(['regress', 'one/findings'], { cwd })).code).toBe(0);
  });

  it('resumes: 500 schedules and then 1500 come to the same as 1500 at once', async () => {
    const args = ['--mutant', 'no-second-check', '--seed', '7', '--cpus', '2-17'];
    const first = await fuzz('parts', [...args, '--runs', '500']);
    expect(rows(first.stdout).at(-1)).toMatchObject({ schedules: 500 });
    const parts = await fuzz('parts', [...args, '--runs', '1500', '--jobs', '2']);
    const whole = await fuzz('whole', [...args, '--runs', '1500', '--jobs', '1']);
    expect(parts.stdout).toBe(whole.stdout);
    expect(rows(whole.stdout).at(-1)).toMatchObject({ schedules: 1500 });
    expect(results(join(cwd, 'parts'))).toEqual(results(join(cwd, 'whole')));
    // Fewer than there are: nothing is run, nothing is lost.
    const fewer = await fuzz('parts', [...args, '--runs', '500']);
    expect(fewer.stdout).toBe(whole.stdout);
    expect(fewer.code).toBe(77);
  });

  it('makes the files of a finding again where a broken-off session did not', async () => {
    const args = ['--mutant', 'racy-set', '--runs', '100'];
    await fuzz('lost', args);
    const before = results(join(cwd, 'lost'));
    for (const name of Object.keys(before)) {
      if (/finding\.json$|minimized\.cid$/.test(name)) rmSync(join(cwd, 'lost', name));
    }
    await fuzz('lost', args);
    const after = Object.entries(results(join(cwd, 'lost')));
    expect(Object.fromEntries(after.filter(([name]) => !name.startsWith('aside/')))).toEqual(before);
  });

  it('keeps campaigns of different configurations apart in one folder', async () => {
    await fuzz('shared', ['--seed', '1', '--runs', '300']);
    await fuzz('shared', ['--seed', '2', '--runs', '600']);
    const { stdout } = await fuzz('shared', ['--seed', '1', '--runs', '900']);
    expect(rows(stdout).at(-1)).toMatchObject({ seed: 1, schedules: 900 });
    expect(listing(join(cwd, 'shared')).filter((name) => STATE.test(name))).toHaveLength(2);
    // What one of them has found is not told of the other.
    const second = ['--mutant', 'racy-set', '--seed', '2', '--runs', '500'];
    await fuzz('shared', second.with(3, '1'));
    const alone = await fuzz('alone', second);
    expect(rows(alone.stdout).length).toBeGreaterThan(1);
    expect((await fuzz('shared', second)).stdout).toBe(alone.stdout);
  });

  it('--until ends at the first finding of that kind, or of any', async () => {
    const args = ['--mutant', 'late-curr', '--strategy', 'random-walk', '--runs', '1000000'];
    const any = await fuzz('any1', [...args, '--until', 'finding', '--jobs', '1']);
    expect(any.code).toBe(77);
    expect(rows(any.stdout).at(-1)!.schedules).toBeLessThan(100_000);
    expect((await fuzz('any2', [...args, '--until', 'finding', '--jobs', '2'])).stdout).toBe(any.stdout);
    const kind = await fuzz('kind', [...args, '--until', 'duplicate-cid', '--oracle', 'duplicate-cid']);
    expect(rows(kind.stdout)[0]).toMatchObject({ violation: { kind: 'duplicate-cid' } });
    expect(rows(kind.stdout).at(-1)!.schedules).toBeLessThan(1_000_000);
    // What it waits for is there already.
    expect((await fuzz('any1', [...args, '--until', 'finding'])).stdout).toBe(any.stdout);
    expect((await fuzz('never', ['--algo', 'v6.3', '--until', 'finding', '--runs', '1000'])).code).toBe(0);
  });

  it.each([
    ['sc', 'x86'],
    ['tso', 'x86'],
    ['tso', 'arm64'],
    ['weak', 'x86'],
    ['weak', 'arm64'],
  ])('goes by memory %s, arch %s', async (memory, arch) => {
    const words = ['--memory', memory, '--arch', arch, '--compare', '1/50', '--runs', '400'];
    const fixed = await fuzz(`fixed-${memory}-${arch}`, ['--algo', 'rfc-v6-fixed', ...words]);
    expect(rows(fixed.stdout)).toEqual([
      expect.objectContaining({ summary: true, schedules: 400, findings: 0, divergences: 0 }),
    ]);
    expect(fixed.code).toBe(0);
    const out = `broken-${memory}-${arch}`;
    const broken = await fuzz(out, ['--mutant', 'exit-stays-active', '--strategy', 'random-walk', ...words]);
    expect(rows(broken.stdout)[0]).toMatchObject({ violation: { kind: 'freed-in-use' } });
    expect(rows(broken.stdout).at(-1)).toMatchObject({ summary: true, divergences: 0 });
    expect(broken.code).toBe(77);
    expect((await cidfuzz(['regress', '--memory', memory, '--arch', arch, out], { cwd })).code).toBe(0);
  });

  it('--time ends it', async () => {
    const began = performance.now();
    const { code, stdout } = await fuzz('time', ['--algo', 'v6.3', '--time', '500ms']);
    expect(code).toBe(0);
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(rows(stdout).at(-1)!.schedules).toBeGreaterThan(0);
  });

  it('tells people seed, counts and findings; --quiet the findings only', async () => {
    // The walk finds one thing there, other strategies several.
    const walk = ['--mutant', 'exit-stays-active', '--strategy', 'random-walk'];
    const args = ['fuzz', ...walk, '--runs', '10000', '--out', 'told'];
    const told = await cidfuzz(args, { cwd });
    expect(told.stderr).toBe('');
    expect(told.code).toBe(77);
    expect(told.stdout).toMatch(
      /^cidfuzz fuzz: rfc-v6, mutant exit-stays-active, sc, x86, preempt full; seed 1, /,
    );
    expect(told.stdout).toMatch(/^seed 1: 10 000 schedules, [\d ]+ micro-steps; \d+ schedules compared/m);
    expect(told.stdout).toMatch(/^freed-in-use: first in schedule \d+, met [\d ]+ times$/m);
    const again = /^ {2}again: {2}cidfuzz (explain .*)$/m.exec(told.stdout)![1]!;
    expect((await cidfuzz(again.split(' '), { cwd })).code).toBe(0);
    const quiet = await cidfuzz([...args, '--quiet'], { cwd });
    expect(quiet).toEqual({
      code: 77,
      stdout: expect.stringMatching(/^told\/findings\/freed-in-use-[0-9a-f]{8}\/minimized\.cid\n$/),
      // The seed is always told.
      stderr: 'seed 1\n',
    });
    const clean = ['fuzz', '--algo', 'v6.3', '--runs', '1000', '--out', 'clean'];
    expect(await cidfuzz([...clean, '--quiet'], { cwd })).toEqual({
      code: 0,
      stdout: '',
      stderr: 'seed 1\n',
    });
    expect((await cidfuzz(clean, { cwd })).stdout).toMatch(/\nnothing found\n$/);
  });

  it('tells how it has searched: shares and corpus, or the bound of PCT', async () => {
    const args = ['fuzz', '--algo', 'v6.3', '--cpus', '2', '--runs', '1000'];
    // What is kept is told at the end of a batch.
    const portfolio = await cidfuzz([...args, '--runs', '10000', '--out', 'portfolio'], { cwd });
    expect(portfolio.stdout).toMatch(
      /^portfolio: random-walk \d+ %, guided \d+ %, pct \d+ %, pos \d+ %, surw \d+ % of the schedules$/m,
    );
    const [, kept] = /^corpus: (\d+) schedules that cover [\d ]+ features$/m.exec(portfolio.stdout)!;
    const files = listing(join(cwd, 'portfolio', 'corpus'));
    expect(files).toHaveLength(Number(kept));
    expect(files.every((name) => /^[0-9a-f]{16}\.cid$/.test(name))).toBe(true);
    expect((await cidfuzz(['regress', 'portfolio/corpus'], { cwd })).code).toBe(0);

    const pct = await cidfuzz([...args, '--out', 'pct', '--strategy', 'pct', '--json', '--quiet'], { cwd });
    const summary = rows(pct.stdout).at(-1)!;
    expect(summary).toMatchObject({ strategy: 'pct', plays: { pct: 1000 }, corpus: 0 });
    const bounds = summary.pct as {
      threads: number;
      events: number;
      depth: number;
      probability: number;
      schedules95: number;
    }[];
    expect(bounds.map(({ depth }) => depth)).toEqual([1, 2, 3, 4]);
    for (const { threads, events, depth, probability, schedules95 } of bounds) {
      expect(threads).toBe(2);
      expect(events).toBeGreaterThan(50);
      expect(probability).toBeCloseTo(1 / (4 * threads * events ** (depth - 1)), 15);
      // So many schedules, and no fewer, miss it with less than 5 %.
      expect((1 - probability) ** schedules95).toBeLessThan(0.0501);
      expect((1 - probability) ** (schedules95 - 1)).toBeGreaterThan(0.0499);
    }
    const told = await cidfuzz([...args, '--out', 'pct', '--strategy', 'pct'], { cwd });
    expect(
      told.stdout.match(/^pct, depth [1-4]: .*95 % after [\d ]+ schedules of one program$/gm),
    ).toHaveLength(4);
  });

  it('says in one line that what it keeps cannot be written, however late that is', async () => {
    mkdirSync(join(cwd, 'no-corpus'));
    writeFileSync(join(cwd, 'no-corpus', 'corpus'), 'a file where the folder should be');
    // One batch: it is all kept at its end.
    const args = ['fuzz', '--algo', 'v6.3', '--runs', '10000', '--out', 'no-corpus', '--quiet'];
    const { code, stdout, stderr } = await cidfuzz(args, { cwd });
    expect(stderr).toMatch(/^no-corpus\/corpus\/[0-9a-f]{16}\.cid: cannot write[^\n]*\n$/);
    expect(stdout).toBe('');
    expect(code).toBe(1);
    expect(listing(join(cwd, 'no-corpus')).filter((name) => STATE.test(name))).toEqual([]);
  });

  it('--json: data on stdout, all else on stderr; with --quiet nothing there', async () => {
    const args = ['--mutant', 'exit-stays-active', '--strategy', 'random-walk', '--runs', '10000'];
    const loud = await fuzz('loud', args);
    expect(rows(loud.stdout)).toHaveLength(2);
    const events = rows(loud.stderr);
    expect(events[0]).toMatchObject({ event: 'begun', seed: 1, out: 'loud' });
    expect(events.at(-1)).toEqual({ event: 'ended', interrupted: false });
    expect(events.map(({ event }) => event)).toContain('progress');
    const [finding] = rows(loud.stdout);
    expect(events).toContainEqual(
      expect.objectContaining({ event: 'stored', finding: finding!.finding, schedule: finding!.schedule }),
    );
    expect(await fuzz('silent', [...args, '--quiet'])).toEqual({ ...loud, stderr: '' });
  });
});

describe('Ctrl-C', () => {
  const runs = 1500;
  const campaign = ['--mutant', 'no-second-check', '--cpus', '2-17', '--seed', '5', '--jobs', '1'];
  const args = [...campaign, '--runs', String(runs)];

  it.each(['SIGINT', 'SIGTERM'] as const)(
    '(%s) saves the state and tells how to go on, and so it goes on',
    async (signal) => {
      const out = `cut-${signal}`;
      let sent = false;
      const cut = await cidfuzz(['fuzz', '--json', '--out', out, ...args], {
        cwd,
        onStderr: (child) => {
          // With the first line: the first batch is under way.
          if (!sent) setTimeout(() => child.kill(signal), 300);
          sent = true;
        },
      });
      expect(cut.code).toBe(130);
      expect(rows(cut.stderr)).toContainEqual({ event: 'interrupted' });
      const state = stateOf(out);
      expect(state.next).toBeGreaterThan(0);
      expect(state.next).toBeLessThan(runs);
      expect(rows(cut.stdout).at(-1)).toMatchObject({ summary: true, schedules: state.next });

      const { resume } = rows(cut.stderr).at(-1) as { resume: string };
      const resumed = await cidfuzz([...resume.split(' ').slice(1), '--json'], { cwd });
      expect(resumed.code).toBe(77);
      expect(stateOf(out).next).toBe(runs);
      if (!existsSync(join(cwd, 'uncut'))) await fuzz('uncut', args);
      expect(results(join(cwd, out))).toEqual(results(join(cwd, 'uncut')));
    },
  );

  it('before the first batch leaves what can be gone on with', async () => {
    mkdirSync(join(cwd, 'early'));
    const { code } = await cidfuzz(['fuzz', '--json', '--out', 'early', ...args], {
      cwd,
      onStderr: (child, all) => {
        if (!all.includes('interrupted')) child.kill('SIGINT');
      },
    });
    expect(code).toBe(130);
    expect(stateOf('early').next).toBeLessThan(runs);
    expect(
      listing(join(cwd, 'early')).filter((name) => !/\.json$|^(findings|corpus|stats)\//.test(name)),
    ).toEqual([]);
  });
});

describe('a damaged campaign folder', () => {
  const args = ['fuzz', '--mutant', 'racy-set', '--runs', '100', '--jobs', '1', '--json', '--quiet'];

  let whole: Outcome;
  beforeAll(async () => {
    whole = await cidfuzz([...args, '--out', 'undamaged'], { cwd });
    expect(whole.code).toBe(77);
  });

  it.each([
    ['explained.txt', null],
    ['finding.json', 'garbage'],
    ['minimized.cid', 'cidfuzz 1\ncpus 1\n---\n'],
  ])('has findings made again, byte for byte: %s', async (file, text) => {
    const out = `lost-${file}`;
    cpSync(join(cwd, 'undamaged'), join(cwd, out), { recursive: true });
    const before = results(join(cwd, out));
    const [{ finding }] = rows(whole.stdout) as [{ finding: string }];
    if (text === null) rmSync(join(cwd, out, finding, file));
    else writeFileSync(join(cwd, out, finding, file), text);
    const again = await cidfuzz([...args, '--out', out], { cwd });
    expect(again).toEqual({
      ...whole,
      stderr: `${JSON.stringify({ event: 'aside', paths: [finding] })}\n`,
    });
    const after = Object.entries(results(join(cwd, out)));
    expect(Object.fromEntries(after.filter(([name]) => !name.startsWith('aside/')))).toEqual(before);
    if (text !== null) expect(readFileSync(join(cwd, out, 'aside', finding, file), 'utf8')).toBe(text);
  });

  it('has a state that is none set aside, and is gone through again', async () => {
    cpSync(join(cwd, 'undamaged'), join(cwd, 'damaged'), { recursive: true });
    const state = listing(join(cwd, 'damaged')).find((name) => STATE.test(name))!;
    writeFileSync(join(cwd, 'damaged', state), '{"format":1}');
    const again = await cidfuzz([...args, '--out', 'damaged'], { cwd });
    expect(again).toEqual({
      ...whole,
      stderr: `${JSON.stringify({ event: 'aside', paths: [state] })}\n`,
    });
    expect(readFileSync(join(cwd, 'damaged/aside', state), 'utf8')).toBe('{"format":1}');
  });
});
