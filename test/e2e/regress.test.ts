import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLEAN, cidfuzz, FREED, rows, temporaryFolder, write } from './cidfuzz.js';

const cwd = temporaryFolder();
for (const folder of ['good/deep/er', 'mixed', 'empty']) mkdirSync(join(cwd, folder), { recursive: true });
write(cwd, {
  'good/freed.cid': FREED,
  'good/deep/clean.cid': CLEAN,
  'good/deep/er/any.cid': CLEAN.replace('expect ok\n', ''),
  'good/deep/notes.txt': 'no scenario',
  'mixed/a-unmet.cid': CLEAN.replace('expect ok', 'expect livelock'),
  'mixed/b-met.cid': CLEAN.replace('expect ok', 'expect v6.3 livelock\nexpect rfc-v6 ok'),
  'mixed/c-bad.cid': CLEAN.replace('work 0', 'work 9'),
  'mixed/d-broken.cid': FREED.replace('expect freed-in-use', 'expect ok'),
  'empty/notes.txt': 'no scenario',
});

describe('regress', () => {
  it('holds every scenario of a folder, however deep, to its expectation', async () => {
    expect(await cidfuzz(['regress', 'good'], { cwd })).toEqual({
      code: 0,
      stdout: '3 scenarios: 3 as expected, 0 not\n',
      stderr: '',
    });
    const { stdout, stderr, code } = await cidfuzz(['regress', '--json', 'good'], { cwd });
    expect(rows(stdout).map(({ file, outcome, met }) => [file, outcome, met])).toEqual([
      ['good/deep/clean.cid', 'ok', true],
      ['good/deep/er/any.cid', 'ok', null],
      ['good/freed.cid', 'violation', true],
    ]);
    expect(stderr).toBe('3 scenarios: 3 as expected, 0 not\n');
    expect(code).toBe(0);
  });

  it('an unmet expectation is a finding', async () => {
    const { code, stdout, stderr } = await cidfuzz(
      ['regress', 'mixed/a-unmet.cid', 'mixed/b-met.cid', 'good'],
      { cwd },
    );
    expect(stderr).toBe('');
    expect(stdout).toMatch(
      /^mixed\/a-unmet\.cid: ok \(.*; expected livelock\)\n5 scenarios: 4 as expected, 1 not\n$/,
    );
    expect(code).toBe(77);
  });

  it('tells all, and the gravest by its exit code', async () => {
    const { code, stdout, stderr } = await cidfuzz(['regress', 'mixed'], { cwd });
    expect(stderr).toMatch(/^mixed\/c-bad\.cid:11:6: .*\n$/);
    expect(stdout).toContain('mixed/a-unmet.cid: ok (');
    expect(stdout).toContain('mixed/d-broken.cid: freed-in-use (');
    expect(stdout).toMatch(/\n4 scenarios: 1 as expected, 2 not, 1 unreadable\n$/);
    expect(code).toBe(1);
    const json = await cidfuzz(['regress', '--json', 'mixed'], { cwd });
    expect(rows(json.stdout)).toHaveLength(3);
  });

  it('a watchdog is no pass', async () => {
    const { code, stdout } = await cidfuzz(['regress', '--max-steps', '3', 'good/deep/er'], { cwd });
    expect(stdout).toContain('stopped by the watchdog');
    expect(code).toBe(70);
  });

  it('a folder without scenarios, or none at all, is bad input', async () => {
    expect(await cidfuzz(['regress', 'empty'], { cwd })).toEqual({
      code: 1,
      stdout: '',
      stderr: 'empty: no scenario in it (expected *.cid files)\n',
    });
    expect((await cidfuzz(['regress', 'good', 'nowhere'], { cwd })).code).toBe(1);
  });
});
