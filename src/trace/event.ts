/** What a line of a trace tells, whatever the format it came in. */

/** What every line has. */
interface Stamp {
  /** Its number in the file, from 1. */
  readonly line: number;
  /** Since the second in which the trace begins ({@link TraceHead.seconds}). */
  readonly ns: number;
  readonly cpu: number;
  /** Who ran on that cpu: 0 is the idle task, -1 not told. */
  readonly tid: number;
  /** -1 where the line does not tell it. */
  readonly tgid: number;
  readonly comm: string;
  /** The kernel's own word for that task's mm (bpftrace), `0x0` for none; null in all other formats. */
  readonly kernelMm: string | null;
}

export type TraceEvent =
  | (Stamp & {
      readonly kind: 'switch';
      readonly prev: number;
      readonly prevComm: string;
      /** Its final switch: TASK_DEAD (X), or a zombie (Z). */
      readonly prevDies: boolean;
      /** TASK_IDLE: only kernel threads sleep so. */
      readonly prevIdles: boolean;
      readonly next: number;
      readonly nextComm: string;
    })
  | (Stamp & { readonly kind: 'migrate'; readonly task: number; readonly from: number; readonly to: number })
  /** task_newtask. `flags`: CLONE_*. */
  | (Stamp & {
      readonly kind: 'newtask';
      readonly child: number;
      readonly childComm: string;
      readonly flags: number;
    })
  /** sched_process_fork: after newtask where that is recorded too. */
  | (Stamp & {
      readonly kind: 'fork';
      readonly parent: number;
      readonly child: number;
      readonly childComm: string;
    })
  | (Stamp & { readonly kind: 'wakeup-new'; readonly task: number; readonly to: number })
  | (Stamp & { readonly kind: 'prepare-exec'; readonly task: number })
  /** `old`: its tid until then, another one where a thread that is not the first executes. */
  | (Stamp & { readonly kind: 'exec'; readonly task: number; readonly old: number })
  | (Stamp & { readonly kind: 'exit'; readonly task: number })
  | (Stamp & { readonly kind: 'rename'; readonly task: number; readonly newComm: string })
  | (Stamp & { readonly kind: 'rseq'; readonly cpuId: number; readonly cid: number })
  | (Stamp & { readonly kind: 'tick' })
  /** A system call: its caller was in user mode. */
  | (Stamp & { readonly kind: 'sys-enter' })
  /** A task that was there before (perf's table at time 0). */
  | (Stamp & {
      readonly kind: 'there';
      readonly task: number;
      readonly taskTgid: number;
      readonly parent: number;
    })
  /** The cpu's buffer lost events; how many, or -1 where that is not told. */
  | (Stamp & { readonly kind: 'lost'; readonly count: number })
  /** An event that we have no use for: who runs on the cpu is all that it tells. */
  | (Stamp & { readonly kind: 'other'; readonly event: string });

/** What a trace tells of itself. */
export interface TraceHead {
  /** How its lines are written; null before the first one that is known. */
  format: string | null;
  /** The second in which it begins: what `ns` counts from. */
  seconds: number;
  /** How many cpus the machine has, as the trace says; null where it does not. */
  cpus: number | null;
  /** Lines of events. */
  events: number;
  /** Lines that are none of an event, a comment or a message that we know, and the first one's number. */
  foreign: number;
  firstForeign: number;
  /** Lines of events that we need, whose fields are not as the kernel writes them, and the first one's number. */
  malformed: number;
  firstMalformed: number;
  /** Lines that an older one of the same cpu comes after. */
  backwards: number;
}

/** `CLONE_*` (include/uapi/linux/sched.h). */
export const CLONE_VM = 0x100;
export const CLONE_VFORK = 0x4000;
export const CLONE_THREAD = 0x10000;
