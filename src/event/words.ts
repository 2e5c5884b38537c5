/** How events write locations and values. */
import {
  CID_LAZY_PUT,
  CID_UNSET,
  LOC_ACTIVE,
  LOC_CID,
  LOC_CID_LOCK,
  LOC_CLOCK,
  LOC_CURR,
  LOC_MASK,
  LOC_MM,
  LOC_MM_CID_LOCK,
  LOC_NEXT_SCAN,
  LOC_ON_CPU,
  LOC_TIME,
  LOC_USE_CID_LOCK,
} from '../abi.js';
import type { Event } from './event.js';
import type { Names } from './names.js';

/** `cid[A][0]`; null for a full barrier, which has no location. */
export function locWord({ loc, a, b }: Pick<Event, 'loc' | 'a' | 'b'>, names: Names): string | null {
  switch (loc) {
    case LOC_CURR:
      return `curr[${a}]`;
    case LOC_CLOCK:
      return `clock[${a}]`;
    case LOC_ON_CPU:
      return `on_cpu[${names.task(a)}]`;
    case LOC_ACTIVE:
      return `active[${names.task(a)}]`;
    case LOC_MM:
      return `mm[${names.task(a)}]`;
    case LOC_CID:
      return `cid[${names.mm(a)}][${b}]`;
    case LOC_TIME:
      return `time[${names.mm(a)}][${b}]`;
    case LOC_MASK:
      return `mask[${names.mm(a)}][${b}]`;
    case LOC_NEXT_SCAN:
      return `next_scan[${names.mm(a)}]`;
    case LOC_USE_CID_LOCK:
      return 'use_cid_lock';
    case LOC_CID_LOCK:
      return 'cid_lock';
    case LOC_MM_CID_LOCK:
      return `cid_lock[${names.mm(a)}]`;
    default:
      return null;
  }
}

/** A value of the location: a string where it is a name, a cid or a mask, else a number. */
export function valueWord(loc: number, value: number | bigint, names: Names): string | number {
  switch (loc) {
    case LOC_CURR:
      return names.task(Number(value));
    case LOC_MM:
      return names.mm(Number(value));
    case LOC_CID:
      return cidWord(Number(value));
    case LOC_MASK:
      return `0x${value.toString(16)}`;
    default:
      return Number(value);
  }
}

/** `unset`, `3` or `lazy 3`. */
function cidWord(cid: number): string {
  if (cid === CID_UNSET) return 'unset';
  return cid >= CID_LAZY_PUT ? `lazy ${cid - CID_LAZY_PUT}` : String(cid);
}
