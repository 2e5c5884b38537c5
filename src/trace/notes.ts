import type { Counts } from './counts.js';
import type { Trace } from './read-trace.js';
import type { Departures } from './schedule.js';
import type { Assumed } from './timeline.js';

/** `1 line`, `2 lines`. */
function some(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** What a reader of figures of a trace has to know about it: what is missing in it, and what was assumed. One line each. */
export function traceNotes(
  trace: Trace,
  counts: Counts,
  assumed: Assumed,
  departures: Departures | null,
): string[] {
  return [
    ...holes(trace, counts),
    ...assumptions(assumed),
    ...(departures === null ? [] : departed(departures)),
  ];
}

function holes({ head, end }: Trace, counts: Counts): string[] {
  const notes: string[] = [];
  const say = (when: boolean, note: string) => {
    if (when) notes.push(note);
  };
  say(end.truncated, `the gzip data ends early: only the ${some(end.lines, 'line')} before that were read`);
  say(
    counts.lostPlaces > 0,
    `the trace has lost events at ${some(counts.lostPlaces, 'place')}` +
      (counts.lostEvents > 0 ? ` (${counts.lostEvents}, where it tells how many)` : ''),
  );
  say(
    counts.inferred > 0,
    `${some(counts.inferred, 'switch', 'switches')} inferred where a line shows another task on a cpu than the line before`,
  );
  say(
    head.foreign > 0,
    `${some(head.foreign, 'line is', 'lines are')} none of a trace, the first one line ${head.firstForeign}`,
  );
  say(
    head.malformed > 0,
    `${some(head.malformed, 'line of an event is', 'lines of events are')} not as the kernel writes them, the first one line ${head.firstMalformed}`,
  );
  say(head.backwards > 0, `${some(head.backwards, 'line goes', 'lines go')} back in time on a cpu`);
  say(end.cutLines > 0, `${some(end.cutLines, 'line is', 'lines are')} too long, and cut`);
  return notes;
}

function assumptions({ kinds, processes, forks, revived }: Assumed): string[] {
  const notes: string[] = [];
  const say = (n: number, note: string) => {
    if (n > 0) notes.push(note);
  };
  say(
    kinds,
    `guessed by its name whether it is a kernel thread: ${some(kinds, 'task')} (a task table tells)`,
  );
  say(processes, `taken for a process of its own, for nothing tells its tgid: ${some(processes, 'task')}`);
  say(forks, `taken for a process, for no clone flags are told: ${some(forks, 'child', 'children')}`);
  say(revived, `taken for a new task, for its tid had exited: ${some(revived, 'task')}`);
  return notes;
}

function departed({
  crowded,
  unwanted,
  evicted,
  moved,
  exitedAway,
  assumedTicks,
  shortened,
}: Departures): string[] {
  const notes: string[] = [];
  const say = (n: number, note: string) => {
    if (n > 0) notes.push(note);
  };
  say(assumedTicks, `${some(assumedTicks, 'tick')} of busy cpus assumed, for the trace has none`);
  say(crowded, `${some(crowded, 'task has', 'tasks have')} no room, and run as kernel threads`);
  say(unwanted, `${some(unwanted, 'task', 'tasks')} of other processes run as kernel threads`);
  say(evicted, `${some(evicted, 'cpu goes', 'cpus go')} idle early, for the task is shown on another one`);
  say(moved, `${some(moved, 'migration')} inferred, for the task is shown on another cpu than before`);
  say(exitedAway, `${some(exitedAway, 'task exits', 'tasks exit')} though no line shows it running`);
  say(shortened, `${some(shortened, 'time', 'times')} without any line cut to ten seconds`);
  return notes;
}
