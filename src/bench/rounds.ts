import { setImmediate as nextTurn } from 'node:timers/promises';
import { medianOf } from '../mutants/figures.js';

/** What a way to run schedules did in one round. */
export interface Work {
  readonly schedules: number;
  /** Micro-steps. */
  readonly steps: number;
  readonly seconds: number;
}

/** A way to run schedules, by its name. */
export type Way = readonly [what: string, run: () => Work | Promise<Work>];

export type Unit = 'steps' | 'schedules';

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
export class Rounds {
  /**
   * Runs all ways, one after the other, in rounds, so that the noise of the machine meets all of them.
   *
   * @throws the signal's reason, where it is aborted; what a way throws
   */
  static async measure(ways: readonly Way[], rounds: number, pace: Pace): Promise<Rounds> {
    const all: Map<string, Work>[] = [];
    for (let round = 0; round <= rounds; round++) {
      pace.tell(`${ways[0]![0]} and ${ways.length - 1} more: round ${round} of ${rounds}`);
      const works = new Map<string, Work>();
      for (const [what, run] of ways) {
        await breathe(pace);
        works.set(what, await run());
      }
      if (round > 0) all.push(works);
    }
    return new Rounds(all);
  }

  private constructor(private readonly rounds: readonly ReadonlyMap<string, Work>[]) {}

  /** Units a second: the median of the rounds. */
  rate(what: string, unit: Unit): number {
    return medianOf(this.rounds.map((works) => perSecond(works.get(what)!, unit)));
  }

  /** The median of the rounds' ratios. */
  ratio(ours: string, theirs: string, unit: Unit = 'steps'): number {
    return medianOf(
      this.rounds.map((works) => perSecond(works.get(ours)!, unit) / perSecond(works.get(theirs)!, unit)),
    );
  }
}

function perSecond(work: Work, unit: Unit): number {
  return work[unit] / work.seconds;
}
