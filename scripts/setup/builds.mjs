/**
 * The builds: dist/ out of src/, and one WebAssembly module for each target of asconfig.json. Each is made in a
 * place of its own and moved in whole, so that an interrupted build leaves the old one or none, never a half.
 */

import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { listenTo } from '../child.mjs';
import { ASC, inRoot, ROOT, TSC, WASM_OPT } from '../paths.mjs';
import { filesBelow, hashFiles, stampHolds, writeStamp } from './stamp.mjs';

const SOURCE = /\.([cm]?ts|json)$/;
/** Matters to every build: the compilers' versions and how we call them. */
const COMMON = ['package-lock.json', 'scripts/setup/builds.mjs'];
/** The modules: the engine, the explorer (the same engine without search, with another boundary), its visited set. */
const CONFIGS = ['asconfig.json', 'assembly/explore/asconfig.json', 'assembly/visited/asconfig.json'];
/** Those that wasm-opt makes of what asc only translates. */
const OPTIMIZED = new Set(['release', 'explore']);
/** All that assembly/ takes from src/; test/project/layers.test.ts sees to it. */
const SHARED = ['src/abi.ts', 'src/engine/addresses.ts'];

/**
 * How the release module is optimized: not by asc, which inlines little of what a step goes through, half a dozen small
 * functions that V8 does not inline either, and much of what it seldom goes through. asc only translates, and keeps the
 * names, so that wasm-opt can be told what to leave alone (`npm run bench` shows what it is worth).
 */
const INLINE = [
  // The long way of an access (assembly/memory.ts): out of the way.
  '--no-inline=*InFull',
  // Two call it: within itself, so that `step` has one caller.
  '--no-inline=*run/burst',
  // What it does seldom enough to be called for: the smaller the loop of steps, the faster.
  '--no-inline=*memory/cmpxchgCid',
  '--no-inline=*memory/writeCid',
  '--no-inline=*coverage/turnTo',
  // Once more: what has one caller left after the first time becomes a part of it, `step` above all.
  '-O4',
  '-O4',
  '--always-inline-max-function-size=300',
  '--flexible-inline-max-function-size=400',
  '--inline-functions-with-loops',
  // Without simd: it would be used for nothing but short copies, and wabt's wasm2c, which compares with native, has none.
  ...['bulk-memory', 'sign-ext', 'mutable-globals', 'nontrapping-float-to-int'].map(
    (feature) => `--enable-${feature}`,
  ),
];

/**
 * Where the builds of this run are made; a compiler that outlived a killed set-up writes elsewhere. The one for
 * dist/ is beside it, because the paths in the source maps start from the folder that tsc writes to.
 */
const NEW_DIST = `dist.new-${process.pid}`;
const OLD_DIST = `dist.old-${process.pid}`;
const NEW_WASM = `build/.new-${process.pid}`;

/** Removes what this run, or one that was killed, left in those places. */
export function removeLeftovers() {
  const leftovers = [
    ...readdirSync(ROOT).filter((name) => /^dist\.(new|old)-/.test(name)),
    ...readdirSync(inRoot('build'))
      .filter((name) => name.startsWith('.new-'))
      .map((name) => `build/${name}`),
  ];
  for (const path of leftovers) rmSync(inRoot(path), { recursive: true, force: true });
}

/**
 * @typedef {object} Build
 * @property {string} title
 * @property {() => boolean} isFresh
 * @property {(signal: AbortSignal) => Promise<void>} make
 */

/**
 * All builds: first the quick one, which shows most mistakes, then the modules, the optimised ones (named last)
 * before debug, which is soon made.
 * @returns {Build[]}
 */
export function builds() {
  const modules = CONFIGS.flatMap((config) => {
    const { targets } = JSON.parse(readFileSync(inRoot(config), 'utf8'));
    return Object.keys(targets)
      .map((target) => wasm(config, target, targets[target]))
      .reverse();
  });
  return [dist(), ...modules];
}

/** @returns {Build} */
function dist() {
  const inputs = hashFiles(ROOT, [...COMMON, 'tsconfig.json', ...filesBelow('src', SOURCE)]);
  const stamp = 'dist/.stamp';
  /** @param {string} folder */
  const outputs = (folder) =>
    hashFiles(
      inRoot(folder),
      filesBelow(folder)
        .map((path) => path.slice(folder.length + 1))
        .filter((name) => name !== '.stamp'),
    );
  return {
    title: 'compiling src/ to dist/ (tsc)',
    isFresh: () => stampHolds(inRoot(stamp), inputs, outputs('dist')),
    make: async (signal) => {
      await compile([TSC, '-p', 'tsconfig.json', '--outDir', NEW_DIST, '--pretty', 'false'], signal);
      const cli = inRoot(NEW_DIST, 'cli/main.js');
      if (existsSync(cli)) chmodSync(cli, 0o755);
      writeStamp(inRoot(NEW_DIST, '.stamp'), inputs, outputs(NEW_DIST));
      if (existsSync(inRoot('dist'))) renameSync(inRoot('dist'), inRoot(OLD_DIST));
      renameSync(inRoot(NEW_DIST), inRoot('dist'));
    },
  };
}

/**
 * @param {string} config
 * @param {string} target
 * @param {{ outFile: string, textFile?: string, sourceMap?: boolean }} options
 * @returns {Build}
 */
function wasm(config, target, options) {
  const { textFile, sourceMap } = options;
  // The paths in a config are relative to its folder.
  const outFile = join(dirname(config), options.outFile);
  const inputs = hashFiles(ROOT, [...COMMON, config, ...SHARED, ...filesBelow('assembly', SOURCE)]);
  const stamp = inRoot(`build/.${target}.stamp`);
  const made = [outFile, ...(textFile ? [textFile] : []), ...(sourceMap ? [`${outFile}.map`] : [])];
  /** @param {string} path */
  const fresh = (path) => `${NEW_WASM}/${basename(path)}`;
  return {
    title: `compiling assembly/ to ${outFile} (asc)`,
    isFresh: () => stampHolds(stamp, inputs, hashFiles(ROOT, made)),
    make: async (signal) => {
      mkdirSync(inRoot(NEW_WASM), { recursive: true });
      const args = [ASC, '--config', config, '--target', target, '--outFile', fresh(outFile)];
      if (textFile) args.push('--textFile', fresh(textFile));
      await compile(args, signal);
      if (OPTIMIZED.has(target)) {
        await compile([WASM_OPT, fresh(outFile), '-o', fresh(outFile), ...INLINE], signal);
      }
      for (const path of made) renameSync(inRoot(fresh(path)), inRoot(path));
      writeStamp(stamp, inputs, hashFiles(ROOT, made));
    },
  };
}

/**
 * Runs a compiler; its output is shown only when it fails (asc speaks of convergence every time).
 * @param {string[]} args
 * @param {AbortSignal} signal
 */
async function compile(args, signal) {
  const { code, output } = await listenTo(process.execPath, args, { signal });
  if (code !== 0) throw new Error(`${output.trimEnd()}\nsetup: ${basename(args[0] ?? '')} failed`);
}
