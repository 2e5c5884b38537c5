import { describe, expect, it } from 'vitest';
import { cidfuzz, rows, temporaryFolder } from './cidfuzz.js';

const cwd = temporaryFolder();
const few = ['bench', '--schedules', '60', '--rounds', '1'];

describe('bench', () => {
  it('tells rates, and ratios with what is wanted', async () => {
    const { code, stdout, stderr } = await cidfuzz(few, { cwd });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^seed 1: 60 schedules, \d+ micro-steps, medians of 1 rounds$/m);
    expect(stdout).toMatch(/^ {2}fixed, weak +\d+\.\d\d M micro-steps\/s$/m);
    expect(stdout).toMatch(/^ {2}fuzz loop under tso to sc: \d+\.\d\d \(wanted: at least 0\.7\)$/m);
    expect(stdout).toMatch(/^ {2}fuzz loop under weak to sc: \d+\.\d\d \(wanted: at least 0\.4\)$/m);
    expect(code).toBe(0);
  });

  it('--json: the same as one object', async () => {
    const { code, stdout } = await cidfuzz([...few, '--json', '--quiet', '--seed', '7'], { cwd });
    const [row, ...more] = rows(stdout);
    expect(more).toEqual([]);
    expect(row).toMatchObject({ format: 1, seed: 7, schedules: 60 });
    expect(row!.rates).toHaveLength(7);
    expect(row!.ratios).toContainEqual({
      what: 'fuzz loop under weak to sc',
      ratio: expect.any(Number),
      wanted: 0.4,
    });
    expect(code).toBe(0);
  });
});
