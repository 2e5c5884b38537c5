import { type Command, InvalidArgumentError } from 'commander';

/** A moment of a trace: in seconds as its lines have them, or, with `+`, since it begins. */
export interface TraceTime {
  readonly relative: boolean;
  readonly seconds: number;
  readonly ns: number;
}

/** `1479.660393`, `+0.5`. */
export function parseTraceTime(text: string): TraceTime {
  const m = /^(\+?)(\d{1,10})(?:\.(\d{1,9}))?$/.exec(text);
  if (m === null) {
    throw new InvalidArgumentError(
      'expected a time of the trace in seconds, such as 1479.66, or +0.5 from its beginning',
    );
  }
  return { relative: m[1] === '+', seconds: Number(m[2]), ns: Number((m[3] ?? '').padEnd(9, '0')) };
}

/** In the trace's own ns. */
export function nsOf(time: TraceTime, start: { readonly seconds: number; readonly firstNs: number }): number {
  const seconds = time.relative ? time.seconds : time.seconds - start.seconds;
  return seconds * 1e9 + time.ns + (time.relative ? start.firstNs : 0);
}

/** Ticks a second; 0: none. */
function parseHz(text: string): number {
  const hz = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(hz <= 10_000)) throw new InvalidArgumentError('expected ticks a second, from 0 to 10000');
  return hz;
}

/** A pid. */
export function parsePid(text: string, before: readonly number[] | undefined): number[] {
  const pid = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(pid >= 1)) throw new InvalidArgumentError('expected the pid of a process');
  return [...(before ?? []), pid];
}

/** HZ of most distributions. */
const DEFAULT_HZ = 250;

/** Of every command that reads traces. */
export interface TraceFlags {
  readonly taskTable?: string;
}

export function addTraceFlags(command: Command): Command {
  return command.option(
    '--task-table <file>',
    'tasks that were there before: TID TGID 0|1 COMM (default: TRACE.tasks.txt)',
  );
}

/** Of those that make a schedule of them. */
export interface ScheduleFlags extends TraceFlags {
  readonly hz: number;
}

export function addScheduleFlags(command: Command): Command {
  return addTraceFlags(command).option(
    '--hz <n>',
    'ticks a second of a busy cpu, where the trace has none (0: no ticks)',
    parseHz,
    DEFAULT_HZ,
  );
}
