import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { fileError, UserError } from '../errors.js';
import type { BreadthFirst, Chunk } from './breadth-first.js';
import { VisitedSet } from './visited-set.js';

/** A search that was cut short. */
export interface Checkpoint {
  readonly visited: VisitedSet;
  restore(search: BreadthFirst): void;
}

const FORMAT = 2;

/** The head of the file, a line of JSON; the parts follow in its order, then the CRC-32 of all that, in 4 bytes. */
interface Head {
  readonly format: number;
  readonly key: string;
  /** Of the modules that packed the states: another build may pack them in another way. */
  readonly build: string;
  readonly whole: boolean;
  readonly widths: readonly number[];
  readonly states: number;
  readonly slept: number;
  readonly expanded: number;
  readonly distinct: number;
  readonly seconds: number;
  readonly visitedBytes: number;
  readonly trailLength: number;
  readonly chunks: readonly {
    readonly bytes: number;
    readonly first: number;
    readonly from: number;
    readonly id: number;
    readonly next: boolean;
  }[];
}

/** A part is written, and read, in pieces of at most so many bytes. */
const PIECE = 16 << 20;
const CHECKSUM_BYTES = 4;
/** A line longer than that is no head. */
const HEAD_MOST = 64 << 20;

let ownBuild: string | undefined;

function build(): string {
  if (ownBuild === undefined) {
    const hash = createHash('sha256');
    for (const name of ['explore', 'visited'])
      hash.update(readFileSync(new URL(`../../build/${name}.wasm`, import.meta.url)));
    ownBuild = hash.digest('hex').slice(0, 16);
  }
  return ownBuild;
}

/**
 * Keeps a search: written aside, synced, renamed.
 *
 * @throws UserError with the path and what the system says
 */
export async function saveCheckpoint(
  path: string,
  key: string,
  visited: VisitedSet,
  search: BreadthFirst,
): Promise<void> {
  const chunks = [
    ...search.current.map((chunk) => ({ chunk, next: false })),
    ...search.next.map((chunk) => ({ chunk, next: true })),
  ];
  const memory = new Uint8Array(visited.memory.buffer);
  const head: Head = {
    format: FORMAT,
    key,
    build: build(),
    whole: visited.whole,
    widths: search.widths,
    states: search.states,
    slept: search.slept,
    expanded: search.expanded,
    distinct: search.distinct,
    seconds: search.seconds(),
    visitedBytes: memory.length,
    trailLength: search.trail.length,
    chunks: chunks.map(({ chunk: { states, first, from, id }, next }) => ({
      bytes: states.length,
      first,
      from,
      id,
      next,
    })),
  };
  const aside = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(aside, 'wx');
    try {
      let checksum = 0;
      const write = async (bytes: Uint8Array) => {
        for (let from = 0; from < bytes.length; from += PIECE) {
          // Not of the shared memory itself, which the system must not read while it may change.
          const piece = bytes.slice(from, from + PIECE);
          checksum = crc32(piece, checksum);
          await file.writeFile(piece);
        }
      };
      await write(Buffer.from(`${JSON.stringify(head)}\n`));
      await write(memory);
      for (const part of search.trail.parts()) await write(part);
      for (const { chunk } of chunks) await write(chunk.states);
      const end = Buffer.alloc(CHECKSUM_BYTES);
      end.writeUInt32LE(checksum);
      await file.writeFile(end);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true }).catch(() => undefined);
    throw fileError(path, 'write', error);
  }
}

/**
 * The search that is kept at `path`; null where there is none.
 *
 * @throws UserError where the file is of another world or build, is damaged, or cannot be read
 */
export async function loadCheckpoint(
  path: string,
  key: string,
  megabytes: number,
): Promise<Checkpoint | null> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw fileError(path, 'read', error);
  }
  try {
    return await readCheckpoint(file, path, key, megabytes);
  } catch (error) {
    // What the system says, of a folder for instance.
    throw (error as NodeJS.ErrnoException).syscall === undefined ? error : fileError(path, 'read', error);
  } finally {
    await file.close();
  }
}

async function readCheckpoint(
  file: FileHandle,
  path: string,
  key: string,
  megabytes: number,
): Promise<Checkpoint> {
  const { size } = await file.stat();
  const { head, headBytes } = await readHead(file, path, size);
  if (head.key !== key)
    throw new UserError(
      `${path}: a checkpoint of another world, bounds, reductions or --exact (expected those of this call)`,
    );
  if (head.build !== build())
    throw new UserError(`${path}: a checkpoint of another build of cidfuzz (expected one of this build)`);
  await checkWhole(file, path, size);
  let at = headBytes;
  const next = async (bytes: number) => {
    const part = await readAt(file, at, bytes);
    at += bytes;
    return part;
  };
  const visited = VisitedSet.restore(await next(head.visitedBytes), megabytes, head.whole);
  const parents = await next(4 * head.trailLength);
  const moves = await next(head.trailLength);
  const chunks: { chunk: Chunk; next: boolean }[] = [];
  for (const { bytes, first, from, id, next: isNext } of head.chunks) {
    chunks.push({ chunk: { states: await next(bytes), first, from, id }, next: isNext });
  }
  return {
    visited,
    restore(search) {
      search.trail.append(new Uint32Array(parents.buffer), moves);
      search.current = chunks.filter((one) => !one.next).map(({ chunk }) => chunk);
      search.next = chunks.filter((one) => one.next).map(({ chunk }) => chunk);
      search.widths = [...head.widths];
      search.states = head.states;
      search.slept = head.slept;
      search.expanded = head.expanded;
      search.distinct = head.distinct;
      search.secondsBefore = head.seconds;
    },
  };
}

/** `bytes` bytes from `from` on: fewer where the file has become shorter. */
async function readAt(file: FileHandle, from: number, bytes: number): Promise<Uint8Array> {
  const part = new Uint8Array(bytes);
  let done = 0;
  while (done < bytes) {
    const { bytesRead } = await file.read(part, done, Math.min(PIECE, bytes - done), from + done);
    if (bytesRead === 0) return part.slice(0, done);
    done += bytesRead;
  }
  return part;
}

async function readHead(
  file: FileHandle,
  path: string,
  size: number,
): Promise<{ head: Head; headBytes: number }> {
  const bytes = await readAt(file, 0, Math.min(size, HEAD_MOST));
  const end = bytes.indexOf(0x0a);
  try {
    const head = JSON.parse(Buffer.from(bytes.subarray(0, end)).toString()) as Head;
    if (head.format === FORMAT) return { head, headBytes: end + 1 };
  } catch {
    // It is told below.
  }
  throw new UserError(
    `${path}: no checkpoint (expected one that \`cidfuzz explore --checkpoint\` has written)`,
  );
}

/** That all is there, as it was written: what is damaged could come to a wrong verdict. */
async function checkWhole(file: FileHandle, path: string, size: number): Promise<void> {
  const end = size - CHECKSUM_BYTES;
  let checksum = 0;
  for (let at = 0; at < end; at += PIECE)
    checksum = crc32(await readAt(file, at, Math.min(PIECE, end - at)), checksum);
  const stored = Buffer.from(await readAt(file, end, CHECKSUM_BYTES)).readUInt32LE();
  if (stored !== checksum)
    throw new UserError(`${path}: the file is cut off or damaged (expected a whole checkpoint)`);
}
