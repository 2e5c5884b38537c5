import { isUtf8 } from 'node:buffer';
import { MAX_TEXT_BYTES } from './limits.js';
import { quote } from './quote.js';
import { ScenarioError } from './scenario-error.js';
import { firstInvalidUtf8 } from './utf8.js';

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const HASH = 0x23;
const DIGIT_0 = 0x30;
const UNDERSCORE = 0x5f;
const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf';

/** `a, b or c`. */
function alternatives(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`;
}

/**
 * Walks over the words of a scenario's text, line by line, and knows where it is for the error messages.
 *
 * The use is `while (nextLine()) { word(); … nextWord() …; endLine() }`. Lines end with LF or CRLF (or the end
 * of the text), words stand between blanks and tabs, `#` hides the rest of a line. Every method throws
 * {@link ScenarioError} on text that is none: bytes that are no UTF-8 and control characters, in comments too.
 */
export class Cursor {
  readonly file: string;
  /** One character a byte, so that offsets are byte offsets. */
  private readonly text: string;
  /** Offset of the first byte that is no UTF-8, or -1. */
  private readonly badUtf8: number;
  private lineNumber = 0;
  private lineStart = 0;
  private following = 0;
  private pos = 0;
  private wordStart = 0;
  private wordEnd = 0;

  constructor(text: string | Uint8Array, file: string) {
    this.file = file;
    const bytes =
      typeof text === 'string'
        ? Buffer.from(text, 'utf8')
        : Buffer.from(text.buffer, text.byteOffset, text.byteLength);
    if (bytes.length > MAX_TEXT_BYTES) {
      const what = `a text of ${bytes.length} bytes`;
      throw new ScenarioError(file, 1, 1, what, `at most ${MAX_TEXT_BYTES} bytes`);
    }
    this.badUtf8 = isUtf8(bytes) ? -1 : firstInvalidUtf8(bytes);
    this.text = bytes.toString('latin1');
    if (this.text.startsWith(BYTE_ORDER_MARK)) {
      throw new ScenarioError(file, 1, 1, 'a byte order mark', 'UTF-8 without one');
    }
  }

  /** The line of the current word, from 1. */
  get line(): number {
    return this.lineNumber;
  }

  /** The column in bytes of the current word, from 1. */
  get col(): number {
    return this.wordStart - this.lineStart + 1;
  }

  /** Goes to the next line that has a word, and to that word; false: to the end of the text. */
  nextLine(): boolean {
    while (this.following < this.text.length) {
      this.pos = this.following;
      this.lineStart = this.pos;
      this.lineNumber++;
      if (this.badUtf8 >= 0) this.checkUtf8();
      if (this.nextWord()) return true;
    }
    const end = this.text.length;
    if (end === 0 || this.text.charCodeAt(end - 1) === LINE_FEED) {
      this.lineStart = end;
      this.lineNumber++;
    }
    this.wordStart = end;
    this.wordEnd = end;
    return false;
  }

  /** Goes to the next word of the line; false where there is none, and then the current word stays. */
  nextWord(): boolean {
    const text = this.text;
    const end = text.length;
    let at = this.pos;
    let code = 0;
    for (; at < end; at++) {
      code = text.charCodeAt(at);
      if (code !== SPACE && code !== TAB) break;
    }
    this.pos = at;
    if (at === end || code < SPACE || code === HASH) {
      this.finishLine();
      return false;
    }
    this.wordStart = at;
    for (at++; at < end; at++) {
      code = text.charCodeAt(at);
      if (code <= SPACE || code === HASH) break;
    }
    this.wordEnd = at;
    this.pos = at;
    return true;
  }

  /** The current word, one character a byte; those of a valid file are ASCII. */
  word(): string {
    return this.text.slice(this.wordStart, this.wordEnd);
  }

  /** The current word as messages show it. */
  quoted(): string {
    // Four bytes a code point at most; what is cut off within one does not reach the 40 that are shown.
    const bytes = this.text.slice(this.wordStart, Math.min(this.wordEnd, this.wordStart + 400));
    return quote(Buffer.from(bytes, 'latin1').toString('utf8'));
  }

  /** Goes to the next word, which must be there. */
  need(what: string, expected: string): void {
    if (!this.nextWord()) this.failAfter(`missing ${what}`, expected);
  }

  /** There must be no other word on the line. */
  endLine(): void {
    if (this.nextWord()) this.fail(`trailing word ${this.quoted()}`, 'the end of the line');
  }

  /** The next word as one of `words`. `what` names it in messages. */
  oneOf<T extends string>(what: string, words: readonly T[]): T {
    if (!this.nextWord()) this.failAfter(`missing ${what}`, alternatives(words));
    return this.currentOneOf(what, words);
  }

  /** The current word as one of `words`. */
  currentOneOf<T extends string>(what: string, words: readonly T[]): T {
    const found = words.indexOf(this.word() as T);
    if (found < 0) this.fail(`unknown ${what} ${this.quoted()}`, alternatives(words));
    return words[found]!;
  }

  /** The next word as a decimal number from `min` to `max`; `_` may stand between two digits. */
  number(what: string, min: number, max: number): number {
    if (!this.nextWord()) this.failAfter(`missing ${what}`, `a number from ${min} to ${max}`);
    return this.currentNumber(what, min, max);
  }

  /** The current word as a decimal number from `min` to `max`. */
  currentNumber(what: string, min: number, max: number): number {
    const value = this.digits(this.wordStart, this.wordEnd);
    if (value >= min && value <= max) return value;
    const expected = `a number from ${min} to ${max}`;
    if (value < 0) this.fail(`${what} ${this.quoted()} is not a number`, expected);
    return this.fail(`${what} ${this.quoted()} is out of range`, expected);
  }

  /** The next word as a duration in ns: a number without a suffix (ns), or with `us`, `ms` or `s`. */
  duration(what: string, maxNs: number): number {
    const expected = `a whole number of ns (no suffix), us, ms or s, at most ${maxNs} ns`;
    if (!this.nextWord()) this.failAfter(`missing ${what}`, expected);
    const start = this.wordStart;
    const end = this.wordEnd;
    let suffix = end;
    while (suffix > start && isLower(this.text.charCodeAt(suffix - 1)) && end - suffix < 2) suffix--;
    const unit = NS_PER_UNIT.get(this.text.slice(suffix, end));
    const value = this.digits(start, suffix);
    if (unit === undefined || value < 0) {
      this.fail(`${what} ${this.quoted()} is not a duration`, expected);
    }
    const ns = value * unit;
    if (ns > maxNs) this.fail(`${what} ${this.quoted()} is too long`, expected);
    return ns;
  }

  /** Throws at the current word. */
  fail(what: string, expected: string): never {
    return this.failAt(this.lineNumber, this.col, what, expected);
  }

  /** Throws just behind the current word, where another one should have stood. */
  failAfter(what: string, expected: string): never {
    return this.failAt(this.lineNumber, this.wordEnd - this.lineStart + 1, what, expected);
  }

  /** Throws at a place that was kept. */
  failAt(line: number, col: number, what: string, expected: string): never {
    throw new ScenarioError(this.file, line, col, what, expected);
  }

  /** The value of the decimal digits from `start` to `end` (perhaps Infinity), or -1 where they are none. */
  private digits(start: number, end: number): number {
    let value = 0;
    let previousIsDigit = false;
    for (let at = start; at < end; at++) {
      const code = this.text.charCodeAt(at);
      const digit = code - DIGIT_0;
      if (digit >= 0 && digit <= 9) {
        value = value * 10 + digit;
        previousIsDigit = true;
      } else if (code === UNDERSCORE && previousIsDigit) {
        previousIsDigit = false;
      } else {
        return -1;
      }
    }
    return previousIsDigit ? value : -1;
  }

  /** From `pos`, at the end of the line or at its comment, to the line that follows. */
  private finishLine(): void {
    const text = this.text;
    const end = text.length;
    let at = this.pos;
    for (; at < end; at++) {
      const code = text.charCodeAt(at);
      if (code >= SPACE || code === TAB) continue;
      if (code === LINE_FEED) break;
      const ends = at + 1 === end || text.charCodeAt(at + 1) === LINE_FEED;
      if (code === CARRIAGE_RETURN && ends) continue;
      this.wordStart = at;
      this.wordEnd = at + 1;
      if (code === CARRIAGE_RETURN) this.fail('a carriage return within a line', 'it only at the end of one');
      this.fail(`control character ${this.quoted()}`, 'text');
    }
    this.pos = at;
    this.following = at + 1;
  }

  /** Fails if the bytes that are no UTF-8 are on the line that begins at `pos`. */
  private checkUtf8(): void {
    const end = this.text.indexOf('\n', this.pos);
    if (end >= 0 && this.badUtf8 > end) return;
    const byte = this.text.charCodeAt(this.badUtf8).toString(16).padStart(2, '0');
    const col = this.badUtf8 - this.lineStart + 1;
    this.failAt(this.lineNumber, col, `byte 0x${byte} begins no UTF-8 character`, 'UTF-8 text');
  }
}

const NS_PER_UNIT: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['us', 1_000],
  ['ms', 1_000_000],
  ['s', 1_000_000_000],
]);

function isLower(code: number): boolean {
  return code >= 0x61 && code <= 0x7a;
}
