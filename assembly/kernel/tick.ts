/** scheduler_tick(): update_rq_clock and task_tick_mm_cid. In cpu context, irqs off. */

import { ALGO_V6_3, ROUTINE_TICK } from '../../src/abi';
import {
  beginOnCpu,
  clockAddr,
  config,
  cpuAt,
  endOnCpu,
  Frame,
  nextScanAddr,
  taskAt,
  world,
} from '../layout';
import { read, writeRqLocked } from '../memory';
import { TICK_CLOCK, TICK_NEXT_SCAN } from './pc';

export function startTick(c: i32): void {
  const f = beginOnCpu(c, ROUTINE_TICK);
  f.pc = TICK_CLOCK;
}

export function tickClock(c: i32, f: Frame): void {
  writeRqLocked(c, clockAddr(c), world.now);
  const t = taskAt(cpuAt(c).current);
  if (config.algo == ALGO_V6_3 || <i32>(t.ownMm < 0) | <i32>t.exiting | <i32>t.queued) endOnCpu(c);
  else f.pc = TICK_NEXT_SCAN;
}

export function tickNextScan(c: i32, f: Frame): void {
  const t = taskAt(cpuAt(c).current);
  if (world.jiffies >= read(c, nextScanAddr(t.ownMm))) t.queued = true;
  endOnCpu(c);
}
