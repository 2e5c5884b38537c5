import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { litmusText } from '../litmus/files.js';
import { cidfuzz, ROOT, rows, temporaryFolder, write } from './cidfuzz.js';

const cwd = temporaryFolder();
const CLASSIC = join(ROOT, 'corpus/litmus/classic.json');
const { tests } = JSON.parse(litmusText('classic.json')) as { tests: { name: string; expected: object }[] };
const fileWith = (name: string, change: object = {}) => {
  const test = tests.find((one) => one.name === name);
  return JSON.stringify({ format: 'litmus-json/1', count: 1, tests: [{ ...test, ...change }] });
};
write(cwd, {
  'sb.json': fileWith('SB'),
  'doctored.json': fileWith('SB', { expected: { sc: 'forbidden', tso: 'forbidden' } }),
  'nothing.json': fileWith('SB', { expected: undefined }),
  'lb.json': fileWith('LB'),
  'broken.json': litmusText('classic.json').slice(0, 1000),
  'op.json': fileWith('SB').replace('"load"', '"fly"'),
});

const SB = [
  'SB                              sc    not reached     3 states  forbidden  agrees',
  'SB                              tso   reached         4 states  allowed    agrees',
  'SB                              weak  reached         4 states  allowed    agrees',
];

describe('litmus', () => {
  it('runs the classic tests under every model', async () => {
    const { code, stdout, stderr } = await cidfuzz(['litmus', CLASSIC], { cwd });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/\n153 answers: 153 as expected, 0 not\n$/);
    expect(stdout).not.toContain('DISAGREES');
    expect(code).toBe(0);
  });

  it('tells what it found in a line, or in a row', async () => {
    const text = await cidfuzz(['litmus', 'sb.json'], { cwd });
    expect(text).toEqual({
      code: 0,
      stdout: `${SB.join('\n')}\n3 answers: 3 as expected, 0 not\n`,
      stderr: '',
    });
    const { stdout, stderr } = await cidfuzz(['litmus', '--json', 'sb.json'], { cwd });
    expect(rows(stdout)).toEqual([
      { name: 'SB', model: 'sc', reached: false, states: 3, expected: 'forbidden', agree: true },
      { name: 'SB', model: 'tso', reached: true, states: 4, expected: 'allowed', agree: true },
      { name: 'SB', model: 'weak', reached: true, states: 4, expected: 'allowed', agree: true },
    ]);
    expect(stderr).toBe('3 answers: 3 as expected, 0 not\n');
  });

  it('tells every final state', async () => {
    const { stdout } = await cidfuzz(['litmus', '--outcomes', '--memory', 'tso', 'sb.json'], { cwd });
    expect(stdout.split('\n').slice(0, -2)).toEqual([
      SB[1],
      '  * 0:r0=0; 1:r0=0',
      '    0:r0=0; 1:r0=1',
      '    0:r0=1; 1:r0=0',
      '    0:r0=1; 1:r0=1',
    ]);
    const json = await cidfuzz(['litmus', '--outcomes', '--json', '--memory', 'sc', 'sb.json'], { cwd });
    expect(rows(json.stdout)[0]!.outcomes).toEqual([
      { values: { '0:r0': 0, '1:r0': 1 }, reach: false },
      { values: { '0:r0': 1, '1:r0': 0 }, reach: false },
      { values: { '0:r0': 1, '1:r0': 1 }, reach: false },
    ]);
  });

  it('what is not as expected is a finding', async () => {
    const { code, stdout } = await cidfuzz(['litmus', '--quiet', 'sb.json', 'doctored.json'], { cwd });
    expect(stdout).toBe(
      'SB                              tso   reached         4 states  forbidden  DISAGREES\n',
    );
    expect(code).toBe(77);
  });

  it('missing what only speculation shows is as expected', async () => {
    const { code, stdout } = await cidfuzz(['litmus', '--memory', 'weak', 'lb.json'], { cwd });
    expect(stdout).toMatch(/^LB +weak +not reached +3 states +allowed +agrees: needs speculation\n/);
    expect(code).toBe(0);
  });

  it('where nothing is expected there is nothing to agree with', async () => {
    const { code, stdout } = await cidfuzz(['litmus', '--json', 'nothing.json'], { cwd });
    expect(rows(stdout).map(({ model, expected, agree }) => [model, expected, agree])).toEqual([
      ['sc', null, null],
      ['tso', null, null],
      ['weak', null, null],
    ]);
    expect(code).toBe(0);
  });

  it('a search that is stopped has no answer', async () => {
    const args = ['litmus', '--memory', 'sc', '--max-states', '1', 'sb.json'];
    const { code, stdout } = await cidfuzz(args, { cwd });
    expect(stdout).toMatch(
      /^SB +sc +stopped .*\n1 answers: 0 as expected, 0 not, 1 stopped by --max-states\n$/,
    );
    expect(code).toBe(70);
    expect(rows((await cidfuzz([...args, '--json'], { cwd })).stdout)[0]).toMatchObject({
      reached: null,
      agree: null,
    });
  });

  it.each([
    ['broken.json', /^broken\.json: no JSON: [^\n]+ \(expected litmus-json\/1\)\n$/],
    [
      'op.json',
      /^op\.json: tests\[0\] \("SB"\)\.threads\[0\]\[1\]\.op: `"fly"` \(expected load, [^\n]+\)\n$/,
    ],
    ['none.json', /^none\.json: cannot read \(no such file or folder\)\n$/],
  ])('%s is bad input, and the other files are run', async (file, says) => {
    const { code, stdout, stderr } = await cidfuzz(['litmus', file, 'sb.json'], { cwd });
    expect(stderr).toMatch(says);
    expect(stdout).toMatch(/\n3 answers: 3 as expected, 0 not\n$/);
    expect(code).toBe(1);
  });
});
