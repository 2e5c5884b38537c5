import { NO_MM, type Scenario } from '../../scenario/scenario.js';
import { partsOf, rebuild } from '../edit.js';

/**
 * The same scenario with its declarations in the order in which the actions first use them and with short
 * names: mms A, B, …; tasks a, b, …; kernel threads k, k1, k2, …. Changes nothing in the run but names and numbers.
 */
export function canonicalNames(scenario: Scenario): Scenario {
  const parts = partsOf(scenario);
  const firstUse = new Map<number, number>();
  scenario.actions.forEach((action, index) => {
    if ((action.op === 'switch' || action.op === 'migrate') && !firstUse.has(action.task)) {
      firstUse.set(action.task, index);
    }
  });
  const used = (task: number) => firstUse.get(task) ?? scenario.actions.length;
  const tasks = parts.tasks.toSorted(
    (one, other) => used(one.task) - used(other.task) || one.task - other.task,
  );
  const mmOrder = [...tasks.map(({ mm }) => mm).filter((mm) => mm !== NO_MM), ...parts.mms];
  const ordered = rebuild(scenario, { ...parts, mms: [...new Set(mmOrder)], tasks });

  let users = 0;
  let kernelThreads = 0;
  return {
    ...ordered,
    mmNames: ordered.mmNames.map((_, mm) => mmName(mm)),
    taskNames: ordered.taskNames.map((_, task) =>
      ordered.tasks[task]?.mm === NO_MM ? `k${kernelThreads++ || ''}` : taskName(users++),
    ),
  };
}

const MM_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
/** Without k, which is for kernel threads. */
const TASK_LETTERS = 'abcdefghijlmnopqrstuvwxyz';

function mmName(index: number): string {
  return name(MM_LETTERS, index);
}

function taskName(index: number): string {
  return name(TASK_LETTERS, index);
}

function name(letters: string, index: number): string {
  const round = Math.floor(index / letters.length);
  return `${letters[index % letters.length]}${round || ''}`;
}
