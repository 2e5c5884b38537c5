/** What one move came to, step by step, when a way is traced again. */

import { OUT } from './places';

/** Steps of the frame of a cpu, of that of its current task; drains. */
const OF_CPU: u32 = 0;
const OF_TASK: u32 = 1;
const DRAIN: u32 = 2;

let logging: bool = false;
/** Runs in OUT, 16 bytes each: which of the three, cpu, how many steps, which waiting store. */
export let runs: i32 = 0;

export function logSteps(on: bool): void {
  logging = on;
  if (on) runs = 0;
}

function add(what: u32, c: i32, i: i32): void {
  const last = OUT + ((<usize>(runs - 1)) << 4);
  if (runs > 0 && what != DRAIN && load<u32>(last) == what && load<u32>(last, 4) == <u32>c) {
    store<u32>(last, load<u32>(last, 8) + 1, 8);
    return;
  }
  const at = OUT + ((<usize>runs) << 4);
  store<u32>(at, what);
  store<u32>(at, c, 4);
  store<u32>(at, 1, 8);
  store<u32>(at, i, 12);
  runs += 1;
}

export function noteStep(c: i32, ofCpu: bool): void {
  if (logging) add(ofCpu ? OF_CPU : OF_TASK, c, 0);
}

export function noteDrain(c: i32, i: i32): void {
  if (logging) add(DRAIN, c, i);
}
