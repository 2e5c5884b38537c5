import { describe, expect, it } from 'vitest';
import { cidfuzz, rows, temporaryFolder } from './cidfuzz.js';

const cwd = temporaryFolder();
const few = ['bench', '--schedules', '60', '--rounds', '1', '--seeds', '3', '--limit', '200'];
const rates = [...few, '--only', 'rates'];
const bugs = [
  ...few,
  '--only',
  'bugs',
  '--bug',
  'exit-stays-active',
  'stranded-lazy',
  '--strategy',
  'random-walk',
];

describe('bench', () => {
  it('tells rates, and ratios with what is wanted', async () => {
    const { code, stdout, stderr } = await cidfuzz(rates, { cwd });
    expect(stderr).toBe('cidfuzz bench: rates; seed 1\n');
    expect(stdout).toMatch(/^seed 1: 60 schedules, \d+ micro-steps, medians of 1 rounds$/m);
    expect(stdout).toMatch(/^ {2}fixed, weak +\d+\.\d\d M micro-steps\/s$/m);
    expect(stdout).toMatch(/^ {2}random-walk +[\d.]+k? \[\d\.\d\d\]/m);
    expect(stdout).toMatch(/^ {2}fuzz loop under tso to sc: \d+\.\d\d \(wanted: at least 0\.7\)$/m);
    expect(stdout).toMatch(/^ {2}fuzz loop under weak to sc: \d+\.\d\d \(wanted: at least 0\.4\)$/m);
    expect(code).toBe(0);
  });

  it('--json: the same as one object', async () => {
    const { code, stdout } = await cidfuzz([...rates, '--json', '--quiet', '--seed', '7'], { cwd });
    const [row, ...more] = rows(stdout);
    expect(more).toEqual([]);
    expect(row).toMatchObject({ format: 1, seed: 7, schedules: 60, bugs: [], interrupted: false });
    expect(row!.rates).toHaveLength(8);
    expect(row!.ratios).toContainEqual({
      what: 'fuzz loop under weak to sc',
      ratio: expect.any(Number),
      wanted: 0.4,
      bound: false,
    });
    expect(code).toBe(0);
  });

  it('tells how soon bugs are found, as a table', async () => {
    const { code, stdout } = await cidfuzz(bugs, { cwd });
    expect(stdout).toMatch(/^ {2}exit-stays-active +sc x86 1 cpu +6 \[5-11\] [\d.]+ m?s$/m);
    expect(stdout).toMatch(/^ {2}stranded-lazy +sc x86 2 cpus +> 200 [\d.]+ m?s \(0 of 2\)$/m);
    expect(code).toBe(0);
  });

  it('--format markdown: as the README has it', async () => {
    const { stdout } = await cidfuzz([...bugs, '--format', 'markdown'], { cwd });
    expect(stdout).toMatch(
      /^\| bug \| machine \| random-walk \|\n\| --- \| ---: \| ---: \|\n\| stranded-lazy \|/m,
    );
  });

  it('says of what cannot be measured here why not', async () => {
    const { code, stdout } = await cidfuzz([...few, '--only', 'native'], { cwd, env: { PATH: '' } });
    expect(stdout).toBe('\n  native: skipped: no wasm2c in PATH\n');
    expect(code).toBe(0);
  });

  it('tells what it knows when it is interrupted', async () => {
    const long = [
      'bench',
      '--only',
      'bugs',
      '--limit',
      '3_000_000',
      '--limit-time',
      '1m',
      '--bug',
      'late-curr',
      'stranded-lazy',
    ];
    const { code, stdout, stderr } = await cidfuzz([...long, '--strategy', 'random-walk', '--json'], {
      cwd,
      onStderr(child, all) {
        if (!all.includes('interrupted')) child.kill('SIGINT');
      },
    });
    expect(stderr).toMatch(/interrupted: what is known by now is told/);
    expect(rows(stdout)).toMatchObject([{ interrupted: true }]);
    expect(code).toBe(130);
  });
});
