import { PERIOD_NS } from '../../abi.js';
import { cpumask_test_and_set_cpu, load, type Routine, store, try_cmpxchg } from '../access.js';
import { MM_CID_UNSET, mm_cid_clear_lazy_put, mm_cid_is_lazy_put, mm_cid_is_valid } from '../cid-word.js';
import { type Frame, raw_spin_lock, raw_spin_unlock } from '../frame.js';
import { cidLock, cidmaskWord, pcpuCid, pcpuTime, rqClock, useCidLock } from '../location.js';
import { cpumask_first_zero } from './cpumask.js';
import { gotCid } from './got-cid.js';
import { __mm_cid_put, mm_cid_put } from './mm-cid-put.js';

/** try_get lost its bit to another. */
const LOST = -1;
/** Only under the mutant full-mask-fails. */
const MASK_FULL = -2;

/** __mm_cid_try_get() of the patch (kernel/sched/sched.h): a cid, or LOST, or MASK_FULL. */
function* __mm_cid_try_get(f: Frame, mm: number): Routine<number> {
  let cid: number;
  for (;;) {
    cid = yield* cpumask_first_zero(f, mm);
    if (cid < f.world.scenario.cpus) break;
    if (f.mutant('full-mask-fails')) return MASK_FULL;
    f.mark('try_get: mask full, spins');
    f.world.noted.maskFullIn = mm;
  }
  if (f.mutant('racy-set')) {
    const word = Math.floor(cid / 64);
    const bits = yield* load(cidmaskWord(mm, word));
    yield* store(cidmaskWord(mm, word), bits | (1n << BigInt(cid % 64)));
  } else if (yield* cpumask_test_and_set_cpu(cid, mm)) {
    f.mark('try_get: test-and-set lost');
    return LOST;
  }
  f.mark('try_get: test-and-set won');
  // Until the slot names it, in mm_cid_get().
  f.owns = { mm, cid, slot: null };
  return cid;
}

/** mm_cid_snapshot_time() of the patch (kernel/sched/sched.h). */
function* mm_cid_snapshot_time(f: Frame, mm: number): Routine {
  // rq->clock is this cpu's own: no step.
  yield* store(pcpuTime(mm, f.cpu), f.world.memory.seen(f.cpu, rqClock(f.cpu)));
}

/** __mm_cid_get() of the patch (kernel/sched/sched.h) up to its label `end`. */
function* __mm_cid_get_locked_or_not(f: Frame, mm: number): Routine<number> {
  let cid: number;
  if ((yield* load(useCidLock)) === 0) {
    f.mark('__mm_cid_get: without lock');
    cid = yield* __mm_cid_try_get(f, mm);
    if (cid !== LOST) return cid;
    f.mark('__mm_cid_get: without lock, lost');
    yield* raw_spin_lock(f, cidLock);
  } else {
    f.mark('__mm_cid_get: use_cid_lock is set');
    yield* raw_spin_lock(f, cidLock);
    cid = yield* __mm_cid_try_get(f, mm);
    if (cid !== LOST) {
      if (cid >= 0) f.mark('__mm_cid_get: with lock, got');
      yield* raw_spin_unlock(f, cidLock);
      return cid;
    }
    f.mark('__mm_cid_get: with lock, lost');
  }

  // Concurrently allocated: force all that follow to take the lock.
  yield* store(useCidLock, 1);
  f.forcing = true;
  do {
    cid = yield* __mm_cid_try_get(f, mm);
    if (cid === LOST) f.mark('__mm_cid_get: forcing, lost again');
    else if (cid >= 0) f.mark('__mm_cid_get: forcing, got');
  } while (cid === LOST);
  yield* store(useCidLock, 0);
  f.forcing = false;
  yield* raw_spin_unlock(f, cidLock);
  return cid;
}

/** __mm_cid_get() of the patch (kernel/sched/sched.h): a cid, or -1 (only under full-mask-fails). */
function* __mm_cid_get(f: Frame, mm: number): Routine<number> {
  const cid = yield* __mm_cid_get_locked_or_not(f, mm);
  if (cid === MASK_FULL) return -1;
  yield* mm_cid_snapshot_time(f, mm);
  return cid;
}

/**
 * mm_cid_get() of the patch (kernel/sched/sched.h), on own cpu, with the rq lock. The comparison of the ages
 * reads what this cpu wrote itself, and is no step.
 */
export function* mm_cid_get(f: Frame, mm: number): Routine<number> {
  const { memory } = f.world;
  const pcpu_cid = pcpuCid(mm, f.cpu);
  const word = yield* load(pcpu_cid);
  if (mm_cid_is_valid(word) || (f.mutant('lazy-is-valid') && mm_cid_is_lazy_put(word))) {
    const cid = mm_cid_clear_lazy_put(word);
    const clock = memory.seen(f.cpu, rqClock(f.cpu));
    if (clock > memory.seen(f.cpu, pcpuTime(mm, f.cpu)) + PERIOD_NS) {
      const first_zero = yield* cpumask_first_zero(f, mm);
      if (first_zero < cid) {
        f.mark('mm_cid_get: valid and old, a lower cid is free');
        yield* mm_cid_put(f, mm);
        return yield* allocate(f, mm);
      }
      f.mark('mm_cid_get: valid and old, none lower');
      yield* mm_cid_snapshot_time(f, mm);
    } else {
      f.mark('mm_cid_get: valid and not old');
    }
    return gotCid(f, mm, cid);
  }
  if (mm_cid_is_lazy_put(word)) {
    if (yield* try_cmpxchg(pcpu_cid, word, MM_CID_UNSET)) {
      f.mark('mm_cid_get: lazy, put');
      yield* __mm_cid_put(f, mm, mm_cid_clear_lazy_put(word), pcpu_cid);
    } else {
      f.mark('mm_cid_get: lazy, cmpxchg fails');
    }
  } else {
    f.mark('mm_cid_get: unset');
  }
  return yield* allocate(f, mm);
}

/** The label `allocate` of mm_cid_get(). */
function* allocate(f: Frame, mm: number): Routine<number> {
  const cid = yield* __mm_cid_get(f, mm);
  if (cid >= 0) {
    yield* store(pcpuCid(mm, f.cpu), cid);
    f.owns = null;
  }
  return gotCid(f, mm, cid);
}
