import { describe, expect, it } from 'vitest';
import { LitmusMemory } from '../../src/engine/litmus-memory.js';
import { judge } from '../../src/litmus/judge.js';
import { MEMORIES } from '../../src/words.js';
import { litmusTests, litmusText } from './files.js';

const memory = new LitmusMemory();
const NEEDS = ['non-multi-copy-atomic', 'speculation'];

describe.each(litmusTests())('$name', ({ test }) => {
  it.each(MEMORIES.filter((model) => test.expected[model]))('%s', (model) => {
    const { agree, expected, reached } = judge(memory, test, model, 100_000);
    expect({ agree, expected, reached }).toMatchObject({ agree: true });
  });

  it('needs what there is a word for, only where it is allowed', () => {
    expect(test.needs.filter((need) => !NEEDS.includes(need))).toEqual([]);
    if (test.needs.length > 0) expect(test.expected.weak).toBe('allowed');
  });
});

describe('a file', () => {
  it.each(['classic.json', 'own.json'])('%s counts its tests, and names each once', (file) => {
    const { count, tests } = JSON.parse(litmusText(file)) as { count: number; tests: { name: string }[] };
    expect(count).toBe(tests.length);
    expect(new Set(tests.map(({ name }) => name)).size).toBe(count);
    expect(litmusText('README.md')).toContain(`| \`${file}\` | ${count} |`);
  });
});
