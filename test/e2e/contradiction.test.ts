/** A cidfuzz whose engine has a wrong constant: what each command does when its two halves disagree. */
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { PERIOD_NS } from '../../src/abi.js';
import { withConstant } from '../check/broken.js';
import { cidfuzz, ROOT, results, rows, temporaryFolder, write } from './cidfuzz.js';

const cwd = temporaryFolder();
const main = join(cwd, 'broken/dist/cli/main.js');

/** a's slot is 101 ms old when b comes: older than 100 ms, but not than 120 ms. */
const OLD = `cidfuzz 1
cpus 2
mm A
task a A 0
task b A 0
task c A 1
expect ok
---
switch 1 c
step 1 11
switch 0 a
step 0 11
advance 101ms
switch 0 b
step 0 20
`;

beforeAll(() => {
  mkdirSync(join(cwd, 'broken/build'), { recursive: true });
  cpSync(join(ROOT, 'dist'), join(cwd, 'broken/dist'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(cwd, 'broken/package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(cwd, 'broken/node_modules'));
  writeFileSync(join(cwd, 'broken/build/release.wasm'), withConstant('release', PERIOD_NS, 120_000_000).wasm);
  write(cwd, { 'old.cid': OLD });
});

describe('where engine and reference part', () => {
  it('replay tells it with both sides, and ends with 78', async () => {
    expect((await cidfuzz(['replay', 'old.cid'], { cwd })).code).toBe(0);
    const { code, stdout, stderr } = await cidfuzz(['replay', 'old.cid'], { cwd, main });
    expect(stderr).toBe('');
    expect(stdout).toMatch(
      /^old\.cid: engine and reference part: step \d+ differs\nengine, last events:\n( {2}.*\n){10}reference, last events:\n( {2}.*\n){10}/,
    );
    expect(code).toBe(78);
  });

  it('replay --json gives it as the outcome', async () => {
    const { code, stdout } = await cidfuzz(['replay', '--json', 'old.cid'], { cwd, main });
    const [row] = rows(stdout);
    expect(row).toMatchObject({ outcome: 'divergence', violation: null, expect: 'ok', met: false });
    expect(row!.divergence).toMatchObject({ what: expect.stringMatching(/^step \d+ differs$/) });
    expect(code).toBe(78);
    // Alone, each has its opinion.
    expect((await cidfuzz(['replay', '--engine', 'wasm', 'old.cid'], { cwd, main })).code).toBe(0);
  });

  it('regress and explain end with 78', async () => {
    const regress = await cidfuzz(['regress', 'old.cid'], { cwd, main });
    expect(regress.stdout).toContain('engine and reference part');
    expect(regress.code).toBe(78);
    const explain = await cidfuzz(['explain', 'old.cid'], { cwd, main });
    expect(explain.stderr).toContain('engine and reference part');
    expect(explain.code).toBe(78);
  });

  it('fuzz ends with 78, and has stored a small schedule that shows it', async () => {
    const args = ['fuzz', '--runs', '1100', '--cpus', '2-17', '--compare', '1/5', '--json', '--quiet'];
    const { code, stdout, stderr } = await cidfuzz([...args, '--jobs', '1'], { cwd, main });
    expect(stderr).toBe('');
    expect(code).toBe(78);
    const two = await cidfuzz([...args, '--jobs', '2', '--out', 'two'], { cwd, main });
    expect(two.stdout).toBe(stdout);
    const found = rows(stdout).filter((row) => row.outcome === 'divergence');
    expect(found.length).toBeGreaterThan(0);
    expect(rows(stdout).at(-1)).toMatchObject({ summary: true, divergences: found.length });
    for (const row of found) {
      const folder = join('campaign', row.finding as string);
      expect(readdirSync(join(cwd, folder)).sort()).toEqual([
        'explained.txt',
        'finding.json',
        'minimized.cid',
        'reproduce.sh',
      ]);
      const small = readFileSync(join(cwd, folder, 'minimized.cid'), 'utf8');
      expect(small.split('---\n')[1]!.split('\n').length).toBeLessThanOrEqual(16);
      expect((await cidfuzz(['replay', join(folder, 'minimized.cid')], { cwd, main })).code).toBe(78);
      expect((await cidfuzz(['replay', join(folder, 'minimized.cid')], { cwd })).code).toBe(0);
      expect(readFileSync(join(cwd, folder, 'explained.txt'), 'utf8')).toContain('reference, last events:');
    }
    // A campaign that contradicts itself is not gone on with.
    const before = results(join(cwd, 'campaign'));
    expect(
      (await cidfuzz([...args.slice(0, 1), '--runs', '1600', ...args.slice(3)], { cwd, main })).code,
    ).toBe(78);
    expect(results(join(cwd, 'campaign'))).toEqual(before);
  });
});
