import { readFileSync } from 'node:fs';
import type { LitmusTest } from '../../src/litmus/litmus-test.js';
import { parseLitmus } from '../../src/litmus/parse.js';

const FILES = ['classic.json', 'own.json'] as const;

/** The text of a file of corpus/litmus. */
export function litmusText(file: string): string {
  return readFileSync(new URL(`../../corpus/litmus/${file}`, import.meta.url), 'utf8');
}

/** The tests of corpus/litmus, each named by its file, too. */
export function litmusTests(): { name: string; test: LitmusTest }[] {
  return FILES.flatMap((file) =>
    parseLitmus(litmusText(file), file).map((test) => ({ name: `${file}: ${test.name}`, test })),
  );
}
