import { InvalidArgumentError } from 'commander';
import { MAX_CPUS, MAX_MMS, MAX_TASKS } from '../abi.js';

const UNITS_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `60s`, `500ms`, `10m`, `8h`, `2d` to ms. */
export function parseTime(text: string): number {
  const match = /^(\d+)(ms|s|m|h|d)$/.exec(text);
  const ms = match ? Number(match[1]) * UNITS_MS[match[2]!]! : Number.NaN;
  if (!Number.isSafeInteger(ms)) throw new InvalidArgumentError('expected a time such as 60s, 10m or 8h');
  return ms;
}

function integer(text: string, min: number, max: number, what: string): number {
  const n = /^\d[\d_]*$/.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN;
  if (!Number.isSafeInteger(n) || n < min || n > max) {
    const range = max === Number.MAX_SAFE_INTEGER ? `from ${min} on` : `from ${min} to ${max}`;
    throw new InvalidArgumentError(`expected ${what} ${range}`);
  }
  return n;
}

export const parseSeed = (text: string): number =>
  integer(text, 0, Number.MAX_SAFE_INTEGER, 'a whole number');
export const parseFrom = (text: string): number => integer(text, 0, 2 ** 52, 'a whole number');
export const parseCount = (text: string): number =>
  integer(text, 1, Number.MAX_SAFE_INTEGER, 'a whole number');
export const parseJobs = (text: string): number => integer(text, 1, 1024, 'a number of jobs');

function range(text: string, min: number, max: number, what: string): [number, number] {
  const ends = text.split('-');
  const lo = integer(ends[0]!, min, max, what);
  const hi = ends.length === 1 ? lo : integer(ends[1]!, min, max, what);
  if (ends.length > 2 || lo > hi)
    throw new InvalidArgumentError(`expected ${what}: one number, or a range such as 2-3`);
  return [lo, hi];
}

export const parseCpus = (text: string) => range(text, 1, MAX_CPUS, 'a number of cpus');
/** Not a range: an input says itself how many. */
export const parseMostCpus = (text: string) => integer(text, 1, MAX_CPUS, 'a number of cpus');
export const parseTasks = (text: string) => range(text, 1, MAX_TASKS, 'a number of tasks');
export const parseMms = (text: string) => range(text, 1, MAX_MMS, 'a number of mms');

/** `1/1000`: one schedule in so many; `0` or `none`: none. */
export function parseCompare(text: string): number {
  if (text === '0' || text === 'none') return 0;
  const match = /^1\/(\d+)$/.exec(text);
  if (!match) throw new InvalidArgumentError('expected 1/N, such as 1/1000, or none');
  return integer(match[1]!, 1, 0xffffffff, 'N');
}
