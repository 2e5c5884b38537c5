import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { fileError } from '../../errors.js';

const NEWLINE = 0x0a;
const HASH = 0x23;

/** A file that is to take a trace: written aside, synced, renamed. */
export class TraceFile {
  private constructor(
    private readonly path: string,
    private readonly aside: string,
    private readonly file: FileHandle,
  ) {}

  /** Before anything is recorded: that it cannot be written is told now. @throws UserError */
  static async open(path: string): Promise<TraceFile> {
    const aside = `${path}.${process.pid}.tmp`;
    try {
      return new TraceFile(path, aside, await open(aside, 'wx'));
    } catch (error) {
      throw fileError(path, 'write', error);
    }
  }

  /** Takes the text of a trace, by gzip where the name says so. Returns how many events it has. @throws UserError */
  async fill(trace: string): Promise<number> {
    const counter = new EventCounter();
    const source = createReadStream(trace, { highWaterMark: 1 << 18 });
    const sink = async (chunks: AsyncIterable<Buffer>) => {
      // From where the last one ended, and all of it.
      for await (const chunk of chunks) await this.file.writeFile(chunk);
    };
    try {
      if (this.path.endsWith('.gz')) await pipeline(source, counter, createGzip(), sink);
      else await pipeline(source, counter, sink);
      await this.file.sync();
      await this.file.close();
      await rename(this.aside, this.path);
    } catch (error) {
      await this.giveUp();
      throw fileError(this.path, 'write', error);
    }
    return counter.events;
  }

  /** Nothing is left of it. */
  async giveUp(): Promise<void> {
    await this.file.close().catch(() => undefined);
    await rm(this.aside, { force: true }).catch(() => undefined);
  }
}

/** Counts lines that are no comments, as they pass. */
class EventCounter extends Transform {
  events = 0;
  private atStart = true;

  override _transform(chunk: Buffer, _encoding: string, done: (error: null, chunk: Buffer) => void): void {
    for (let from = 0; from < chunk.length; ) {
      if (this.atStart && chunk[from] !== HASH && chunk[from] !== NEWLINE) this.events++;
      const to = chunk.indexOf(NEWLINE, from);
      this.atStart = to >= 0;
      from = to < 0 ? chunk.length : to + 1;
    }
    done(null, chunk);
  }
}
