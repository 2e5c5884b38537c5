/**
 * What is remembered of the scans of each mm beside the model's own state (`Mm.moved`, `Mm.scanned`): only to tell, where a
 * cid is too high, why a lower one was not taken back (causes.ts). Nothing that runs depends on it, and it changes at most once
 * a scan or fork.
 */

import { mmAt, world } from './layout';

/** A scan of m has been claimed. */
export function scanBegins(m: i32): void {
  const mm = mmAt(m);
  mm.moved = <u32>world.jiffies;
  mm.scanned = true;
}

/** next_scan of m is about to be moved on without a scan: where none was due, there still has been none since it was moved last. */
export function scanPutOff(m: i32): void {
  if (isDue(m)) scanInherited(m);
}

/** m is a fresh mm, and has the next_scan of another one. */
export function scanInherited(m: i32): void {
  const mm = mmAt(m);
  mm.moved = <u32>world.jiffies;
  mm.scanned = false;
}

/** Whether a tick would queue a scan of m now. */
export function isDue(m: i32): bool {
  return mmAt(m).nextScan <= world.jiffies;
}
