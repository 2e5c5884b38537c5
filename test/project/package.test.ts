import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, sourcesBelow, textOf } from './files.js';
import { importsOf } from './imports.js';
import { tokensOf } from './tokens.js';

const manifest = JSON.parse(textOf('package.json'));
const lock = JSON.parse(textOf('package-lock.json'));

describe('package.json', () => {
  it('names exact versions', () => {
    const versions = Object.values<string>({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });

  it('asks for the Node that set-up checks for', () => {
    const needed = /NEEDED = '(.*)'/.exec(textOf('scripts/setup.mjs'))?.[1];
    expect(manifest.engines.node).toBe(`>=${needed}`);
  });

  it('declares what src/ imports', () => {
    const foreign = [...sourcesBelow('src').values()]
      .flatMap((text) => importsOf(text))
      .map(({ specifier }) => specifier)
      .filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
      .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'));
    expect(foreign.filter((name) => !(name in manifest.dependencies))).toEqual([]);
  });
});

describe('package-lock.json', () => {
  it('is of this package.json', () => {
    const { dependencies, devDependencies, engines, bin } = lock.packages[''];
    expect({ dependencies, devDependencies, engines, bin }).toEqual({
      dependencies: manifest.dependencies,
      devDependencies: manifest.devDependencies,
      engines: manifest.engines,
      bin: manifest.bin,
    });
  });

  // npm since 11.6.2 has `npm ci` look for those that are missing, and refuse the lock file.
  it('knows the packages for every platform', () => {
    const asked = Object.values<{ optionalDependencies?: object }>(lock.packages).flatMap((entry) =>
      Object.keys(entry.optionalDependencies ?? {}),
    );
    expect(asked.filter((name) => !(`node_modules/${name}` in lock.packages))).toEqual([]);
  });

  it('pins versions and contents, and leaves open where they come from', () => {
    const packages = Object.entries<Record<string, unknown>>(lock.packages).filter(([path]) => path !== '');
    expect(packages.length).toBeGreaterThan(0);
    expect(packages.filter(([, { version, integrity }]) => !version || !integrity)).toEqual([]);
    expect(packages.filter(([, entry]) => 'resolved' in entry)).toEqual([]);
  });
});

describe('LICENSE', () => {
  it('is the GPL, version 2', () => {
    expect(manifest.license).toBe('GPL-2.0-only');
    expect(textOf('LICENSE')).toMatch(/GNU GENERAL PUBLIC LICENSE\s+Version 2, June 1991/);
  });
});

describe('what a run depends on', () => {
  const CLOCKS_AND_CHANCE = /\b(Math\.random|Date\.now|performance\.now|process\.hrtime|new Date)\b.?/g;
  const FOLDERS = ['scenario', 'event', 'engine', 'reference', 'check', 'minimize', 'report'];

  it('is neither the clock nor chance', () => {
    const sources = sourcesBelow('assembly', ...FOLDERS.map((folder) => `src/${folder}`));
    const uses = [...sources].flatMap(([path, text]) =>
      [...codeOf(text).matchAll(CLOCKS_AND_CHANCE)].map(([use]) => `${path}: ${use}`),
    );
    expect(uses).toEqual([]);
  });

  it('would be found', () => {
    const text = 'const a = Math\n  .random(); // Date.now()\nconst b = new Date();';
    expect([...codeOf(text).matchAll(CLOCKS_AND_CHANCE)].map(([use]) => use)).toEqual([
      'Math.random(',
      'new Date(',
    ]);
  });

  /** The code without comments and strings; words stay apart. */
  function codeOf(text: string): string {
    return tokensOf(text).reduce((code, { kind, text }) => {
      if (kind === 'string') return `${code}''`;
      return /\w$/.test(code) && kind === 'word' ? `${code} ${text}` : code + text;
    }, '');
  }
});

describe.skipIf(trackedFiles().length === 0)('tracked files', () => {
  // None of these patterns matches itself as it is written here.
  const FORBIDDEN = {
    'a registry host': /\bregistry\.[a-z]|npm[m]irror/,
    'a path of one machine': /(?<![\w.*])\/(work|root|home|Users)\//,
    'a folder outside of the repository': /\.\.\/[s]hared\b/,
  };

  it.each(Object.entries(FORBIDDEN))('do not name %s', (_, pattern) => {
    const found = trackedFiles()
      .map((path): [string, string] => [path, readFileSync(join(ROOT, path), 'latin1')])
      .filter(([, text]) => !text.includes('\0'))
      .flatMap(([path, text]) =>
        text
          .split('\n')
          .flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}: ${line.trim()}`] : [])),
      );
    expect(found).toEqual([]);
  });
});

/** The files that git knows, or none where this is no checkout (an unpacked archive, no git). */
function trackedFiles(): string[] {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    if (realpathSync(git('rev-parse', '--show-toplevel').trim()) !== realpathSync(ROOT)) return [];
    return git('ls-files', '-z')
      .split('\0')
      .filter((path) => path !== '' && existsSync(join(ROOT, path)));
  } catch {
    return [];
  }
}
