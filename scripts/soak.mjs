/**
 * `npm run soak`: what takes too long for `npm test`. A hundred kill -9, each followed by a resume; then a campaign of an hour on
 * RFC v6, judged by its own statistics. `npm run soak -- --kills 20 --time 10m` takes less; `--kills 0` or `--time 0` leaves one out.
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { handOver } from './child.mjs';
import { CLI, VITEST } from './paths.mjs';

/** Memory may differ by so much after warm-up, and speed must stay at so much of what it was. */
const FLAT = 0.1;
const STEADY = 0.95;
/** What is wrong with RFC v6 under sc: a bucket each. */
const FAULTS = ['freed-in-use', 'stranded-lazy'];
const FINDING = 77;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    time: { type: 'string', default: '1h' },
    jobs: { type: 'string', default: '2' },
    /** Judges a campaign that is there already, and runs none. */
    judge: { type: 'string' },
  },
});

/** @type {[what: string, value: string, passed: boolean][]} */
const verdicts = [];
if (values.judge !== undefined) judge(values.judge);
else {
  if (values.kills !== '0') await kill(values.kills);
  if (values.time !== '0') await campaign(values.time, values.jobs);
}
for (const [what, value, passed] of verdicts) {
  console.log(`${passed ? 'passed' : 'FAILED'}  ${what}: ${value}`);
}
process.exitCode = verdicts.every(([, , passed]) => passed) && verdicts.length > 0 ? 0 : 1;

/** @param {string} kills */
async function kill(kills) {
  const code = await handOver([VITEST, 'run', 'test/e2e/kill.test.ts'], {
    ...process.env,
    CIDFUZZ_SOAK: kills,
  });
  verdicts.push(['kill -9 of campaign or worker, and resume', `${kills} times`, code === 0]);
}

/**
 * @param {string} time
 * @param {string} jobs
 */
async function campaign(time, jobs) {
  const out = mkdtempSync(join(tmpdir(), 'cidfuzz-soak-'));
  try {
    const code = await handOver([CLI, 'fuzz', '--time', time, '--jobs', jobs, '--out', out]);
    verdicts.push(['campaign on rfc-v6', `exit code ${code}`, code === FINDING]);
    judge(out);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/**
 * Judges a campaign by its folder. Speed is schedules per second of the workers' processors: what else the machine does is no
 * part of it.
 * @param {string} out
 */
function judge(out) {
  const [file] = readdirSync(join(out, 'stats'));
  /** @type {{ seconds: number, cpuSeconds: number, schedules: number, memory: number, workerMemory: number }[]} */
  const samples = readFileSync(join(out, 'stats', /** @type {string} */ (file)), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const total = /** @type {{ seconds: number }} */ (samples.at(-1)).seconds;
  /** The samples of a sixth of the time: ten minutes of an hour. @param {number} i */
  const sixth = (i) =>
    samples.filter(({ seconds }) => seconds > (total * i) / 6 && seconds <= (total * (i + 1)) / 6);
  for (const [what, of] of /** @type {const} */ ([
    ['memory of the campaign', 'memory'],
    ['memory of its workers', 'workerMemory'],
  ])) {
    const early = median(sixth(1).map((sample) => sample[of]));
    const late = median(sixth(5).map((sample) => sample[of]));
    const change = late / early - 1;
    const value = `${mib(early)} in the second sixth of the time, ${mib(late)} in the last: ${(100 * change).toFixed(1)} %`;
    verdicts.push([what, value, change <= FLAT]);
  }
  const [first, last] = [pace(sixth(0)), pace(sixth(5))];
  const ratio = last.cpu / first.cpu;
  verdicts.push([
    'schedules per second of the processor, last sixth to first',
    `${ratio.toFixed(3)} (by the clock ${(last.wall / first.wall).toFixed(3)})`,
    ratio >= STEADY,
  ]);
  const findings = readdirSync(join(out, 'findings')).map((name) => name.replace(/-[0-9a-f]{8}$/, ''));
  const once = new Set(findings).size === findings.length && findings.every((kind) => FAULTS.includes(kind));
  verdicts.push(['one finding a fault', findings.sort().join(', ') || 'none', once && findings.length > 0]);
}

/** @param {{ seconds: number, cpuSeconds: number, schedules: number }[]} samples */
function pace(samples) {
  const [from, to] = [/** @type {any} */ (samples[0]), /** @type {any} */ (samples.at(-1))];
  const schedules = to.schedules - from.schedules;
  return {
    cpu: schedules / (to.cpuSeconds - from.cpuSeconds),
    wall: schedules / (to.seconds - from.seconds),
  };
}

/** @param {number[]} values */
function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** @param {number} bytes */
function mib(bytes) {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
