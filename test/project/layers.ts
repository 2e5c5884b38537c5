/**
 * The layers of src/, lowest first. A file may import from its own folder and from the rows above its own;
 * folders of one row know nothing of each other. A folder that is not here is reported: give it its row.
 */

import { dirname, join } from 'node:path/posix';
import { importsOf } from './imports.js';

export const LAYERS: readonly (readonly string[])[] = [
  ['abi', 'words', 'numbers', 'errors'],
  ['scenario'],
  ['event'],
  ['engine', 'reference'],
  ['check', 'litmus'],
  ['minimize', 'report', 'chart'],
  ['timeline'],
  ['corpus'],
  ['trace'],
  ['fuzz'],
  ['dashboard', 'ci'],
  ['live'],
  ['mutants', 'jsfuzz', 'explore'],
  ['bench'],
  ['cli'],
];

/** The two files that both compilers read: with assembly/, they are all that the WebAssembly is made of. */
export const SHARED: readonly string[] = ['src/abi.ts', 'src/engine/addresses.ts'];

/** Source texts by path from the root of the checkout. */
export type Sources = ReadonlyMap<string, string>;

interface Edge {
  readonly from: string;
  readonly to: string;
  /** `path:line` of the import. */
  readonly where: string;
  readonly typeOnly: boolean;
}

/** What breaks the order of the layers, a line each. */
export function layerFaults(sources: Sources): string[] {
  const faults: string[] = [];
  for (const path of sources.keys()) {
    if (path.startsWith('src/') && rankOf(folderOf(path)) < 0) {
      faults.push(`${path}: ${folderOf(path)} has no layer (test/project/layers.ts)`);
    }
  }
  for (const edge of edgesOf(sources)) {
    const fault = sources.has(edge.to) ? whyForbidden(edge) : 'no such file';
    if (fault !== undefined) faults.push(`${edge.where} imports ${edge.to}: ${fault}`);
  }
  return faults;
}

/**
 * The import cycles below a folder, each as `a -> b -> a`. Types may refer to each other: when the files are
 * loaded nothing is left of such an import.
 */
export function importCycles(sources: Sources, below: string): string[] {
  const targets = new Map<string, string[]>();
  for (const { from, to, typeOnly } of edgesOf(sources)) {
    if (!typeOnly && from.startsWith(below) && to.startsWith(below))
      targets.set(from, [...(targets.get(from) ?? []), to]);
  }
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const since = trail.indexOf(path);
    if (since >= 0) cycles.push([...trail.slice(since), path].join(' -> '));
    if (since >= 0 || done.has(path)) return;
    for (const to of targets.get(path) ?? []) visit(to, [...trail, path]);
    done.add(path);
  };
  for (const path of targets.keys()) visit(path, []);
  return cycles;
}

function whyForbidden({ from, to }: Edge): string | undefined {
  if (from.startsWith('assembly/') || SHARED.includes(from)) {
    const allowed = SHARED.includes(to) || (from.startsWith('assembly/') && to.startsWith('assembly/'));
    return allowed ? undefined : `the engine is made of assembly/, ${SHARED.join(' and ')} alone`;
  }
  if (!to.startsWith('src/')) return 'src/ imports nothing from outside';
  const [mine, theirs] = [folderOf(from), folderOf(to)];
  if (mine === theirs || rankOf(theirs) < rankOf(mine)) return undefined;
  return rankOf(theirs) === rankOf(mine)
    ? `${mine} and ${theirs} know nothing of each other`
    : `${theirs} is above ${mine}`;
}

/** `scenario` for src/scenario/parse.ts, `abi` for src/abi.ts. */
function folderOf(path: string): string {
  return path.split('/')[1]!.replace(/\.ts$/, '');
}

/** The number of a folder's row, or -1. */
function rankOf(folder: string): number {
  return LAYERS.findIndex((row) => row.includes(folder));
}

/** The imports between files; packages are not our matter here. */
function edgesOf(sources: Sources): Edge[] {
  return [...sources].flatMap(([from, text]) =>
    importsOf(text)
      .filter(({ specifier }) => specifier.startsWith('.'))
      .map(({ specifier, line, typeOnly }) => ({
        from,
        typeOnly,
        to: resolve(from, specifier, sources),
        where: `${from}:${line}`,
      })),
  );
}

/** `./x.js` is x.ts; AssemblyScript writes `./x`, for x.ts or x/index.ts. */
function resolve(from: string, specifier: string, sources: Sources): string {
  const path = join(dirname(from), specifier).replace(/\.js$/, '');
  return sources.has(`${path}/index.ts`) ? `${path}/index.ts` : `${path}.ts`;
}
