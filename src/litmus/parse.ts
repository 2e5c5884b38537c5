import { UserError } from '../errors.js';
import { MEMORIES } from '../words.js';
import { addressOf, type Expectation, type LitmusTest } from './litmus-test.js';
import { Names } from './names.js';
import { parseCond } from './parse-cond.js';
import { parseOps } from './parse-op.js';
import { Place } from './place.js';

const FORMAT = 'litmus-json/1';
const EXPECTATIONS: readonly Expectation[] = ['allowed', 'forbidden'];
/** A set of threads is one number. */
const MAX_THREADS = 30;
/** The engine's memory has room for more, the search has not. */
const MAX_LOCATIONS = 1000;

/**
 * Reads a file of litmus tests (corpus/litmus/README.md has the format). Members that it does not know are left
 * alone.
 *
 * @param file its name, for messages
 * @throws UserError with one line, `FILE: tests[3] ("MP").threads[0][1]: what is wrong (expected …)`
 */
export function parseLitmus(text: string, file: string): LitmusTest[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${file}: no JSON: ${(error as Error).message} (expected ${FORMAT})`);
  }
  const top = new Place(json, file);
  top.at('format').word([FORMAT]);
  return top.at('tests').elements('a list of tests').map(parseTest);
}

function parseTest(unnamed: Place): LitmusTest {
  const name = unnamed.at('name').string('a name');
  const place = unnamed.named(name);
  const init = place.at('init').members();
  const threads = place.at('threads').elements('a list of threads, each a list of operations');
  if (threads.length === 0 || threads.length > MAX_THREADS) {
    place.at('threads').fail(`${threads.length} threads`, `1 to ${MAX_THREADS}`);
  }
  if (init.length > MAX_LOCATIONS) {
    place.at('init').fail(`${init.length} locations`, `at most ${MAX_LOCATIONS}`);
  }
  const names = new Names(
    init.map(([location]) => location),
    threads.length,
  );
  const regInit = parseRegInit(place.at('reg_init'), names);
  const programs = threads.map((thread, t) => parseOps(thread, names, t));
  const final = place.at('final');
  const reach = parseCond(final.at('reach'), names);
  const filter = final.at('filter');
  return {
    name,
    locations: names.locations,
    init: init.map(([, value]) => parseValue(value, names)),
    threads: programs,
    reach,
    filter: filter.isMissing ? null : parseCond(filter, names),
    registers: names.registers,
    regInit: names.registers.map((registers, t) => registers.map((_, r) => regInit[t]?.[r] ?? 0)),
    expected: parseExpected(place.at('expected')),
    needs: place.at('needs').isMissing ? [] : place.at('needs').elements().map(word),
  };
}

function word(place: Place): string {
  return place.string('a word');
}

/** VALUE: a number, or a location's address. */
function parseValue(place: Place, names: Names): number {
  if (!Array.isArray(place.value)) return place.number('a whole number of 32 bits, or ["addr", location]');
  const [kind, location, ...rest] = place.elements();
  if (kind?.value !== 'addr' || !location || rest.length > 0) place.refuse('["addr", location]');
  return addressOf(names.location(location));
}

/** By thread and register. */
function parseRegInit(place: Place, names: Names): number[][] {
  if (place.isMissing) return [];
  return place.elements('a list with an object for each thread').map((registers, t) => {
    if (t >= names.registers.length) registers.fail('no such thread', `${names.registers.length} of them`);
    const values: number[] = [];
    for (const [register, value] of registers.members()) {
      values[names.register(t, register)] = parseValue(value, names);
    }
    return values;
  });
}

/** The file's `lkmm` is what this program calls weak. */
function parseExpected(place: Place): LitmusTest['expected'] {
  if (place.isMissing) return {};
  const expected: Partial<Record<(typeof MEMORIES)[number], Expectation>> = {};
  for (const model of MEMORIES) {
    const one = place.at(model === 'weak' ? 'lkmm' : model);
    if (!one.isMissing) expected[model] = one.word(EXPECTATIONS);
  }
  return expected;
}
