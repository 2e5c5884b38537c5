import type { Mm, Task } from '../happening.js';

/** What a kernel must not do with the cids that it tells user space, and which it did. */
export type AuditKind = 'duplicate-cid' | 'out-of-range' | 'not-compact';

/** A thread that was told a cid, and ran with it. */
export interface Told {
  readonly task: Task;
  readonly cpu: number;
  readonly cid: number;
  /** The rseq_update, and the last line that shows it running with that cid, in lines and ns of the trace. */
  readonly from: { readonly line: number; readonly ns: number };
  readonly to: { readonly line: number; readonly ns: number };
}

interface Found {
  /** False where the trace does not tell all that it takes: a reason to look, not a proof. */
  readonly certain: boolean;
}

export type AuditFinding =
  /** Two threads of an mm ran with one cid at once, for so long at least. */
  | (Found & {
      readonly kind: 'duplicate-cid';
      readonly mm: Mm;
      readonly first: Told;
      readonly second: Told;
      readonly overlapNs: number;
    })
  /** Not a number from 0 to cpus - 1. Uncertain where the trace does not say how many cpus there are: so many were seen. */
  | (Found & {
      readonly kind: 'out-of-range';
      readonly mm: Mm | null;
      readonly told: Told;
      readonly cpus: number;
    })
  /**
   * Not below the most threads that the mm ever had at once. Uncertain where it was there before the trace, or where lines are
   * missing, for it may have had more.
   */
  | (Found & { readonly kind: 'not-compact'; readonly mm: Mm; readonly told: Told; readonly needed: number });
