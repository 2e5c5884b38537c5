import { open, rename, rm } from 'node:fs/promises';
import { fileError, UserError } from '../errors.js';
import type { BreadthFirst, Chunk } from './breadth-first.js';
import { VisitedSet } from './visited-set.js';

/** A search that was cut short. */
export interface Checkpoint {
  readonly visited: VisitedSet;
  restore(search: BreadthFirst): void;
}

const FORMAT = 1;

/** The head of the file, a line of JSON; the parts follow in its order. */
interface Head {
  readonly format: number;
  readonly key: string;
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
      const write = async (bytes: Uint8Array) => {
        for (let from = 0; from < bytes.length; ) {
          // Not of the shared memory itself, which the system must not read while it may change.
          const piece = Buffer.from(bytes.slice(from, from + PIECE));
          const { bytesWritten } = await file.write(piece);
          from += bytesWritten;
        }
      };
      await write(Buffer.from(`${JSON.stringify(head)}\n`));
      await write(memory);
      for (const part of search.trail.parts()) await write(part);
      for (const { chunk } of chunks) await write(chunk.states);
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
 * @throws UserError where the file is of another world, is damaged, or cannot be read
 */
export async function loadCheckpoint(
  path: string,
  key: string,
  megabytes: number,
): Promise<Checkpoint | null> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw fileError(path, 'read', error);
  }
  try {
    const { size } = await file.stat();
    let at = 0;
    const read = async (bytes: number): Promise<Uint8Array> => {
      if (at + bytes > size)
        throw new UserError(`${path}: the file is cut off (expected a whole checkpoint)`);
      const part = new Uint8Array(bytes);
      for (let from = 0; from < bytes; ) {
        const { bytesRead } = await file.read(part, from, Math.min(PIECE, bytes - from), at + from);
        if (bytesRead === 0)
          throw new UserError(`${path}: the file is cut off (expected a whole checkpoint)`);
        from += bytesRead;
      }
      at += bytes;
      return part;
    };
    const head = await readHead(path, read, size);
    at = head.bytes;
    const { json } = head;
    if (json.key !== key)
      throw new UserError(
        `${path}: a checkpoint of another world, bounds or reductions (expected those of this call)`,
      );
    const memory = await read(json.visitedBytes);
    const visited = VisitedSet.restore(memory, megabytes, json.whole);
    const trail: [Uint8Array, Uint8Array] = [await read(4 * json.trailLength), await read(json.trailLength)];
    const chunks: { chunk: Chunk; next: boolean }[] = [];
    for (const { bytes, first, from, id, next } of json.chunks) {
      chunks.push({ chunk: { states: await read(bytes), first, from, id }, next });
    }
    return {
      visited,
      restore(search) {
        search.trail.append(new Uint32Array(trail[0].buffer), trail[1]);
        search.current = chunks.filter(({ next }) => !next).map(({ chunk }) => chunk);
        search.next = chunks.filter(({ next }) => next).map(({ chunk }) => chunk);
        search.widths = [...json.widths];
        search.states = json.states;
        search.slept = json.slept;
        search.expanded = json.expanded;
        search.distinct = json.distinct;
        search.secondsBefore = json.seconds;
      },
    };
  } finally {
    await file.close();
  }
}

const HEAD_MOST = 64 << 20;

async function readHead(
  path: string,
  read: (bytes: number) => Promise<Uint8Array>,
  size: number,
): Promise<{ json: Head; bytes: number }> {
  const bytes = await read(Math.min(size, HEAD_MOST));
  const end = bytes.indexOf(0x0a);
  try {
    const json = JSON.parse(Buffer.from(bytes.subarray(0, end)).toString()) as Head;
    if (json.format === FORMAT) return { json, bytes: end + 1 };
  } catch {
    // It is told below.
  }
  throw new UserError(
    `${path}: no checkpoint (expected one that \`cidfuzz explore --checkpoint\` has written)`,
  );
}
