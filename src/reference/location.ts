import {
  LOC_ACTIVE,
  LOC_CID,
  LOC_CID_LOCK,
  LOC_CLOCK,
  LOC_CURR,
  LOC_MASK,
  LOC_MM,
  LOC_MM_CID_LOCK,
  LOC_NEXT_SCAN,
  LOC_ON_CPU,
  LOC_TIME,
  LOC_USE_CID_LOCK,
} from '../abi.js';

/** What a location holds: a word of a cidmask is a bigint, all else a number. */
export type Word = number | bigint;

/** One location of shared memory, as an event names it (`src/event/event.ts`). */
export interface Loc<W extends Word = Word> {
  /** LOC_*. */
  readonly kind: number;
  readonly a: number;
  readonly b: number;
  /** For the compiler only: the type of what the location holds. */
  readonly holds?: W;
}

/** `rq->curr`, as the number of a task. */
export const rqCurr = (cpu: number): Loc<number> => ({ kind: LOC_CURR, a: cpu, b: 0 });
/** `rq->clock`, in ns. */
export const rqClock = (cpu: number): Loc<number> => ({ kind: LOC_CLOCK, a: cpu, b: 0 });
/** `t->on_cpu`. */
export const onCpu = (task: number): Loc<number> => ({ kind: LOC_ON_CPU, a: task, b: 0 });
/** `t->mm_cid_active`. */
export const mmCidActive = (task: number): Loc<number> => ({ kind: LOC_ACTIVE, a: task, b: 0 });
/** `t->mm`, as the number of an mm, or NO_MM. */
export const taskMm = (task: number): Loc<number> => ({ kind: LOC_MM, a: task, b: 0 });
/** `per_cpu_ptr(mm->pcpu_cid, cpu)->cid`, as an unsigned word. */
export const pcpuCid = (mm: number, cpu: number): Loc<number> => ({ kind: LOC_CID, a: mm, b: cpu });
/** `per_cpu_ptr(mm->pcpu_cid, cpu)->time`, in ns. */
export const pcpuTime = (mm: number, cpu: number): Loc<number> => ({ kind: LOC_TIME, a: mm, b: cpu });
/** One 64-bit word of `mm_cidmask(mm)`. */
export const cidmaskWord = (mm: number, word: number): Loc<bigint> => ({ kind: LOC_MASK, a: mm, b: word });
/** `mm->mm_cid_next_scan`, in jiffies. */
export const nextScan = (mm: number): Loc<number> => ({ kind: LOC_NEXT_SCAN, a: mm, b: 0 });
/** `use_cid_lock`, one for the whole machine. */
export const useCidLock: Loc<number> = { kind: LOC_USE_CID_LOCK, a: 0, b: 0 };
/** `cid_lock`, one for the whole machine. */
export const cidLock: Loc<number> = { kind: LOC_CID_LOCK, a: 0, b: 0 };
/** v6.3's `mm->cid_lock`. */
export const mmCidLock = (mm: number): Loc<number> => ({ kind: LOC_MM_CID_LOCK, a: mm, b: 0 });

/** Whether two name the same location. */
export const sameLoc = (x: Loc, y: Loc): boolean => x.kind === y.kind && x.a === y.a && x.b === y.b;
