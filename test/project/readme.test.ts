import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.js';
import { parseScenario } from '../../src/scenario/parse.js';

const readme = readFileSync('README.md', 'utf8');

/** Each finding that has a table, and the scenario that the table is taken from. */
const told = readme.split(/^### /m).flatMap((section) => {
  const match = /All (\d+) steps: `cidfuzz explain (\S+)`/.exec(section);
  return match === null ? [] : [{ section, steps: Number(match[1]), file: match[2]! }];
});

describe('README', () => {
  it.each(told)('tells as many steps as $file has', ({ section, steps, file }) => {
    const result = new Engine().run(parseScenario(readFileSync(file), file));
    expect(result.violation?.step).toBe(steps);
    // The table ends with the step that breaks the property.
    const rows = [...section.matchAll(/^\| (\d+) \|/gm)].map(([, step]) => Number(step));
    expect(rows.at(-1)).toBe(steps);
    expect(rows).toEqual(rows.toSorted((a, b) => a - b));
  });

  it('shows a run of each kind of machine', () => {
    expect(told.map(({ file }) => file)).toHaveLength(4);
  });

  it('names only files that are there', () => {
    const named = [...readme.matchAll(/`(corpus\/[\w/.-]+|test\/[\w/.-]+)`/g)].map(([, path]) => path!);
    expect(named.length).toBeGreaterThan(5);
    for (const path of named) {
      expect(() => readFileSync(path), path).not.toThrowError(/ENOENT/);
    }
  });
});
