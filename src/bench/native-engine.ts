import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import type { Bucket } from '../engine/engine.js';

/** What a batch came to. */
export interface NativeBatch {
  readonly seconds: number;
  readonly steps: number;
  /** How often the loop stopped at what it found. */
  readonly stops: number;
  /** `KIND:PC:COUNT,…` in order. */
  readonly buckets: string;
}

/** Buckets as {@link NativeBatch} has them. */
export function bucketsText(buckets: readonly Bucket[]): string {
  return buckets.map(({ kind, pc, count }) => `${kind}:${pc}:${count}`).join(',');
}

/** The program that buildNative makes: scripts/bench/native.c says what it reads and prints. */
export class NativeEngine {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;
  private readonly input: Interface;
  private readonly ended: Promise<unknown>;

  constructor(program: string, image: string) {
    const child = spawn(program, [image], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.child = child;
    this.ended = once(child, 'close').catch(() => undefined);
    // Where it is gone, the line that is missing says so.
    child.stdin.on('error', () => undefined);
    this.input = createInterface({ input: child.stdout });
    this.lines = this.input[Symbol.asyncIterator]();
  }

  /** Runs the batch once. @throws Error where the program ends instead */
  async run(): Promise<NativeBatch> {
    this.child.stdin!.write('\n');
    const { value, done } = await this.lines.next();
    if (done) throw new Error('the native engine has ended before it had answered');
    const [seconds, steps, stops, buckets = ''] = String(value).split(' ');
    return { seconds: Number(seconds), steps: Number(steps), stops: Number(stops), buckets };
  }

  /** Ends the program, and waits until it is gone. */
  async end(): Promise<void> {
    this.child.stdin!.end();
    this.input.close();
    await this.ended;
  }
}
