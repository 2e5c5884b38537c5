/** Where things are. Every path the scripts use starts here, so that they can be called from any folder. */

import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..');

/**
 * A path in the checkout.
 * @param {string[]} parts
 */
export function inRoot(...parts) {
  return join(ROOT, ...parts);
}

/** The tools' own entry files, to be run by this very Node: no `npx`, no shell, no PATH. */
export const TSC = inRoot('node_modules/typescript/bin/tsc');
export const ASC = inRoot('node_modules/assemblyscript/bin/asc.js');
export const WASM_OPT = inRoot('node_modules/binaryen/bin/wasm-opt');
export const BIOME = inRoot('node_modules/@biomejs/biome/bin/biome');
export const VITEST = inRoot('node_modules/vitest/vitest.mjs');
export const CLI = inRoot('dist/cli/main.js');
