import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeWhole } from '../../src/corpus/write-whole.js';
import { UserError } from '../../src/errors.js';

describe('writeWhole', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cidfuzz-write-'));
  });
  afterEach(() => {
    spawnSync('umount', [folder]);
    rmSync(folder, { recursive: true, force: true });
  });

  it('puts a file there, or another in its place, and nothing else', async () => {
    const path = join(folder, 'x.cid');
    await writeWhole(path, 'one\n');
    await writeWhole(path, 'two\n');
    expect(readFileSync(path, 'utf8')).toBe('two\n');
    expect(readdirSync(folder)).toEqual(['x.cid']);
  });

  it('leaves the last one of many at once whole', async () => {
    const path = join(folder, 'x.cid');
    const texts = Array.from({ length: 20 }, (_, i) => `${i}`.repeat(10_000));
    await Promise.all(texts.map((text) => writeWhole(path, text)));
    expect(texts).toContain(readFileSync(path, 'utf8'));
    expect(readdirSync(folder)).toEqual(['x.cid']);
  });

  it('leaves the old file where the disk has room for a part only', async ({ skip }) => {
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
    if (mounted.status !== 0) skip('no tmpfs can be mounted here');
    const path = join(folder, 'x.cid');
    await writeWhole(path, 'old\n');
    // A write of 20 000 bytes now begins well, and comes to a page or two.
    writeFileSync(join(folder, 'filler'), new Uint8Array(64 * 1024 - 4 * 4096));
    const refused = writeWhole(path, 'n'.repeat(20_000));
    await expect(refused).rejects.toThrow(UserError);
    await expect(refused).rejects.toThrow(/x\.cid: cannot write \(no space left on the device\)$/);
    expect(readFileSync(path, 'utf8')).toBe('old\n');
    expect(readdirSync(folder).sort()).toEqual(['filler', 'x.cid']);
  });
});
