/**
 * `npm run setup`, and what runs before `npm start` and `npm test`: installs and builds what is missing or
 * stale, and nothing else. `--build-only` (`npm run build`) leaves the packages alone.
 */

// No import and no young syntax before the check: an old Node must get as far as its message.
// The same number as "engines" in package.json; test/project/package.test.ts compares them.
const NEEDED = '20.19';

/** @param {string} version */
const asNumber = (version) => {
  const parts = version.split('.').map(Number);
  return (parts[0] || 0) * 1000 + (parts[1] || 0);
};

if (asNumber(process.versions.node) < asNumber(NEEDED)) {
  console.error(`cidfuzz needs Node ${NEEDED} or newer; this is Node ${process.versions.node}.`);
  process.exit(1);
}

import('./setup/main.mjs').then(({ main }) => main(process.argv.slice(2)));
