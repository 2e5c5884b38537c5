import { BOUNDS, type Bounds, unbounded } from '../explore/bounds.js';
import type { Verdict } from '../explore/explore.js';
import type { Progress } from '../explore/progress.js';
import { grouped } from '../numbers.js';

const NAMES: Record<keyof Bounds, string> = {
  exits: 'exits',
  execs: 'execs',
  execFails: 'failing execs',
  forks: 'forks',
  threadForks: 'forks of threads',
  switches: 'switches',
  ticks: 'ticks',
  works: 'works',
  migrations: 'migrations',
  advances: 'advances',
  preemptions: 'preemptions',
};

/** `at most 1 exits, 2 advances`, or that there is none. */
export function boundsText(bounds: Bounds): string {
  const set = BOUNDS.filter((name) => bounds[name] !== unbounded[name]);
  const none = (['exits', 'execs', 'forks'] as const).filter(
    (name) =>
      bounds[name] === 0 &&
      !(name === 'execs' && bounds.execFails > 0) &&
      !(name === 'forks' && bounds.threadForks > 0),
  );
  const most = set.map((name) => `${bounds[name]} ${NAMES[name]}`);
  return [
    most.length > 0 ? `at most ${most.join(', ')}` : 'schedules of any length',
    none.length > 0 ? `no ${none.join(', ')}` : '',
  ]
    .filter((part) => part !== '')
    .join('; ');
}

function rateText(p: Progress): string {
  const bytes = p.distinct > 0 ? (p.visitedBytes / p.distinct).toFixed(1) : '0';
  return (
    `${grouped(p.distinct)} distinct states, ${grouped(p.states)} in all, depth ${grouped(p.depth)}, ` +
    `${p.seconds.toFixed(1)} s (${grouped(p.distinct / Math.max(p.seconds, 0.001))} distinct states/s), ` +
    `${bytes} bytes of visited set a state`
  );
}

const STOPS = {
  depth: '--depth',
  memory: '--memory-mb',
  time: '--time',
  interrupt: 'an interrupt',
} as const;

/** `complete for 2 cpus, 3 tasks, 1 mm, tso x86, preempt full: no violation` and what it took. */
export function verdictText(verdict: Verdict, bounds: Bounds, depth: number | null): string {
  const { scenario: s, complete, stop, progress, shortestProgress } = verdict;
  const count = (n: number, word: string) => `${n} ${word}${n === 1 ? '' : 's'}`;
  const world =
    `${[s.algo, ...s.mutants].join(' + ')}, ${count(s.cpus, 'cpu')}, ${count(s.taskNames.length, 'task')}, ` +
    `${count(s.mmNames.length, 'mm')}, ${s.memory} ${s.arch}, preempt ${s.preempt}`;
  const lines: string[] = [];
  if (verdict.kind !== null) lines.push(`VIOLATION for ${world}: ${violationText(verdict)}`);
  else if (complete) lines.push(`complete for ${world}: no violation`);
  else
    lines.push(
      `not complete for ${world}: no violation so far, ended by ${STOPS[stop!]} with ${grouped(progress.queue)} states to go on from`,
    );
  const ways = depth === null ? '' : `; ways of at most ${grouped(depth)} moves`;
  lines.push(
    `  within: ${boundsText(bounds)}${ways}${s.memory === 'weak' ? '; stores out of order, loads of the newest value' : ''}`,
  );
  if (isOfPrefix(verdict)) lines.push('  nothing was explored: the actions given come to it');
  // Else the first steps come to it.
  else if (progress.distinct > 0) lines.push(`  ${rateText(progress)}`);
  if (shortestProgress !== null) {
    const cut = verdict.shortest || stop === null ? '' : `, ended by ${STOPS[stop]} before it was found`;
    lines.push(`  the shortest way: ${rateText(shortestProgress)}${cut}`);
  }
  if (verdict.omission > 0)
    lines.push(
      `  a state was taken for another with a probability below ${verdict.omission.toExponential(1)} (--exact: never)`,
    );
  else if (progress.distinct > 1) lines.push('  whole states were kept');
  return `${lines.join('\n')}\n`;
}

/** Whether the actions that come first violate something already. */
export function isOfPrefix({ witness }: Verdict): boolean {
  return witness?.length === 0;
}

function violationText(verdict: Verdict): string {
  const { kind, witness, shortest } = verdict;
  if (witness === null) return `${kind}`;
  if (isOfPrefix(verdict)) return `${kind} in the prefix`;
  const fewer = shortest ? ', and after no fewer' : ' (perhaps fewer would do)';
  return `${kind} after ${grouped(witness.length)} moves${fewer}`;
}
