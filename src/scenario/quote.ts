/** The longest piece of a file that a message quotes, in code points. */
const MAX_QUOTED = 40;

/** Everything that would break a line, vanish or reorder it: controls, formats, surrogates, odd blanks. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

/** `text` on one printable line: what does not print becomes `\xNN` or `\u{N}`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (found) => {
    const code = found.codePointAt(0)!;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** `text` as a message quotes it: in backquotes, printable, and cut after 40 code points with an ellipsis. */
export function quote(text: string): string {
  // A code point is at most two units; cut before anything walks over a huge text.
  const points = [...text.slice(0, 2 * MAX_QUOTED + 2)];
  const cut = points.length > MAX_QUOTED;
  return `\`${printable(points.slice(0, MAX_QUOTED).join(''))}${cut ? '…' : ''}\``;
}
