/**
 * Why a task runs with a cid that is not below its mm's users, where a lower one was not taken back in time. Asked at a
 * violation only, of the state that it leaves; what comes of it stands in for the access that broke the property, so that
 * findings of different causes are told apart, and the minimizer keeps the cause (as it keeps the kind).
 *
 * A slot is to blame that is valid, that nobody uses, and whose cid is below the users: had it been freed, the task would
 * have got that one, or a lower one.
 *
 * - `PC_FROZEN_CLOCK`: a scan of all cpus began when the slot had been old for a period, and has left it, for by its cpu's
 *   clock, which stands still while the cpu is idle, it is not old.
 * - `PC_POSTPONED_SCAN`: by its cpu's clock too it is old, and has been for two periods by now, but from then on there has been
 *   no moment at which a tick would have queued a scan: forks have put it off again and again.
 *
 * A slot that is left because no tick and no scan came is neither, nor is one that is not old yet.
 */

import { KIND_COMPACTNESS, NS_PER_JIFFY, PERIOD_NS, ROUTINE_WORK } from '../src/abi';
import { PC_FROZEN_CLOCK, PC_POSTPONED_SCAN } from '../src/engine/addresses';
import { isValid } from './checks';
import { cpuAt, cpus, mmAt, result, slotAt, taskFrame, tasksTotal, world } from './layout';
import { isDue } from './scans';

/** What stands for the place of the violation in RESULT, which an access at `pc` has caused. */
export function placeOf(pc: i32): i32 {
  if (result.kind != KIND_COMPACTNESS) return pc;
  const m = result.mm;
  // A scan that is under way may still come to the slot.
  if (isScanned(m)) return pc;
  for (let c = 0; c < cpus; c++) {
    if (!isLeft(m, c)) continue;
    if (isFrozen(m, c)) return PC_FROZEN_CLOCK;
    if (isPostponed(m, c)) return PC_POSTPONED_SCAN;
  }
  return pc;
}

function isScanned(m: i32): bool {
  for (let t = cpus; t < tasksTotal; t++) {
    const f = taskFrame(t);
    if (f.routine == ROUTINE_WORK && f.mm == m) return true;
  }
  return false;
}

/** Whether cpu c has a cid of mm m in its slot that nobody uses, and that would be low enough. */
function isLeft(m: i32, c: i32): bool {
  const word = <u32>slotAt(m, c).cid;
  return isValid(word) && <i32>word < mmAt(m).users && cpuAt(c).holdMm != m;
}

function isFrozen(m: i32, c: i32): bool {
  const mm = mmAt(m);
  const old = slotAt(m, c).time + PERIOD_NS;
  return mm.scanned && cpuAt(c).clock < old && <u64>mm.moved * NS_PER_JIFFY >= old + PERIOD_NS;
}

function isPostponed(m: i32, c: i32): bool {
  const old = slotAt(m, c).time + PERIOD_NS;
  if (cpuAt(c).clock < old || world.now < old + 2 * PERIOD_NS) return false;
  return !isDue(m) && <u64>mmAt(m).moved * NS_PER_JIFFY <= old;
}
