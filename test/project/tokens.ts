/**
 * Just enough of TypeScript's grammar to tell code from comments, strings, templates and regular expressions.
 * (TypeScript 7 has no JavaScript API to ask.)
 */

/** A word (names, keywords, numbers), a string without its quotes, or one character of punctuation. */
export interface Token {
  readonly kind: 'word' | 'string' | 'mark';
  readonly text: string;
  readonly line: number;
}

const SPACE = /\s+/y;
const COMMENT = /\/\/[^\n]*|\/\*.*?\*\//sy;
const WORD = /[\p{ID_Start}\d$_#][\p{ID_Continue}$]*/uy;
const STRING = /'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"/sy;
const REGEX = /\/(?![*/])(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
/** A template's text up to its end, or to the next `${`. */
const TEMPLATE = /(?:[^`\\$]|\\.|\$(?!\{))*(`|\$\{)/sy;

/** After these a slash begins a regular expression; after other words, `)`, `]` and `}` it divides. */
const BEFORE_REGEX = new Set([
  'return',
  'typeof',
  'case',
  'in',
  'of',
  'delete',
  'void',
  'new',
  'else',
  'yield',
  'await',
  'throw',
]);

/** The code of a text: no comments, no regular expressions, and of a template only what is in its `${}`. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  /** For each template we are in: how many braces are open in its `${}`. */
  const templates: number[] = [];
  let at = 0;
  let line = 1;

  const eat = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) return null;
    at = pattern.lastIndex;
    line += match[0].split('\n').length - 1;
    return match;
  };
  const eatTemplate = (): void => {
    if (eat(TEMPLATE)?.[1] === '${') templates.push(0);
  };

  while (at < text.length) {
    if (eat(SPACE) || eat(COMMENT)) continue;
    const start = line;
    const word = eat(WORD);
    if (word !== null) {
      tokens.push({ kind: 'word', text: word[0], line: start });
      continue;
    }
    const string = eat(STRING);
    if (string !== null) {
      tokens.push({ kind: 'string', text: string[1] ?? string[2] ?? '', line: start });
      continue;
    }
    if (mayBeRegex(tokens.at(-1)) && eat(REGEX)) continue;

    const mark = text[at++]!;
    const open = templates.at(-1);
    if (mark === '`') {
      eatTemplate();
    } else if (mark === '}' && open === 0) {
      templates.pop();
      eatTemplate();
    } else {
      if (open !== undefined && mark === '{') templates[templates.length - 1] = open + 1;
      if (open !== undefined && mark === '}') templates[templates.length - 1] = open - 1;
      tokens.push({ kind: 'mark', text: mark, line: start });
    }
  }
  return tokens;
}

function mayBeRegex(before: Token | undefined): boolean {
  if (before === undefined) return true;
  if (before.kind === 'word') return BEFORE_REGEX.has(before.text);
  return before.kind === 'mark' && !')]}'.includes(before.text);
}
