/** What is recorded. */
export interface EventChoice {
  /** The timer's ticks too: some hundred lines a second of each busy cpu. */
  readonly ticks: boolean;
  /** Every system call too: shows who is in user mode where a kernel does not repeat the ids that it told before. */
  readonly syscalls: boolean;
}

/** Without these a trace is no use. */
export const NEEDED = ['sched/sched_switch'];

const USUAL = [
  ...NEEDED,
  'sched/sched_migrate_task',
  'sched/sched_process_fork',
  'sched/sched_prepare_exec',
  'sched/sched_process_exec',
  'sched/sched_process_exit',
  'sched/sched_wakeup_new',
  'task/task_newtask',
  'task/task_rename',
  'rseq/rseq_update',
];
const TICKS = ['timer/hrtimer_expire_entry', 'timer/tick_stop'];
const SYSCALLS = ['raw_syscalls/sys_enter'];

/** The events to enable, as folders below `events`. A kernel need not have all of them. */
export function eventsOf({ ticks, syscalls }: EventChoice): string[] {
  return [...USUAL, ...(ticks ? TICKS : []), ...(syscalls ? SYSCALLS : [])];
}
