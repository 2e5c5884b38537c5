import pc from 'picocolors';

/** Colors by the rules that everyone expects: a terminal, NO_COLOR, --no-color. */
export function colorsFor(stream: NodeJS.WriteStream, wanted: boolean): ReturnType<typeof pc.createColors> {
  return pc.createColors(wanted && stream.isTTY === true && !process.env.NO_COLOR);
}

/** One line of data on stdout. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** A line for people: on stdout, or on stderr where stdout is for data only. */
export function say(line: string, flags: { readonly json?: boolean; readonly quiet?: boolean }): void {
  if (flags.quiet) return;
  (flags.json ? process.stderr : process.stdout).write(`${line}\n`);
}
