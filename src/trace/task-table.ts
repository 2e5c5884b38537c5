import { readFile } from 'node:fs/promises';
import { fileError, UserError } from '../errors.js';

/** What is known of a thread that was there when a recording began, or when it ended. */
export interface KnownTask {
  readonly tid: number;
  readonly tgid: number;
  readonly kthread: boolean;
  readonly comm: string;
  /** It was there when the recording began. */
  readonly before: boolean;
}

/** Threads by tid. */
export type TaskTable = ReadonlyMap<number, KnownTask>;

const LINE = /^(\d{1,10}) (\d{1,10}) ([01])(?: (.*))?$/s;
/** The heading of the second part, if it has one. */
const AFTER = /^#.*\bafter\b/i;
/** The trace itself, too, may not be there, or its name be as long as names may be. */
const NOT_THERE: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG']);
const ENDINGS = /\.(?:gz|txt|ftrace|trace|mmtruth|perf-script|trace-cmd-report)$/;

/** Where the task table of a trace is, if it has one: `x.tasks.txt` beside `x.ftrace.txt.gz`. */
export function taskTablePath(trace: string): string {
  let base = trace;
  while (ENDINGS.test(base)) base = base.replace(ENDINGS, '');
  return `${base}.tasks.txt`;
}

/**
 * Reads lines `tid tgid kthread comm`; of a tid that has two (before and after the recording) the first one counts.
 *
 * @param wanted false: that it is not there is no error, and gives null
 * @throws UserError where it cannot be read, or a line is no such line
 */
export async function readTaskTable(path: string, wanted: boolean): Promise<TaskTable | null> {
  let text: string;
  try {
    text = await readFile(path, 'latin1');
  } catch (error) {
    if (!wanted && NOT_THERE.has((error as NodeJS.ErrnoException).code)) return null;
    throw fileError(path, 'read', error);
  }
  const table = new Map<number, KnownTask>();
  let before = true;
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (AFTER.test(line)) before = false;
    if (line === '' || line.startsWith('#')) continue;
    const m = LINE.exec(line);
    if (m === null) throw new UserError(`${path}:${i + 1}: no task (expected TID TGID 0|1 COMM)`);
    const task = { tid: Number(m[1]), tgid: Number(m[2]), kthread: m[3] === '1', comm: m[4] ?? '', before };
    if (!table.has(task.tid)) table.set(task.tid, task);
  }
  return table;
}
