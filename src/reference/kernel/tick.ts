import { NO_MM } from '../../scenario/scenario.js';
import { load, type Routine, store } from '../access.js';
import type { Frame } from '../frame.js';
import { nextScan, rqClock } from '../location.js';
import { jiffies, mmOf, type Task } from '../world.js';

/** scheduler_tick() (kernel/sched/core.c), as far as the patch depends on it. */
export function* scheduler_tick(f: Frame, curr: Task): Routine {
  const { world, cpu } = f;
  // rq_lock() and update_rq_clock()
  yield* store(rqClock(cpu), () => world.now, 'rq-locked');
  if (world.scenario.algo !== 'v6.3') yield* task_tick_mm_cid(f, curr);
}

/** task_tick_mm_cid() of the patch (kernel/sched/core.c). */
function* task_tick_mm_cid(f: Frame, curr: Task): Routine {
  const { world, cpu } = f;
  const mm = mmOf(world, cpu, curr);
  if (mm === NO_MM) {
    f.mark('tick: no mm');
    return;
  }
  if (curr.exiting) {
    f.mark('tick: exiting');
    return;
  }
  if (curr.workQueued) {
    f.mark('tick: work is queued already');
    return;
  }
  // The patch reads jiffies before the load; here it is the time of the load.
  if ((yield* load(nextScan(mm))) > jiffies(world)) {
    f.mark('tick: no scan is due');
    return;
  }
  f.mark('tick: queues work');
  curr.workQueued = true;
}
