import { PERIOD_NS } from '../../abi.js';
import { load, type Routine, rcu_dereference, store, try_cmpxchg } from '../access.js';
import { MM_CID_UNSET, mm_cid_is_valid, mm_cid_set_lazy_put } from '../cid-word.js';
import { type Frame, local_irq_restore, local_irq_save } from '../frame.js';
import { mmCidActive, pcpuCid, pcpuTime, rqClock, rqCurr, taskMm } from '../location.js';
import type { Loaded } from '../memory.js';
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

type Which = 'first' | 'second';

/** The condition that stands twice in clear-old: rq->curr is active and uses the mm. */
function* active_task_uses(f: Frame, mm: number, cpu: number, which: Which): Routine<boolean> {
  let curr = yield* rcu_dereference(rqCurr(cpu));
  for (;;) {
    if (yield* is_active_in(f, mm, curr, which)) return true;
    if (which === 'first' || !isFixed(f.world)) return false;
    // The repair: the next task may be there already, unseen, while this one goes on elsewhere and becomes inactive.
    const again = yield* rcu_dereference(rqCurr(cpu));
    if (again.value === curr.value) return false;
    f.mark('fixed clear-old: second check, another task has come');
    curr = again;
  }
}

/** t->mm_cid_active && t->mm == mm */
function* is_active_in(f: Frame, mm: number, t: Loaded<number>, which: Which): Routine<boolean> {
  const { value, position: after } = t;
  // The repair makes both smp_load_acquire(): what is loaded next must not be older.
  const acquire = isFixed(f.world);
  if ((yield* load(mmCidActive(value), { after, acquire })) === 0) {
    f.mark(`clear-old: ${which} check, task is not active`);
    return false;
  }
  if ((yield* load(taskMm(value), { after, acquire })) !== mm) {
    f.mark(`clear-old: ${which} check, task is active in another mm`);
    return false;
  }
  return true;
}
