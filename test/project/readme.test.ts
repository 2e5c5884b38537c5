import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.js';
import { parseScenario } from '../../src/scenario/parse.js';

const readme = readFileSync('README.md', 'utf8');

describe('README', () => {
  it('tells as many steps as its scenario has', () => {
    const [, steps, file] = /All (\d+) steps: `cidfuzz explain (\S+)`/.exec(readme)!;
    const result = new Engine().run(parseScenario(readFileSync(file!), file!));
    expect(result.violation?.step).toBe(Number(steps));
    // The table ends with the step that breaks the property.
    const rows = [...readme.matchAll(/^\| (\d+) \|/gm)].map(([, step]) => Number(step));
    expect(rows.at(-1)).toBe(Number(steps));
    expect(rows).toEqual(rows.toSorted((a, b) => a - b));
  });

  it('names only files that are there', () => {
    const named = [...readme.matchAll(/`(corpus\/[\w/.-]+|test\/[\w/.-]+)`/g)].map(([, path]) => path!);
    expect(named.length).toBeGreaterThan(5);
    for (const path of named) {
      expect(() => readFileSync(path), path).not.toThrowError(/ENOENT/);
    }
  });
});
