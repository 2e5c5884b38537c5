/** Loaded only where there is a terminal: its tables of characters take longer than a short command. */
const library = process.stdout.isTTY || process.stderr.isTTY ? await import('log-update') : undefined;

/** Draws a text over the one before, on a terminal; does nothing where neither stream is one. By log-update. */
export const redraw = { stdout: library?.default, stderr: library?.logUpdateStderr };
