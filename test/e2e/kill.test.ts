/**
 * kill -9, of the campaign or of one of its workers, at any moment: nothing that was told, or was on disk, is lost, and what comes
 * out in the end is what an undisturbed campaign gives. `CIDFUZZ_SOAK=100` kills a hundred times (`npm run soak`).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { hashOf } from '../../src/corpus/hash.js';
import { wholeFinding } from '../../src/fuzz/tidy.js';
import { cidfuzz, listing, MAIN, results, rows, temporaryFolder } from './cidfuzz.js';

const KILLS = Number(process.env.CIDFUZZ_SOAK ?? 2);
const SEED = Number(process.env.CIDFUZZ_SOAK_SEED ?? 1);
/** What a campaign begins with, and gets more of where it is done before it is killed: a resume must have something left to do. */
const RUNS = 20_000;
/** Five findings, some of them made small more than once. */
const MUTANTS = ['plain-lazy', 'plain-unset', 'no-second-check', 'exit-stays-active'];
const CAMPAIGN = ['--mutant', ...MUTANTS, '--seed', '3', '--jobs', '2'];

/** At what a campaign is when it is killed, and for how long at most it goes on with it until then. */
const MOMENTS = {
  /** It waits for the lock of the one before. */
  waiting: 2500,
  /** A finding's folder is being written. */
  writing: 5,
  /** It has just got the lock: it tidies up, and makes again what is missing. */
  starting: 600,
  /** Something was met, and is being made small. */
  minimizing: 800,
  /** Batches, mostly. */
  working: 2500,
} as const;
type Moment = keyof typeof MOMENTS;
/** For a moment that does not come it is waited so long: first a lock may have to get stale. */
const PATIENCE_MS = 15_000;

const cwd = temporaryFolder();

/** A small generator (Numerical Recipes): the same kills by the same seed, as far as time allows. */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A campaign under way, and what it has told so far. */
class Running {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  private readonly startedAt = Date.now();
  private said = '';
  private told = '';

  constructor(out: string, runs: number) {
    const args = [MAIN, 'fuzz', '--json', '--out', out, '--runs', `${runs}`, ...CAMPAIGN];
    this.child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout!.setEncoding('utf8').on('data', (text) => {
      this.told += text;
    });
    this.child.stderr!.setEncoding('utf8').on('data', (text) => {
      this.said += text;
    });
    this.ended = new Promise((done) => this.child.on('close', (code) => done(code)));
  }

  /** Its results, once it has ended. */
  get results(): string {
    return this.told;
  }

  get isOver(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Findings that it said it has stored. */
  get stored(): string[] {
    return (
      this.said
        .split('\n')
        .slice(0, -1)
        // What Node says of a process that dies is no event.
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line))
        .filter(({ event }) => event === 'stored')
        .map(({ finding }) => finding)
    );
  }

  /** Whether it is at that, as far as can be seen from outside. */
  isAt(moment: Moment, folder: string): boolean {
    switch (moment) {
      case 'waiting':
        return true;
      case 'starting':
        return (lockedAt(folder) ?? 0) > this.startedAt;
      case 'working':
        return this.said.includes('"event":"begun"');
      case 'minimizing':
        return this.said.includes('"event":"met"');
      case 'writing':
        return hasUnfinished(folder);
    }
  }

  workers(): number[] {
    return childrenOf(this.child.pid!);
  }
}

/** When a campaign's lock was touched last, in ms; null: there is none. */
function lockedAt(folder: string): number | null {
  return statSync(join(folder, 'lock'), { throwIfNoEntry: false })?.mtimeMs ?? null;
}

/** Whether a finding's folder is being written. */
function hasUnfinished(folder: string): boolean {
  try {
    return readdirSync(join(folder, 'findings')).some((name) => name.startsWith('.'));
  } catch {
    return false;
  }
}

function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return text
      .split(' ')
      .filter((word) => word !== '')
      .map(Number);
  } catch {
    return [];
  }
}

/** Whether a process is at work: one that waits to be reaped is not. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** What must never be lost: whole findings, and files of the corpus. */
async function kept(folder: string): Promise<string[]> {
  const names = (sub: string) => (existsSync(join(folder, sub)) ? readdirSync(join(folder, sub)) : []);
  const corpus = names('corpus').filter((name) => /^[0-9a-f]{16}\.cid$/.test(name));
  const findings: string[] = [];
  for (const name of names('findings')) {
    if (!name.startsWith('.') && (await wholeFinding(join(folder, 'findings', name)))) findings.push(name);
  }
  return [...corpus.map((name) => `corpus/${name}`), ...findings.map((name) => `findings/${name}`)];
}

async function gone(pids: readonly number[]): Promise<number[]> {
  for (let i = 0; i < 100 && pids.some(isAlive); i++) await sleep(100);
  return pids.filter(isAlive);
}

/** Waits until a campaign is at something, or is over, or it takes too long; then for as long as chance says. */
async function until(running: Running, moment: Moment, folder: string, below: (n: number) => number) {
  const deadline = Date.now() + PATIENCE_MS;
  while (!running.isAt(moment, folder) && !running.isOver && Date.now() < deadline) await sleep(1);
  await sleep(below(MOMENTS[moment]));
}

describe.skipIf(!existsSync('/proc/self/task'))('kill -9', () => {
  const minutes = 60_000;
  it(`${KILLS} times, seed ${SEED}: loses nothing, doubles nothing, leaves nothing behind`, {
    timeout: 5 * minutes + KILLS * 30_000,
  }, async () => {
    const below = random(SEED);
    const folder = join(cwd, 'killed');
    const announced = new Set<string>();
    const killed: string[] = [];
    let runs = RUNS;
    for (let tries = 0; killed.length < KILLS; tries++) {
      const running = new Running('killed', runs);
      // Each moment in turn, for one may not come any more (a finding that gets smaller); at a third of them a worker is killed first.
      const moments = Object.keys(MOMENTS) as Moment[];
      const moment = moments[(SEED + tries) % moments.length]!;
      await until(running, moment, folder, below);
      const workers = running.workers();
      const worker = below(3) === 0 ? workers[below(Math.max(1, workers.length))] : undefined;
      if (running.isOver) {
        // Done before it could be killed: it gets more to do.
        runs += RUNS;
      } else {
        if (worker !== undefined) {
          process.kill(worker, 'SIGKILL');
          await sleep(below(1500));
        }
        killed.push(`${worker === undefined ? '' : 'worker, '}${moment}`);
        running.child.kill('SIGKILL');
      }
      await running.ended;
      expect(await gone(workers), 'workers that outlive their campaign').toEqual([]);
      for (const finding of running.stored) announced.add(finding);
      for (const name of await kept(folder)) announced.add(name);
      // Every other time as if somebody had waited until the lock is nobody's.
      if (lockedAt(folder) !== null && killed.length % 2 === 0) utimesSync(join(folder, 'lock'), 0, 0);
    }

    const resumed = new Running('killed', runs);
    expect(await resumed.ended).toBe(77);
    const files = listing(folder);
    const there = new Set([...files, ...files.map((file) => file.replace(/\/$/, ''))]);
    expect(
      [...announced].filter((name) => !there.has(name)),
      `lost: killed at ${killed.join('; ')}`,
    ).toEqual([]);
    expect(announced.size).toBeGreaterThan(0);
    expect(files.filter((name) => /\.tmp|^lock|^aside|\/\./.test(name))).toEqual([]);
    for (const name of readdirSync(join(folder, 'corpus'))) {
      expect(`${hashOf(readFileSync(join(folder, 'corpus', name)))}.cid`).toBe(name);
    }
    const findings = rows(resumed.results).slice(0, -1);
    expect(new Set(findings.map(({ signature }) => JSON.stringify(signature))).size).toBe(findings.length);
    for (const { finding, violation } of findings) {
      expect(await wholeFinding(join(folder, finding as string))).toBe(true);
      const replayed = await cidfuzz(['replay', '--json', `killed/${finding}/minimized.cid`], { cwd });
      expect(rows(replayed.stdout)[0]).toMatchObject({ violation, met: true });
    }

    // As if nothing had happened.
    const undisturbed = new Running('whole', runs);
    expect(await undisturbed.ended).toBe(77);
    expect(resumed.results).toBe(undisturbed.results);
    expect(results(folder)).toEqual(results(join(cwd, 'whole')));
  });
});
