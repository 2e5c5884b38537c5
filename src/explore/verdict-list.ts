import { UserError } from '../errors.js';
import { KINDS } from '../scenario/kinds.js';
import {
  ALGOS,
  type Algo,
  ARCHES,
  type Arch,
  type Kind,
  MEMORIES,
  type Memory,
  MUTANTS,
  type Mutant,
  PREEMPTS,
  type Preempt,
} from '../words.js';
import { BOUNDS, type Bounds, MAX_BOUND, unbounded } from './bounds.js';

/** A world, what may happen in it, and what must come out. */
export interface Expected {
  readonly name: string;
  /** A scenario file beside the list: its header, and its actions as prefix. */
  readonly world: string;
  readonly algo: Algo;
  readonly mutants: readonly Mutant[];
  readonly memory: Memory;
  readonly arch: Arch;
  readonly preempt: Preempt;
  readonly bounds: Bounds;
  /** Task work at any time: more than can happen. */
  readonly anyWork: boolean;
  readonly verdict: Kind | 'clean';
  /** Moves of the shortest way to the violation; null where it is clean, or the shortest one takes too long to be found. */
  readonly length: number | null;
  /** Soon decided: a part of the short form. */
  readonly short: boolean;
}

const FIELDS = [
  'name',
  'world',
  'algo',
  'mutants',
  'memory',
  'arch',
  'preempt',
  'bounds',
  'anyWork',
  'verdict',
  'length',
  'short',
];

/**
 * The list as JSON: an array of objects with the fields of {@link Expected}; `mutants`, `arch`, `preempt`, `bounds`, `anyWork`, `length` and `short`
 * may be left out (none, x86, full, none, false, null, false).
 *
 * @throws UserError where it is anything else, saying which entry and what was expected
 */
export function parseVerdicts(text: string, file: string): Expected[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${file}: no JSON: ${(error as Error).message} (expected a list of worlds)`);
  }
  if (!Array.isArray(list)) throw new UserError(`${file}: no list (expected an array of worlds)`);
  return list.map((entry, i) =>
    parseEntry(entry, (what) => new UserError(`${file}: entry ${i + 1}: ${what}`)),
  );
}

function parseEntry(entry: unknown, fault: (what: string) => UserError): Expected {
  if (typeof entry !== 'object' || entry === null) throw fault('no object (expected one)');
  const e = entry as Record<string, unknown>;
  for (const field of Object.keys(e)) {
    if (!FIELDS.includes(field))
      throw fault(`${JSON.stringify(field)} (expected one of ${FIELDS.join(', ')})`);
  }
  const word = <T extends string>(field: string, words: readonly T[], otherwise?: T): T => {
    const value = e[field] ?? otherwise;
    if (!words.includes(value as T))
      throw fault(`${field} is ${JSON.stringify(value)} (expected ${words.join(', ')})`);
    return value as T;
  };
  const text = (field: string): string => {
    if (typeof e[field] !== 'string' || e[field] === '') throw fault(`${field} is missing (expected a text)`);
    return e[field];
  };
  const flag = (field: string): boolean => {
    const value = e[field] ?? false;
    if (typeof value !== 'boolean')
      throw fault(`${field} is ${JSON.stringify(value)} (expected true or false)`);
    return value;
  };
  const mutants = e.mutants ?? [];
  if (!Array.isArray(mutants) || mutants.some((mutant) => !MUTANTS.includes(mutant)))
    throw fault('mutants are no list of names of mutants (expected one)');
  const length = e.length ?? null;
  if (length !== null && !Number.isSafeInteger(length))
    throw fault('length is no number (expected one, or null)');
  return {
    name: text('name'),
    world: text('world'),
    algo: word('algo', ALGOS),
    mutants: mutants as Mutant[],
    memory: word('memory', MEMORIES),
    arch: word('arch', ARCHES, 'x86'),
    preempt: word('preempt', PREEMPTS, 'full'),
    bounds: parseBounds(e.bounds ?? {}, fault),
    anyWork: flag('anyWork'),
    verdict: word('verdict', ['clean', ...KINDS]) as Kind | 'clean',
    length: length as number | null,
    short: flag('short'),
  };
}

function parseBounds(given: unknown, fault: (what: string) => UserError): Bounds {
  if (typeof given !== 'object' || given === null) throw fault('bounds are no object (expected one)');
  for (const [name, value] of Object.entries(given)) {
    if (!(BOUNDS as readonly string[]).includes(name))
      throw fault(`bound ${JSON.stringify(name)} (expected one of ${BOUNDS.join(', ')})`);
    if (!Number.isSafeInteger(value) || value < 0 || value > MAX_BOUND)
      throw fault(
        `bound ${name} is ${JSON.stringify(value)} (expected a whole number from 0 to ${MAX_BOUND})`,
      );
  }
  return { ...unbounded, ...given };
}
