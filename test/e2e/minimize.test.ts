import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLEAN, cidfuzz, FREED, FREED_FOUND, listing, rows, temporaryFolder, write } from './cidfuzz.js';

const cwd = temporaryFolder();
const fixture = (name: string) =>
  readFileSync(new URL(`../minimize/fixtures/${name}.cid`, import.meta.url), 'utf8');
write(cwd, {
  'found.cid': FREED_FOUND,
  'clean.cid': CLEAN,
  'freed.cid': FREED,
  'tso.cid': fixture('tso-found-1'),
  'needless.cid': fixture('tso-found-sc'),
});
const read = (name: string) => readFileSync(join(cwd, name), 'utf8');

describe('minimize', () => {
  it('writes a small scenario with the same violation, and says so', async () => {
    const { code, stdout, stderr } = await cidfuzz(['minimize', 'found.cid', '-o', 'small.cid'], { cwd });
    expect(stderr).toBe('');
    expect(stdout).toMatch(
      /^small\.cid: freed-in-use, \d+ actions, \d+ steps to \d+ actions, \d+ steps in \d+ runs\n$/,
    );
    expect(code).toBe(0);
    expect(read('found.cid')).toBe(FREED_FOUND);
    expect(read('small.cid').length).toBeLessThan(FREED_FOUND.length / 3);
    expect(read('small.cid')).toContain('\nexpect freed-in-use\n---\n');
    expect((await cidfuzz(['regress', 'small.cid'], { cwd })).code).toBe(0);
  });

  it('gives the same again, as JSON too, and over a file that is there', async () => {
    await cidfuzz(['minimize', 'found.cid', '-o', 'one.cid'], { cwd });
    const { code, stdout } = await cidfuzz(['minimize', 'found.cid', '--output', 'clean2.cid', '--json'], {
      cwd,
    });
    expect(code).toBe(0);
    expect(read('clean2.cid')).toBe(read('one.cid'));
    const all = rows(stdout);
    expect(all).toHaveLength(1);
    expect(all[0]).toMatchObject({
      format: 1,
      file: 'found.cid',
      output: 'clean2.cid',
      kind: 'freed-in-use',
      complete: true,
    });
    const again = await cidfuzz(['minimize', 'one.cid', '-o', 'one.cid', '--quiet'], { cwd });
    expect(again).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(read('one.cid')).toBe(read('clean2.cid'));
  });

  it('shows what needs a store buffer with no more of it than needed', async () => {
    const { code, stdout } = await cidfuzz(['minimize', 'tso.cid', '-o', 'tso-small.cid'], { cwd });
    expect(code).toBe(0);
    // One line only: the memory model is as it was.
    expect(stdout).toMatch(/^tso-small\.cid: freed-in-use, [^\n]*\n$/);
    expect(read('tso-small.cid')).toContain('\nmemory tso\n');
    expect((await cidfuzz(['regress', 'tso-small.cid'], { cwd })).code).toBe(0);
    expect((await cidfuzz(['replay', 'tso-small.cid', '--memory', 'sc'], { cwd })).stdout).toContain(
      ': ok (',
    );
  });

  it('shows what needs none under sc, and says so', async () => {
    const { code, stdout } = await cidfuzz(['minimize', 'needless.cid', '-o', 'sc.cid'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^sc\.cid: stranded-lazy, [^\n]*\nsc\.cid: memory sc: stranded-lazy does not need tso\n$/,
    );
    expect(read('sc.cid')).toContain('\nmemory sc\n');
    expect((await cidfuzz(['regress', 'sc.cid'], { cwd })).code).toBe(0);
    const json = await cidfuzz(['minimize', 'needless.cid', '-o', 'sc2.cid', '--json'], { cwd });
    expect(rows(json.stdout)).toMatchObject([{ memory: { before: 'tso', after: 'sc' } }]);
  });

  it('has nothing to do where nothing breaks, and then writes nothing', async () => {
    const before = listing(cwd);
    for (const [args, wanted] of [
      [['clean.cid'], 1],
      [['freed.cid', '--algo', 'v6.3'], 1],
      // Stopped by the watchdog.
      [['freed.cid', '--max-steps', '5'], 70],
    ] as const) {
      const { code, stdout, stderr } = await cidfuzz(['minimize', ...args, '-o', 'none.cid'], { cwd });
      expect(stderr).toMatch(/^[^\n]*\(expected (a violation|one to keep)\)\n$/);
      expect(stdout).toBe('');
      expect(code).toBe(wanted);
    }
    expect(listing(cwd)).toEqual(before);
  });
});
