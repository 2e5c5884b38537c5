import type { TraceEvent } from '../event.js';

/** An event's fields as the rest of a {@link TraceEvent}: all but its stamp. */
type WithoutStamp<T> = T extends TraceEvent
  ? Omit<T, 'line' | 'ns' | 'cpu' | 'tid' | 'tgid' | 'comm' | 'kernelMm'>
  : never;
export type Fields = WithoutStamp<TraceEvent>;

// A comm may hold anything, ` ==> ` and `next_pid=77` too. It is short, and stands between fields that are numbers, so that
// only one reading of a line fits from its beginning to its end. A task that is born, executes or exits is not the idle task.
const SWITCH =
  /^prev_comm=(.{0,16}?) prev_pid=(\d{1,10}) prev_prio=-?\d+ prev_state=(\S+)(?: ==>)? next_comm=(.{0,16}?) next_pid=(\d{1,10}) next_prio=-?\d+\s*$/s;
/** As trace-cmd and old perfs print it: `comm:pid [prio] S ==> comm:pid [prio]`. */
const SWITCH_SHORT =
  /^(.{0,16}?):(\d{1,10}) \[-?\d+\] (\S+) ==> (.{0,16}?):(\d{1,10}) \[-?\d+\](?: CPU:\d+)?\s*$/s;
const MIGRATE = /^comm=.{0,16}? pid=(\d{1,10}) prio=-?\d+ orig_cpu=(\d{1,10}) dest_cpu=(\d{1,10})(?: .*)?$/s;
const NEWTASK =
  /^pid=([1-9]\d{0,9}) comm=(.{0,16}?) clone_flags=(?:0x)?([0-9a-f]{1,16}) oom_score_adj=-?\d+\s*$/s;
const FORK =
  /^(?:parent_)?comm=.{0,16}? (?:parent_)?pid=(\d{1,10}) child_comm=(.{0,16}?) child_pid=([1-9]\d{0,9})\s*$/s;
const WAKEUP_NEW = /^comm=.{0,16}? pid=(\d{1,10}) prio=-?\d+ (?:success=\d+ )?target_cpu=(\d{1,10})\s*$/s;
const WAKEUP_NEW_SHORT = /^.{0,16}?:(\d{1,10}) \[-?\d+\](?: success=\d)? CPU:(\d{1,10})\s*$/s;
/** The file's name comes before, and may hold anything; so may the comm, and only the line's own tid tells them apart. */
const PREPARE_EXEC = /^.* pid=([1-9]\d{0,9}) comm=.{0,16}$/s;
const EXEC = /^.* pid=([1-9]\d{0,9}) old_pid=([1-9]\d{0,9})\s*$/s;
const EXIT = /^comm=.{0,16}? pid=([1-9]\d{0,9}) prio=-?\d+(?: group_dead=\w+)?\s*$/s;
const RENAME = /^pid=(\d{1,10}) oldcomm=.{0,16}? newcomm=(.{0,16}?) oom_score_adj=-?\d+\s*$/s;
const RSEQ = /^cpu_id=(\d{1,10}) (?:node_id=-?\d+ )?mm_cid=(-?\d{1,10})\s*$/;
const TICK = /function=(?:tick_nohz_handler|tick_nohz_highres_handler|tick_sched_timer)\b/;

// A state as the event holds it (TASK_REPORT, fs/proc/array.c), where it is not printed as letters.
const EXIT_DEAD = 0x10;
const EXIT_ZOMBIE = 0x20;
const TASK_REPORT_IDLE = 0x80;

/** Whether it is the task's final switch. */
export function dies(state: string): boolean {
  return /^\d+$/.test(state) ? (Number(state) & (EXIT_DEAD | EXIT_ZOMBIE)) !== 0 : /^[XZ]/.test(state);
}

/** Whether it sleeps as only kernel threads do. */
export function idles(state: string): boolean {
  return /^\d+$/.test(state) ? Number(state) === TASK_REPORT_IDLE : state === 'I';
}

function switchFields(fields: string): Fields | null {
  const m = SWITCH.exec(fields) ?? SWITCH_SHORT.exec(fields);
  if (m === null) return null;
  return {
    kind: 'switch',
    prevComm: m[1]!,
    prev: Number(m[2]),
    prevDies: dies(m[3]!),
    prevIdles: idles(m[3]!),
    nextComm: m[4]!,
    next: Number(m[5]),
  };
}

type Reader = (fields: string) => Fields | null;

/** A reader that makes something of what a pattern finds. */
function by(pattern: RegExp, make: (found: RegExpExecArray) => Fields): Reader {
  return (fields) => {
    const found = pattern.exec(fields);
    return found === null ? null : make(found);
  };
}

const READERS: Readonly<Record<string, Reader>> = {
  sched_switch: switchFields,
  sched_migrate_task: by(MIGRATE, (m) => ({
    kind: 'migrate',
    task: Number(m[1]),
    from: Number(m[2]),
    to: Number(m[3]),
  })),
  task_newtask: by(NEWTASK, (m) => ({
    kind: 'newtask',
    child: Number(m[1]),
    childComm: m[2]!,
    flags: Number.parseInt(m[3]!, 16),
  })),
  sched_process_fork: by(FORK, (m) => ({
    kind: 'fork',
    parent: Number(m[1]),
    childComm: m[2]!,
    child: Number(m[3]),
  })),
  sched_wakeup_new: (fields) => {
    const m = WAKEUP_NEW.exec(fields) ?? WAKEUP_NEW_SHORT.exec(fields);
    return m === null ? null : { kind: 'wakeup-new', task: Number(m[1]), to: Number(m[2]) };
  },
  sched_prepare_exec: by(PREPARE_EXEC, (m) => ({ kind: 'prepare-exec', task: Number(m[1]) })),
  sched_process_exec: by(EXEC, (m) => ({ kind: 'exec', task: Number(m[1]), old: Number(m[2]) })),
  sched_process_exit: by(EXIT, (m) => ({ kind: 'exit', task: Number(m[1]) })),
  task_rename: by(RENAME, (m) => ({ kind: 'rename', task: Number(m[1]), newComm: m[2]! })),
  rseq_update: by(RSEQ, (m) => ({ kind: 'rseq', cpuId: Number(m[1]), cid: Number(m[2]) })),
  hrtimer_expire_entry: (fields) =>
    TICK.test(fields) ? { kind: 'tick' } : { kind: 'other', event: 'hrtimer_expire_entry' },
  sys_enter: () => ({ kind: 'sys-enter' }),
  PERF_RECORD: perfRecord,
};

const PERF_FORK = /^PERF_RECORD_FORK\((-?\d+):(-?\d+)\):\((-?\d+):(-?\d+)\)/;
const PERF_LOST = /^PERF_RECORD_LOST(?:_SAMPLES)?\D*(\d+)?/;

/** Tasks and losses, as `perf script --show-task-events` and `--show-lost-events` tell them. */
function perfRecord(fields: string): Fields | null {
  const fork = PERF_FORK.exec(fields);
  if (fork) {
    return { kind: 'there', taskTgid: Number(fork[1]), task: Number(fork[2]), parent: Number(fork[3]) };
  }
  const lost = PERF_LOST.exec(fields);
  if (lost) return { kind: 'lost', count: lost[1] === undefined ? -1 : Number(lost[1]) };
  return { kind: 'other', event: 'PERF_RECORD' };
}

/** The fields of a known event; null where they are not as the kernel writes them. */
export function parseFields(event: string, fields: string): Fields | null {
  // An event may be called as what any object has, `constructor`.
  const reader = Object.hasOwn(READERS, event) ? READERS[event] : undefined;
  return reader === undefined ? { kind: 'other', event } : reader(fields);
}
