/** What the user can mend: shown as its one printable line, with exit code 1. */
export class UserError extends Error {
  constructor(message: string) {
    super(printable(message));
  }
}

/** Everything that would break a line, vanish or reorder it: controls, formats, surrogates, odd blanks. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

/** `text` on one printable line: what does not print becomes `\xNN` or `\u{N}`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (found) => {
    const code = found.codePointAt(0)!;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** Tells a failed file operation in one printable line: the path, and what the system says. What is told already stays as it is. */
export function fileError(path: string, doing: string, error: unknown): UserError {
  if (error instanceof UserError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const why = REASONS[code ?? ''] ?? message;
  return new UserError(`${path}: cannot ${doing} (${why})`);
}

const REASONS: Record<string, string> = {
  ENOENT: 'no such file or folder',
  EISDIR: 'it is a folder (expected a file)',
  ENOTDIR: 'a part of the path is a file (expected a folder)',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the device',
  EEXIST: 'something else is there already',
};
