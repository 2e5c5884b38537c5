/** A cidfuzz whose workers are broken on purpose: what becomes of the campaign, and of the batch that shows it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { cidfuzz, listing, type Outcome, ROOT, results, rows, spawned, temporaryFolder } from './cidfuzz.js';

const cwd = temporaryFolder();

/** The schedule at which they fail, in the second batch. */
const BAD = 995;
/** Three batches: in worlds of many cpus they are small. */
const RUNS = 1100;
const CAMPAIGN = ['--algo', 'rfc-v6-fixed', '--cpus', '2-17', '--json', '--runs', `${RUNS}`];
/** In front of a batch: its bounds are `first` and `count`. */
const BATCH = 'engine.beginBatch(headerOf(config)';
const inBadBatch = (what: string) => `if (first <= ${BAD} && ${BAD} < first + count) { ${what} }\n    `;

/** For ever, without keeping a core from the others. */
const HANG = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);';

/** A copy of cidfuzz with some of its code replaced. Its `cidfuzz` is a program of its own, for reproduce.sh. */
function broken(name: string, edits: readonly (readonly [file: string, from: string, to: string])[]): string {
  const root = join(cwd, name);
  mkdirSync(root);
  cpSync(join(ROOT, 'dist'), join(root, 'dist'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(root, 'package.json'));
  for (const folder of ['build', 'node_modules']) symlinkSync(join(ROOT, folder), join(root, folder));
  for (const [file, from, to] of edits) {
    const path = join(root, 'dist', file);
    const text = readFileSync(path, 'utf8');
    expect(text.split(from), `${from} in ${file}`).toHaveLength(2);
    writeFileSync(
      path,
      text.replace(from, () => to),
    );
  }
  const program = join(root, 'cidfuzz');
  writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${root}/dist/cli/main.js" "$@"\n`, {
    mode: 0o755,
  });
  return root;
}

function fuzz(root: string, out: string, more: readonly string[] = []): Promise<Outcome> {
  return cidfuzz(['fuzz', ...CAMPAIGN, '--out', out, ...more], { cwd, main: join(root, 'dist/cli/main.js') });
}

/** The one fault that a campaign has stored, and its files. */
function faultOf(outcome: Outcome, out: string) {
  const faults = rows(outcome.stdout).filter(({ outcome }) => outcome === 'fault');
  expect(faults).toHaveLength(1);
  const folder = join(cwd, out, faults[0]!.finding as string);
  const file = (name: string) => readFileSync(join(folder, name), 'utf8');
  return { folder, file, json: JSON.parse(file('finding.json')).fault as Record<string, unknown> };
}

/** The worker processes of a campaign. */
function workersOf({ pid }: ChildProcess): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.split(' ').filter(Boolean).map(Number);
}

/** Whether a process is at work: one that waits to be reaped is not. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

const replacedIn = ({ stderr }: Outcome) => rows(stderr).filter(({ event }) => event === 'replaced');

describe('a worker', () => {
  it('that fails on a batch is replaced; the fewest schedules that show it are stored', async () => {
    const root = broken('fails', [
      ['fuzz/batch.js', BATCH, `${inBadBatch("throw new Error('trapped')")}${BATCH}`],
    ]);
    const outcome = await fuzz(root, 'failed');
    expect(outcome.code).toBe(78);
    // The other batches are counted, and this one, of which nothing is known.
    expect(rows(outcome.stdout).at(-1)).toMatchObject({ schedules: RUNS, findings: 0, faults: 1 });
    expect(replacedIn(outcome).length).toBeGreaterThanOrEqual(2);
    // One for each time, and none for a worker that was given something when it was about to go.
    for (const one of replacedIn(outcome)) expect(one).toMatchObject({ how: 'failed', message: 'trapped' });
    const { json, file, folder } = faultOf(outcome, 'failed');
    expect(json).toEqual({
      how: 'failed',
      message: 'trapped',
      task: 'batch',
      reproduced: true,
      first: 500,
      count: BAD + 1 - 500,
    });
    expect(file('explained.txt')).toContain('Another worker that ran it again did so, too');
    expect(file('explained.txt')).toContain('at runBatch');
    expect(JSON.parse(file('task.json'))).toMatchObject({ op: 'batch', first: 500, count: 496 });
    // The command that is stored shows it again, and on a sound cidfuzz nothing.
    const again = (program: string) =>
      spawned('sh', [join(folder, 'reproduce.sh')], { cwd, env: { CIDFUZZ: program } });
    const shown = await again(join(root, 'cidfuzz'));
    expect(shown.stdout).toContain('cidfuzz itself fails at schedule 500');
    expect(shown.code).toBe(78);
    expect((await again(join(broken('sound', []), 'cidfuzz'))).code).toBe(0);
  });

  it('comes to the same, whatever --jobs', async () => {
    const root = join(cwd, 'fails');
    await fuzz(root, 'jobs1', ['--jobs', '1']);
    await fuzz(root, 'jobs3', ['--jobs', '3']);
    // Stack traces name the same files.
    expect(results(join(cwd, 'jobs1'))).toEqual(results(join(cwd, 'jobs3')));
    // And there is nothing to be done again.
    const again = await fuzz(root, 'jobs1');
    expect(replacedIn(again)).toEqual([]);
    expect(again.code).toBe(78);
  });

  it('that fails when the pool has a task for it already is not told to have failed on that', async () => {
    const flag = join(cwd, 'once-each-');
    const root = broken('queued', [
      ['fuzz/batch.js', BATCH, `if (first <= 500) failOnce(first);\n    ${BATCH}`],
      [
        'fuzz/batch.js',
        'export function runBatch(',
        `import { existsSync, writeFileSync } from 'node:fs';
        function failOnce(first) {
          if (existsSync('${flag}' + first)) return;
          writeFileSync('${flag}' + first, '');
          ${HANG.replace('0, 0)', '0, 0, first)')}
          throw new Error('trapped');
        }
        export function runBatch(`,
      ],
      // The third, in the place of the first: what it is to do waits, and is given to the second when that has failed.
      [
        'fuzz/worker.js',
        'let fuzzing;',
        `import { appendFileSync, statSync } from 'node:fs';
        appendFileSync('${flag}begun', '.');
        if (statSync('${flag}begun').size === 3) await new Promise((done) => setTimeout(done, 2000));
        let fuzzing;`,
      ],
    ]);
    const outcome = await fuzz(root, 'queued-out', ['--jobs', '2', '--strategy', 'random-walk']);
    expect(outcome.code).toBe(78);
    const replaced = { event: 'replaced', how: 'failed', message: 'trapped' };
    expect(replacedIn(outcome)).toEqual([replaced, replaced]);
  });

  it('that fails once, and not again, is stored as what it is', async () => {
    const once = `if (!existsSync('${join(cwd, 'flag')}')) { writeFileSync('${join(cwd, 'flag')}', ''); throw new Error('once'); }`;
    const root = broken('once', [
      ['fuzz/batch.js', BATCH, `${inBadBatch(once)}${BATCH}`],
      [
        'fuzz/batch.js',
        'export function runBatch(',
        "import { existsSync, writeFileSync } from 'node:fs';\nexport function runBatch(",
      ],
    ]);
    const outcome = await fuzz(root, 'oncefailed');
    expect(outcome.code).toBe(78);
    expect(faultOf(outcome, 'oncefailed').json).toMatchObject({
      how: 'failed',
      reproduced: false,
      count: 500,
    });
    // The batch itself is counted as it is.
    const sound = await fuzz(join(cwd, 'sound'), 'soundrun');
    const { faults: _, ...summary } = rows(outcome.stdout).at(-1)!;
    const { faults: __, ...other } = rows(sound.stdout).at(-1)!;
    expect(summary).toEqual(other);
  });

  it('that hangs is ended, and its batch looked through', async () => {
    const root = broken('hangs', [
      ['fuzz/batch.js', BATCH, `${inBadBatch(HANG)}${BATCH}`],
      ['fuzz/workers.js', '120_000', '3_000'],
    ]);
    // Batches that are soon done, on a slow machine, too.
    const outcome = await fuzz(root, 'hung', ['--jobs', '1', '--strategy', 'random-walk']);
    expect(outcome.code).toBe(78);
    const { json } = faultOf(outcome, 'hung');
    expect(json).toMatchObject({ how: 'hung', reproduced: true, first: 500, count: 496 });
    expect(json.message).toBe('no answer after 3 s');
  });

  it('that grows is replaced', async () => {
    const grown = `(task.first <= ${BAD} && ${BAD} < task.first + task.count ? 2 ** 32 : process.memoryUsage.rss())`;
    const root = broken('grows', [
      ['fuzz/worker.js', 'memory: process.memoryUsage.rss()', `memory: ${grown}`],
    ]);
    const outcome = await fuzz(root, 'grown');
    expect(faultOf(outcome, 'grown').json).toMatchObject({
      how: 'grew',
      message: '4096 MiB in memory (expected at most 2048)',
      count: 496,
    });
    expect(outcome.code).toBe(78);
  });

  it('that ends by itself whenever it is given a batch is no accident', async () => {
    const root = broken('dies', [['fuzz/batch.js', BATCH, `${inBadBatch('process.exit(3)')}${BATCH}`]]);
    const outcome = await fuzz(root, 'died');
    expect(outcome.code).toBe(78);
    expect(faultOf(outcome, 'died').json).toMatchObject({ how: 'was killed', reproduced: true });
    expect(rows(outcome.stdout).at(-1)).toMatchObject({ schedules: RUNS });
  });

  it('that is killed from outside costs nothing but time', async () => {
    let killed = 0;
    const outcome = await cidfuzz(['fuzz', ...CAMPAIGN, '--out', 'killed', '--jobs', '2'], {
      cwd,
      onStderr: (child, all) => {
        if (killed > 0 || !all.includes('"progress"')) return;
        killed = workersOf(child)[0]!;
        process.kill(killed, 'SIGKILL');
      },
    });
    expect(killed).toBeGreaterThan(0);
    expect(outcome.code).toBe(0);
    expect(rows(outcome.stdout).at(-1)).toMatchObject({ schedules: RUNS, faults: 0 });
    expect(readdirSync(join(cwd, 'killed/findings'))).toEqual([]);
  });

  it('that is killed, as is the one in its place before it has begun, costs nothing but time', async () => {
    const killed = new Set<number>();
    const outcome = await cidfuzz(['fuzz', ...CAMPAIGN, '--out', 'unbegun', '--jobs', '1'], {
      cwd,
      onStderr: (child, all) => {
        if (killed.size > 0 || !all.includes('"progress"')) return;
        // Each as soon as it is there, three times.
        const kill = () => {
          const fresh = isAlive(child.pid!) ? workersOf(child).find((pid) => !killed.has(pid)) : undefined;
          if (fresh !== undefined) {
            killed.add(fresh);
            process.kill(fresh, 'SIGKILL');
          }
          if (killed.size < 3 && isAlive(child.pid!)) setTimeout(kill, 1);
        };
        kill();
      },
    });
    expect(killed.size).toBe(3);
    expect(outcome.code).toBe(0);
    expect(rows(outcome.stdout).at(-1)).toMatchObject({ schedules: RUNS, faults: 0 });
    expect(replacedIn(outcome).every(({ how }) => how === 'was killed')).toBe(true);
  });

  it('that cannot be started at all ends the campaign in one line', async () => {
    const top = 'let fuzzing;';
    const root = broken('never', [['fuzz/worker.js', top, `process.exit(1);\n${top}`]]);
    for (const jobs of ['1', '2']) {
      const { code, stdout, stderr } = await fuzz(root, `never${jobs}`, ['--jobs', jobs, '--quiet']);
      expect(stderr).toBe(
        'worker processes end before they have begun (expected that this machine can start some)\n',
      );
      expect([code, stdout]).toEqual([1, '']);
    }
  });

  it('that waits while all stand still (Ctrl-Z) does not hang', async () => {
    const root = broken('patient', [['fuzz/workers.js', '120_000', '4_000']]);
    let stopped = 0;
    const outcome = await cidfuzz(
      ['fuzz', ...CAMPAIGN, '--out', 'stood', '--strategy', 'random-walk', '--runs', '6000'],
      {
        cwd,
        main: join(root, 'dist/cli/main.js'),
        onStderr: async (child, all) => {
          if (stopped > 0 || !all.includes('"progress"')) return;
          const pids = [child.pid!, ...workersOf(child)];
          stopped = pids.length;
          for (const pid of pids) process.kill(pid, 'SIGSTOP');
          await sleep(6000);
          for (const pid of pids.reverse()) process.kill(pid, 'SIGCONT');
        },
      },
    );
    expect(stopped).toBeGreaterThan(1);
    expect(replacedIn(outcome)).toEqual([]);
    expect(outcome.code).toBe(0);
    expect(rows(outcome.stdout).at(-1)).toMatchObject({ schedules: 6000, faults: 0 });
  });

  it('that is at work, or hangs, when its campaign is killed ends soon', async () => {
    const root = broken('orphan', [['fuzz/batch.js', BATCH, `${inBadBatch(HANG)}${BATCH}`]]);
    const args = [join(root, 'dist/cli/main.js'), 'fuzz', ...CAMPAIGN, '--out', 'orphaned', '--jobs', '2'];
    const campaign = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    campaign.stderr.on('data', (text) => {
      stderr += text;
    });
    while (!stderr.includes('"progress"')) await sleep(50);
    const workers = workersOf(campaign);
    expect(workers).toHaveLength(2);
    campaign.kill('SIGKILL');
    for (let i = 0; i < 100 && workers.some(isAlive); i++) await sleep(100);
    const left = workers.filter(isAlive);
    for (const pid of left) process.kill(pid, 'SIGKILL');
    expect(left).toEqual([]);
  });

  const SMALL = 'const minimized = shrink(engine, found.scenario);';
  it.each([
    ['fails', "throw new Error('no');", 'failed', 'no'],
    ['ends', 'process.exit(3);', 'was killed', 'Worker exited unexpectedly'],
    ['hangs', HANG, 'hung', 'no answer after 5 s'],
  ])('that %s where a finding is made small leaves it as it was met', async (name, what, how, message) => {
    const root = broken(`small-${name}`, [
      ['fuzz/finding.js', SMALL, `${what}\n    ${SMALL}`],
      ['fuzz/workers.js', '1_200_000', '5_000'],
    ]);
    const words = ['--mutant', 'exit-stays-active', '--strategy', 'random-walk', '--runs', '10000'];
    const outcome = await cidfuzz(['fuzz', ...words, '--json', '--out', `plain-${name}`], {
      cwd,
      main: join(root, 'dist/cli/main.js'),
    });
    expect(outcome.code).toBe(78);
    const [finding] = rows(outcome.stdout);
    const path = join(cwd, `plain-${name}`, finding!.finding as string);
    expect(finding).toMatchObject({ violation: { kind: 'freed-in-use' } });
    const actions = (file: string) => readFileSync(join(path, file), 'utf8').split('---\n')[1];
    expect(actions('minimized.cid')).toBe(actions('original.cid'));
    const { json, file } = faultOf(outcome, `plain-${name}`);
    expect(json).toEqual({ how, message, task: 'finding', reproduced: true, first: null, count: null });
    expect(JSON.parse(file('task.json'))).toMatchObject({ op: 'finding', found: {} });
    expect(listing(path)).toContain('explained.txt');
  });
});
