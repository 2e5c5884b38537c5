import {
  LOC_ACTIVE,
  LOC_CID,
  LOC_CID_LOCK,
  LOC_CLOCK,
  LOC_CURR,
  LOC_MASK,
  LOC_MM,
  LOC_MM_CID_LOCK,
  LOC_NEXT_SCAN,
  LOC_TIME,
  LOC_USE_CID_LOCK,
} from '../abi.js';
import { type Place, placeWord, taskWord } from '../report/wording.js';
import type { Scenario } from '../scenario/scenario.js';

/** What a cell is about. All but the last two are a place of shared memory, as memory holds it. */
export type CellKind =
  | 'curr'
  | 'clock'
  | 'mask'
  | 'next-scan'
  | 'lock'
  | 'slot'
  | 'time'
  | 'task-mm'
  | 'active'
  /** A task's mm_cid: it is its own, no shared memory. */
  | 'mm-cid'
  /** The id that a cpu's task runs with, as that cpu sees its task: what no two cpus may have of one mm. */
  | 'holds';

/** One thing that a state shows. */
export interface Cell {
  readonly kind: CellKind;
  /** A cpu, task or mm; 0 for a lock of all. */
  readonly a: number;
  /** The cpu of a slot and its time, the word of a mask; else 0. */
  readonly b: number;
  /** What it is called: `cid[A][0]`. */
  readonly label: string;
}

const KIND_OF_LOC: ReadonlyMap<number, CellKind> = new Map([
  [LOC_CURR, 'curr'],
  [LOC_CLOCK, 'clock'],
  [LOC_MASK, 'mask'],
  [LOC_NEXT_SCAN, 'next-scan'],
  [LOC_USE_CID_LOCK, 'lock'],
  [LOC_CID_LOCK, 'lock'],
  [LOC_MM_CID_LOCK, 'lock'],
  [LOC_CID, 'slot'],
  [LOC_TIME, 'time'],
  [LOC_MM, 'task-mm'],
  [LOC_ACTIVE, 'active'],
]);

/** The cell of a place; null: states do not show it (on_cpu, and what is an idle task's). */
export function cellOfPlace(scenario: Scenario, place: Place): Cell | null {
  const kind = KIND_OF_LOC.get(place.loc);
  if (kind === undefined || ((kind === 'task-mm' || kind === 'active') && place.a < 0)) return null;
  return { kind, a: place.a, b: place.b, label: placeWord(scenario, place) };
}

export function holdsCell(cpu: number): Cell {
  return { kind: 'holds', a: cpu, b: 0, label: `what CPU${cpu}'s task holds` };
}

export function mmCidCell(scenario: Scenario, task: number): Cell {
  return { kind: 'mm-cid', a: task, b: 0, label: `${taskWord(scenario, task)}->mm_cid` };
}

/** Tells cells apart: the label does. */
export const keyOf = ({ label }: Cell): string => label;
