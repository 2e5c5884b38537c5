/**
 * `npm test`: types, lint, tests; a line with each one's verdict, and `N passed, N failed` as the last line.
 * What follows `npm test --` goes to vitest: `npm test -- test/scenario`, `npm test -- -t 'reads back'`.
 */

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { handOver, listenTo } from './child.mjs';
import { BIOME, TSC, VITEST } from './paths.mjs';

const INTERRUPTED = 130;
const colors = process.stdout.isTTY === true && !process.env.NO_COLOR;
const NOTHING = { passed: 0, failed: 0, skipped: 0 };

const typecheck = await check('typecheck', [
  TSC,
  '-p',
  'tsconfig.test.json',
  '--noEmit',
  '--pretty',
  `${colors}`,
]);
const lint = await check('lint', [
  BIOME,
  'check',
  '.',
  '--error-on-warnings',
  `--colors=${colors ? 'force' : 'off'}`,
]);
const tests = await runTests(process.argv.slice(2));

if (tests.code === INTERRUPTED) {
  console.log('interrupted');
  process.exitCode = INTERRUPTED;
} else {
  const steps = { typecheck, lint, tests: tests.passed > 0 && tests.failed === 0 };
  const failing = Object.entries(steps).flatMap(([name, passed]) => (passed ? [] : [name]));
  if (failing.length > 0) console.log(`failed: ${failing.join(', ')}`);
  const passed = tests.passed + Number(typecheck) + Number(lint);
  const failed = tests.failed + Number(!typecheck) + Number(!lint);
  const skipped = tests.skipped > 0 ? `, ${tests.skipped} skipped` : '';
  console.log(`${passed} passed, ${failed} failed${skipped}`);
  process.exitCode = failing.length > 0 ? 1 : 0;
}

/**
 * Runs a tool that has something to say only when it fails.
 * @param {string} name
 * @param {string[]} args
 */
async function check(name, args) {
  const { code, output } = await listenTo(process.execPath, args);
  if (code !== 0) console.log(output.trimEnd());
  console.log(`${name}: ${code === 0 ? 'passed' : 'FAILED'}`);
  return code === 0;
}

/**
 * Runs vitest on the terminal and counts by its JSON report.
 * @param {string[]} args
 * @returns {Promise<{ code: number, passed: number, failed: number, skipped: number }>}
 */
async function runTests(args) {
  const folder = mkdtempSync(join(tmpdir(), 'cidfuzz-test-'));
  const file = join(folder, 'report.json');
  try {
    const code = await handOver(
      [VITEST, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...args],
      environment(),
    );
    const counts = existsSync(file) ? countsOf(JSON.parse(readFileSync(file, 'utf8'))) : NOTHING;
    // An error outside of any test, or a report that never came: vitest failed, though no test did.
    const failed = counts.failed === 0 && code !== 0 ? 1 : counts.failed;
    console.log(`tests: ${failed > 0 ? 'FAILED' : counts.passed === 0 ? 'none ran' : 'passed'}`);
    return { ...counts, code, failed };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * A test file that cannot be loaded has no tests to fail: it counts as one.
 * @param {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number,
 *   testResults: { status: string, assertionResults: { status: string }[] }[] }} report vitest's
 */
function countsOf(report) {
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** vitest takes CI=true for a terminal with colours. */
function environment() {
  if (colors) return process.env;
  const { FORCE_COLOR: _, ...rest } = process.env;
  return { ...rest, NO_COLOR: '1' };
}
