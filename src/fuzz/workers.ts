import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { Tinypool } from 'tinypool';
import { UserError } from '../errors.js';
import type { Answer, Sent, Task } from './worker.js';

/** How a worker failed on a task. */
export interface Failure {
  readonly how: 'failed' | 'hung' | 'grew' | 'was killed';
  readonly message: string;
  readonly stack: string;
  /** The schedule that it was at, where it could still tell. */
  readonly scenario: string | null;
}

/** A task that a worker has failed on. */
export class WorkerFault extends Error {
  constructor(
    readonly task: Task,
    readonly failure: Failure,
    /** Whether another worker failed on it, too. */
    readonly reproduced: boolean,
  ) {
    super(failure.message);
  }
}

/** What a worker may do before it is replaced. */
export interface WorkerLimits {
  /** A task that takes longer hangs, in ms: batches take about half a second, unless the world is wide. */
  readonly batchMs: number;
  /** The same where something is made small. */
  readonly findingMs: number;
  /** Bytes in memory beyond which a worker has grown: an engine's do not. */
  readonly memory: number;
}

export const WORKER_LIMITS: WorkerLimits = { batchMs: 120_000, findingMs: 1_200_000, memory: 2 ** 31 };

/** A worker that is killed from outside, as by a system that is short of memory, has its task run so often by others. */
const KILLED_MOST = 5;

/** How soon a worker that is killed is looked for again. */
const GONE_MS = 10;

/** An answer, and what it took. */
export interface Answered<T extends Task> {
  readonly answer: Answer<T>;
  readonly fault: WorkerFault | null;
}

/** What the workers of a campaign take. */
export interface Usage {
  /** Bytes that the workers have in memory. */
  readonly memory: number;
  /** Seconds of their processors, those of workers that are gone included. */
  readonly cpuSeconds: number;
  readonly replaced: number;
}

/**
 * Worker processes, one module instance each: so many tasks at a time as there are jobs. One that fails, hangs or grows is
 * replaced, and its task run again by another.
 */
export class Workers {
  private readonly pool: Tinypool;
  private readonly limit: ReturnType<typeof pLimit>;
  private readonly alive = new Map<number, { readonly memory: number; readonly cpuMs: number }>();
  private goneMs = 0;
  private replaced = 0;
  /** Workers that are being killed. */
  private readonly dying = new Set<number>();
  /** Tasks that somebody waits for. */
  private readonly waiting = new Set<Patience>();
  /** Workers in a row that ended before they had begun, and whether that is given up. */
  private unstarted = 0;
  private isBroken = false;

  /** Is told why a worker was replaced. */
  onReplaced: (failure: Failure) => void = () => undefined;

  constructor(
    private readonly jobs: number,
    private readonly limits: WorkerLimits,
  ) {
    this.limit = pLimit(jobs);
    this.pool = new Tinypool({
      filename: new URL('./worker.js', import.meta.url).href,
      runtime: 'child_process',
      serialization: 'advanced',
      minThreads: jobs,
      maxThreads: jobs,
      idleTimeout: 600_000,
    });
    // A worker that ends between two tasks is replaced, and that is all.
    this.pool.on('error', () => this.startAnother());
  }

  /**
   * The pool does not replace a worker that ends before it has begun, and what waits for that one would wait for ever. A task more
   * has it start another.
   */
  private startAnother(): void {
    if (this.isBroken || this.pool.threads.length >= this.jobs) return;
    if (++this.unstarted <= KILLED_MOST * this.jobs) {
      this.pool.run({ op: 'nothing' }).catch(() => undefined);
      return;
    }
    this.isBroken = true;
    for (const patience of this.waiting) patience.abort();
  }

  get usage(): Usage {
    const all = [...this.alive.values()];
    return {
      memory: all.reduce((sum, { memory }) => sum + memory, 0),
      cpuSeconds: (this.goneMs + all.reduce((sum, { cpuMs }) => sum + cpuMs, 0)) / 1000,
      replaced: this.replaced,
    };
  }

  /**
   * Has a task done.
   *
   * @returns the answer, and how a worker failed on it that was not the one that gave it; null: none did
   * @throws WorkerFault where a worker failed on it, and another that ran it again did as well
   */
  ask<T extends Task>(task: T): Promise<Answered<T>> {
    return this.limit(() => this.answer(task));
  }

  /**
   * Whether a worker fails on a task, given it once: how, or null. A worker that is killed from outside proves nothing, unless it
   * always is.
   */
  async failsOn(task: Task): Promise<WorkerFault | null> {
    for (let killed = 1; ; killed++) {
      try {
        await this.limit(() => this.attempt(task));
        return null;
      } catch (error) {
        if (!(error instanceof WorkerFault)) throw error;
        if (error.failure.how !== 'was killed' || killed === KILLED_MOST) return error;
      }
    }
  }

  close(): Promise<void> {
    return this.pool.destroy();
  }

  private async answer<T extends Task>(task: T): Promise<Answered<T>> {
    let fault: WorkerFault | null = null;
    for (let killed = 0; ; ) {
      try {
        return { answer: await this.attempt(task), fault };
      } catch (error) {
        if (!(error instanceof WorkerFault)) throw error;
        const again = error.failure.how === 'was killed' ? ++killed < KILLED_MOST : fault === null;
        if (!again) throw new WorkerFault(task, error.failure, true);
        if (error.failure.how !== 'was killed') fault = error;
      }
    }
  }

  private async attempt<T extends Task>(task: T): Promise<Answer<T>> {
    const ms = task.op === 'batch' ? this.limits.batchMs : this.limits.findingMs;
    const patience = new Patience(ms);
    const { signal } = patience;
    this.waiting.add(patience);
    let sent: Sent<Answer<T>>;
    try {
      sent = (await this.pool.run(task, { signal })) as Sent<Answer<T>>;
    } catch (error) {
      if (this.isBroken) {
        throw new UserError(
          'worker processes end before they have begun (expected that this machine can start some)',
        );
      }
      // The pool gives a worker the next task as soon as it has answered, and knows only from its end that we have killed it for that.
      if (this.dying.size > 0 && !signal.aborted) return this.attempt(task);
      const { message, stack } = error as Error;
      const failure: Failure = signal.aborted
        ? { how: 'hung', message: `no answer after ${ms / 1000} s`, stack: '', scenario: null }
        : { how: 'was killed', message, stack: stack ?? '', scenario: null };
      // Which of them it was is not known: those that go on tell again.
      this.forget(null);
      throw this.replace(task, failure);
    } finally {
      this.waiting.delete(patience);
      patience.end();
    }
    this.unstarted = 0;
    const { pid, memory, cpuMs, answer, failure } = sent;
    this.alive.set(pid, { memory, cpuMs });
    if (failure !== undefined) throw await this.kill(pid, task, { how: 'failed', ...failure });
    if (memory > this.limits.memory) {
      const message = `${Math.round(memory / 2 ** 20)} MiB in memory (expected at most ${Math.round(this.limits.memory / 2 ** 20)})`;
      throw await this.kill(pid, task, { how: 'grew', message, stack: '', scenario: null });
    }
    return answer!;
  }

  /** Has a worker ended, for what it did on a task, and waits until it has. */
  private async kill(pid: number, task: Task, failure: Failure): Promise<WorkerFault> {
    this.forget(pid);
    this.dying.add(pid);
    try {
      process.kill(pid, 'SIGKILL');
      while (isAlive(pid)) await sleep(GONE_MS);
    } catch {
      // It has ended by itself.
    }
    this.dying.delete(pid);
    return this.replace(task, failure);
  }

  private replace(task: Task, failure: Failure): WorkerFault {
    this.replaced++;
    this.onReplaced(failure);
    return new WorkerFault(task, failure, false);
  }

  private forget(pid: number | null): void {
    for (const [one, { cpuMs }] of this.alive) {
      if (one !== pid && (pid !== null || isAlive(one))) continue;
      this.goneMs += cpuMs;
      this.alive.delete(one);
    }
  }
}

/** Whether a task hangs: time in which this process stood still (Ctrl-Z), and heard nobody, does not count. */
class Patience {
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;
  readonly signal = this.controller.signal;

  constructor(private left: number) {
    const every = Math.min(1000, left);
    this.timer = setInterval(() => {
      this.left -= every;
      if (this.left <= 0) this.abort();
    }, every);
  }

  abort(): void {
    this.controller.abort();
  }

  end(): void {
    clearInterval(this.timer);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
