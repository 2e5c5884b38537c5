import { PERIOD_NS } from '../../abi.js';
import { load, type Routine, rcu_dereference, store, try_cmpxchg } from '../access.js';
import { MM_CID_UNSET, mm_cid_is_valid, mm_cid_set_lazy_put } from '../cid-word.js';
import { type Frame, local_irq_restore, local_irq_save } from '../frame.js';
import { mmCidActive, pcpuCid, pcpuTime, rqClock, rqCurr, taskMm } from '../location.js';
import { isFixed } from '../world.js';
import { __mm_cid_put } from './mm-cid-put.js';

/** sched_mm_cid_clear_old() of the patch (kernel/sched/core.c). */
export function* sched_mm_cid_clear_old(f: Frame, mm: number, cpu: number): Routine {
  const pcpu_cid = pcpuCid(mm, cpu);
  if (!f.mutant('no-age-check')) {
    const rq_clock = yield* load(rqClock(cpu));
    if (rq_clock < (yield* load(pcpuTime(mm, cpu))) + PERIOD_NS) {
      f.mark('clear-old: not old');
      return;
    }
  }

  const cid = yield* load(pcpu_cid);
  if (!mm_cid_is_valid(cid)) {
    f.mark('clear-old: not valid');
    return;
  }

  if (!f.mutant('no-first-check') && (yield* active_task_uses(f, mm, cpu, 'first'))) {
    f.mark('clear-old: first check, task is active in the mm');
    return;
  }

  const lazy_cid = mm_cid_set_lazy_put(cid);
  if (f.mutant('plain-lazy')) {
    yield* store(pcpu_cid, lazy_cid);
  } else if (!(yield* try_cmpxchg(pcpu_cid, cid, lazy_cid))) {
    f.mark('clear-old: first cmpxchg fails');
    return;
  }
  f.mark('clear-old: valid to lazy');
  f.clearingLazy = { mm, cpu };

  if (!f.mutant('no-second-check') && (yield* active_task_uses(f, mm, cpu, 'second'))) {
    // That task's cpu is responsible for what becomes of the lazy cid now.
    f.mark('clear-old: second check, task is active in the mm');
    f.clearingLazy = null;
    return;
  }

  yield* local_irq_save(f);
  let unset = true;
  if (f.mutant('plain-unset')) yield* store(pcpu_cid, MM_CID_UNSET);
  else unset = yield* try_cmpxchg(pcpu_cid, lazy_cid, MM_CID_UNSET);
  f.clearingLazy = null;
  if (unset) {
    f.mark('clear-old: lazy to unset');
    yield* __mm_cid_put(f, mm, cid, pcpu_cid);
  } else {
    f.mark('clear-old: last cmpxchg fails');
  }
  local_irq_restore(f);
}

/** The condition that stands twice in clear-old: rq->curr is active and uses the mm. */
function* active_task_uses(f: Frame, mm: number, cpu: number, which: 'first' | 'second'): Routine<boolean> {
  const { value: t, position: after } = yield* rcu_dereference(rqCurr(cpu));
  // The repair makes it smp_load_acquire(): t->mm must not be older than the active that it goes with.
  if ((yield* load(mmCidActive(t), { after, acquire: isFixed(f.world) })) === 0) {
    f.mark(`clear-old: ${which} check, task is not active`);
    return false;
  }
  if ((yield* load(taskMm(t), { after, acquire: false })) !== mm) {
    f.mark(`clear-old: ${which} check, task is active in another mm`);
    return false;
  }
  return true;
}
