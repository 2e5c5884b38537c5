import { NO_MM } from '../../scenario/scenario.js';
import { type Routine, smp_mb, store } from '../access.js';
import type { Frame } from '../frame.js';
import { onCpu, rqClock, rqCurr } from '../location.js';
import { isActive, isFixed, mmOf, type Task } from '../world.js';
import { mm_cid_get } from './mm-cid-get.js';
import { mm_cid_put_lazy } from './mm-cid-put.js';
import { prepare_task_switch_v63 } from './v63.js';

/**
 * __schedule() (kernel/sched/core.c) from its rq lock to finish_task(), as far as the patch depends on it: prev
 * is the current task, next the one chosen.
 */
export function* schedule(f: Frame, prev: Task, next: Task): Routine {
  const { world, cpu } = f;
  const v63 = world.scenario.algo === 'v6.3';
  if (!f.mutant('no-entry-mb')) yield* smp_mb(); // smp_mb__after_spinlock()
  yield* store(rqClock(cpu), () => world.now); // update_rq_clock()
  if (!f.mutant('late-curr')) yield* store(rqCurr(cpu), next.id); // RCU_INIT_POINTER(rq->curr, next)
  if (v63) yield* prepare_task_switch_v63(f, prev, next);
  yield* context_switch_barrier(f, prev, next);
  if (!v63) yield* switch_mm_cid(f, prev, next);
  if (f.mutant('late-curr')) yield* store(rqCurr(cpu), next.id);
  yield* store(onCpu(prev.id), 0, 'release'); // finish_task(): smp_store_release()
  prev.claimed = false;
  next.claimed = false;
}

/**
 * The barrier between the store to rq->curr and the loads of pcpu_cid: from context_switch() and, for kernel to
 * user, from the first half of switch_mm_cid() in the patch.
 */
function* context_switch_barrier(f: Frame, prev: Task, next: Task): Routine {
  const { world, cpu } = f;
  const prev_mm = mmOf(world, cpu, prev);
  const next_mm = mmOf(world, cpu, next);
  if (next_mm === NO_MM) {
    if (prev_mm === NO_MM) {
      f.mark('switch: kernel to kernel');
    } else {
      f.mark('switch: user to kernel');
      if (!f.mutant('no-mb-user-kernel')) yield* smp_mb(); // smp_mb__after_mmgrab()
    }
  } else if (prev_mm === NO_MM) {
    f.mark('switch: kernel to user');
    if (!f.mutant('no-mb-kernel-user')) yield* smp_mb();
  } else if (prev_mm === next_mm) {
    if (isFixed(world) && !(isActive(world, cpu, prev) && isActive(world, cpu, next))) {
      // To clear-old, going to or from an inactive task is like a change of mm.
      f.mark('fixed switch: user to user, same mm, not both active');
      yield* smp_mb();
    } else {
      f.mark('switch: user to user, same mm');
    }
  } else if (world.scenario.arch === 'x86') {
    f.mark('switch: user to user, another mm, x86');
    if (!f.mutant('no-mb-user-user')) yield* smp_mb(); // switch_mm() writes CR3
  } else if (isFixed(world)) {
    f.mark('fixed switch: user to user, another mm, arm64');
    if (!f.mutant('no-mb-user-user')) yield* smp_mb();
  } else {
    // The patch's comment says that switch_mm() is a barrier. On arm64 it was none, until a year later.
    f.mark('switch: user to user, another mm, arm64');
  }
}

/** switch_mm_cid() of the patch (kernel/sched/sched.h) after its barriers. */
function* switch_mm_cid(f: Frame, prev: Task, next: Task): Routine {
  const { world, cpu } = f;
  if (isActive(world, cpu, prev)) {
    const prev_mm = mmOf(world, cpu, prev);
    if (prev_mm === NO_MM) {
      // The kernel would dereference NULL here. This still belongs to the step before.
      world.noted.nullMm = true;
    } else if (!f.mutant('no-put-lazy')) {
      yield* mm_cid_put_lazy(f, prev_mm);
    }
    prev.mm_cid = -1;
  } else if (isFixed(world)) {
    yield* put_lazy_of_inactive(f, prev);
  }
  if (isActive(world, cpu, next)) {
    next.last_mm_cid = next.mm_cid = yield* mm_cid_get(f, mmOf(world, cpu, next));
  }
}

/** The repair: a prev in the middle of exit or exec has a slot too, and nobody else would put it. */
function* put_lazy_of_inactive(f: Frame, prev: Task): Routine {
  const prev_mm = mmOf(f.world, f.cpu, prev);
  if (prev_mm === NO_MM || f.mutant('no-put-lazy')) return;
  f.mark('fixed switch: inactive prev with an mm');
  yield* mm_cid_put_lazy(f, prev_mm);
}
