import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, realpath, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { writeWhole } from '../corpus/write-whole.js';
import { Engine } from '../engine/engine.js';
import { lockFolder } from '../fuzz/lock.js';
import { Store } from '../fuzz/store.js';
import { tidyFolder } from '../fuzz/tidy.js';
import { scenarioFromBytes } from '../scenario/bytes.js';
import { printScenario } from '../scenario/print.js';
import { confined, type JsfuzzConfig } from './config.js';
import type { Input } from './inputs.js';
import { Session } from './session.js';
import { type Status, statusOf } from './status.js';
import { newTally, type Tally } from './tally.js';
import { Target } from './target.js';

/** When a campaign ends by itself. */
export interface JsfuzzLimits {
  readonly timeMs: number | null;
  readonly runs: number | null;
  readonly until: 'finding' | 'never';
}

export interface JsfuzzOptions {
  readonly config: JsfuzzConfig;
  readonly limits: JsfuzzLimits;
  /** The campaign's folder: findings, as those of `fuzz`, and the inputs that were kept. */
  readonly out: string;
  /** What jsfuzz begins with. */
  readonly inputs: readonly Input[];
  /** Ends the campaign when the run under way is done. */
  readonly signal: AbortSignal;
  readonly listener?: {
    /** jsfuzz told how it does. */
    progress?(status: Status): void;
    /** jsfuzz ended before its time, and is started again. */
    again?(why: string): void;
  };
}

/** Runs with coverage to tell after which jsfuzz must have counted some of it. */
const PUBLISHED_ENOUGH = 100;
/** Lines of jsfuzz's that are shown where it ends for no reason that we know of. */
const LINES_SHOWN = 5;
/** jsfuzz's own watchdog, in seconds of real time; ours counts steps, and a laptop may sleep in the middle of a run. */
const JSFUZZ_TIMEOUT_S = 1_000_000;

/**
 * Starts jsfuzz, again where it ends before its time, until a limit is reached.
 *
 * @throws UserError where the folder cannot be written
 */
export async function runJsfuzz(options: JsfuzzOptions): Promise<Tally> {
  // A folder that cannot be used is told before anything is started.
  await Store.open(options.out);
  const lock = await lockFolder(options.out);
  try {
    await tidyFolder(options.out);
    return await inSession(options);
  } finally {
    await lock.release();
  }
}

async function inSession(options: JsfuzzOptions): Promise<Tally> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'cidfuzz-jsfuzz-')));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  process.on('exit', remove);
  try {
    return await new Campaign(options, new Session(folder)).run();
  } finally {
    process.off('exit', remove);
    remove();
  }
}

/** Runs each input once, without jsfuzz: what its `--regression` would do, if it did not ignore it. */
export async function runInputs(options: JsfuzzOptions): Promise<Tally> {
  const { config, inputs, signal, out } = options;
  const tally = newTally(config);
  const target = new Target(new Engine(), await Store.open(out), tally);
  for (const { bytes } of inputs) {
    if (signal.aborted) break;
    await target.run(bytes);
    // Lets a Ctrl-C in.
    await new Promise(setImmediate);
  }
  tally.ended = signal.aborted ? 'stopped' : 'runs';
  return tally;
}

class Campaign {
  constructor(
    private readonly options: JsfuzzOptions,
    private readonly session: Session,
  ) {}

  async run(): Promise<Tally> {
    const { config, limits, out, inputs, signal, listener } = this.options;
    const { session } = this;
    session.settings = {
      config,
      out: resolve(out),
      runs: limits.runs,
      deadline: limits.timeMs === null ? null : Date.now() + limits.timeMs,
      until: limits.until,
    };
    session.tally = newTally(config);
    await mkdir(session.inputs);
    // jsfuzz takes them from the last to the first.
    for (const [i, { bytes }] of inputs.entries()) {
      await writeFile(join(session.inputs, String(inputs.length - i).padStart(8, '0')), bytes);
    }
    for (let start = 0; ; start++) {
      const before = session.tally.next;
      const said = signal.aborted ? [] : await this.start(start);
      const { tally } = session;
      if (signal.aborted) tally.ended ??= 'stopped';
      if (tally.fault !== null || tally.ended !== null) return tally;
      const killed = await this.keepKilled();
      const why = `jsfuzz ended after run ${tally.next}${killed}`;
      if (tally.next === before) {
        return { ...tally, fault: { message: [`${why}:`, ...said].join('\n  '), users: false } };
      }
      listener?.again?.(why);
    }
  }

  /** Starts jsfuzz and waits for its end. Returns what it said last. */
  private async start(start: number): Promise<string[]> {
    const { config, signal } = this.options;
    const { session } = this;
    const child = spawn(process.execPath, this.words(), {
      cwd: session.folder,
      env: { ...process.env, CIDFUZZ_JSFUZZ_SEED: String(BigInt(config.seed) + (BigInt(start) << 53n)) },
      // The last one is for nothing but that jsfuzz hears of our end (preload.cts).
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const kill = () => child.kill('SIGKILL');
    const stop = () => session.stop();
    process.on('exit', kill);
    signal.addEventListener('abort', stop);
    try {
      return await this.listen(child);
    } finally {
      process.off('exit', kill);
      signal.removeEventListener('abort', stop);
    }
  }

  private words(): string[] {
    const here = (name: string) => fileURLToPath(new URL(`./${name}`, import.meta.url));
    return [
      '--require',
      here('preload.cjs'),
      createRequire(import.meta.url).resolve('jsfuzz/build/src/index.js'),
      // jsfuzz puts its working folder before it.
      relative(this.session.folder, here('fuzz.cjs')),
      this.session.inputs,
      // Its versifier takes inputs for text, which they are not.
      '--no-versifier',
      '--timeout',
      String(JSFUZZ_TIMEOUT_S),
      '--exact-artifact-path',
      this.session.killed,
    ];
  }

  private async listen(child: ChildProcess): Promise<string[]> {
    const said: string[] = [];
    let coverage = 0;
    const hear = (line: string) => {
      const status = statusOf(line);
      if (status === null) {
        said.push(line);
        if (said.length > LINES_SHOWN) said.shift();
        return;
      }
      coverage = status.coverage;
      this.options.listener?.progress?.(status);
      if (coverage === 0 && this.session.tally.published >= PUBLISHED_ENOUGH) child.kill('SIGKILL');
    };
    for (const stream of [child.stdout!, child.stderr!]) createInterface(stream).on('line', hear);
    await new Promise((done, failed) => child.on('close', done).on('error', failed));
    const { session } = this;
    const { tally } = session;
    if (coverage === 0 && tally.published > 0 && tally.fault === null) {
      const message = `coverage is still 0 after ${tally.published} runs (expected jsfuzz to count what the engine tells)`;
      session.tally = { ...tally, fault: { message, users: false } };
    }
    return said;
  }

  /** Where the target was killed, for its memory say, the input under way; told in words that follow `after run N`. */
  private async keepKilled(): Promise<string> {
    const { killed } = this.session;
    if (!existsSync(killed)) return '';
    const scenario = confined(scenarioFromBytes(await readFile(killed)), this.options.config);
    rmSync(killed);
    const file = join(this.options.out, 'killed.cid');
    await writeWhole(file, printScenario(scenario));
    return `, its target was killed in the run of ${file}`;
  }
}
