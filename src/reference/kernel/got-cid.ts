import type { Frame } from '../frame.js';

/** mm_cid_get() ends with `cid`: notes it for the check `bad-cid` if it is none. */
export function gotCid(f: Frame, mm: number, cid: number): number {
  if (cid < 0 || cid >= f.world.scenario.cpus) f.world.noted.badCidIn = mm;
  return cid;
}
