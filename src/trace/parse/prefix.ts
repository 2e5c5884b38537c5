/** What stands in front of an event's fields, in each of the text formats. */

/** A line without its fields. */
export interface Prefix {
  comm: string;
  tid: number;
  /** -1 where the line does not tell it. */
  tgid: number;
  cpu: number;
  seconds: number;
  /** Nanoseconds of that second. */
  fraction: number;
  event: string;
  fields: string;
}

/** A format: takes a line apart, or says null. */
export type Format = (line: string) => Prefix | null;

/**
 * `COMM-TID (TGID) [CPU] FLAGS SECONDS.FRACTION: event: fields`: the `trace` and `trace_pipe` files with or without TGID and
 * flags, and `trace-cmd report`. A comm has 15 characters at the most, any of them: the first place from which all the rest fits
 * is where it ends. It is taken to begin where the blanks before it end, so that a line of blanks is soon done with.
 */
const FTRACE =
  /^\s*(|\S.{0,15}?)-(\d{1,10})\s+(?:\(\s*(\d{1,10}|-+)\)\s+)?\[(\d{1,10})\]\s+(?:[^\s[\]]{4,6}\s+)?(\d{1,10})\.(\d{6}|\d{9}):\s+(?:\w+:)?(\w+):\s*(.*)$/s;

/** `COMM-TID CPUflags SECONDS.FRACTION: event: fields` (`trace-cmd report -l`), or `TIMEus+:` (ftrace's latency-format). */
const LATENCY =
  /^\s*(|\S.{0,15}?)-(\d{1,10})\s+(\d{1,10})[^\d\s][^\s]{3,5}\s+(?:(\d{1,10})\.(\d{6}|\d{9})|(\d{1,15})us.?)\s*:\s+(?:\w+:)?(\w+):\s*(.*)$/s;

/** `COMM TID [CPU] SECONDS.FRACTION: system:event: fields`, `PID/TID` with -F pid,tid, PERF_RECORD_* with --show-task-events. */
const PERF =
  /^\s*(?:(\S.{0,15}?)\s+)?(-?\d{1,10})(?:\/(-?\d{1,10}))?\s+\[(\d{1,10})\]\s+(\d{1,10})\.(\d{6}|\d{9}):\s+(?:\d+\s+)?(?:\w+:(\w+):\s*(.*)|(PERF_RECORD_\w+.*))$/s;

function fractionNs(digits: string): number {
  return Number(digits) * (digits.length === 6 ? 1000 : 1);
}

function ftrace(line: string): Prefix | null {
  const m = FTRACE.exec(line);
  if (m === null) return null;
  return {
    comm: m[1]!,
    tid: Number(m[2]),
    tgid: m[3] === undefined || m[3].startsWith('-') ? -1 : Number(m[3]),
    cpu: Number(m[4]),
    seconds: Number(m[5]),
    fraction: fractionNs(m[6]!),
    event: m[7]!,
    fields: m[8]!,
  };
}

function latency(line: string): Prefix | null {
  const m = LATENCY.exec(line);
  if (m === null) return null;
  const us = m[6] === undefined ? null : Number(m[6]);
  return {
    comm: m[1]!,
    tid: Number(m[2]),
    tgid: -1,
    cpu: Number(m[3]),
    seconds: us === null ? Number(m[4]) : Math.floor(us / 1e6),
    fraction: us === null ? fractionNs(m[5]!) : (us % 1e6) * 1000,
    event: m[7]!,
    fields: m[8]!,
  };
}

function perf(line: string): Prefix | null {
  const m = PERF.exec(line);
  if (m === null) return null;
  const two = m[3] !== undefined;
  return {
    comm: m[1] ?? '',
    tid: Number(two ? m[3] : m[2]),
    tgid: two ? Number(m[2]) : -1,
    cpu: Number(m[4]),
    seconds: Number(m[5]),
    fraction: fractionNs(m[6]!),
    event: m[7] ?? 'PERF_RECORD',
    fields: m[8] ?? m[9]!,
  };
}

/** The one in which lines have no indent. */
export const LATENCY_FORMAT = 'ftrace, latency format';

/** By name, as a message tells them. */
export const FORMATS: readonly { readonly name: string; readonly parse: Format }[] = [
  { name: 'ftrace', parse: ftrace },
  { name: LATENCY_FORMAT, parse: latency },
  { name: 'perf script', parse: perf },
];
