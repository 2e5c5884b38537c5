/** scheduler_tick(): update_rq_clock and task_tick_mm_cid. In cpu context, irqs off. */

import { ALGO_V6_3, ROUTINE_TICK } from '../../src/abi';
import { clockAddr, config, Frame, NO_MM, nextScanAddr, taskAt, world } from '../layout';
import { currentOf, read, write } from '../memory';
import { TICK_CLOCK, TICK_NEXT_SCAN } from './pc';

export function startTick(f: Frame): void {
  f.begin(ROUTINE_TICK);
  f.pc = TICK_CLOCK;
}

export function tickClock(c: i32, f: Frame): void {
  write(c, clockAddr(c), world.now);
  const t = taskAt(currentOf(c));
  if (config.algo == ALGO_V6_3 || t.mm == NO_MM || t.exiting || t.queued) f.end();
  else f.pc = TICK_NEXT_SCAN;
}

export function tickNextScan(c: i32, f: Frame): void {
  const t = taskAt(currentOf(c));
  if (world.jiffies >= read(c, nextScanAddr(<i32>t.mm))) t.queued = true;
  f.end();
}
