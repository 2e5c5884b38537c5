import { type Token, tokensOf } from './tokens.js';

/** What a file asks for, and where: `import`, `export … from`, `import()` of a fixed name, types included. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** `import type … from`: gone when it runs. */
  readonly typeOnly: boolean;
}

/** All imports of a source text, in order. */
export function importsOf(text: string): Import[] {
  const tokens = tokensOf(text);
  return tokens.flatMap((token, i) => {
    const name = isKeyword(tokens, i) ? nameAfter(tokens, i) : undefined;
    return name === undefined ? [] : [{ specifier: name, line: token.line, typeOnly: isTypeOnly(tokens, i) }];
  });
}

function isKeyword(tokens: Token[], i: number): boolean {
  const { kind, text } = tokens[i]!;
  const isMember = tokens[i - 1]?.text === '.' && tokens[i - 1]?.kind === 'mark';
  return kind === 'word' && (text === 'import' || text === 'export') && !isMember;
}

/** `import type x` or `import type {`, but not `import type from`. */
function isTypeOnly(tokens: Token[], i: number): boolean {
  return tokens[i + 1]?.text === 'type' && tokens[i + 2]?.text !== 'from' && tokens[i + 2]?.text !== ',';
}

/** The string after the keyword at `i`: right there, in parentheses, or after a clause and `from`. */
function nameAfter(tokens: Token[], i: number): string | undefined {
  const isImport = tokens[i]!.text === 'import';
  if (isImport && tokens[i + 1]?.kind === 'string') return tokens[i + 1]!.text;
  if (isImport && tokens[i + 1]?.text === '(' && tokens[i + 2]?.kind === 'string') return tokens[i + 2]!.text;
  // A clause is names, braces, commas and a star; anything else and this is a declaration.
  for (let at = i + 1; at < tokens.length; at++) {
    const { kind, text } = tokens[at]!;
    const next = tokens[at + 1];
    if (kind === 'word' && text === 'from' && next?.kind === 'string') return next.text;
    if (kind === 'mark' && !'{},*'.includes(text)) return undefined;
  }
  return undefined;
}
