import { cmpxchg, cpumask_clear_cpu, load, type Routine, try_cmpxchg } from '../access.js';
import { MM_CID_UNSET, mm_cid_clear_lazy_put, mm_cid_is_lazy_put, mm_cid_is_unset } from '../cid-word.js';
import type { Frame } from '../frame.js';
import { type Loc, pcpuCid } from '../location.js';

/**
 * __mm_cid_put() of the patch (kernel/sched/sched.h), for a cid whose slot, `pcpu_cid`, this frame has just
 * changed to UNSET: from there to the clear, the bit is the frame's.
 */
export function* __mm_cid_put(f: Frame, mm: number, cid: number, pcpu_cid: Loc<number>): Routine {
  f.owns = { mm, cid, slot: pcpu_cid };
  yield* cpumask_clear_cpu(cid, mm);
  f.owns = null;
}

/** mm_cid_put_lazy() of the patch (kernel/sched/sched.h), on own cpu, with the rq lock. */
export function* mm_cid_put_lazy(f: Frame, mm: number): Routine {
  const pcpu_cid = pcpuCid(mm, f.cpu);
  const cid = yield* load(pcpu_cid);
  if (!mm_cid_is_lazy_put(cid)) {
    f.mark('mm_cid_put_lazy: not lazy');
    return;
  }
  if (!(yield* try_cmpxchg(pcpu_cid, cid, MM_CID_UNSET))) {
    f.mark('mm_cid_put_lazy: cmpxchg fails');
    return;
  }
  f.mark('mm_cid_put_lazy: unset');
  yield* __mm_cid_put(f, mm, mm_cid_clear_lazy_put(cid), pcpu_cid);
}

/** mm_cid_put() of the patch (kernel/sched/sched.h), on own cpu, with the rq lock. */
export function* mm_cid_put(f: Frame, mm: number): Routine {
  // Called with irqs off, so own cpu is fixed here, before the first access.
  const pcpu_cid = pcpuCid(mm, f.cpu);
  let cid = yield* load(pcpu_cid);
  if (mm_cid_is_unset(cid)) f.mark('mm_cid_put: unset, nothing to put');
  // The mutant clears the bit of the value loaded first, while the slot still names it: no frame owns it then.
  const clearFirst = f.mutant('clear-before-unset') && !mm_cid_is_unset(cid);
  if (clearFirst) yield* cpumask_clear_cpu(mm_cid_clear_lazy_put(cid), mm);
  for (;;) {
    if (mm_cid_is_unset(cid)) return;
    const res = yield* cmpxchg(pcpu_cid, cid, MM_CID_UNSET);
    if (res === cid) break;
    f.mark(mm_cid_is_unset(res) ? 'mm_cid_put: cmpxchg finds unset' : 'mm_cid_put: cmpxchg finds lazy');
    cid = res;
  }
  f.mark(mm_cid_is_lazy_put(cid) ? 'mm_cid_put: lazy to unset' : 'mm_cid_put: valid to unset');
  if (!clearFirst) yield* __mm_cid_put(f, mm, mm_cid_clear_lazy_put(cid), pcpu_cid);
}
