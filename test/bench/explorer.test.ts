import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { measureExplorer } from '../../src/bench/explorer.js';
import { Missing } from '../../src/bench/missing.js';
import { Contradiction } from '../../src/bench/result.js';
import { findSpin, parsePan, runPan } from '../../src/bench/spin.js';
import { unbounded } from '../../src/explore/bounds.js';
import { plainWorld } from '../../src/explore/plain-world.js';
import { calmly, untilTold } from './pace.js';

const folder = mkdtempSync(join(tmpdir(), 'cidfuzz-spin-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PATH = process.env.PATH ?? '';

/** Whether this machine has what it takes. */
const able = (() => {
  try {
    return findSpin(PATH) !== null;
  } catch {
    return false;
  }
})();

/** As large as a test can wait for: 10 720 states. */
const rate = { scenario: plainWorld(2, 2, 1), bounds: { ...unbounded, switches: 1 } };
const worlds = { rate, spin: { ...rate, defines: ['SWITCHES=1'] } };

/** What pan prints, and the shell's `times` below it. */
function printed({ states = '10720', errors = 0, elapsed = '5.61', times = '0m5.50s 0m0.25s', more = '' }) {
  return [
    'Depth=  460191 States=    1e+06 Transitions=    3e+06 Memory=   252.585\tt=     0.71 R=   1e+06',
    more,
    '(Spin Version 6.5.2 -- 6 December 2019)',
    '',
    `State-vector 52 byte, depth reached 741418, errors: ${errors}`,
    `  ${states} states, stored`,
    ' 16893593 states, matched',
    ' 23180061 transitions (= stored+matched)',
    '',
    'Stats on memory usage (in Megabytes):',
    '  431.658\tequivalent memory usage for states (stored*(State-vector + overhead))',
    '',
    `pan: elapsed time ${elapsed} seconds`,
    'pan: rate 1120582.5 states/second',
    '0m0.000000s 0m0.000000s',
    times,
    '',
  ].join('\n');
}

/** A folder with a spin that makes nothing, and a gcc that makes a pan which is busy for a while, then prints that. */
function toolsPrinting(output: string): string {
  const tools = mkdtempSync(join(folder, 'tools-'));
  const answer = join(tools, 'answer');
  writeFileSync(answer, output);
  program(tools, 'spin', 'exit 0');
  program(tools, 'pan', 'i=0', 'while [ $i -lt 100000 ]; do i=$((i + 1)); done', `cat "${answer}"`);
  program(tools, 'gcc', `cp "${join(tools, 'pan')}" .`);
  return tools;
}

function program(tools: string, name: string, ...lines: readonly string[]): void {
  writeFileSync(join(tools, name), ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(join(tools, name), 0o755);
}

describe('parsePan', () => {
  it('reads states and verdict', () => {
    expect(parsePan(printed({ states: '6286468' }))).toEqual({
      searches: 1,
      states: 6_286_468,
      seconds: 5.61,
      outcome: 'clean',
    });
    expect(parsePan(printed({ states: '1.5e+08' }))).toMatchObject({ states: 150_000_000 });
  });

  it("takes the processor's time where other programs had some of the clock's", () => {
    expect(parsePan(printed({ elapsed: '99.5', times: '1m5.500000s 0m0.250000s' })).seconds).toBe(65.75);
  });

  it('knows a search that has found something, or has not met all', () => {
    expect(parsePan(printed({ errors: 1 })).outcome).toBe('an error');
    expect(parsePan(printed({ more: 'error: max search depth too small' })).outcome).toBe('not complete');
    expect(parsePan(printed({ more: 'Warning: Search not completed' })).outcome).toBe('not complete');
  });

  it('says what cannot be measured', () => {
    expect(() => parsePan(printed({ more: 'pan: out of memory' }))).toThrow(
      new Missing('pan: out of memory'),
    );
    expect(() => parsePan('')).toThrow(new Missing('pan does not tell its states'));
    expect(() => parsePan(printed({ times: 'usage: times' }))).toThrow(
      new Missing("pan does not tell its processor's time"),
    );
  });
});

describe('findSpin', () => {
  it('names what is missing', () => {
    const tools = mkdtempSync(join(folder, 'some-'));
    expect(() => findSpin(tools)).toThrow(new Missing('no spin in PATH'));
    program(tools, 'spin', 'exit 0');
    expect(() => findSpin(tools)).toThrow(new Missing('no gcc in PATH'));
  });
});

describe('runPan', () => {
  it('ends pan when it is told to end', async () => {
    const here = mkdtempSync(join(folder, 'pan-'));
    const told = join(here, 'pid');
    program(here, 'pan', `echo $$ >"${told}.new"`, `mv "${told}.new" "${told}"`, 'exec sleep 60');
    const abort = new AbortController();
    const run = expect(runPan(here, abort.signal)).rejects.toThrow(/abort/);
    await vi.waitFor(() => readFileSync(told), { timeout: 10_000 });
    abort.abort();
    await run;
    const pid = Number(readFileSync(told, 'utf8'));
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow(/ESRCH/), { timeout: 10_000 });
  });
});

describe('measureExplorer', () => {
  it('tells states a second, and bytes a state, with what is wanted', async () => {
    const { figures, ratios, skipped } = await measureExplorer(1, calmly(), worlds, '');
    expect(figures).toEqual([
      {
        what: 'explorer, distinct states a second of one core',
        value: expect.any(Number),
        wanted: 1_000_000,
        sense: 'at least',
      },
      // Of so few states: those of the table that it begins with.
      {
        what: 'explorer, bytes of the visited set a state',
        value: expect.any(Number),
        wanted: 16,
        sense: 'at most',
      },
    ]);
    for (const { value } of figures) expect(value).toBeGreaterThan(0);
    expect(ratios).toEqual([]);
    expect(skipped).toEqual(['Spin: skipped: no spin in PATH']);
  });

  it('tells how far it is ahead of Spin', async () => {
    const tools = toolsPrinting(printed({}));
    const { ratios, skipped } = await measureExplorer(1, calmly(), worlds, tools);
    expect(ratios).toEqual([
      { what: 'explorer to Spin, states a second', ratio: expect.any(Number), wanted: 2, bound: false },
      {
        what: 'Spin to explorer with all reductions, seconds to the same verdict',
        ratio: expect.any(Number),
        wanted: null,
        bound: false,
      },
    ]);
    for (const { ratio } of ratios) expect(ratio).toBeGreaterThan(0);
    expect(skipped).toEqual([]);
  });

  it.each([
    ['other states', { states: '10721' }, '10721 states, clean'],
    ['a violation', { errors: 1 }, '10720 states, an error'],
    ['a part of them', { more: 'error: max search depth too small' }, '10720 states, not complete'],
  ])('is void where Spin meets %s', async (_, said, theirs) => {
    const tools = toolsPrinting(printed(said));
    await expect(measureExplorer(1, calmly(), worlds, tools)).rejects.toThrow(
      new Contradiction(`the explorer met 10720 states, clean; Spin ${theirs}`),
    );
  });

  it('is void where the world whose states are counted is not clean', async () => {
    const scenario = { ...plainWorld(1, 2, 1), mutants: ['clear-before-unset'] } as const;
    const broken = { ...worlds, rate: { scenario, bounds: { ...unbounded, exits: 1 } } };
    await expect(measureExplorer(1, calmly(), broken, '')).rejects.toThrow(Contradiction);
  });

  it('says of a tool that fails what it says', async () => {
    const tools = toolsPrinting('');
    program(tools, 'gcc', 'echo "pan.c:1: error: no such thing" >&2', 'exit 1');
    const { skipped } = await measureExplorer(1, calmly(), worlds, tools);
    expect(skipped).toEqual([`Spin: skipped: ${join(tools, 'gcc')} failed: pan.c:1: error: no such thing`]);
  });

  it('ends when it is told to', async () => {
    const tools = toolsPrinting(printed({}));
    const pace = untilTold(/spin and gcc/);
    await expect(measureExplorer(1, pace, worlds, tools)).rejects.toThrow(/abort/);
  });

  it.skipIf(!able)('meets the states of the model, one for one', async () => {
    const { ratios, skipped } = await measureExplorer(1, calmly(), worlds, PATH);
    expect(skipped).toEqual([]);
    expect(ratios).toHaveLength(2);
  });
});
