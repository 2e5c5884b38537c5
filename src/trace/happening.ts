/** What happened on the machine, as far as a trace tells it: events with tasks and address spaces in place of numbers. */

/** An address space. */
export interface Mm {
  /** In the order in which the trace comes to them, from 0. */
  readonly id: number;
  /** Of the first task that it was seen with, or of the program that was executed. */
  comm: string;
  readonly tgid: number;
  /** It came to be in the trace: all that ever used it is known. */
  readonly born: boolean;
  /** Its live tasks that are known now, and the most that it ever had at once. */
  users: number;
  mostUsers: number;
}

/** A thread, from its first line to its last; a tid that is used again is another task. */
export interface Task {
  /** Another one after an exec by a thread that is not its process's first. */
  tid: number;
  readonly tgid: number;
  comm: string;
  /** Null: the idle task, a kernel thread, or one that has exited. */
  mm: Mm | null;
  /** It had an mm once. */
  readonly user: boolean;
  /** Between sched_prepare_exec and sched_process_exec: not active in its mm. */
  execing: boolean;
  exited: boolean;
}

/** Where and when. */
interface At {
  /** The line of the trace. */
  readonly line: number;
  /** Since the second in which the trace begins. */
  readonly ns: number;
  readonly cpu: number;
}

export type Happening =
  /** The first line of a cpu: who runs there. */
  | (At & { readonly kind: 'begins'; readonly task: Task })
  /** `inferred`: no line tells it, but one shows another task on the cpu than before. */
  | (At & {
      readonly kind: 'switch';
      readonly prev: Task;
      readonly next: Task;
      readonly inferred: boolean;
      /** It is prev's last one. */
      readonly dies: boolean;
    })
  | (At & { readonly kind: 'migrate'; readonly task: Task; readonly to: number })
  /** `thread`: it shares its parent's mm (CLONE_VM). */
  | (At & {
      readonly kind: 'fork';
      readonly parent: Task;
      readonly child: Task;
      readonly how: ForkKind;
      /** CLONE_*, or null where no line tells them. */
      readonly flags: number | null;
    })
  | (At & { readonly kind: 'wakeup-new'; readonly task: Task; readonly to: number })
  /** It leaves `from`, for `task.mm`. */
  | (At & { readonly kind: 'exec-begins'; readonly task: Task; readonly from: Mm | null })
  | (At & { readonly kind: 'exec-ends'; readonly task: Task })
  /** Its mm was `from`. `inferred`: no line tells it, but it has come to its end. */
  | (At & {
      readonly kind: 'exit';
      readonly task: Task;
      readonly from: Mm | null;
      readonly inferred: boolean;
    })
  | (At & { readonly kind: 'tick'; readonly task: Task })
  /** The kernel tells user space the cid of the task that runs on the cpu, on its way back to user mode. */
  | (At & { readonly kind: 'rseq'; readonly task: Task; readonly cid: number })
  | (At & { readonly kind: 'sys-enter'; readonly task: Task })
  | (At & { readonly kind: 'lost'; readonly count: number });

/** `guessed`: without clone flags, and nothing else tells. */
export type ForkKind = 'thread' | 'vfork' | 'process' | 'kernel' | 'guessed';
