/** What the user can mend: shown as its one line, with exit code 1. */
export class UserError extends Error {}

/** Tells a failed file operation in one line: the path, and what the system says. */
export function fileError(path: string, doing: string, error: unknown): UserError {
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
