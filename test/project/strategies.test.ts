import { describe, expect, it } from 'vitest';
import { sourcesBelow, textOf } from './files.js';
import { importsOf } from './imports.js';
import { tokensOf } from './tokens.js';

/**
 * What would tune a strategy to a known bug: an access by its name, a routine, a mutant, a kind of location or violation,
 * or what a slot holds. Kinds of action, and whether an access reads or writes, are everybody's.
 */
const NAMES =
  /^(pc|(SWITCH|TICK|WORK|CLEAR|EXIT|EXEC|PUT|GET|TRY|OLD|RETURN|MODE)_\w+|ROUTINE_\w+|MUTANT_\w+|LOC_\w+|KIND_\w+|CID_\w+|is(Valid|Lazy)|slotAt|slotClass|cidAddr|lazySlots|clearing)$/;
/** An outcome without a violation. */
const ALLOWED = ['KIND_NONE'];

function namesIn(text: string): string[] {
  return tokensOf(text)
    .filter(({ kind, text: word }) => kind === 'word' && NAMES.test(word) && !ALLOWED.includes(word))
    .map(({ text: word }) => word);
}

describe('strategies, mutations and weights', () => {
  const sources = new Map([
    ...sourcesBelow('assembly/strategy', 'assembly/search'),
    // It draws worlds, and has the weights of what is kept and of what is not.
    ['assembly/fuzz.ts', textOf('assembly/fuzz.ts')],
  ]);

  it('name no access, routine, mutant or slot value', () => {
    expect(sources.size).toBeGreaterThan(8);
    for (const [path, text] of sources) {
      // The driver tells by it whether a step spins, and in which bucket a finding is.
      const names = namesIn(text).filter((name) => path !== 'assembly/fuzz.ts' || name !== 'pc');
      expect(`${path}: ${names}`).toBe(`${path}: `);
    }
  });

  it('ask of a routine only whether there is one', () => {
    const compared = [...sources].flatMap(([path, text]) =>
      [...text.matchAll(/\b(?:routine|getReturn|putReturn|mode)\b\s*(?:[=!]==?|[<>]=?|&)\s*(?!0\b)\S+/g)].map(
        ([found]) => `${path}: ${found}`,
      ),
    );
    expect(compared).toEqual([]);
  });

  it('do not import where these are', () => {
    for (const [path, text] of sources) {
      if (path === 'assembly/fuzz.ts') continue;
      const from = importsOf(text).map(({ specifier }) => specifier);
      expect(`${path}: ${from.filter((name) => /kernel\/(?!next$)|checks$|trace$/.test(name))}`).toBe(
        `${path}: `,
      );
    }
  });

  it('would be found out', () => {
    expect(namesIn('if (f.pc == CLEAR_UNSET && isLazy(v)) weight *= 2; // GET_LOAD')).toEqual([
      'pc',
      'CLEAR_UNSET',
      'isLazy',
    ]);
    const engine = sourcesBelow('assembly/kernel').get('assembly/kernel/clear_old.ts')!;
    expect(namesIn(engine).length).toBeGreaterThan(50);
  });
});
