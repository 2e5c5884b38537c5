import { describe, expect, it } from 'vitest';
import { junitOf } from '../../src/ci/junit.js';
import { type CiKind, type CiResult, plainResult } from '../../src/ci/result.js';

/** An element of an XML text: its attributes, its elements and the text directly in it. */
interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** What XML 1.0 takes for a character. */
function checkCharacters(text: string): string {
  for (const char of text) {
    const code = char.codePointAt(0)!;
    const legal =
      [0x9, 0xa, 0xd].includes(code) ||
      (code >= 0x20 && code <= 0xd7ff) ||
      (code >= 0xe000 && code <= 0xfffd) ||
      code >= 0x10000;
    if (!legal) throw new Error(`character ${code.toString(16)}`);
  }
  return text;
}

function decoded(text: string): string {
  if (/&(?!(#[0-9]+|#x[0-9A-Fa-f]+|lt|gt|amp|quot|apos);)/.test(text)) throw new Error(`a bare & in ${text}`);
  return text.replace(/&([^;]+);/g, (_, name: string) => {
    if (!name.startsWith('#')) return ENTITIES[name]!;
    return checkCharacters(
      String.fromCodePoint(name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))),
    );
  });
}

/** The root of a strictly well-formed XML text: a declaration, elements, attributes, text, CDATA, and nothing else. */
function parseXml(xml: string): Element {
  checkCharacters(xml);
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>';
  if (!xml.startsWith(declaration)) throw new Error('no declaration');
  const top: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [top];
  const token =
    /<!\[CDATA\[([\s\S]*?)\]\]>|<\/([\w.-]+)\s*>|<([\w.-]+)((?:\s+[\w.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;
  token.lastIndex = declaration.length;
  for (let at = declaration.length; at < xml.length; at = token.lastIndex) {
    const found = token.exec(xml);
    if (found === null) throw new Error(`not well-formed: ${xml.slice(at, at + 60)}`);
    const [, cdata, closed, opened, attributes, empty, text] = found;
    const within = open.at(-1)!;
    if (cdata !== undefined) {
      if (within === top) throw new Error('CDATA outside of the root');
      within.text += cdata;
    } else if (text !== undefined) {
      if (text.includes(']]>')) throw new Error('a bare ]]>');
      if (within === top && text.trim() !== '') throw new Error('text outside of the root');
      within.text += decoded(text);
    } else if (closed !== undefined) {
      if (open.pop()!.name !== closed || open.length === 0) throw new Error(`</${closed}> closes nothing`);
    } else {
      const element: Element = {
        name: opened!,
        attributes: attributesOf(attributes!),
        children: [],
        text: '',
      };
      within.children.push(element);
      if (empty === '') open.push(element);
    }
  }
  if (open.length > 1 || top.children.length !== 1) throw new Error('not one root that is closed');
  return top.children[0]!;
}

function attributesOf(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name, quoted] of text.matchAll(/([\w.-]+)\s*=\s*("[^"]*"|'[^']*')/g)) {
    if (name! in attributes) throw new Error(`${name} twice`);
    // A literal line end or tab in an attribute is read as a blank: it must not be there.
    if (/[\n\r\t]/.test(quoted!)) throw new Error(`a blank that is lost in ${name}`);
    attributes[name!] = decoded(quoted!.slice(1, -1));
  }
  return attributes;
}

const bad = (file: string, kind: CiKind, message: string, details = ''): CiResult => ({
  ...plainResult(file, kind, message, details),
});

/** All that can hurt a text in XML. */
const NASTY: readonly [name: string, text: string, shown: string][] = [
  ['control characters', 'a\x00b\x07c\x1bd\x7fe\x9ff', 'a\\x00b\\x07c\\x1bd\\x7fe\\x9ff'],
  ['quotes', `"one" 'two' \`three\``, `"one" 'two' \`three\``],
  ['markup', '<a href="x">&amp;</a><!-- x --><?y?>&lt;&#0;', '<a href="x">&amp;</a><!-- x --><?y?>&lt;&#0;'],
  ['emoji', 'a 😀 b 👩‍👩‍👧', 'a 😀 b 👩\\u{200d}👩\\u{200d}👧'],
  ['lone surrogates', 'a\ud800b\udfffc\udc00\ud800', 'a\\u{d800}b\\u{dfff}c\\u{dc00}\\u{d800}'],
  ['characters that are none', 'a\ufffeb\uffffc\u{1fffe}', 'a\\u{fffe}b\\u{ffff}c\\u{1fffe}'],
  ['tabs and carriage returns', 'a\tb\rc', 'a\\x09b\\x0dc'],
  ['other scripts', 'жук 漢字 é', 'жук 漢字 é'],
  ['line separators', 'a\u2028b\u2029c\u0085d', 'a\\u{2028}b\\u{2029}c\\x85d'],
];

describe('the checker of XML in this test', () => {
  it.each([
    ['no declaration', '<a/>'],
    ['an open element', '<?xml version="1.0" encoding="UTF-8"?><a><b></a>'],
    ['two roots', '<?xml version="1.0" encoding="UTF-8"?><a/><b/>'],
    ['a bare <', '<?xml version="1.0" encoding="UTF-8"?><a b="<"/>'],
    ['a bare &', '<?xml version="1.0" encoding="UTF-8"?><a>&</a>'],
    ['a bare ]]>', '<?xml version="1.0" encoding="UTF-8"?><a>]]></a>'],
    ['CDATA that ends too early', '<?xml version="1.0" encoding="UTF-8"?><a><![CDATA[ ]]> ]]></a>'],
    ['a control character', '<?xml version="1.0" encoding="UTF-8"?><a>\x01</a>'],
    ['a control character as an entity', '<?xml version="1.0" encoding="UTF-8"?><a>&#1;</a>'],
    ['an attribute twice', '<?xml version="1.0" encoding="UTF-8"?><a b="" b=""/>'],
  ])('refuses %s', (_, xml) => {
    expect(() => parseXml(xml)).toThrow();
  });
});

describe('junitOf', () => {
  it('has a suite a folder and a test case a file, in the order of the results', () => {
    const root = parseXml(
      junitOf('cidfuzz regress', [
        bad('b/one.cid', 'unmet', 'expected livelock: nothing is violated', 'a table\nof two lines'),
        plainResult('a/two.cid', null, ''),
        plainResult('b/three.cid', null, ''),
        bad('top.cid', 'unreadable', 'top.cid:3:1: no'),
      ]),
    );
    expect(root.name).toBe('testsuites');
    expect(root.attributes).toMatchObject({
      name: 'cidfuzz regress',
      tests: '4',
      failures: '1',
      errors: '1',
    });
    expect(root.children.map(({ name, attributes }) => [name, attributes.name])).toEqual([
      ['testsuite', 'b'],
      ['testsuite', 'a'],
      ['testsuite', '.'],
    ]);
    const cases = root.children.flatMap(({ children }) => children);
    expect(cases.map(({ attributes }) => attributes)).toEqual([
      { classname: 'b', name: 'b/one.cid', file: 'b/one.cid' },
      { classname: 'b', name: 'b/three.cid', file: 'b/three.cid' },
      { classname: 'a', name: 'a/two.cid', file: 'a/two.cid' },
      { classname: '.', name: 'top.cid', file: 'top.cid' },
    ]);
    const [one, three, two, top] = cases;
    expect(one!.children).toEqual([
      {
        name: 'failure',
        attributes: { message: 'expected livelock: nothing is violated', type: 'unmet' },
        children: [],
        text: 'a table\nof two lines',
      },
    ]);
    expect([three!.children, two!.children]).toEqual([[], []]);
    expect(top!.children.map(({ name, attributes }) => [name, attributes])).toEqual([
      ['error', { message: 'top.cid:3:1: no', type: 'unreadable' }],
    ]);
  });

  it.each([
    ['failure', ['duplicate-cid', 'freed-in-use', 'ownership', 'bad-cid', 'null-mm', 'livelock']],
    ['failure', ['compactness', 'stranded-lazy', 'lock-leak', 'unmet']],
    ['error', ['unreadable', 'fault', 'divergence', 'watchdog']],
  ] as const)('tells %ss from the rest: %s', (element, kinds) => {
    const root = parseXml(
      junitOf(
        'x',
        kinds.map((kind) => bad(`${kind}.cid`, kind, kind, 'details')),
      ),
    );
    const [suite, ...more] = root.children;
    expect(more).toEqual([]);
    expect(suite!.children.map(({ children: [child] }) => [child!.name, child!.attributes.type])).toEqual(
      kinds.map((kind) => [element, kind]),
    );
    expect(suite!.children.map(({ children: [child] }) => child!.text)).toEqual(kinds.map(() => 'details'));
  });

  it('has counts that are those of its elements, in every suite and in all', () => {
    const kinds: (CiKind | null)[] = [null, 'unmet', 'fault', 'livelock', null, 'watchdog'];
    const results = Array.from({ length: 500 }, (_, i) =>
      bad(`folder ${i % 7}/${i}.cid`, kinds[i % 6]! as CiKind, 'no'),
    );
    const root = parseXml(junitOf('many', results));
    const counted = (elements: readonly Element[]) => {
      const inside = elements.flatMap(({ children }) => children.map(({ name }) => name));
      const of = (name: string) => `${inside.filter((other) => other === name).length}`;
      return { tests: `${elements.length}`, failures: of('failure'), errors: of('error'), skipped: '0' };
    };
    expect(root.children).toHaveLength(7);
    for (const suite of root.children) expect(suite.attributes).toMatchObject(counted(suite.children));
    const cases = root.children.flatMap(({ children }) => children);
    expect(cases).toHaveLength(500);
    expect(root.attributes).toMatchObject(counted(cases));
  });

  it.each(NASTY)('is well-formed with %s anywhere, and loses none of them', (_, text, shown) => {
    const details = `${text}\nsecond line ${text}`;
    const root = parseXml(
      junitOf(text, [
        { ...bad(`${text}/${text}`, 'livelock', text, details), name: text },
        { ...bad(`${text}/other`, 'fault', text, details), name: text },
      ]),
    );
    expect(root.attributes.name).toBe(shown);
    const [suite] = root.children;
    const path = text.includes('/') ? shown.slice(0, shown.lastIndexOf('/')) : shown;
    expect(suite!.attributes.name!.startsWith(path)).toBe(true);
    for (const test of root.children.flatMap(({ children }) => children)) {
      expect(test.attributes.name).toBe(shown);
      const [child] = test.children;
      expect(child!.attributes.message).toBe(shown);
      expect(child!.text).toBe(`${shown}\nsecond line ${shown}`);
    }
  });

  it.each([
    ['once', 'a ]]> b'],
    ['twice', 'a ]]> b ]]> c'],
    ['one after the other', ']]>]]>]]>'],
    ['with more brackets', ']]]]>]>]]>>'],
    ['in two lines', 'a ]]>\n]]> b\n<![CDATA[ c ]]>'],
    ['half', ']] >\n]]'],
  ])('is well-formed with the end of CDATA in it: %s', (_, text) => {
    const root = parseXml(
      junitOf(text, [bad('a.cid', 'livelock', text, text), bad('b.cid', 'fault', text, text)]),
    );
    const children = root.children.flatMap((suite) => suite.children.flatMap((test) => test.children));
    expect(children.map(({ name }) => name)).toEqual(['failure', 'error']);
    // Nothing of it is lost, but that a `>` may be spelt otherwise.
    for (const child of children) expect(child.text.replaceAll('\\x3e', '>')).toBe(text);
  });

  it('holds texts of any length', () => {
    const long = `${'long line '.repeat(1000)}\n`.repeat(100);
    const root = parseXml(junitOf('x', [bad('a.cid', 'livelock', 'm'.repeat(100_000), long)]));
    const [failure] = root.children[0]!.children[0]!.children;
    expect(failure!.text).toBe(long);
    expect(failure!.attributes.message).toHaveLength(100_000);
  });

  it('is whole without any result', () => {
    const root = parseXml(junitOf('cidfuzz regress', []));
    expect(root.attributes).toMatchObject({ tests: '0', failures: '0', errors: '0' });
    expect(root.children).toEqual([]);
  });

  it('gives the same bytes for the same results, and has no time in it', () => {
    const results = [plainResult('a/x.cid', null, ''), bad('a/y.cid', 'unmet', 'no', 'table')];
    const xml = junitOf('cidfuzz regress', results);
    expect(junitOf('cidfuzz regress', results)).toBe(xml);
    expect(xml).not.toMatch(/time/);
  });
});
