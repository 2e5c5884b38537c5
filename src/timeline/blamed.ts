import { KIND_FREED_IN_USE, KIND_LOCK_LEAK, KIND_OWNERSHIP, KIND_STRANDED_LAZY } from '../abi.js';
import type { Violation } from '../event/event.js';
import type { Cell } from './cells.js';

/**
 * The cells that show what is wrong at the violation: what the tasks hold that it names; the slot that was freed under
 * one of them; the mask, or the slot that is stranded; the locks.
 *
 * @param running the task that each cpu runs, as it sees it
 */
export function blamedCells(
  violation: Violation | null,
  cells: readonly Cell[],
  running: ReadonlyMap<number, number>,
): number[] {
  if (violation === null) return [];
  const { kind, mm, cpu, tasks } = violation;
  const holders = [...running].flatMap(([on, task]) => (tasks.includes(task) ? [on] : []));
  const isBlamed = (cell: Cell) => {
    switch (cell.kind) {
      case 'holds':
        return holders.includes(cell.a);
      case 'slot':
        if (cell.a !== mm) return false;
        return kind === KIND_FREED_IN_USE
          ? holders.includes(cell.b)
          : kind === KIND_STRANDED_LAZY && cell.b === cpu;
      case 'mask':
        return kind === KIND_OWNERSHIP && cell.a === mm;
      case 'lock':
        return kind === KIND_LOCK_LEAK;
      default:
        return false;
    }
  };
  return cells.flatMap((cell, i) => (isBlamed(cell) ? [i] : []));
}
