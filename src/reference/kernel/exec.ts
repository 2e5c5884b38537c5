import { type Routine, smp_mb, store } from '../access.js';
import { type Frame, local_irq_restore, local_irq_save } from '../frame.js';
import { mmCidActive, taskMm } from '../location.js';
import type { Task } from '../world.js';
import { mm_cid_get } from './mm-cid-get.js';
import { mm_cid_put } from './mm-cid-put.js';
import { sched_mm_cid_after_execve_v63, sched_mm_cid_put_v63 } from './v63.js';

/**
 * bprm_execve() (fs/exec.c), as far as the patch depends on it: before_execve, exec_mmap() to the fresh mm
 * (null: it fails before that), after_execve.
 */
export function* bprm_execve(f: Frame, t: Task, freshMm: number | null): Routine {
  const v63 = f.world.scenario.algo === 'v6.3';
  if (v63) yield* sched_mm_cid_put_v63(f, t);
  else yield* sched_mm_cid_before_execve(f, t);
  f.gap = true;
  if (freshMm === null) {
    f.mark('exec: fails');
  } else {
    // Its slots are unset, its mask is empty and its next_scan is 0: as memory was at the start.
    yield* store(taskMm(t.id), freshMm);
    t.usesMm = freshMm;
    f.gap = true;
    f.mark('exec: fresh mm');
  }
  if (v63) yield* sched_mm_cid_after_execve_v63(f, t);
  else yield* sched_mm_cid_after_execve(f, t);
}

/** sched_mm_cid_before_execve() of the patch (kernel/sched/core.c). */
function* sched_mm_cid_before_execve(f: Frame, t: Task): Routine {
  const mm = t.usesMm;
  yield* local_irq_save(f); // rq_lock_irqsave()
  yield* store(mmCidActive(t.id), 0, 'rq-locked');
  if (!f.mutant('no-before-exec-mb')) yield* smp_mb();
  f.mark('exec: put');
  yield* mm_cid_put(f, mm);
  t.last_mm_cid = t.mm_cid = -1;
  local_irq_restore(f);
}

/** sched_mm_cid_after_execve() of the patch (kernel/sched/core.c). */
function* sched_mm_cid_after_execve(f: Frame, t: Task): Routine {
  const mm = t.usesMm;
  yield* local_irq_save(f); // rq_lock_irqsave()
  yield* store(mmCidActive(t.id), 1, 'rq-locked');
  if (!f.mutant('no-after-exec-mb')) yield* smp_mb();
  f.mark('exec: get');
  t.last_mm_cid = t.mm_cid = yield* mm_cid_get(f, mm);
  local_irq_restore(f);
}
