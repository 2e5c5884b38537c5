import { SCAN_DELAY_JIFFIES, SCAN_RUNNING_JIFFIES } from '../../abi.js';
import { cmpxchg, load, type Routine, store, try_cmpxchg } from '../access.js';
import type { Frame } from '../frame.js';
import { nextScan } from '../location.js';
import { isFixed, jiffies, type Task } from '../world.js';
import { sched_mm_cid_clear_old } from './clear-old.js';

/**
 * task_mm_cid_work() of the patch (kernel/sched/core.c). Its tests of PF_EXITING and of a missing mm are part
 * of what the action needs.
 */
export function* task_mm_cid_work(f: Frame, t: Task): Routine {
  const { world } = f;
  const now = jiffies(world);
  t.workQueued = false; // work->next = work
  const mm = t.usesMm;
  let old_scan = yield* load(nextScan(mm));
  if (!f.mutant('no-scan-limit')) {
    if (old_scan === 0) {
      const next_scan = now + SCAN_DELAY_JIFFIES;
      const res = yield* cmpxchg(nextScan(mm), old_scan, next_scan);
      if (res !== old_scan) {
        // Has no mark: next_scan is 0 only as long as the mm has a single user, so none is there to be first. (Under
        // weak the load may have returned a 0 from before the own fork.)
        old_scan = res;
      } else {
        f.mark('work: first scan is put off');
        old_scan = next_scan;
      }
    }
    if (now < old_scan) {
      f.mark('work: no scan is due');
      return;
    }
    // The repair: while a scan of the mm runs, no other one is due.
    const claim = isFixed(world) ? SCAN_RUNNING_JIFFIES : now + SCAN_DELAY_JIFFIES;
    if (!(yield* try_cmpxchg(nextScan(mm), old_scan, claim))) {
      f.mark('work: next_scan cmpxchg lost');
      return;
    }
  }
  f.mark('work: scans');
  for (let cpu = 0; cpu < world.scenario.cpus; cpu++) yield* sched_mm_cid_clear_old(f, mm, cpu);
  if (isFixed(world) && !f.mutant('no-scan-limit')) {
    yield* store(nextScan(mm), now + SCAN_DELAY_JIFFIES, 'release');
    f.mark('fixed work: the scan is over');
  }
}
