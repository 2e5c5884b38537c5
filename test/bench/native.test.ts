import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Missing } from '../../src/bench/missing.js';
import { measureNative } from '../../src/bench/native.js';
import { findTools } from '../../src/bench/native-build.js';
import { defaultConfig } from '../../src/fuzz/config.js';
import { calmly, untilTold } from './pace.js';

const folder = mkdtempSync(join(tmpdir(), 'cidfuzz-native-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Whether this machine has what it takes. */
const able = (() => {
  try {
    return findTools(process.env.PATH ?? '') !== null;
  } catch {
    return false;
  }
})();

describe('findTools', () => {
  const program = (name: string) => {
    writeFileSync(join(folder, name), '#!/bin/sh\n');
    chmodSync(join(folder, name), 0o755);
  };

  it('names what is missing', () => {
    expect(() => findTools('')).toThrow(new Missing('no wasm2c in PATH'));
    program('wasm2c');
    expect(() => findTools(folder)).toThrow(new Missing('no gcc in PATH'));
    program('gcc');
    expect(() => findTools(folder)).toThrow(/^no wasm-rt-impl.c of wabt below /);
  });
});

describe.skipIf(!able)('measureNative', () => {
  it('does the same as Wasm, and tells how they compare', async () => {
    const config = { ...defaultConfig, memory: 'tso' } as const;
    const { rates, ratio } = await measureNative(config, 300, 1, calmly());
    expect(rates.map(({ what }) => what)).toEqual(['engine as Wasm', 'engine as native code']);
    for (const { stepsPerSecond } of rates) expect(stepsPerSecond).toBeGreaterThan(0);
    expect(ratio).toMatchObject({ what: 'engine to native', wanted: 0.8, bound: false });
    expect(ratio.ratio).toBeGreaterThan(0);
  });

  it('ends when it is told to', async () => {
    const pace = untilTold(/wasm2c and gcc/);
    await expect(measureNative(defaultConfig, 300, 1, pace)).rejects.toThrow(/abort/);
  });
});
