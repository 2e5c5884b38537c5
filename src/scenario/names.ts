/** What the name of a task looks like; {@link RESERVED_TASK_NAME} takes some away again. */
export const TASK_NAME = /^[a-z][a-z0-9_]{0,15}$/;
/** `idle`, `idle0`, `idle1`, …: the cpus' own idle tasks, never a scenario's. */
export const RESERVED_TASK_NAME = /^idle(0|[1-9][0-9]*)?$/;
/** What the name of an address space looks like. */
export const MM_NAME = /^[A-Z][A-Z0-9_]{0,15}$/;

/** The generated name of the i-th task, from 0: t0, t1, t2, … */
export function taskNameAt(i: number): string {
  return `t${i}`;
}

/** The generated name of the i-th mm, from 0: A … Z, then A1 … Z1, A2 … */
export function mmNameAt(i: number): string {
  const letter = String.fromCharCode(0x41 + (i % 26));
  return i < 26 ? letter : `${letter}${Math.floor(i / 26)}`;
}
