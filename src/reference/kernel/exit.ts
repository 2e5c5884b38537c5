import { NO_MM } from '../../scenario/scenario.js';
import { type Routine, smp_mb, store } from '../access.js';
import { type Frame, local_irq_restore, local_irq_save } from '../frame.js';
import { mmCidActive, taskMm } from '../location.js';
import type { Task } from '../world.js';
import { mm_cid_put } from './mm-cid-put.js';
import { sched_mm_cid_put_v63 } from './v63.js';

/** do_exit() (kernel/exit.c), as far as the patch depends on it: exit_signals(), then exit_mm(). */
export function* do_exit(f: Frame, t: Task): Routine {
  t.exiting = true; // PF_EXITING
  if (f.world.scenario.algo === 'v6.3') yield* sched_mm_cid_put_v63(f, t);
  else yield* sched_mm_cid_exit_signals(f, t);
  f.gap = true;
  yield* store(taskMm(t.id), NO_MM); // exit_mm()
  t.usesMm = NO_MM;
  t.dead = true;
  f.mark('exit: dead');
}

/** sched_mm_cid_exit_signals() of the patch (kernel/sched/core.c). */
function* sched_mm_cid_exit_signals(f: Frame, t: Task): Routine {
  const mm = t.usesMm;
  yield* local_irq_save(f); // rq_lock_irqsave()
  if (!f.mutant('exit-stays-active')) yield* store(mmCidActive(t.id), 0, 'rq-locked');
  if (!f.mutant('no-exit-mb')) yield* smp_mb();
  f.mark('exit: put');
  yield* mm_cid_put(f, mm);
  t.last_mm_cid = t.mm_cid = -1;
  local_irq_restore(f);
}
