/** The mms that a timeline infers, held against the kernel's own word in a trace that has it. */
import type { TraceEvent } from '../../src/trace/event.js';
import type { Happening, Mm, Task } from '../../src/trace/happening.js';
import { Survey } from '../../src/trace/survey.js';
import { Timeline } from '../../src/trace/timeline.js';
import { parsed } from './traces.js';

export interface Truth {
  /** Lines at which the kernel's word was compared, by the mm that was inferred: some, or none. */
  readonly withMm: number;
  readonly without: number;
  /** Mms that were compared, and pointers that two of them had, one after the other. */
  readonly mms: number;
  readonly reused: number;
  /** What is wrong. */
  readonly wrong: readonly string[];
}

/** The mm that the timeline has for the task of an event, at the moment in which the kernel tells its own; undefined: then both may be. */
function inferred(event: TraceEvent, task: Task, told: readonly Happening[]): Mm | null | undefined {
  const left = told.find((happening) => happening.kind === 'exit' || happening.kind === 'exec-begins');
  // Told before the mm changes.
  if (event.kind === 'exit' || event.kind === 'prepare-exec') {
    return left?.kind === 'exit' || left?.kind === 'exec-begins' ? left.from : undefined;
  }
  // Between the two lines of an exec the pointer changes; after its exit a task has its mm for a while.
  return task.execing || task.exited ? undefined : task.mm;
}

export function mmTruth(text: string): Truth {
  const { events } = parsed(text);
  const survey = new Survey(null);
  for (const event of events) survey.add(event);
  const told: Happening[] = [];
  const timeline = new Timeline(survey, (happening) => told.push(happening));
  const tasks = new Map<number, Task>();
  const pointerOf = new Map<Mm, string>();
  const holder = new Map<string, Mm>();
  const wrong: string[] = [];
  const seen = { withMm: 0, without: 0, reused: 0 };

  const compare = ({ line, tid }: TraceEvent, pointer: string, mm: Mm | null) => {
    if (mm === null) {
      seen.without++;
      if (pointer !== '0x0') wrong.push(`line ${line}: ${tid} has no mm, but ${pointer}`);
      return;
    }
    seen.withMm++;
    const before = pointerOf.get(mm);
    const rival = holder.get(pointer);
    if (pointer === '0x0') wrong.push(`line ${line}: ${tid} has mm ${mm.id}, but none`);
    else if (before !== undefined && before !== pointer)
      wrong.push(`line ${line}: mm ${mm.id} of ${tid} was ${before}, and is ${pointer}`);
    else if (rival !== undefined && rival !== mm && rival.users > 0)
      wrong.push(`line ${line}: mms ${rival.id} and ${mm.id} of ${tid} are both ${pointer}`);
    if (rival !== undefined && rival !== mm) seen.reused++;
    pointerOf.set(mm, pointer);
    holder.set(pointer, mm);
  };

  for (const event of events) {
    told.length = 0;
    timeline.add(event);
    for (const happening of told) {
      if (happening.kind === 'switch') tasks.set(happening.next.tid, happening.next);
      if (happening.kind === 'switch') tasks.set(happening.prev.tid, happening.prev);
      if (happening.kind === 'fork') tasks.set(happening.child.tid, happening.child);
      if (happening.kind === 'begins') tasks.set(happening.task.tid, happening.task);
    }
    if (event.kernelMm === null) continue;
    const mm = inferred(event, tasks.get(event.tid)!, told);
    if (mm !== undefined) compare(event, event.kernelMm, mm);
  }
  return { ...seen, mms: pointerOf.size, wrong };
}
