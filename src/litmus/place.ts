import { printable, UserError } from '../errors.js';
import { quote } from '../scenario/quote.js';

/** A value within a JSON file, and where it stands: what a complaint about it begins with. */
export class Place {
  /** @param path from the top of the file, such as `tests[3].name`; empty at the top */
  constructor(
    readonly value: unknown,
    private readonly file: string,
    private readonly path = '',
  ) {}

  /** Nothing stands here: converters write null for what they leave out. */
  get isMissing(): boolean {
    return this.value === undefined || this.value === null;
  }

  /** @throws UserError always: `FILE: PATH: what is wrong (expected …)` */
  fail(what: string, expected: string): never {
    const place = this.path === '' ? this.file : `${this.file}: ${this.path}`;
    throw new UserError(`${place}: ${what} (expected ${expected})`);
  }

  /** This value is not what was expected. */
  refuse(expected: string): never {
    return this.fail(shown(this.value), expected);
  }

  /** The same place, told with a name: `tests[3] ("MP")`. */
  named(name: string): Place {
    return new Place(this.value, this.file, `${this.path} ("${printable(name)}")`);
  }

  /** The members of this object. */
  members(): [string, Place][] {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.refuse('an object');
    return Object.keys(value).map((key) => [key, this.at(key)]);
  }

  /** A member of this object; its value is undefined where it is missing. */
  at(key: string): Place {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.refuse('an object');
    const member = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
    return new Place(member, this.file, this.path === '' ? key : `${this.path}.${key}`);
  }

  elements(expected = 'a list'): Place[] {
    const { value } = this;
    if (!Array.isArray(value)) this.refuse(expected);
    return value.map((element, i) => new Place(element, this.file, `${this.path}[${i}]`));
  }

  string(expected: string): string {
    const { value } = this;
    return typeof value === 'string' ? value : this.refuse(expected);
  }

  /** A string that is one of `words`. */
  word<Word extends string>(words: readonly Word[]): Word {
    const word = words.find((one) => one === this.value);
    return word ?? this.refuse(words.join(', '));
  }

  /** A whole number of 32 bits, signed or not; as a signed one. */
  number(expected: string): number {
    const { value } = this;
    const fits = Number.isInteger(value) && (value as number) >= -(2 ** 31) && (value as number) < 2 ** 32;
    return fits ? (value as number) | 0 : this.refuse(expected);
  }
}

/** A piece of JSON as a message tells it; lists and objects, that may be deep, by their kind alone. */
function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return quote(JSON.stringify(value));
}
