export function f(): i32 {
  return X;
}
import { CID_UNSET, MAX_ADVANCE_NS, PERIOD_NS as X } from '../src/abi';
export function g(): u64 {
  return <u64>MAX_ADVANCE_NS;
}
export function h(): u32 {
  return <u32>CID_UNSET;
}
