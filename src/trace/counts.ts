import { CLONE_THREAD, CLONE_VFORK } from './event.js';
import type { Happening } from './happening.js';

/** How often what happened in a trace. */
export interface Counts {
  /** Lines that tell a switch, and switches that are only inferred. */
  lines: number;
  inferred: number;
  /** Of both: user to user within an mm, to another mm, user to kernel or idle, and so on. */
  userSame: number;
  userOther: number;
  userKernel: number;
  kernelUser: number;
  kernelKernel: number;
  migrations: number;
  forks: number;
  /** Of the forks, by clone flags: CLONE_THREAD, CLONE_VFORK, neither. */
  cloneThread: number;
  cloneVfork: number;
  cloneFork: number;
  execs: number;
  exits: number;
  ticks: number;
  rseqUpdates: number;
  /** Places where a buffer lost events, and how many where that is told. */
  lostPlaces: number;
  lostEvents: number;
}

/** All switches, those that are only inferred too. */
export function switchesOf({ lines, inferred }: Counts): number {
  return lines + inferred;
}

/** All zero. */
export function noCounts(): Counts {
  return {
    lines: 0,
    inferred: 0,
    userSame: 0,
    userOther: 0,
    userKernel: 0,
    kernelUser: 0,
    kernelKernel: 0,
    migrations: 0,
    forks: 0,
    cloneThread: 0,
    cloneVfork: 0,
    cloneFork: 0,
    execs: 0,
    exits: 0,
    ticks: 0,
    rseqUpdates: 0,
    lostPlaces: 0,
    lostEvents: 0,
  };
}

/** Counts what happens. */
export function count(counts: Counts, happening: Happening): void {
  switch (happening.kind) {
    case 'switch':
      countSwitch(counts, happening);
      break;
    case 'fork':
      countFork(counts, happening.flags);
      break;
    case 'migrate':
      counts.migrations++;
      break;
    case 'exec-ends':
      counts.execs++;
      break;
    case 'exit':
      if (!happening.inferred) counts.exits++;
      break;
    case 'tick':
      counts.ticks++;
      break;
    case 'rseq':
      counts.rseqUpdates++;
      break;
    case 'lost':
      counts.lostPlaces++;
      if (happening.count > 0) counts.lostEvents += happening.count;
      break;
  }
}

function countSwitch(counts: Counts, happening: Extract<Happening, { kind: 'switch' }>): void {
  const { prev, next, inferred } = happening;
  if (inferred) counts.inferred++;
  else counts.lines++;
  if (prev.mm === null) {
    if (next.mm === null) counts.kernelKernel++;
    else counts.kernelUser++;
  } else if (next.mm === null) {
    counts.userKernel++;
  } else if (prev.mm === next.mm) {
    counts.userSame++;
  } else {
    counts.userOther++;
  }
}

function countFork(counts: Counts, flags: number | null): void {
  counts.forks++;
  if (flags === null) return;
  if (flags & CLONE_THREAD) counts.cloneThread++;
  else if (flags & CLONE_VFORK) counts.cloneVfork++;
  else counts.cloneFork++;
}
