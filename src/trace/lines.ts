import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { constants, createGunzip } from 'node:zlib';
import { fileError, UserError } from '../errors.js';

/** Longer lines are cut: no tracer writes one, and memory stays bounded whatever a file holds. */
const MAX_LINE_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/** What a file begins with that is no text of ours, and what to do about it. */
const FOREIGN: readonly (readonly [magic: string, what: string])[] = [
  ['\x17\x08Dtracing', "trace-cmd's own trace.dat (expected its text: trace-cmd report -i FILE > out.txt)"],
  ['PERFILE2', "perf's own perf.data (expected its text: perf script --ns -i FILE > out.txt)"],
  ['\x28\xb5\x2f\xfd', 'compressed by zstd (expected plain text or gzip: zstd -d FILE)'],
  ['\xfd7zXZ', 'compressed by xz (expected plain text or gzip: xz -d FILE)'],
  ['BZh', 'compressed by bzip2 (expected plain text or gzip: bzip2 -d FILE)'],
  ['PK\x03\x04', 'a zip archive (expected plain text or gzip)'],
  ['\x7fELF', 'a program (expected a trace as text)'],
];

/** How the reading of a file went. */
export interface LinesEnd {
  lines: number;
  /** Lines longer than {@link MAX_LINE_BYTES}, cut there. */
  cutLines: number;
  /** The last line has no line feed: the file may have been cut off in the middle of it. */
  unfinished: boolean;
  /** The gzip stream ends early. */
  truncated: boolean;
}

/**
 * The lines of a text file, plain or gzip, some thousand at a time; memory does not grow with the file. Bytes above 0x7f come
 * as Latin-1, one character each.
 *
 * @param end is filled in as the reading goes on
 * @throws UserError where the file cannot be read, is damaged, or is no text of a tracer
 */
export async function* readLines(path: string, end: LinesEnd): AsyncGenerator<string[], void, void> {
  const gzip = await sniff(path);
  const file = createReadStream(path, { highWaterMark: 1 << 18 });
  let source: Readable = file;
  if (gzip) {
    // A stream that ends early gives what it has: told apart below.
    const gunzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH, chunkSize: 1 << 18 });
    file.on('error', (error) => gunzip.destroy(error));
    source = file.pipe(gunzip);
  }
  const splitter = new Splitter(end);
  try {
    for await (const chunk of source) {
      const lines = splitter.add(chunk as Buffer);
      if (lines.length > 0) yield lines;
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!code?.startsWith('Z_')) throw fileError(path, 'read', error);
    throw new UserError(
      `${path}: damaged gzip data after line ${end.lines} (${(error as Error).message}; expected a whole file)`,
    );
  } finally {
    file.destroy();
  }
  const last = splitter.finish();
  if (last.length > 0) yield last;
  end.truncated = gzip && !(await endsWhole(path, splitter.bytes));
}

/** Whether the file is gzip. Throws where it is something that we know not to be a trace. */
async function sniff(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'r');
    try {
      const head = Buffer.alloc(16);
      const { bytesRead } = await file.read(head, 0, head.length, 0);
      const start = head.toString('latin1', 0, bytesRead);
      const foreign = FOREIGN.find(([magic]) => start.startsWith(magic));
      if (foreign) throw new UserError(`${path}: ${foreign[1]}`);
      return start.startsWith('\x1f\x8b');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw fileError(path, 'read', error);
  }
}

/**
 * Whether a gzip file is whole: it ends with the length of what it held. One of several members ends with the last one's, so
 * where that differs it is read again, by a decoder that minds.
 */
async function endsWhole(path: string, bytes: number): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size < 18) return false;
    const tail = Buffer.alloc(4);
    await file.read(tail, 0, 4, size - 4);
    if (tail.readUInt32LE(0) === bytes % 2 ** 32) return true;
  } finally {
    await file.close();
  }
  const source = createReadStream(path, { highWaterMark: 1 << 18 });
  try {
    for await (const _ of source.pipe(createGunzip({ chunkSize: 1 << 18 })));
    return true;
  } catch {
    return false;
  } finally {
    source.destroy();
  }
}

/** Cuts chunks into lines. */
class Splitter {
  /** Bytes seen. */
  bytes = 0;
  /** The beginning of a line whose end is still to come. */
  private rest = '';
  private cut = false;

  constructor(private readonly end: LinesEnd) {}

  add(chunk: Buffer): string[] {
    this.bytes += chunk.length;
    const lines: string[] = [];
    let from = 0;
    for (;;) {
      const to = chunk.indexOf(NEWLINE, from);
      if (to < 0) break;
      lines.push(this.take(chunk, from, to));
      this.rest = '';
      this.cut = false;
      from = to + 1;
    }
    if (from < chunk.length) this.rest = this.take(chunk, from, chunk.length);
    this.end.lines += lines.length;
    return lines;
  }

  private take(chunk: Buffer, from: number, to: number): string {
    const room = MAX_LINE_BYTES - this.rest.length;
    if (to - from > room && !this.cut) {
      this.cut = true;
      this.end.cutLines++;
    }
    return this.rest + chunk.toString('latin1', from, Math.min(to, from + room));
  }

  finish(): string[] {
    this.end.unfinished = this.rest !== '';
    if (this.rest === '') return [];
    this.end.lines++;
    return [this.rest];
  }
}
