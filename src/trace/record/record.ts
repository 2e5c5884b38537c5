import { writeWhole } from '../../corpus/write-whole.js';
import { UserError } from '../../errors.js';
import { taskTablePath } from '../task-table.js';
import { TraceFile } from './copy-trace.js';
import { type EventChoice, eventsOf, NEEDED } from './events.js';
import { procTasks } from './proc-tasks.js';
import type { CommandEnd } from './run-command.js';
import { Instance, type Machine, removeLeftovers } from './tracefs.js';
import { Undo } from './undo.js';

export interface RecordOptions extends EventChoice {
  readonly output: string;
  /** Of each cpu's buffer. */
  readonly bufferKb: number;
  /** Runs the command, to its end. */
  run(): Promise<CommandEnd>;
}

/** A recording that was written. */
export interface Recording {
  readonly output: string;
  readonly tasks: string;
  readonly events: number;
  readonly lost: number;
  readonly end: CommandEnd;
  /** What was not as it was asked for, and what could not be undone: a line each. */
  readonly notes: readonly string[];
}

/** No smaller buffer is tried. */
const LEAST_BUFFER_KB = 64;

/**
 * Records what the scheduler does while a command runs.
 *
 * @throws UserError where it cannot; the machine is as it was before
 */
export async function record(machine: Machine, options: RecordOptions): Promise<Recording> {
  const undo = new Undo();
  const notes: string[] = [];
  try {
    const recording = await recordWith(machine, options, undo, notes);
    notes.push(...(await undo.run()));
    return recording;
  } catch (error) {
    const left = await undo.run();
    if (error instanceof UserError && left.length > 0)
      throw new UserError([error.message, ...left].join('; '));
    throw error;
  }
}

async function recordWith(
  machine: Machine,
  options: RecordOptions,
  undo: Undo,
  notes: string[],
): Promise<Recording> {
  const { output } = options;
  const tasks = taskTablePath(output);
  const tracefs = await machine.tracefs(undo);
  for (const name of await removeLeftovers(machine, tracefs))
    notes.push(`removed ${name}, left by a recorder that was killed`);
  const file = await TraceFile.open(output);
  let written = false;
  undo.add(`remove what was begun of ${output}`, async () => {
    if (!written) await file.giveUp();
  });
  const instance = await Instance.make(machine, tracefs, undo);
  await setUp(instance, options, notes);
  const before = await procTasks(machine.proc);
  await instance.set('tracing_on', '1');
  let end: CommandEnd;
  try {
    end = await options.run();
  } finally {
    await instance.set('tracing_on', '0').catch(() => undefined);
  }
  const after = await procTasks(machine.proc);
  await writeWhole(tasks, taskTable(before, after));
  const lost = await instance.lost();
  if (lost > 0) notes.push(`${lost} events lost: the buffers were full (--buffer-kb takes more)`);
  const events = await file.fill(instance.path('trace'));
  written = true;
  return { output, tasks, events, lost, end, notes };
}

/** All settings of the instance. */
async function setUp(instance: Instance, options: RecordOptions, notes: string[]): Promise<void> {
  await instance.set('tracing_on', '0');
  if (!(await instance.trySet('trace_clock', 'mono')))
    notes.push('no clock that all cpus share: their order may be off');
  // What comes first is what explains the rest: full buffers lose what is new.
  await instance.trySet('options/overwrite', '0');
  if (!(await instance.trySet('options/record-tgid', '1')))
    notes.push('this kernel does not tell tgids: the task table does');
  await enable(instance, options, notes);
  await setBuffer(instance, options.bufferKb, notes);
}

async function enable(instance: Instance, options: RecordOptions, notes: string[]): Promise<void> {
  const missing: string[] = [];
  for (const event of eventsOf(options)) {
    if (!(await instance.trySet(`events/${event}/enable`, '1'))) missing.push(event);
  }
  const needed = missing.filter((event) => NEEDED.includes(event));
  if (needed.length > 0) {
    throw new UserError(
      `cidfuzz record: this kernel has no ${needed.join(', ')} (expected one with the scheduler's tracepoints)`,
    );
  }
  if (missing.includes('rseq/rseq_update'))
    notes.push('this kernel does not tell rseq_update: audit has nothing to go by');
  const others = missing.filter((event) => event !== 'rseq/rseq_update');
  if (others.length > 0) notes.push(`not in this kernel: ${others.join(', ')}`);
}

/** As much as is asked for, or half of that, and so on. */
async function setBuffer(instance: Instance, wantedKb: number, notes: string[]): Promise<void> {
  for (let kb = wantedKb; ; kb = Math.floor(kb / 2)) {
    try {
      await instance.set('buffer_size_kb', String(kb));
      if (kb < wantedKb) notes.push(`no memory for buffers of ${wantedKb} KiB a cpu: ${kb} KiB`);
      return;
    } catch (error) {
      if (kb / 2 >= LEAST_BUFFER_KB) continue;
      throw new UserError(`cidfuzz record: no memory for buffers (${(error as Error).message})`);
    }
  }
}

function taskTable(before: readonly string[], after: readonly string[]): string {
  return [
    '# tid tgid kthread comm (before)',
    ...before,
    '# tid tgid kthread comm (after)',
    ...after,
    '',
  ].join('\n');
}
