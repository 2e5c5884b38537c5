import { printable } from '../errors.js';
import type { Event, RunResult } from '../event/event.js';
import { isOver, tell } from '../report/tell.js';
import type { Scenario } from '../scenario/scenario.js';
import { ROUTINE_WORDS } from '../words.js';
import { blamedCells } from './blamed.js';
import type { Cell } from './cells.js';
import { Recorder } from './recorder.js';
import { endRow, type TimelineRow, timelineRows } from './rows.js';
import { type BufferedStore, bufferedStores } from './stores.js';

/** One micro-step, as a picture marks it. */
export interface Mark {
  /** Its lane's cpu. */
  readonly cpu: number;
  /** `switch`, `tick`, `work`, `exit`, `exec`; `-` for a store that drains by itself. */
  readonly routine: string;
  /** OP_*. */
  readonly op: number;
}

/**
 * A run as a timeline shows it: the table of `explain` with a line for every micro-step, and the state after each.
 *
 * A *position* is a moment: 0 is the start, p > 0 the moment after step p, before any action that follows it. A run
 * that comes to its end has one position more than steps, where its buffers have drained and the checks at the end
 * are made.
 */
export interface Timeline {
  /** What the scenario is called; null where it has no name. Printable. */
  readonly file: string | null;
  readonly facts: readonly string[];
  readonly legend: readonly string[];
  readonly sentence: string;
  readonly reordered: readonly string[];
  readonly violated: boolean;
  /** The cpus that have a lane, in order: those on which anything happens. */
  readonly cpus: readonly number[];
  /** Whether stores wait in buffers: the memory model is another than `sc`. */
  readonly buffers: boolean;
  /** The name of every mm of the scenario, and of every task, by its number. */
  readonly mmNames: readonly string[];
  readonly taskNames: readonly string[];
  readonly rows: readonly TimelineRow[];
  /** By step: marks[0] is that of step 1. */
  readonly marks: readonly Mark[];
  /** The highest position. */
  readonly last: number;
  /** The position at which the property is violated; null: nothing is. */
  readonly violation: number | null;
  /** The cells that show what is wrong there. */
  readonly blamed: readonly number[];
  /** What a state is made of, in the order in which it is shown. */
  readonly cells: readonly Cell[];
  /** All that any cell ever says, each once: states name these by their numbers. */
  readonly words: readonly string[];
  /** What each cell says at position 0. */
  readonly start: readonly number[];
  /** By position, from 1: the cells that say something else than before, each followed by its word. */
  readonly changes: readonly (readonly number[])[];
  /** Every store that waits in a buffer, in the order of issue. Empty under `sc`. */
  readonly stores: readonly BufferedStore[];
}

/**
 * Makes the timeline of a run. `events` and `result` must be those of the scenario's run; everything is derived from
 * them. The same run gives the same timeline.
 *
 * @param file what the scenario is called; of whatever origin
 */
export function timelineOf(
  scenario: Scenario,
  events: readonly Event[],
  result: RunResult,
  file: string | null = null,
): Timeline {
  const name = file === null ? null : printable(file);
  const recorder = new Recorder(scenario);
  const story = tell(scenario, events, result, name, {
    fold: false,
    watch: (moment) => recorder.take(moment, events[moment.step - 1]),
  });
  const recorded = recorder.end(story.cpus);
  const delays = recorder.delaysOf();
  const over = isOver(result);
  const last = over ? result.steps + 1 : result.steps;
  const rows = timelineRows(story.rows, events);
  return {
    file: name,
    facts: story.facts,
    legend: story.legend,
    sentence: story.sentence,
    reordered: story.reordered,
    violated: story.violated,
    cpus: story.cpus,
    buffers: scenario.memory !== 'sc',
    mmNames: scenario.mmNames,
    taskNames: scenario.taskNames,
    rows: over ? [...rows, endRow(last, story.violated)] : rows,
    marks: events.map(({ cpu, routine, op }) => ({ cpu, routine: ROUTINE_WORDS[routine]!, op })),
    last,
    violation: result.violation === null ? null : last,
    blamed: blamedCells(result.violation, recorded.cells, recorder.runningNow()),
    ...recorded,
    stores: delays === null ? [] : bufferedStores(scenario, delays, recorded.cells, last),
  };
}
