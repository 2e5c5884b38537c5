import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { campaignFor, knownBugs } from '../../src/bench/bugs.js';

const bug = (await knownBugs()).find(({ name }) => name === 'exit-stays-active')!;
const config = campaignFor(bug, 'random-walk', 1);

function ask(script: string, task: object): unknown {
  return JSON.parse(
    execFileSync(process.execPath, [`scripts/bench/${script}`, JSON.stringify(task)], { encoding: 'utf8' }),
  );
}

const isInstalled = (() => {
  try {
    return createRequire(import.meta.url).resolve('jsfuzz/package.json') !== '';
  } catch {
    return false;
  }
})();

describe("fast-check's scheduler", () => {
  it('finds an easy mutant, after as many schedules whenever it is asked', () => {
    const task = { config, seconds: 60, untilFound: true };
    const answer = ask('fast-check.mjs', task) as { schedules: number; steps: number };
    expect(answer).toMatchObject({ found: true });
    const { schedules, steps } = answer;
    expect(ask('fast-check.mjs', task)).toMatchObject({ schedules, steps });
  });

  it('ends when its time is over', () => {
    const answer = ask('fast-check.mjs', { config, seconds: 0.2, untilFound: false });
    expect(answer).toMatchObject({ schedules: expect.any(Number), steps: expect.any(Number) });
  });
});

describe('jsfuzz', () => {
  it.skipIf(isInstalled)('says that it is missing', () => {
    expect(ask('jsfuzz.mjs', { config, seconds: 1, untilFound: false })).toEqual({
      missing: 'jsfuzz is not installed',
    });
  });

  it.skipIf(!isInstalled)('runs its inputs until its time is over', () => {
    const answer = ask('jsfuzz.mjs', { config, seconds: 1, untilFound: false });
    expect(answer).toMatchObject({ found: false, schedules: expect.any(Number) });
  });
});
