/**
 * A stamp is a file beside a build that says from which inputs it was made and what came out. A build is fresh
 * as long as both hashes still hold: contents count, times do not.
 */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from '../paths.mjs';

/**
 * One hash for some texts, each kept apart from the next.
 * @param {...(string | Buffer)} texts
 */
export function hashText(...texts) {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${Buffer.byteLength(text)}\n`).update(text);
  return hash.digest('hex');
}

/**
 * One hash for the names and contents of some files.
 * @param {string} folder where the names start
 * @param {string[]} names
 * @returns {string} or '' where one of them is missing
 */
export function hashFiles(folder, names) {
  const paths = names.map((name) => join(folder, name));
  if (!paths.every((path) => existsSync(path))) return '';
  return hashText(...paths.flatMap((path, i) => [names[i] ?? '', readFileSync(path)]));
}

/**
 * The files below a folder of the checkout, as paths from its root, in a fixed order.
 * @param {string} folder
 * @param {RegExp} kind what their names must match
 */
export function filesBelow(folder, kind = /./) {
  if (!existsSync(inRoot(folder))) return [];
  return readdirSync(inRoot(folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => kind.test(name) && statSync(inRoot(folder, name)).isFile())
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .sort();
}

/**
 * @param {string} path
 * @param {string} inputs
 * @param {string} outputs
 */
export function writeStamp(path, inputs, outputs) {
  writeFileSync(path, `${inputs} ${outputs}\n`);
}

/**
 * @param {string} path
 * @param {string} inputs
 * @param {string} outputs '' where some are missing
 */
export function stampHolds(path, inputs, outputs) {
  return outputs !== '' && existsSync(path) && readFileSync(path, 'utf8') === `${inputs} ${outputs}\n`;
}
