import { UserError } from '../errors.js';
import type { TraceEvent, TraceHead } from './event.js';
import type { Happening, Mm } from './happening.js';
import { type LinesEnd, readLines } from './lines.js';
import { LineParser } from './parse/parser.js';
import { Survey } from './survey.js';
import { readTaskTable, type TaskTable, taskTablePath } from './task-table.js';
import { type Assumed, Timeline } from './timeline.js';

/** A trace that was read once, and can be gone through. */
export interface Trace {
  readonly path: string;
  readonly head: TraceHead;
  readonly end: LinesEnd;
  readonly survey: Survey;
  /** The task table that was used, or null. */
  readonly tableOf: string | null;
}

/**
 * Reads a trace for the first time: its format, and what its lines tell of the tasks that were there before it.
 *
 * @param tasks the path of its task table; null: the one beside it, if there is one
 * @throws UserError where it cannot be read, or is no scheduler trace
 */
export async function openTrace(path: string, tasks: string | null): Promise<Trace> {
  const tablePath = tasks ?? taskTablePath(path);
  const table: TaskTable | null = await readTaskTable(tablePath, tasks !== null);
  const survey = new Survey(table);
  const { parser, end } = await readEvents(path, (event) => survey.add(event));
  const { head } = parser;
  if (head.events === 0) parser.refuse();
  if (survey.switches === 0) {
    throw new UserError(
      `${path}: ${head.events} events, none of them a sched_switch (expected a trace with sched:sched_switch)`,
    );
  }
  return { path, head, end, survey, tableOf: table === null ? null : tablePath };
}

/** What going through a trace leaves. */
export interface Walk {
  readonly assumed: Assumed;
  readonly mms: readonly Mm[];
}

/** Goes through a trace that was opened, and tells what happens, in the order of its lines. */
export async function walkTrace(trace: Trace, tell: (happening: Happening) => void): Promise<Walk> {
  const timeline = new Timeline(trace.survey, tell);
  await readEvents(trace.path, (event) => timeline.add(event));
  return { assumed: timeline.assumed, mms: timeline.mms };
}

async function readEvents(
  path: string,
  take: (event: TraceEvent) => void,
): Promise<{ readonly parser: LineParser; readonly end: LinesEnd }> {
  const end: LinesEnd = { lines: 0, cutLines: 0, unfinished: false, truncated: false };
  const parser = new LineParser(path);
  for await (const lines of readLines(path, end)) {
    for (const line of lines) {
      const event = parser.next(line);
      if (event !== null) take(event);
    }
  }
  return { parser, end };
}
