import { describe, expect, it } from 'vitest';
import { sourcesBelow } from './files.js';
import { importsOf } from './imports.js';
import { importCycles, layerFaults } from './layers.js';

/** A tree of files that import what is listed. */
function tree(imports: Record<string, string[]>): Map<string, string> {
  return new Map(
    Object.entries(imports).map(([path, names]) => [
      path,
      names.map((name, i) => `import { x${i} } from '${name}';\n`).join(''),
    ]),
  );
}

describe('this checkout', () => {
  const sources = sourcesBelow('src', 'assembly');

  it('imports downwards only', () => {
    expect(layerFaults(sources)).toEqual([]);
  });

  it('has no import cycle in src/', () => {
    expect(importCycles(sources, 'src/')).toEqual([]);
  });
});

describe('layerFaults', () => {
  const faultsOf = (from: string, name: string, to: string) =>
    layerFaults(tree({ [from]: [name], [to]: [] }));

  it.each([
    ['src/scenario/parse.ts', '../words.js', 'src/words.ts'],
    ['src/scenario/parse.ts', './print.js', 'src/scenario/print.ts'],
    ['src/reference/kernel/tick.ts', '../world.js', 'src/reference/world.ts'],
    ['src/cli/main.ts', '../scenario/parse.js', 'src/scenario/parse.ts'],
    ['src/engine/decode.ts', './addresses.js', 'src/engine/addresses.ts'],
    ['assembly/layout.ts', '../src/engine/addresses', 'src/engine/addresses.ts'],
    ['assembly/kernel/tick.ts', '../layout', 'assembly/layout.ts'],
    ['assembly/run.ts', './kernel', 'assembly/kernel/index.ts'],
  ])('lets %s import %s', (from, name, to) => {
    expect(faultsOf(from, name, to)).toEqual([]);
  });

  it.each([
    ['src/scenario/parse.ts', '../check/lockstep.js', 'src/check/lockstep.ts', 'check is above scenario'],
    ['src/words.ts', './cli/main.js', 'src/cli/main.ts', 'cli is above words'],
    ['src/words.ts', './abi.js', 'src/abi.ts', 'words and abi know nothing of each other'],
    [
      'src/engine/run.ts',
      '../reference/run.js',
      'src/reference/run.ts',
      'engine and reference know nothing of each other',
    ],
    [
      'src/reference/run.ts',
      '../engine/addresses.js',
      'src/engine/addresses.ts',
      'reference and engine know nothing of each other',
    ],
    [
      'src/minimize/search.ts',
      '../report/text.js',
      'src/report/text.ts',
      'minimize and report know nothing of each other',
    ],
    [
      'src/cli/main.ts',
      '../../test/vectors/load.js',
      'test/vectors/load.ts',
      'src/ imports nothing from outside',
    ],
    [
      'src/engine/run.ts',
      '../../assembly/layout.js',
      'assembly/layout.ts',
      'src/ imports nothing from outside',
    ],
  ])('reports %s importing %s', (from, name, to, why) => {
    expect(faultsOf(from, name, to)).toEqual([`${from}:1 imports ${to}: ${why}`]);
  });

  it.each([
    ['assembly/layout.ts', '../src/words', 'src/words.ts'],
    ['assembly/layout.ts', '../src/engine/decode', 'src/engine/decode.ts'],
    ['src/abi.ts', './words.js', 'src/words.ts'],
    ['src/engine/addresses.ts', './decode.js', 'src/engine/decode.ts'],
  ])('keeps the engine to itself: %s importing %s', (from, name, to) => {
    expect(faultsOf(from, name, to)).toEqual([
      `${from}:1 imports ${to}: the engine is made of assembly/, src/abi.ts and src/engine/addresses.ts alone`,
    ]);
  });

  it('reports a folder without a layer', () => {
    expect(layerFaults(tree({ 'src/novel/a.ts': [] }))).toEqual([
      'src/novel/a.ts: novel has no layer (test/project/layers.ts)',
    ]);
  });

  it('reports an import of nothing', () => {
    expect(layerFaults(tree({ 'src/cli/a.ts': ['./b.js'] }))).toEqual([
      'src/cli/a.ts:1 imports src/cli/b.ts: no such file',
    ]);
  });
});

describe('importCycles', () => {
  it('reports a way back, and a file that imports itself', () => {
    const sources = tree({
      'src/cli/a.ts': ['./b.js', './d.js'],
      'src/cli/b.ts': ['./c.js'],
      'src/cli/c.ts': ['./b.js'],
      'src/cli/d.ts': ['./d.js'],
    });
    expect(importCycles(sources, 'src/')).toEqual([
      'src/cli/b.ts -> src/cli/c.ts -> src/cli/b.ts',
      'src/cli/d.ts -> src/cli/d.ts',
    ]);
  });

  it('lets two files share a third', () => {
    const sources = tree({
      'src/cli/a.ts': ['./b.js', './c.js'],
      'src/cli/b.ts': ['./c.js'],
      'src/cli/c.ts': [],
    });
    expect(importCycles(sources, 'src/')).toEqual([]);
  });
});

describe('importsOf', () => {
  const namesIn = (text: string) => importsOf(text).map(({ specifier }) => specifier);

  it('finds every form', () => {
    expect(
      namesIn(`
        import 'a';
        import b from "b";
        import * as c from 'c';
        import type { T } from 'd'; import f, { type G, h as from } from 'e';
        export { x } from 'f';
        export * from 'g';
        export * as all from 'h';
        const late = await import('i');
        type U = import('j').U;
      `),
    ).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']);
  });

  it('knows an import of types alone', () => {
    const text = "import type { a } from 'x';\nimport type from 'y';\nimport { type b } from 'z';\n";
    expect(importsOf(text).map(({ typeOnly }) => typeOnly)).toEqual([true, false, false]);
  });

  it('reads over several lines and tells the first', () => {
    expect(importsOf("\nimport {\n  a, // one\n  b,\n} /* two */\n  from 'x';\n")).toEqual([
      { specifier: 'x', line: 2, typeOnly: false },
    ]);
  });

  it('is not taken in by what only looks like one', () => {
    expect(
      namesIn(
        [
          "// import 'a';",
          "/* import { b } from 'b'; */",
          'const c = "import \'c\'";',
          // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source text under test
          "`import 'd'; ${e({ f: \"import 'e'\" })} import 'f';`;",
          "const g = /import 'g'[\"']/.test(\"'\") / 2;",
          "export const from = 'h';",
          'export function load(): void {}',
          'const here = import.meta.url;',
          "builder.import('i');",
        ].join('\n'),
      ),
    ).toEqual([]);
  });

  it('finds an import after quotes in a template and in a regular expression', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source text under test
    expect(namesIn("const a = /['\"`/]/g, b = `it's ${\"`\"}`; import 'x';")).toEqual(['x']);
  });
});
