/** One line of a run's table. */
export interface Row {
  /**
   * `routine`: a cpu enters a routine, or goes on with one; `call`: a function within it; `access`: a
   * micro-step (or several alike, folded); `action`: something that happens without a step.
   */
  readonly kind: 'routine' | 'call' | 'access' | 'action';
  /** The first and last event that the line stands for, from 1; null where it stands for none. */
  readonly steps: readonly [first: number, last: number] | null;
  /** Whose column; null: it concerns all. */
  readonly cpu: number | null;
  /** 0 to 2: how deep in the routine's calls. */
  readonly depth: number;
  readonly text: string;
  /** What memory, or the tasks' ids, look like after it: old and new. */
  readonly changes: readonly string[];
  /** It is here that the property breaks. */
  readonly broken: boolean;
}

/** A run as it is told, before it takes a form (text, markdown, …). */
export interface Story {
  /** What was run, a fact a line. */
  readonly facts: readonly string[];
  /** What the names in the table stand for. */
  readonly legend: readonly string[];
  /** The cpus that have a column: those on which anything happens. */
  readonly cpus: readonly number[];
  readonly rows: readonly Row[];
  /** The state in which the run ended, a cpu or mm a line. */
  readonly end: readonly string[];
  /** Which delays were seen, a sentence each: what memory and program order do not agree on. */
  readonly reordered: readonly string[];
  /** What broke, in one sentence. */
  readonly sentence: string;
  readonly violated: boolean;
}
