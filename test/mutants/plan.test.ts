import { describe, expect, it } from 'vitest';
import { defaultConfig, settingsOf } from '../../src/fuzz/config.js';
import { campaignOf, cellsOf, ROWS, seedsOf } from '../../src/mutants/plan.js';
import { campaignCommandOf, commandOf } from '../../src/mutants/words.js';
import { MUTANTS } from '../../src/words.js';
import { PLAN } from './plans.js';

const cell = { row: 'no-entry-mb', memory: 'weak', arch: 'arm64' } as const;

describe('a plan', () => {
  it('has its cells row by row, that without a mutant first, then by memory and arch', () => {
    const cells = cellsOf({ ...PLAN, rows: ROWS, memories: ['sc', 'tso', 'weak'], arches: ['x86', 'arm64'] });
    expect(cells).toHaveLength((1 + MUTANTS.length) * 6);
    expect(cells.slice(0, 7).map(({ row, memory, arch }) => `${row} ${memory} ${arch}`)).toEqual([
      'none sc x86',
      'none sc arm64',
      'none tso x86',
      'none tso arm64',
      'none weak x86',
      'none weak arm64',
      `${MUTANTS[0]} sc x86`,
    ]);
    expect(new Set(cells.map(({ row }) => row))).toEqual(new Set(['none', ...MUTANTS]));
  });

  it('has five seeds that follow one another', () => {
    expect(seedsOf({ ...PLAN, seed: 7 })).toEqual([7, 8, 9, 10, 11]);
  });

  it('draws what fuzz draws with the same words, and compares nothing', () => {
    const config = campaignOf(PLAN, cell, 9);
    const { memory, arch } = cell;
    expect(config).toEqual({
      ...defaultConfig,
      mutants: ['no-entry-mb'],
      memory,
      arch,
      seed: 9,
      compareEvery: 0,
    });
    expect({ ...settingsOf(config), compareEvery: 0 }).toEqual({
      ...settingsOf({ ...defaultConfig, seed: 9 }),
      compareEvery: 0,
    });
    expect(campaignOf(PLAN, { ...cell, row: 'none' }, 9).mutants).toEqual([]);
  });

  it('tells the command that fills one cell, with the words that are not as they are by default', () => {
    expect(commandOf(PLAN, cell)).toBe(
      'cidfuzz mutants --mutant no-entry-mb --memory weak --arch arm64 --algo rfc-v6 --runs 1000 --seed 1',
    );
    const wide = { ...PLAN, base: { ...PLAN.base, preempt: 'none', cpus: [2, 4], tasks: [4, 4] } } as const;
    expect(commandOf(wide, cell)).toMatch(
      / --algo rfc-v6 --preempt none --cpus 2-4 --tasks 4 --runs 1000 --seed 1$/,
    );
    expect(campaignCommandOf(PLAN, { ...cell, row: 'none' }, 3, 41)).toBe(
      'cidfuzz fuzz --mutant none --memory weak --arch arm64 --algo rfc-v6 --runs 42 --seed 3',
    );
  });
});
