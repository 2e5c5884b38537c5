import { COLORS, GREY } from '../chart/theme.js';

/** A routine has one colour in all pictures. Red is for what is violated, grey for stores that wait. */
export const ROUTINE_COLORS: Readonly<Record<string, string>> = {
  switch: COLORS[1],
  tick: COLORS[4],
  work: COLORS[3],
  exit: COLORS[0],
  exec: COLORS[2],
  '-': GREY,
};

/** What each routine is called in a legend; in the order of the routines. */
export const ROUTINE_TITLES: readonly (readonly [routine: string, title: string])[] = [
  ['switch', 'context switch'],
  ['tick', 'tick'],
  ['work', 'task work'],
  ['exit', 'exit'],
  ['exec', 'exec'],
];

export const RED = '#dc1440';

export function colorOf(routine: string | null): string {
  return ROUTINE_COLORS[routine ?? '-'] ?? GREY;
}
