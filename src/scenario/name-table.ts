import { MAX_MMS, MAX_TASKS } from '../abi.js';
import type { Cursor } from './cursor.js';
import { MM_NAME, RESERVED_TASK_NAME, TASK_NAME } from './names.js';

interface Syntax {
  readonly noun: string;
  readonly article: string;
  readonly plural: string;
  readonly pattern: RegExp;
  readonly shape: string;
  readonly max: number;
}

const TASK: Syntax = {
  noun: 'task',
  article: 'a',
  plural: 'tasks',
  pattern: TASK_NAME,
  shape: 'a task name: [a-z][a-z0-9_]{0,15}',
  max: MAX_TASKS,
};
const MM: Syntax = {
  noun: 'mm',
  article: 'an',
  plural: 'mms',
  pattern: MM_NAME,
  shape: 'an mm name: [A-Z][A-Z0-9_]{0,15}',
  max: MAX_MMS,
};

/** The names of one sort (tasks or mms) that a text has introduced so far, in order. */
export class NameTable {
  readonly names: string[] = [];
  private readonly indices = new Map<string, number>();
  private readonly lines: number[] = [];
  private readonly syntax: Syntax;

  private constructor(syntax: Syntax) {
    this.syntax = syntax;
  }

  static tasks(): NameTable {
    return new NameTable(TASK);
  }

  static mms(): NameTable {
    return new NameTable(MM);
  }

  /** The index of a name that was introduced. */
  indexOf(name: string): number | undefined {
    return this.indices.get(name);
  }

  /** Introduces the next word of the line as a new name; returns its index. Throws ScenarioError. */
  introduce(cursor: Cursor): number {
    const { noun, plural, shape, max } = this.syntax;
    cursor.need(`${noun} name`, shape);
    this.checkShape(cursor);
    // A copy: a slice would keep the whole text alive.
    const name = Buffer.from(cursor.word(), 'latin1').toString('latin1');
    const before = this.indices.get(name);
    if (before !== undefined) {
      cursor.fail(
        `${noun} ${cursor.quoted()} is introduced twice`,
        `a new name, line ${this.lines[before]} has this one`,
      );
    }
    const index = this.names.length;
    if (index === max) cursor.fail(`more than ${max} ${plural}`, `at most ${max}`);
    this.indices.set(name, index);
    this.names.push(name);
    this.lines.push(cursor.line);
    return index;
  }

  /** The index of the current word, a name used. Throws ScenarioError where it is not introduced. */
  used(cursor: Cursor): number {
    const index = this.indices.get(cursor.word());
    if (index !== undefined) return index;
    this.checkShape(cursor);
    const { noun, article } = this.syntax;
    return cursor.fail(
      `${noun} ${cursor.quoted()} is used before it is introduced`,
      `the name of ${article} ${noun} further up`,
    );
  }

  private checkShape(cursor: Cursor): void {
    const { noun, pattern, shape } = this.syntax;
    const word = cursor.word();
    // The length first, so that no pattern runs over megabytes.
    if (word.length > 16 || !pattern.test(word)) cursor.fail(`bad ${noun} name ${cursor.quoted()}`, shape);
    if (RESERVED_TASK_NAME.test(word)) {
      cursor.fail(`task name ${cursor.quoted()} is reserved`, 'a name that is not idle or idleN');
    }
  }
}
