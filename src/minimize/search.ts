import type { RunResult } from '../event/event.js';
import type { Scenario } from '../scenario/scenario.js';
import { KIND_WORDS } from '../words.js';
import { delaysOf } from './delays.js';
import { compareMeasures, type Measure, measure } from './measure.js';

/** Runs a scenario from its start: the engine in production, the reference in tests. Must be deterministic. */
export type Run = (scenario: Scenario) => RunResult;

/** What {@link SearchOptions.onProgress} is told at every accepted change. */
export interface Progress {
  readonly runs: number;
  readonly scenario: Scenario;
  readonly measure: Measure;
}

export interface SearchOptions {
  readonly onProgress?: (progress: Progress) => void;
  /** Asked before every run; true ends the search with the best scenario so far. */
  readonly shouldStop?: () => boolean;
  /** Runs after which the search ends with the best scenario so far. */
  readonly maxRuns?: number;
}

export const DEFAULT_MAX_RUNS = 2_000_000;

/** Thrown through the passes when the budget is used up; `minimize` catches it. */
export class SearchStopped extends Error {}

/** The smallest scenario found so far, and the only way to a smaller one: {@link Search.attempt}. */
export class Search {
  best: Scenario;
  bestResult: RunResult;
  bestMeasure: Measure;
  /** KIND_* of the violation that is to be kept, and its cause where there is one: another one is another bug. */
  readonly kind: number;
  private readonly cause: number | undefined;
  runs = 0;

  constructor(
    scenario: Scenario,
    private readonly run: Run,
    private readonly options: SearchOptions = {},
  ) {
    this.best = scenario;
    this.runs = 1;
    this.bestResult = run(scenario);
    this.bestMeasure = measure(scenario, delaysOf(scenario, this.bestResult.steps).unseen);
    if (this.bestResult.violation === null) {
      throw new Error(
        `nothing to minimize: the scenario runs to its end without a violation (${this.bestResult.steps} steps)`,
      );
    }
    this.kind = this.bestResult.violation.kind;
    this.cause = this.bestResult.cause;
  }

  /** Runs a scenario without considering it as the next best; null where kind and cause are not kept. */
  keeps(candidate: Scenario): RunResult | null {
    if (this.runs >= (this.options.maxRuns ?? DEFAULT_MAX_RUNS) || this.options.shouldStop?.() === true) {
      throw new SearchStopped(`stopped after ${this.runs} runs, still ${KIND_WORDS[this.kind]}`);
    }
    this.runs++;
    const result = this.run(candidate);
    const kept =
      result.violation?.kind === this.kind && (this.cause === undefined || result.cause === this.cause);
    return kept ? result : null;
  }

  /**
   * Takes the candidate when it is smaller and keeps the kind of violation. One that could only be smaller by having
   * fewer delays that are seen is not even run: see {@link attemptSooner}.
   */
  attempt(candidate: Scenario | null): boolean {
    if (candidate === null) return false;
    const atMost = measure(candidate, this.bestMeasure[1]);
    return compareMeasures(atMost, this.bestMeasure) < 0 && this.attemptSooner(candidate);
  }

  /** The same for a candidate that may be larger, where fewer of its delays are seen. */
  attemptSooner(candidate: Scenario): boolean {
    const result = this.keeps(candidate);
    if (result === null) return false;
    const [memory, unseen] = this.bestMeasure;
    // Under a stronger model it is smaller, however many there are.
    const most = measure(candidate)[0] < memory ? Number.POSITIVE_INFINITY : unseen;
    const size = measure(candidate, delaysOf(candidate, result.steps, most).unseen);
    if (compareMeasures(size, this.bestMeasure) >= 0) return false;
    this.best = candidate;
    this.bestResult = result;
    this.bestMeasure = size;
    this.options.onProgress?.({ runs: this.runs, scenario: candidate, measure: size });
    return true;
  }
}
