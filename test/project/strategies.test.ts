import { describe, expect, it } from 'vitest';
import { sourcesBelow, textOf } from './files.js';
import { type Token, tokensOf } from './tokens.js';

/**
 * Nothing may be tuned to a known bug. So what strategies, mutations and weights are made of may see of the engine only what is
 * listed here: kinds of action, whether an access reads or writes, who may run; no routine, mutant or violation, no kind of
 * location, nothing that a slot or a routine's frame holds.
 */
const SEEN = {
  imports: {
    actions: ['Action', 'actionAt', 'copyAction', 'frameOn', 'irqsOn', 'maySwitchTo', 'oldest'],
    layout: [
      'BUCKETS',
      'config',
      'cpuAt',
      'cpuFrame',
      'cpus',
      'DECLS',
      'Frame',
      'FUZZ_CONFIG',
      'result',
      'taskAt',
    ],
    memory: ['mayFlush', 'waiting', 'waitingAddr'],
    'kernel/next': ['nextAddr', 'nextOp'],
  },
  /** Of the records of layout.ts; some are an action's, too. */
  fields: [
    ...['current', 'home', 'mayRun', 'onCpu', 'ownMm', 'queued', 'gap', 'routine'],
    ...['cpus', 'mms', 'mmsTotal', 'tasks', 'tasksTotal', 'actions', 'memory', 'steps', 'kind'],
    ...['mm', 'task', 'cpu', 'op', 'arg', 'action'],
  ],
} as const;

/** What it may not name, wherever that comes from. */
const FORBIDDEN =
  /^((SWITCH|TICK|WORK|CLEAR|EXIT|EXEC|PUT|GET|TRY|OLD|RETURN|MODE)_\w+|ROUTINE_\w+|MUTANT_\w+|LOC_\w+|KIND_(?!NONE$)\w+|CID_\w+|is(Valid|Lazy)|slotAt|slotClass|cidAddr|lazySlots|clearing|algo|mutants)$/;

const DRIVER = 'assembly/fuzz.ts';
/** The driver tells by these whether a step spins, asks at a routine's end whether it may stop, and counts buckets by pc. */
const DRIVER_SEES = { imports: { checks: ['looksStranded'] }, fields: ['pc', 'word', 'target'] };

const COVERAGE = 'assembly/coverage.ts';

function namesIn(text: string): string[] {
  return wordsOf(tokensOf(text)).filter((word) => FORBIDDEN.test(word));
}

function wordsOf(tokens: readonly Token[]): string[] {
  return tokens.filter(({ kind }) => kind === 'word').map(({ text }) => text);
}

/** The fields of all records that the engine's memory has. */
const RECORDS = new Set(
  [...textOf('assembly/layout.ts').matchAll(/^ {2}(\w+): \w+;$/gm)].map(([, name]) => name!),
);

/** `x.field` of a record, without those that may be seen. */
function fieldsIn(text: string, seen: readonly string[]): string[] {
  return membersIn(tokensOf(text)).filter((name) => RECORDS.has(name) && !seen.includes(name));
}

function membersIn(tokens: readonly Token[]): string[] {
  return tokens.filter((_, i) => isMember(tokens, i)).map(({ text }) => text);
}

function isMember(tokens: readonly Token[], i: number): boolean {
  return tokens[i]!.kind === 'word' && tokens[i - 1]?.text === '.' && tokens[i - 1]?.kind === 'mark';
}

/** What is imported by name from a module of the engine, without what may be seen; modules of search itself apart. */
function importsIn(text: string, seen: Readonly<Record<string, readonly string[]>>): string[] {
  return [...text.matchAll(/import (?:\* as \w+|\{([^}]*)\}) from '(?:\.\.?\/)+([\w/]+)'/g)].flatMap(
    ([, names, from]) => {
      if (/^(src\/|rng$|run$|world$|coverage$|strategy\/|search\/)/.test(from!)) return [];
      if (!/^(actions|layout|memory|checks|trace|kernel\/\w+)$/.test(from!)) return [];
      const asked = names === undefined ? ['*'] : names.split(',').map((name) => name.trim());
      return asked
        .filter((name) => name !== '' && !seen[from!]?.includes(name))
        .map((name) => `${name} of ${from}`);
    },
  );
}

const PLACE = String.raw`\w+ \. (?:routine|pc|word|target) `;
const VALUE = String.raw`(?:(?!0 )\d|[A-Z])\S* `;
const EQUALS = '[=!] = (?:= )?(?:< u\\d+ > )?';
const ASKED = new RegExp(
  [`switch \\( ${PLACE}`, `${PLACE}(?:${EQUALS}${VALUE}|[<>] (?![<>]))`, `${VALUE}${EQUALS}${PLACE}`].join(
    '|',
  ),
  'g',
);

/** Where a frame's place is compared with a number but 0 or with a name that stands for one. */
function placesAsked(text: string): string[] {
  const code = tokensOf(text).map((token) => `${token.text} `);
  return code.join('').match(ASKED) ?? [];
}

describe('strategies, mutations and weights', () => {
  const sources = new Map([
    ...sourcesBelow('assembly/strategy', 'assembly/search'),
    [DRIVER, textOf(DRIVER)],
  ]);
  const none = (of: (text: string, path: string) => string[]) => {
    for (const [path, text] of sources) expect(`${path}: ${of(text, path)}`).toBe(`${path}: `);
  };

  it('name no access, routine, mutant or slot value', () => {
    expect(sources.size).toBeGreaterThan(8);
    none(namesIn);
  });

  it('import of the engine only what anybody may see', () => {
    none((text, path) =>
      importsIn(text, path === DRIVER ? { ...SEEN.imports, ...DRIVER_SEES.imports } : SEEN.imports),
    );
  });

  it('look at no other field of its records', () => {
    expect(RECORDS.size).toBeGreaterThan(50);
    none((text, path) =>
      fieldsIn(text, path === DRIVER ? [...SEEN.fields, ...DRIVER_SEES.fields] : SEEN.fields),
    );
  });

  it('ask of a routine only whether there is one', () => {
    none(placesAsked);
  });

  it('learn from coverage that knows no place by its name or number', () => {
    const text = textOf(COVERAGE);
    expect(placesAsked(text)).toEqual([]);
    expect(text).not.toMatch(/kernel\/(?!next')/);
    // It tells a slot that is unset, valid and lazy apart, for all uses of it alike.
    const names = namesIn(text).filter(
      (name) => !/^(LOC_CID|CID_UNSET|isValid|slotClass|slotAt|cidAddr)$/.test(name),
    );
    expect(names).toEqual([]);
  });

  it('would be found out', () => {
    expect(namesIn('if (x == CLEAR_UNSET && isLazy(v)) weight *= 2; // GET_LOAD')).toEqual([
      'CLEAR_UNSET',
      'isLazy',
    ]);
    const fields =
      'f.target == 1 && f.irqsOff && taskAt(0).mmCid == 3 && config.algo == 1 && config.mutants & 4';
    expect(fieldsIn(fields, SEEN.fields)).toEqual(['target', 'irqsOff', 'mmCid', 'algo', 'mutants']);
    expect(fieldsIn('world.lazySlots + slot.cid', SEEN.fields)).toEqual(['lazySlots', 'cid']);
    const imports = "import { config, slotAt } from '../layout';\nimport * as pc from '../kernel/pc';";
    expect(importsIn(imports, SEEN.imports)).toEqual(['slotAt of layout', '* of kernel/pc']);
    for (const asked of [
      'if (f.pc == 27) a.arg = 1;',
      'if (3 == f.routine) return;',
      'if (GO == <u32>f.pc) return;',
      'switch (f.routine) { case 3: }',
      'if (f.routine > 2) return;',
    ]) {
      expect(placesAsked(asked)).toHaveLength(1);
    }
    for (const asked of ['f.routine != 0', 'f.pc == pc', '(first & 63) == <u32>f.pc', 'own | f.pc, LAST']) {
      expect(placesAsked(asked)).toEqual([]);
    }
    const engine = sourcesBelow('assembly/kernel').get('assembly/kernel/clear_old.ts')!;
    expect(namesIn(engine).length).toBeGreaterThan(50);
    expect(importsIn(engine, SEEN.imports).length).toBeGreaterThan(10);
  });
});
