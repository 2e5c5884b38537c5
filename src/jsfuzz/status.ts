/** A line in which jsfuzz tells how it does. */
export interface Status {
  readonly runs: number;
  /** What it counts in `global.__coverage__`. */
  readonly coverage: number;
  /** Inputs that it mutates. */
  readonly inputs: number;
  readonly runsPerSecond: number;
}

const STATUS = /^#(\d+) (?:NEW|PULSE) +cov: (\d+) corp: (\d+) exec\/s: (\d+) /;

/** Reads such a line; null where it is another one. */
export function statusOf(line: string): Status | null {
  const match = STATUS.exec(line);
  if (match === null) return null;
  const [runs, coverage, inputs, runsPerSecond] = match.slice(1).map(Number);
  return { runs: runs!, coverage: coverage!, inputs: inputs!, runsPerSecond: runsPerSecond! };
}
