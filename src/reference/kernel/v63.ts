/**
 * The baseline: v6.3 as the lines show it that the patch removes. One lock an mm, no slots, and a task keeps
 * its cid only while it runs.
 */
import { NO_MM } from '../../scenario/scenario.js';
import { type Routine, store } from '../access.js';
import { type Frame, local_irq_restore, local_irq_save, raw_spin_lock, raw_spin_unlock } from '../frame.js';
import { cidmaskWord, mmCidActive, mmCidLock } from '../location.js';
import { isActive, mmOf, type Task } from '../world.js';
import { cpumask_first_zero } from './cpumask.js';
import { gotCid } from './got-cid.js';

const WORD = 64;

/** switch_mm_cid() before the patch (kernel/sched/sched.h), called by prepare_task_switch(). */
export function* prepare_task_switch_v63(f: Frame, prev: Task, next: Task): Routine {
  const { world, cpu } = f;
  const prev_mm = mmOf(world, cpu, prev);
  const next_mm = mmOf(world, cpu, next);
  if (isActive(world, cpu, prev)) {
    if (isActive(world, cpu, next) && next_mm === prev_mm) {
      f.mark('v6.3 switch: hand over in the same mm');
      next.mm_cid = prev.mm_cid;
      prev.mm_cid = -1;
      return;
    }
    f.mark('v6.3 switch: put');
    if (prev_mm === NO_MM) world.noted.nullMm = true;
    else yield* mm_cid_put_v63(f, prev_mm, prev);
    prev.mm_cid = -1;
  }
  if (isActive(world, cpu, next)) {
    f.mark('v6.3 switch: get');
    next.mm_cid = yield* mm_cid_get_v63(f, next_mm);
  }
}

/** mm_cid_put() before the patch (kernel/sched/sched.h). */
function* mm_cid_put_v63(f: Frame, mm: number, task: Task): Routine {
  const cid = task.mm_cid;
  if (cid < 0) return;
  const word = cidmaskWord(mm, Math.floor(cid / WORD));
  yield* raw_spin_lock(f, mmCidLock(mm));
  // __cpumask_clear_cpu() is no atomic operation; its load is of a word that only holders of the lock store to.
  yield* store(word, f.world.memory.seen(f.cpu, word) & ~(1n << BigInt(cid % WORD)));
  yield* raw_spin_unlock(f, mmCidLock(mm));
}

/** mm_cid_get() and __mm_cid_get() before the patch (kernel/sched/sched.h): a cid, or -1 where there is none. */
function* mm_cid_get_v63(f: Frame, mm: number): Routine<number> {
  yield* raw_spin_lock(f, mmCidLock(mm));
  let cid = yield* cpumask_first_zero(f, mm);
  if (cid >= f.world.scenario.cpus) {
    cid = -1;
  } else {
    const word = cidmaskWord(mm, Math.floor(cid / WORD));
    yield* store(word, f.world.memory.seen(f.cpu, word) | (1n << BigInt(cid % WORD)));
  }
  yield* raw_spin_unlock(f, mmCidLock(mm));
  return gotCid(f, mm, cid);
}

/** sched_mm_cid_exit_signals() and sched_mm_cid_before_execve() before the patch: the same lines. */
export function* sched_mm_cid_put_v63(f: Frame, t: Task): Routine {
  const mm = t.usesMm;
  // No rq lock. Which access is the first, the put's or the store, is known only once irqs are off.
  yield* local_irq_save(f);
  f.mark('v6.3 exit, exec: put');
  yield* mm_cid_put_v63(f, mm, t);
  t.mm_cid = -1;
  yield* store(mmCidActive(t.id), 0);
  local_irq_restore(f);
}

/** sched_mm_cid_after_execve() before the patch (kernel/sched/core.c). */
export function* sched_mm_cid_after_execve_v63(f: Frame, t: Task): Routine {
  yield* local_irq_save(f);
  f.mark('v6.3 exec: get');
  t.mm_cid = yield* mm_cid_get_v63(f, t.usesMm);
  yield* store(mmCidActive(t.id), 1);
  local_irq_restore(f);
}
