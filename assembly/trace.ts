/**
 * Events for the host: one a micro-step, written to EVENTS while tracing is on. A fuzzing run leaves it off.
 */

import { OP_RMW, OP_SPIN } from '../src/abi';
import { EVENT_CAPACITY, EVENT_SIZE } from '../src/engine/addresses';
import { EVENTS, result } from './layout';

/** One event, 40 bytes. `addr` names the location: the host finds out which it is from LAYOUT. */
@unmanaged
export class EventRecord {
  action: u32;
  cpu: u16;
  routine: u8;
  op: u8;
  /** Task id as in layout.ts. */
  task: i32;
  /** 0 for a full barrier. */
  addr: u32;
  value: u64;
  after: u64;
  /** The cid of an rmw on a bit, or -1. */
  bit: i16;
  ok: bool;
}

export let tracing: bool = false;
let actorRoutine: u8 = 0;
let actorTask: i32 = 0;

export function setTracing(on: bool): void {
  tracing = on;
}

/** Whose step the next events are. */
export function setActor(routine: u8, task: i32): void {
  actorRoutine = routine;
  actorTask = task;
}

/** True when the host must drain EVENTS before the next step. */
export function traceFull(): bool {
  return result.events == EVENT_CAPACITY;
}

function eventAt(i: i32): EventRecord {
  return changetype<EventRecord>(EVENTS + <usize>(i * EVENT_SIZE));
}

/** Whether the last event was `op` on `addr`; a spin counts as the rmw that it tries. */
export function lastEventIs(op: i32, addr: usize): bool {
  const e = eventAt(result.events - 1);
  return e.addr == <u32>addr && (<i32>e.op == op || (e.op == <u8>OP_SPIN && op == OP_RMW));
}

export function emit(c: i32, op: i32, addr: usize, value: u64, after: u64, ok: bool, bit: i32): void {
  assert(result.events < EVENT_CAPACITY);
  const e = eventAt(result.events);
  e.action = result.action;
  e.cpu = <u16>c;
  e.routine = actorRoutine;
  e.op = <u8>op;
  e.task = actorTask;
  e.addr = <u32>addr;
  e.value = value;
  e.after = after;
  e.bit = <i16>bit;
  e.ok = ok;
  result.events += 1;
}
