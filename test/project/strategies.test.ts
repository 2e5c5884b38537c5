import { describe, expect, it } from 'vitest';
import { sourcesBelow } from './files.js';
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
  const sources = sourcesBelow('assembly/strategy', 'assembly/search');

  it('name no access, routine, mutant or slot value', () => {
    expect(sources.size).toBeGreaterThan(8);
    for (const [path, text] of sources) expect(`${path}: ${namesIn(text)}`).toBe(`${path}: `);
  });

  it('do not import where these are', () => {
    for (const [path, text] of sources) {
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
