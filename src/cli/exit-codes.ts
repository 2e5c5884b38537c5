/** Exit codes, the same for all commands. */
export const EXIT = {
  clean: 0,
  /** Usage, bad input, or a file that cannot be read or written. */
  badInput: 1,
  /** A run was stopped by the watchdog. */
  watchdog: 70,
  /** A violation, or an unmet expectation. */
  finding: 77,
  /** The harness contradicts itself. */
  contradiction: 78,
  /** Interrupted; the state is saved. */
  interrupted: 130,
} as const;

/** The graver of two exit codes: a contradiction is told before bad input, that before a watchdog and a finding. */
export function graver(a: number, b: number): number {
  const order: readonly number[] = [
    EXIT.clean,
    EXIT.finding,
    EXIT.watchdog,
    EXIT.badInput,
    EXIT.contradiction,
    EXIT.interrupted,
  ];
  return order.indexOf(a) > order.indexOf(b) ? a : b;
}
