import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { CLEAN, cidfuzz, FREED, FREED_FOUND, MAIN, spawned, temporaryFolder, write } from './cidfuzz.js';

const cwd = temporaryFolder();
write(cwd, { 'freed.cid': FREED, 'found.cid': FREED_FOUND, 'clean.cid': CLEAN });

const ESCAPE = '\u001b';
const COMMANDS = [
  ['replay', 'freed.cid'],
  ['explain', 'freed.cid'],
  ['fuzz', '--mutant', 'exit-stays-active', '--runs', '10000'],
] as const;

describe('colors', () => {
  it('are not in what goes into a pipe', async () => {
    for (const args of COMMANDS) {
      const { stdout, stderr } = await cidfuzz(args, { cwd });
      expect(stdout).not.toBe('');
      expect(stdout + stderr).not.toContain(ESCAPE);
    }
  });

  /** A command with a terminal for its stdout (util-linux: a pty, its output copied to stdout). */
  const onTerminal = async (args: readonly string[], env: Record<string, string> = {}) => {
    const line = [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(' ');
    return (await spawned('script', ['-qec', line, '/dev/null'], { cwd, env })).stdout;
  };
  const hasScript = spawnSync('script', ['--version']).stdout?.toString().includes('util-linux') ?? false;

  it.skipIf(!hasScript)(
    'are on a terminal, but not with NO_COLOR or --no-color (needs util-linux script)',
    async () => {
      for (const args of [
        ['replay', 'freed.cid'],
        ['explain', 'freed.cid'],
      ]) {
        const plain = (await cidfuzz(args, { cwd })).stdout;
        const colored = await onTerminal(args);
        expect(colored).toContain(ESCAPE);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it is about
        expect(colored.replaceAll('\r', '').replace(/\u001b\[\d+m/g, '')).toBe(plain);
        expect((await onTerminal(args, { NO_COLOR: '1' })).replaceAll('\r', '')).toBe(plain);
        expect((await onTerminal([...args, '--no-color'])).replaceAll('\r', '')).toBe(plain);
        expect(await onTerminal([...args, '--json'])).not.toContain(ESCAPE);
      }
    },
  );
});

describe('a reader that goes away', () => {
  it.each([
    ['replay --json --trace found.cid found.cid found.cid found.cid', 'head -c 100'],
    ['replay --json --trace found.cid found.cid', 'true'],
    ['explain found.cid', 'head -1'],
    ['fuzz --mutant exit-stays-active --runs 10000 --out piped', 'head -1'],
    ['fuzz --mutant late-curr --runs 10000 --out piped --json', 'true'],
    ['fuzz --help', 'head -1'],
  ])('cidfuzz %s | %s', async (args, reader) => {
    const line = `'${process.execPath}' '${MAIN}' ${args} --quiet-is-no-flag | ${reader}`.replace(
      ' --quiet-is-no-flag',
      '',
    );
    const { code, stderr } = await spawned('sh', ['-c', line], { cwd });
    // Only what a campaign tells beside its data.
    expect(
      stderr
        .split('\n')
        .filter((text) => !/^(\{"event":|cidfuzz fuzz:|.* in schedule |schedule |$)/.test(text)),
    ).toEqual([]);
    expect(code).toBe(0);
  });

  it('of stderr, too', async () => {
    const files = Array.from({ length: 200 }, () => 'none.cid').join(' ');
    const line = `{ '${process.execPath}' '${MAIN}' replay ${files} 2>&1 1>&3 | true; } 3>&1`;
    expect(await spawned('sh', ['-c', line], { cwd })).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});

describe('help and version', () => {
  it('go to stdout, with exit code 0', async () => {
    for (const args of [
      ['--help'],
      ['help'],
      ['fuzz', '--help'],
      ['help', 'replay'],
      ['--version'],
      ['-V'],
    ]) {
      const { code, stdout, stderr } = await cidfuzz(args, { cwd });
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).not.toBe('');
    }
  });
});
