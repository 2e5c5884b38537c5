import { describe, expect, it } from 'vitest';
import { campaignFor, knownBugs } from '../../src/bench/bugs.js';
import { MUTANTS } from '../../src/words.js';

const bugs = await knownBugs();
const named = (name: string) => bugs.find((bug) => bug.name === name)!;

describe('knownBugs', () => {
  it('has the faults of the patch, then mutants, each once', () => {
    const faults = bugs.filter(({ mutant }) => mutant === null).map(({ name }) => name);
    const mutants = bugs.filter(({ mutant }) => mutant !== null).map(({ name }) => name);
    expect(faults).toEqual(
      expect.arrayContaining(['arm64-user-user', 'duplicate-cid', 'inactive-prev', 'stranded-lazy']),
    );
    expect(faults.filter((name) => name.startsWith('compactness'))).toEqual([]);
    expect(mutants).toEqual(MUTANTS.filter((mutant) => mutants.includes(mutant)));
    expect(mutants.length).toBeGreaterThanOrEqual(17);
    expect(bugs.map(({ name }) => name)).toEqual([...faults, ...mutants]);
  });

  it("takes a fault's machine and kind from its file", () => {
    expect(named('inactive-prev.freed-in-use')).toEqual({
      name: 'inactive-prev.freed-in-use',
      file: 'inactive-prev.freed-in-use.cid',
      mutant: null,
      algo: 'rfc-v6',
      mutants: [],
      memory: 'tso',
      arch: 'x86',
      preempt: 'full',
      cpus: 2,
      oracle: ['freed-in-use'],
    });
  });

  it('takes a mutant on the first machine that shows it, in the repaired algorithm where it does', () => {
    expect(named('plain-unset')).toMatchObject({ algo: 'rfc-v6-fixed', memory: 'sc', oracle: null });
    expect(named('no-mb-user-user')).toMatchObject({ algo: 'rfc-v6-fixed', memory: 'tso', arch: 'x86' });
    expect(named('no-age-check')).toMatchObject({ algo: 'rfc-v6', file: 'mutants/no-age-check.cid' });
  });
});

describe('campaignFor', () => {
  it('looks on as many cpus as the file has, by seed and strategy', () => {
    expect(campaignFor(named('duplicate-cid-preempt-none'), 'random-walk', 7)).toMatchObject({
      cpus: [3, 3],
      preempt: 'none',
      oracle: ['duplicate-cid'],
      strategy: 'random-walk',
      seed: 7,
      compareEvery: 0,
    });
  });
});
