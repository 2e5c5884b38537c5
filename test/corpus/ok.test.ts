import { describe, expect, it } from 'vitest';
import { MARKS, type Mark } from '../../src/reference/marks.js';
import { runReference } from '../../src/reference/run.js';
import { corpusFiles } from './files.js';

const files = corpusFiles('ok/').map((file) => {
  const marks = new Set<Mark>();
  const run = runReference(file.scenario, { marks });
  let next = run.next();
  while (!next.done) next = run.next();
  return { ...file, marks, result: next.value };
});

describe('corpus/ok', () => {
  it('reaches every mark of the reference, and no violation', () => {
    const reached = new Set(files.flatMap(({ marks }) => [...marks]));
    expect(Object.keys(MARKS).filter((name) => !reached.has(name as Mark))).toEqual([]);
    expect(files.filter(({ result }) => result.violation !== null).map(({ name }) => name)).toEqual([]);
  });

  it.each(files)(
    '$name is the real thing: no mutant, every kind of violation counts, no action skipped',
    (file) => {
      expect(file.scenario.mutants).toEqual([]);
      expect(file.scenario.oracle).toBeNull();
      expect(file.result.skipped).toEqual([]);
    },
  );
});
