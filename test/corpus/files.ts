import { readdirSync, readFileSync } from 'node:fs';
import { parseScenario } from '../../src/scenario/parse.js';
import type { Scenario } from '../../src/scenario/scenario.js';

const CORPUS = new URL('../../corpus/', import.meta.url);

/** A file of the corpus, named by its path below corpus/. */
export interface CorpusFile {
  readonly name: string;
  readonly text: string;
  readonly scenario: Scenario;
}

/** A text file below corpus/. */
export const corpusText = (path: string): string => readFileSync(new URL(path, CORPUS), 'utf8');

/** The scenarios at and below a folder of corpus/, by name. */
export function corpusFiles(folder = ''): CorpusFile[] {
  return readdirSync(CORPUS, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.startsWith(folder) && name.endsWith('.cid'))
    .sort()
    .map((name) => {
      const text = corpusText(name);
      return { name, text, scenario: parseScenario(text, name) };
    });
}

const TWIN = '.without.cid';

/** A scenario of a mutant, and the same one without it. */
export interface MutantPair {
  readonly name: string;
  readonly scenario: Scenario;
  /** Undefined where the file is missing. */
  readonly twin: CorpusFile | undefined;
}

/** What is in corpus/known/mutants. */
export function mutantPairs(): MutantPair[] {
  const files = corpusFiles('known/mutants/');
  return files
    .filter(({ name }) => !name.endsWith(TWIN))
    .map(({ name, scenario }) => ({
      name,
      scenario,
      twin: files.find((other) => other.name === name.replace(/\.cid$/, TWIN)),
    }));
}
