/** What the commands that read traces have in common: their bad input, and memory. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { dataPath } from '../trace/traces.js';
import { cidfuzz, listing, MAIN, type Outcome } from './cidfuzz.js';

export const TICKS = dataPath('ticks-hackbench-3x-threads.ftrace.txt.gz');
export const ODD = dataPath('odd-comms-and-vfork.ftrace.txt.gz');
export const TRACE_CMD = dataPath('hackbench-threads.trace-cmd-report.txt.gz');
export const PERF = dataPath('pg-oltp-ro-8.perf-script.txt.gz');
export const PERF_SCHED = dataPath('hackbench-procs.perf-sched-default.txt.gz');

/** A recording as bytes of text. */
export function textOf(path: string): Buffer {
  return gunzipSync(readFileSync(path));
}

/** Nothing of it that a terminal would take for anything but letters, nor a fault of our own. */
export function expectPrintable({ stdout, stderr, code }: Outcome): void {
  const all = `${stdout}${stderr}`;
  expect(all.replaceAll('\n', '')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
  expect(all).not.toMatch(
    /a fault of cidfuzz|\bat .*:\d+:\d+\)|node:internal|undefined|\[object|NaN|Infinity/,
  );
  expect(code).not.toBe(78);
  expect(code).not.toBeNull();
}

/** One line on stderr, exit code 1, and nothing else. */
export async function refused(cwd: string, args: readonly string[], says: RegExp | string): Promise<void> {
  const before = listing(cwd);
  const outcome = await cidfuzz(args, { cwd });
  const { code, stdout, stderr } = outcome;
  expect(stderr).toMatch(/^[^\n]+\n$/);
  expect(stderr.length).toBeLessThan(500);
  if (typeof says === 'string') expect(stderr).toBe(`${says}\n`);
  else expect(stderr).toMatch(says);
  expectPrintable(outcome);
  expect(stdout).toBe('');
  expect(code).toBe(1);
  expect(listing(cwd)).toEqual(before);
}

/** A recording so many times over, each after the one before, as gzip: its text, and that's length in bytes. */
export function longTrace(path: string, times: number): { readonly gzip: Buffer; readonly bytes: number } {
  const text = textOf(path).toString('latin1');
  const head = text.split('\n').filter((line) => line.startsWith('#'));
  const body = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .join('\n');
  const members = [gzipSync(`${head.join('\n')}\n`)];
  let bytes = 0;
  for (let i = 0; i < times; i++) {
    const later = Buffer.from(
      `${body.replace(/ (\d+)(?=\.\d{6}: )/g, (_, s) => ` ${Number(s) + i}`)}\n`,
      'latin1',
    );
    bytes += later.length;
    members.push(gzipSync(later, { level: 1 }));
  }
  return { gzip: Buffer.concat(members), bytes };
}

/** Runs a command, and tells the most memory that it has had, in MiB. */
export async function withMemory(
  args: readonly string[],
  cwd: string,
): Promise<Outcome & { readonly mib: number }> {
  const main = join(cwd, 'measured.mjs');
  writeFileSync(
    main,
    `import { writeFileSync } from 'node:fs';
process.on('exit', () => writeFileSync('rss', String(process.resourceUsage().maxRSS)));
await import(${JSON.stringify(pathToFileURL(MAIN).href)});
`,
  );
  const outcome = await cidfuzz(args, { cwd, main });
  return { ...outcome, mib: Number(readFileSync(join(cwd, 'rss'), 'utf8')) / 1024 };
}
