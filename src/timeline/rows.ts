import type { Event } from '../event/event.js';
import type { Row } from '../report/story.js';
import { ROUTINE_WORDS } from '../words.js';

/** A line of the table. */
export interface TimelineRow {
  readonly kind: Row['kind'];
  /** The position that it leads to: its step, from 1, or the end of the run; null: none. */
  readonly step: number | null;
  /** Whose lane; null: it concerns all. */
  readonly cpu: number | null;
  /** 0 to 2: how deep in the routine's calls. */
  readonly depth: number;
  readonly text: string;
  readonly changes: readonly string[];
  readonly broken: boolean;
  /** The routine that it belongs to, as a mark names it; null: none. */
  readonly routine: string | null;
}

/** The last line, of the end of a run that came to it. */
export function endRow(position: number, broken: boolean): TimelineRow {
  const text = broken ? 'the run is over; violated' : 'the run is over';
  return { kind: 'action', step: position, cpu: null, depth: 0, text, changes: [], broken, routine: null };
}

/** The lines of a story that was told without folding: each stands for one step or for none. */
export function timelineRows(rows: readonly Row[], events: readonly Event[]): TimelineRow[] {
  const routineOf = (row: Row | undefined) =>
    row?.steps ? ROUTINE_WORDS[events[row.steps[0] - 1]!.routine]! : null;
  // A heading belongs to the first access of its cpu that follows it.
  const next = new Map<number, string>();
  const routines: (string | null)[] = rows.map(() => null);
  for (let i = rows.length - 1; i >= 0; i--) {
    const { cpu } = rows[i]!;
    if (cpu === null || rows[i]!.kind === 'action') continue;
    const own = routineOf(rows[i]);
    if (own !== null) next.set(cpu, own);
    routines[i] = own ?? next.get(cpu) ?? null;
  }
  return rows.map((row, i) => ({
    kind: row.kind,
    step: row.steps?.[0] ?? null,
    cpu: row.cpu,
    depth: row.depth,
    text: row.text,
    changes: row.changes,
    broken: row.broken,
    routine: routines[i]!,
  }));
}
