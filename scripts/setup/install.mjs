/** The packages: `npm ci` when they are not what package-lock.json and package.json say. */

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { listenTo } from '../child.mjs';
import { inRoot } from '../paths.mjs';
import { hashText } from './stamp.mjs';

const STAMP = inRoot('node_modules/.cidfuzz-stamp');
/** npm's own list of what it put into node_modules; it is written last, so a broken install has none. */
const INSTALLED = inRoot('node_modules/.package-lock.json');

/** Whether node_modules is what the lock file asks for. */
export function isInstalled() {
  if (existsSync(STAMP)) return readFileSync(STAMP, 'utf8') === wanted();
  if (!isInstalledByHand()) return false;
  writeFileSync(STAMP, wanted());
  return true;
}

/**
 * Installs exactly what the lock file names.
 * @param {AbortSignal} signal
 */
export async function install(signal) {
  rmSync(STAMP, { force: true });
  // --include=dev: the compilers are needed even where NODE_ENV=production or npm's `omit` would leave them out.
  const { code, output } = await npm(['ci', '--include=dev', '--no-audit', '--no-fund'], signal);
  if (code !== 0) throw new Error(`${output.trimEnd()}\nsetup: npm ci failed`);
  writeFileSync(STAMP, wanted());
}

/**
 * The npm that called us, or else the one in PATH (on Windows a batch file, which needs a shell).
 * @param {string[]} args
 * @param {AbortSignal} signal
 */
function npm(args, signal) {
  const caller = process.env.npm_execpath;
  if (caller !== undefined && basename(caller) === 'npm-cli.js') {
    return listenTo(process.execPath, [caller, ...args], { signal });
  }
  return listenTo('npm', args, { signal, shell: process.platform === 'win32' });
}

/** All that decides what belongs into node_modules. Some packages are native: the platform counts. */
function wanted() {
  const { dependencies, devDependencies, optionalDependencies, overrides } = JSON.parse(
    readFileSync(inRoot('package.json'), 'utf8'),
  );
  const asked = JSON.stringify({ dependencies, devDependencies, optionalDependencies, overrides });
  const lock = readFileSync(inRoot('package-lock.json'), 'utf8');
  return `${hashText(lock, asked, `${process.platform}-${process.arch}`)}\n`;
}

/** Someone ran `npm ci` without us: all is there, in the very versions of the lock file. */
function isInstalledByHand() {
  if (!existsSync(INSTALLED)) return false;
  const present = packagesIn(INSTALLED);
  const locked = packagesIn(inRoot('package-lock.json'));
  delete locked[''];
  return (
    Object.keys(present).every((path) => path in locked) &&
    Object.entries(locked).every(([path, { integrity, optional }]) =>
      path in present ? present[path]?.integrity === integrity : optional === true,
    )
  );
}

/**
 * @param {string} lockFile
 * @returns {Record<string, { integrity?: string, optional?: boolean }>}
 */
function packagesIn(lockFile) {
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
}
