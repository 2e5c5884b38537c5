/**
 * kill -9, of the campaign or of one of its workers, at any moment: nothing that was told, or was on disk, is lost, and what comes
 * out in the end is what an undisturbed campaign gives. `CIDFUZZ_SOAK=100` kills a hundred times (`npm run soak`).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
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
const CAMPAIGN = ['--mutant', 'plain-lazy', 'no-second-check', '--seed', '3', '--jobs', '2'];

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

  get hasBegun(): boolean {
    return this.said.includes('"event":"begun"');
  }

  workers(): number[] {
    return childrenOf(this.child.pid!);
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

describe.skipIf(!existsSync('/proc/self/task'))('kill -9', () => {
  const minutes = 60_000;
  it(`${KILLS} times, seed ${SEED}: loses nothing, doubles nothing, leaves nothing behind`, {
    timeout: 5 * minutes + KILLS * 30_000,
  }, async () => {
    const below = random(SEED);
    const folder = join(cwd, 'killed');
    const announced = new Set<string>();
    let killed = 0;
    let runs = RUNS;
    while (killed < KILLS) {
      const running = new Running('killed', runs);
      // Now and then while it waits for the lock of the one before, mostly at work.
      const early = below(4) === 0;
      while (!early && !running.hasBegun && !running.isOver) await sleep(20);
      await sleep(below(2500));
      const workers = running.workers();
      const victim = below(3) === 0 ? workers[below(Math.max(1, workers.length))] : running.child.pid;
      if (running.isOver) {
        runs += RUNS;
      } else if (victim !== undefined) {
        process.kill(victim, 'SIGKILL');
        killed++;
        if (victim !== running.child.pid) {
          await sleep(below(1500));
          running.child.kill('SIGKILL');
        }
      }
      if (!running.isOver && victim === undefined) running.child.kill('SIGKILL');
      await running.ended;
      expect(await gone(workers), 'workers that outlive their campaign').toEqual([]);
      for (const finding of running.stored) announced.add(finding);
      for (const name of await kept(folder)) announced.add(name);
    }
    expect(killed).toBe(KILLS);

    const resumed = new Running('killed', runs);
    expect(await resumed.ended).toBe(77);
    const files = listing(folder);
    for (const name of announced)
      expect(
        files.some((file) => file.startsWith(name)),
        name,
      ).toBe(true);
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
