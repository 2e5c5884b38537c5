import { type Counts, switchesOf } from './counts.js';
import type { Trace } from './read-trace.js';

/** The mms with most threads that are told. */
const TOP = 8;

/**
 * Counts as JSON.
 *
 * @param threads at once, of all mms, most first
 */
export function countsJson({ survey }: Trace, c: Counts, threads: readonly number[]) {
  return {
    seconds: (survey.lastNs - survey.firstNs) / 1e9,
    switches: switchesOf(c),
    lines_sw: c.lines,
    synth_switches: c.inferred,
    uu_same: c.userSame,
    uu_diff: c.userOther,
    uk: c.userKernel,
    ku: c.kernelUser,
    kk: c.kernelKernel,
    migrations: c.migrations,
    forks: c.forks,
    clone_thread: c.cloneThread,
    clone_vfork: c.cloneVfork,
    clone_fork: c.cloneFork,
    execs: c.execs,
    exits: c.exits,
    ticks: c.ticks,
    rseq_updates: c.rseqUpdates,
    lost_events: c.lostEvents,
    mms: threads.length,
    threads_per_mm_top: threads.slice(0, TOP),
  };
}
