/** mm_cid_put(mm) on cpu c, which holds its rq lock. */

import { CID_LAZY_PUT, CID_UNSET, MUTANT_CLEAR_BEFORE_UNSET } from '../../src/abi';
import { disown, own } from '../checks';
import { cidAddr, config, Frame } from '../layout';
import { clearBit, cmpxchgCid, found, read } from '../memory';
import { execPutDone } from './exec';
import { exitPutDone } from './exit';
import { allocate } from './mm_cid_get';
import { PUT_CLEAR, PUT_CMPXCHG, PUT_EARLY_CLEAR, PUT_LOAD, RETURN_ALLOCATE, RETURN_EXIT } from './pc';

export function startPut(f: Frame, mm: i32, putReturn: u8): void {
  f.mm = mm;
  f.putReturn = putReturn;
  f.pc = PUT_LOAD;
}

function putDone(c: i32, f: Frame): void {
  if (f.putReturn == RETURN_ALLOCATE) allocate(f);
  else if (f.putReturn == RETURN_EXIT) exitPutDone(c, f);
  else execPutDone(c, f);
}

export function putLoad(c: i32, f: Frame): void {
  // With mutants exit-stays-active and no-exit-mb this is exit's first access with irqs off.
  f.irqsOff = true;
  f.v = <u32>read(c, cidAddr(f.mm, c));
  if (f.v == CID_UNSET) putDone(c, f);
  else f.pc = config.mutants & MUTANT_CLEAR_BEFORE_UNSET ? PUT_EARLY_CLEAR : PUT_CMPXCHG;
}

export function putEarlyClear(c: i32, f: Frame): void {
  clearBit(c, f.mm, <i32>(f.v & ~CID_LAZY_PUT));
  f.pc = PUT_CMPXCHG;
}

export function putCmpxchg(c: i32, f: Frame): void {
  if (cmpxchgCid(c, f.mm, c, f.v, CID_UNSET)) {
    if (config.mutants & MUTANT_CLEAR_BEFORE_UNSET) {
      putDone(c, f);
    } else {
      own(f, f.mm, <i32>(f.v & ~CID_LAZY_PUT));
      f.pc = PUT_CLEAR;
    }
    return;
  }
  f.v = <u32>found;
  if (f.v == CID_UNSET) putDone(c, f);
}

export function putClear(c: i32, f: Frame): void {
  clearBit(c, f.mm, <i32>(f.v & ~CID_LAZY_PUT));
  disown(f);
  putDone(c, f);
}
