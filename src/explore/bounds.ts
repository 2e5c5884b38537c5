/**
 * What an exploration may do at most. Null is no bound. Exits, execs and forks are 0 where nothing is said: with any number
 * of them a world is not finite.
 */
export interface Bounds {
  readonly exits: number;
  /** Execs, each of which fails or not; and more, all of which fail. */
  readonly execs: number;
  readonly execFails: number;
  /** Forks, each of a thread or of a process; and more, all of threads. */
  readonly forks: number;
  readonly threadForks: number;
  readonly switches: number | null;
  readonly ticks: number | null;
  readonly works: number | null;
  readonly migrations: number | null;
  readonly advances: number | null;
  /** Forced changes of the running cpu: it was in the middle of a routine, and could have gone on. */
  readonly preemptions: number | null;
}

/** In the order of the engine's class Left (assembly/explore/config.ts). */
export const BOUNDS = [
  'exits',
  'execs',
  'execFails',
  'forks',
  'threadForks',
  'switches',
  'ticks',
  'works',
  'migrations',
  'advances',
  'preemptions',
] as const satisfies readonly (keyof Bounds)[];

/** No exits, execs and forks; everything else as often as possible. */
export const unbounded: Bounds = {
  exits: 0,
  execs: 0,
  execFails: 0,
  forks: 0,
  threadForks: 0,
  switches: null,
  ticks: null,
  works: null,
  migrations: null,
  advances: null,
  preemptions: null,
};

/** The largest number that a bound can be. */
export const MAX_BOUND = 254;
