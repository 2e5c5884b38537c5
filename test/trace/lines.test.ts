import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LinesEnd, readLines } from '../../src/trace/lines.js';
import { Random } from '../check/random.js';
import { dataPath, dataText, folderForTest, written } from './traces.js';

const TEXT = Array.from({ length: 20_000 }, (_, i) => `line ${i} ${(i * 7919) % 104_729}`).join('\n');

async function read(path: string): Promise<{ lines: string[]; end: LinesEnd }> {
  const end: LinesEnd = { lines: 0, cutLines: 0, unfinished: false, truncated: false };
  const lines: string[] = [];
  for await (const some of readLines(path, end)) lines.push(...some);
  return { lines, end };
}

describe('the lines of a file', () => {
  it.each([
    ['', [], false],
    ['\n', [''], false],
    ['a', ['a'], true],
    ['a\n', ['a'], false],
    ['a\n\nb', ['a', '', 'b'], true],
    ['a\r\nb\r\n', ['a\r', 'b\r'], false],
    ['\0\x01\x1b\xff\n', ['\0\x01\x1b\xff'], false],
  ])('%j', async (text, lines, unfinished) => {
    for (const bytes of [Buffer.from(text, 'latin1'), gzipSync(Buffer.from(text, 'latin1'))]) {
      expect(await read(written(bytes))).toEqual({
        lines,
        end: { lines: lines.length, cutLines: 0, unfinished, truncated: false },
      });
    }
  });

  it('are the same whatever the pieces in which they come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 70_000 }), { minLength: 1, maxLength: 12 }),
        async (lengths) => {
          const lines = lengths.map((length, i) => String(i).repeat(length).slice(0, length));
          const { lines: found, end } = await read(written(`${lines.join('\n')}\n`));
          expect(found.map((line) => line.length)).toEqual(lengths.map((length) => Math.min(length, 65_536)));
          expect(found).toEqual(lines.map((line) => line.slice(0, 65_536)));
          expect(end).toMatchObject({
            lines: lines.length,
            cutLines: lengths.filter((length) => length > 65_536).length,
          });
        },
      ),
      { numRuns: 30 },
    );
  });

  it('are cut where one is longer than any, and the next ones are not', async () => {
    const { lines, end } = await read(
      written(`a\n${'x'.repeat(10 * 1024 * 1024)}\nb\n${'y'.repeat(200_000)}`),
    );
    expect(lines.map(({ length }) => length)).toEqual([1, 65_536, 1, 65_536]);
    expect(end).toEqual({ lines: 4, cutLines: 2, unfinished: true, truncated: false });
  });
});

describe('gzip', () => {
  const packed = gzipSync(TEXT);

  it('is told by what it holds, not by its name', async () => {
    expect((await read(written(packed, 'a.txt'))).lines).toEqual(TEXT.split('\n'));
    expect((await read(written(TEXT, 'a.gz'))).lines).toEqual(TEXT.split('\n'));
  });

  it('of several members is all of them', async () => {
    const { lines, end } = await read(written(Buffer.concat([packed, gzipSync('\nthe end\n')])));
    expect(lines).toEqual([...TEXT.split('\n'), 'the end']);
    expect(end).toMatchObject({ truncated: false, lines: 20_001 });
  });

  it('of several members, the last one cut', async () => {
    const two = Buffer.concat([packed, packed]);
    const { lines, end } = await read(written(two.subarray(0, two.length - 5000)));
    expect(lines.slice(0, 19_999)).toEqual(TEXT.split('\n').slice(0, 19_999));
    expect(lines.length).toBeGreaterThan(25_000);
    expect(end.truncated).toBe(true);
  });

  it.each([1, 4, 8, 9, 100, 30_000])('that ends %i bytes early: what is there is read', async (missing) => {
    const { lines, end } = await read(written(packed.subarray(0, packed.length - missing)));
    expect(end.truncated).toBe(true);
    const whole = TEXT.split('\n');
    // All of it where only the length and sum at the end are missing.
    expect(lines.length).toBeGreaterThan(missing <= 8 ? 19_999 : 5000);
    expect(lines.slice(0, -1)).toEqual(whole.slice(0, lines.length - 1));
    expect(whole[lines.length - 1]!.startsWith(lines.at(-1)!)).toBe(true);
  });

  it('of which nothing but the beginning is there', async () => {
    for (const bytes of [2, 10, 15, 25]) {
      const { lines, end } = await read(written(packed.subarray(0, bytes)));
      expect(lines.join('\n')).toBe(TEXT.slice(0, lines.join('\n').length));
      expect(end.truncated).toBe(true);
    }
  });

  it('with any one byte changed is damaged, or the same text', async () => {
    const small = gzipSync(TEXT.slice(0, 30_000));
    const random = new Random(3);
    const told: string[] = [];
    for (let i = 0; i < 40; i++) {
      const bytes = Buffer.from(small);
      // Behind the head, whose flags may make it something else.
      const at = 10 + Math.floor(random.below(bytes.length - 10));
      bytes[at]! ^= 1 << random.below(8);
      const path = written(bytes);
      const outcome = await read(path).catch((error: Error) => error);
      if (outcome instanceof Error) {
        expect(outcome.message.replace(path, 'a.txt')).toMatch(
          /^a\.txt: damaged gzip data after line \d+ \([^\n]+; expected a whole file\)$/,
        );
        told.push(outcome.message);
      } else {
        expect(outcome.lines.join('\n')).toBe(TEXT.slice(0, 30_000));
        expect(outcome.end.truncated).toBe(true);
      }
    }
    expect(told.length).toBeGreaterThan(30);
  });
});

describe('what is no text of ours', () => {
  it.each([
    ['\x17\x08Dtracing6\0', /trace-cmd's own trace\.dat \(expected its text: trace-cmd report/],
    ['PERFILE2\0\0', /perf's own perf\.data \(expected its text: perf script/],
    ['\x28\xb5\x2f\xfd\x04', /compressed by zstd \(expected plain text or gzip/],
    ['\xfd7zXZ\0', /compressed by xz \(expected/],
    ['BZh91AY', /compressed by bzip2 \(expected/],
    ['PK\x03\x04\x14', /a zip archive \(expected/],
    ['\x7fELF\x02\x01', /a program \(expected/],
  ])('%j', async (start, says) => {
    const path = written(`${start}${'\0x'.repeat(100)}`);
    await expect(read(path)).rejects.toThrow(says);
    await expect(read(path)).rejects.toThrow(new RegExp(`^${path}: [^\n]*$`));
  });

  it('a file that cannot be read', async () => {
    const folder = folderForTest();
    mkdirSync(join(folder, 'folder'));
    writeFileSync(join(folder, 'file'), 'x');
    const says = (name: string, why: string) =>
      expect(read(join(folder, name))).rejects.toThrow(`${join(folder, name)}: cannot read (${why})`);
    await says('none', 'no such file or folder');
    await says('folder', 'it is a folder (expected a file)');
    await says('file/x', 'a part of the path is a file (expected a folder)');
    if (process.getuid?.() !== 0) {
      chmodSync(join(folder, 'file'), 0);
      await says('file', 'permission denied');
    }
  });
});

it('the traces under data/ are read as zlib reads them at once', async () => {
  const name = 'ticks-hackbench-3x-threads.ftrace.txt.gz';
  const { lines, end } = await read(dataPath(name));
  expect(`${lines.join('\n')}\n`).toBe(dataText(name));
  expect(end).toMatchObject({ unfinished: false, truncated: false, cutLines: 0 });
  expect(readFileSync(dataPath(name)).length).toBeLessThan(100_000);
});
