import { setImmediate as nextTurn } from 'node:timers/promises';
import { medianOf } from '../mutants/figures.js';

/** What is counted where schedules are run; steps are micro-steps. */
export type Unit = 'steps' | 'schedules';

/** What a way to do something did in one round. */
export type Work<U extends string = Unit> = Readonly<Record<U | 'seconds', number>>;

/** A way to run schedules, or to do what other units count, by its name. */
export type Way<U extends string = Unit> = readonly [what: string, run: () => Work<U> | Promise<Work<U>>];

/** How a measurement tells how far it is, and learns that it is to end. */
export interface Pace {
  readonly signal: AbortSignal;
  /** Takes a line that says what is being measured. */
  tell(line: string): void;
}

/**
 * Lets a Ctrl-C through: what is measured blocks the thread.
 *
 * @throws the signal's reason, where it is aborted
 */
export async function breathe({ signal }: Pace): Promise<void> {
  await nextTurn();
  signal.throwIfAborted();
}

/**
 * Times what runs in this thread, by {@link processorSeconds}: while one way runs, other programs take as much from it as they
 * please, and that is no part of a ratio.
 */
export function timed<T extends Omit<Work, 'seconds'>>(run: () => T): T & Work {
  const began = processorSeconds();
  const done = run();
  return { ...done, seconds: processorSeconds() - began };
}

/** The time that this process has had of the processor. */
export function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** What all ways did in all rounds but the first, which warms up. */
export class Rounds<U extends string = Unit> {
  /**
   * Runs all ways, one after the other, in rounds, so that the noise of the machine meets all of them.
   *
   * @throws the signal's reason, where it is aborted; what a way throws
   */
  static async measure<U extends string>(
    ways: readonly Way<U>[],
    rounds: number,
    pace: Pace,
  ): Promise<Rounds<U>> {
    const all: Map<string, Work<U>>[] = [];
    const names = ways.length === 1 ? ways[0]![0] : `${ways[0]![0]} and ${ways.length - 1} more`;
    for (let round = 0; round <= rounds; round++) {
      pace.tell(`${names}: round ${round} of ${rounds}`);
      const works = new Map<string, Work<U>>();
      for (const [what, run] of ways) {
        await breathe(pace);
        works.set(what, await run());
      }
      if (round > 0) all.push(works);
    }
    return new Rounds(all);
  }

  private constructor(private readonly rounds: readonly ReadonlyMap<string, Work<U>>[]) {}

  /** Units a second: the median of the rounds. */
  rate(what: string, unit: U): number {
    return medianOf(this.rounds.map((works) => perSecond(works.get(what)!, unit)));
  }

  /** The median of the rounds' ratios. */
  ratio(ours: string, theirs: string, unit: U): number {
    return medianOf(
      this.rounds.map((works) => perSecond(works.get(ours)!, unit) / perSecond(works.get(theirs)!, unit)),
    );
  }
}

function perSecond<U extends string>(work: Work<U>, unit: U): number {
  return work[unit] / work.seconds;
}
