/** Where the two implementations part, with what each did last. */
export interface Divergence {
  /** The event at which they part, from 1; past the last one where they part in the outcome. */
  readonly step: number;
  /** What differs, in one line. */
  readonly what: string;
  /** Each side's last events up to there, at most ten, as lines (src/event/line.ts). */
  readonly engine: readonly string[];
  readonly reference: readonly string[];
}
