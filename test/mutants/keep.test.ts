import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { figuresOf } from '../../src/mutants/figures.js';
import { keptText, openKeep, writeKept } from '../../src/mutants/keep.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { printScenario } from '../../src/scenario/print.js';
import { found } from './found.js';
import { PLAN } from './plans.js';

const cwd = mkdtempSync(join(tmpdir(), 'cidfuzz-keep-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const scenario = parseScenario(
  'cidfuzz 1\nmutant late-curr\nmemory tso\ncpus 1\nmm A\ntask a A 0\nexpect ownership\n---\nswitch 0 a\nstep 0 3\n',
  'small.cid',
);
const figures = figuresOf({ row: 'late-curr', memory: 'tso', arch: 'x86' }, [found('ownership', 6)]);

describe('a kept scenario', () => {
  it('says what it is and how it was found, and is the scenario', () => {
    const text = keptText(PLAN, figures, scenario);
    expect(text.split('\n').slice(0, 5)).toEqual([
      'cidfuzz 1',
      '# rfc-v6 with late-curr under tso, x86: ownership.',
      '# Found by: cidfuzz mutants --mutant late-curr --memory tso --arch x86 --algo rfc-v6 --runs 1000 --seed 1',
      'algo rfc-v6',
      'mutant late-curr',
    ]);
    expect(parseScenario(text, 'kept.cid')).toEqual(scenario);
    const lines = text.split('\n').filter((line) => !line.startsWith('#'));
    expect(lines.join('\n')).toBe(printScenario(scenario));
  });

  it('of the algorithm itself names no mutant', () => {
    const [, what, how] = keptText(PLAN, { ...figures, mutant: 'none' }, scenario).split('\n');
    expect(what).toBe('# rfc-v6 under tso, x86: ownership.');
    expect(how).toMatch(/^# Found by: cidfuzz mutants --mutant none /);
  });

  it('is written in place of an earlier one, and nothing else', async () => {
    const dir = join(cwd, 'kept');
    await openKeep(dir);
    await openKeep(dir);
    const path = join(dir, 'late-curr.tso-x86.cid');
    writeFileSync(path, 'an earlier one');
    await writeKept(dir, PLAN, figures, scenario);
    expect(readFileSync(path, 'utf8')).toBe(keptText(PLAN, figures, scenario));
    expect(readdirSync(dir)).toEqual(['late-curr.tso-x86.cid']);
  });

  it('needs a folder that can be written to', async () => {
    writeFileSync(join(cwd, 'file'), '');
    await expect(openKeep(join(cwd, 'file'))).rejects.toThrow(/file: it is a file \(expected a folder\)$/);
    await expect(openKeep(join(cwd, 'none', 'deep'))).rejects.toThrow(
      /deep: cannot create the folder \(no such file or folder\)$/,
    );
    await expect(openKeep('/proc/none')).rejects.toThrow(/none: cannot create the folder \(/);
  });
});
