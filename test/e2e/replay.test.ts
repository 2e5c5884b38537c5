import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { loadVectors } from '../vectors/load.js';
import { CLEAN, cidfuzz, FREED, FREED_FOUND, rows, temporaryFolder, write } from './cidfuzz.js';

const cwd = temporaryFolder();
write(cwd, {
  'freed.cid': FREED,
  'found.cid': FREED_FOUND,
  'clean.cid': CLEAN,
  'unmet.cid': CLEAN.replace('expect ok', 'expect duplicate-cid'),
  'bad.cid': CLEAN.replace('work 0', 'wrok 0'),
  // Under sc both actions in the middle are skipped, under tso the second.
  'buffers.cid': CLEAN.replace('step 0 6', 'step 0 2\nflush 0\nstale 0 1\nstep 0 4'),
});

describe('replay', () => {
  it('tells in one line that all is well', async () => {
    const { code, stdout, stderr } = await cidfuzz(['replay', 'clean.cid'], { cwd });
    expect(stderr).toBe('');
    expect(stdout).toBe(
      'clean.cid: ok (11 steps, 3 actions applied, 2 skipped; engine and reference agree)\n',
    );
    expect(code).toBe(0);
  });

  it('tells what broke', async () => {
    const { code, stdout, stderr } = await cidfuzz(['replay', 'freed.cid'], { cwd });
    expect(stderr).toBe('');
    expect(stdout.split('\n')[0]).toMatch(
      /^freed\.cid: freed-in-use \(\d+ steps, 30 actions applied, 0 skipped; engine and reference agree\)$/,
    );
    expect(stdout.split('\n')).toHaveLength(3);
    expect(code).toBe(77);
  });

  it('--json: one object with exactly the keys of interface.md', async () => {
    const { code, stdout, stderr } = await cidfuzz(['replay', '--json', 'freed.cid', 'clean.cid'], { cwd });
    expect(stderr).toBe('');
    const [freed, clean, ...more] = rows(stdout);
    expect(more).toEqual([]);
    expect(Object.keys(freed!)).toEqual([
      'format',
      'file',
      'algo',
      'memory',
      'outcome',
      'violation',
      'steps',
      'applied',
      'skipped',
      'expect',
      'met',
      'digest',
    ]);
    expect(freed).toEqual({
      format: 1,
      file: 'freed.cid',
      algo: 'rfc-v6',
      memory: 'sc',
      outcome: 'violation',
      violation: {
        kind: 'freed-in-use',
        step: freed!.steps,
        action: 30,
        cpu: 2,
        mm: 'A',
        cid: 0,
        tasks: ['b'],
      },
      steps: expect.any(Number),
      applied: 30,
      skipped: [],
      expect: 'freed-in-use',
      met: true,
      digest: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(clean).toEqual({
      format: 1,
      file: 'clean.cid',
      algo: 'rfc-v6',
      memory: 'sc',
      outcome: 'ok',
      violation: null,
      steps: 11,
      applied: 3,
      skipped: [3, 5],
      expect: 'ok',
      met: true,
      digest: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(code).toBe(77);
  });

  it.each(['sc', 'tso'] as const)('gives the digests that the vectors have (%s)', async (model) => {
    const vectors = loadVectors(model).filter((_, i) => i % 20 === 0);
    write(cwd, Object.fromEntries(vectors.map(({ name, text }) => [`${name}.cid`, text])));
    const { stdout } = await cidfuzz(['replay', '--json', ...vectors.map(({ name }) => `${name}.cid`)], {
      cwd,
    });
    expect(
      rows(stdout).map(({ outcome, steps, applied, digest }) => ({ outcome, steps, applied, digest })),
    ).toEqual(vectors.map(({ outcome, steps, applied, digest }) => ({ outcome, steps, applied, digest })));
  });

  it('--json --trace: the events that the digest is taken of', async () => {
    const files = ['found.cid', 'clean.cid'];
    const plain = rows((await cidfuzz(['replay', '--json', ...files], { cwd })).stdout);
    const traced = rows((await cidfuzz(['replay', '--json', '--trace', ...files], { cwd })).stdout);
    for (const [i, row] of traced.entries()) {
      const { events, ...rest } = row as { events: Record<string, unknown>[] };
      expect(rest).toEqual(plain[i]);
      expect(Object.keys(row).at(-1)).toBe('events');
      expect(events).toHaveLength(row.steps as number);
      const hash = createHash('sha256');
      for (const [n, event] of events.entries()) {
        expect(event.step).toBe(n + 1);
        const { step, cpu, task, routine, op, loc, value, old, new: after, ok, bit } = event;
        const parts = [step, cpu, task, routine, op, loc, value ?? old, after, ok, bit];
        hash.update(`${parts.map((part) => part ?? '-').join(' ')}\n`);
      }
      const violation = row.violation as { kind: string } | null;
      hash.update(`end ${row.outcome} ${violation?.kind ?? '-'}\n`);
      expect(row.digest).toBe(hash.digest('hex').slice(0, 16));
    }
  });

  it('gives the same data whichever implementation runs it', async () => {
    const args = ['replay', '--json', '--trace', 'found.cid', 'clean.cid', 'freed.cid'];
    const both = await cidfuzz(args, { cwd });
    expect(both.code).toBe(77);
    for (const engine of ['wasm', 'reference', 'both']) {
      expect(await cidfuzz([...args, '--engine', engine], { cwd })).toEqual(both);
    }
    const { stdout } = await cidfuzz(['replay', '--engine', 'wasm', 'clean.cid'], { cwd });
    expect(stdout).toContain('run by the engine only');
  });

  it('goes on to the other files after a bad one, and ends with 1', async () => {
    const { code, stdout, stderr } = await cidfuzz(
      ['replay', '--json', 'bad.cid', 'freed.cid', 'none.cid', 'clean.cid'],
      {
        cwd,
      },
    );
    expect(rows(stdout).map(({ file }) => file)).toEqual(['freed.cid', 'clean.cid']);
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(/^bad\.cid:11:1: unknown action `wrok` \(expected /),
      'none.cid: cannot read (no such file or folder)',
      '',
    ]);
    expect(code).toBe(1);
  });

  it('an unmet expectation is told, but only a violation is a finding', async () => {
    const text = await cidfuzz(['replay', 'unmet.cid'], { cwd });
    expect(text.stdout).toMatch(/; expected duplicate-cid\)\n$/);
    expect(text.code).toBe(0);
    const { stdout } = await cidfuzz(['replay', '--json', 'unmet.cid'], { cwd });
    expect(rows(stdout)[0]).toMatchObject({ outcome: 'ok', expect: 'duplicate-cid', met: false });
  });

  it('ends with 70 where the watchdog stops a run', async () => {
    for (const engine of ['wasm', 'reference', 'both']) {
      const args = ['replay', '--max-steps', '5', '--engine', engine];
      const text = await cidfuzz([...args, 'clean.cid'], { cwd });
      expect(text.stdout).toBe('clean.cid: stopped by the watchdog after 5 steps\n');
      expect(text.code).toBe(70);
      const { stdout, code } = await cidfuzz([...args, '--json', 'freed.cid', 'clean.cid'], { cwd });
      expect(rows(stdout).map(({ steps, watchdog }) => [steps, watchdog])).toEqual([
        [5, true],
        [5, true],
      ]);
      expect(code).toBe(70);
    }
    expect((await cidfuzz(['replay', '--max-steps', '11', 'clean.cid'], { cwd })).code).toBe(0);
  });

  it('takes header words from flags', async () => {
    const { stdout, code } = await cidfuzz(['replay', '--json', '--algo', 'v6.3', 'freed.cid'], { cwd });
    expect(rows(stdout)[0]).toMatchObject({
      algo: 'v6.3',
      outcome: 'ok',
      expect: 'freed-in-use',
      met: false,
    });
    expect(code).toBe(0);
    const mutant = await cidfuzz(
      ['replay', '--json', '--mutant', 'exit-stays-active', 'no-exit-mb', '--', 'freed.cid'],
      { cwd },
    );
    expect(mutant.code).toBe(77);
  });

  it('of every memory model, algorithm and architecture', async () => {
    for (const [memory, skipped] of [
      ['sc', [3, 4, 6, 8]],
      ['tso', [4, 6, 8]],
      // The load of cid[A][0] finds no older value.
      ['weak', [4, 6, 8]],
    ] as const) {
      for (const algo of ['v6.3', 'rfc-v6', 'rfc-v6-fixed']) {
        for (const arch of ['x86', 'arm64']) {
          const words = ['--memory', memory, '--algo', algo, '--arch', arch];
          const { stdout, stderr, code } = await cidfuzz(
            ['replay', '--json', '--trace', ...words, 'buffers.cid'],
            { cwd },
          );
          expect(stderr).toBe('');
          const [row, ...more] = rows(stdout) as [{ events: { op: string }[] }];
          expect(more).toEqual([]);
          expect(row).toMatchObject({ memory, algo, outcome: 'ok', skipped, met: true });
          expect(row.events.filter(({ op }) => op === 'drain')).toHaveLength(memory === 'sc' ? 0 : 1);
          expect(code).toBe(0);
        }
      }
    }
  });

  it('--quiet leaves the exit code alone to tell', async () => {
    expect(await cidfuzz(['replay', '--quiet', 'freed.cid'], { cwd })).toEqual({
      code: 77,
      stdout: '',
      stderr: '',
    });
    expect(await cidfuzz(['replay', '--quiet', 'clean.cid'], { cwd })).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
  });
});
