import { printable } from '../errors.js';

/**
 * A scenario file that is malformed.
 *
 * `message` is exactly one printable line, `FILE:LINE:COL: what is wrong (what was expected)`; control
 * characters of the file's name are escaped in it.
 */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
  /** The file as it was given. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** In bytes of the UTF-8 text, from 1. */
  readonly col: number;
  /** What is wrong. */
  readonly what: string;
  /** What was expected instead. */
  readonly expected: string;

  constructor(file: string, line: number, col: number, what: string, expected: string) {
    super(`${printable(file)}:${line}:${col}: ${what} (expected ${expected})`);
    this.file = file;
    this.line = line;
    this.col = col;
    this.what = what;
    this.expected = expected;
  }
}
