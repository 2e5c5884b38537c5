import { printable } from '../errors.js';

/** The longest piece of a file that a message quotes, in code points. */
const MAX_QUOTED = 40;

/** `text` as a message quotes it: in backquotes, printable, and cut after 40 code points with an ellipsis. */
export function quote(text: string): string {
  // A code point is at most two units; cut before anything walks over a huge text.
  const points = [...text.slice(0, 2 * MAX_QUOTED + 2)];
  const cut = points.length > MAX_QUOTED;
  return `\`${printable(points.slice(0, MAX_QUOTED).join(''))}${cut ? '…' : ''}\``;
}
