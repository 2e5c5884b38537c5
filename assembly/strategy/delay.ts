/**
 * Delays: a cpu in the middle of a routine, or a task that is switched out in the middle of one, is now and then
 * held up while the others go on. A vcpu that does not run, a task that waits long for its turn: most races need
 * one or two long delays rather than many short ones (Emmi, Qadeer, Rakamaric, "Delay-Bounded Scheduling", POPL
 * 2011).
 *
 * Departure: the paper bounds the number of delays and tries all; here a schedule draws how likely they are, and
 * one cpu and one task can be held up at a time.
 */

import { cpuAt, cpuFrame, cpus } from '../layout';

/** No task. */
export const NOBODY: i32 = -1;
/** The shortest delay, in proposals; the longest is eight times as long. */
const SHORTEST: i32 = 16;

let delaying: bool = false;
/** Chances in 16: to hold up a cpu after a burst, a task that is preempted; for an idle cpu to sleep on. */
let freeze: i32 = 0;
let park: i32 = 0;
let nap: i32 = 0;
/** The cpu and the task that are held up, and for how many more proposals. */
let frozen: i32 = 0;
let frozenFor: i32 = 0;
let parked: i32 = NOBODY;
let parkedFor: i32 = 0;

/** Never in half of the schedules, else 1, 2, 4 or 8 chances in 16. */
export function drawRate(bits: u64): i32 {
  return bits & 1 ? 0 : 1 << (<i32>((bits >> 1) & 3));
}

/** A schedule without them begins. */
export function noDelays(): void {
  delaying = false;
  freeze = park = nap = frozenFor = 0;
  parked = NOBODY;
}

/** A schedule begins: draws how likely delays are. */
export function beginDelays(bits: u64): void {
  delaying = true;
  freeze = drawRate(bits);
  park = (bits >> 3) & 3 ? 2 << (<i32>((bits >> 5) & 3)) : 0;
  nap = (bits >> 7) & 1 ? 15 - <i32>((bits >> 8) & 3) : 0;
  frozenFor = 0;
  parked = NOBODY;
}

/**
 * One more proposal: the cpu that it is for when c was drawn, another one where c is held up or sleeps. Without
 * branches that nobody can predict.
 */
export function awake(c: i32, bits: u64): i32 {
  if (!delaying) return c;
  if (parked != NOBODY && --parkedFor == 0) parked = NOBODY;
  const held = <i32>(frozenFor > 0) & <i32>(c == frozen);
  frozenFor -= <i32>(frozenFor > 0);
  const idle = <i32>(cpuAt(c).current == c) & <i32>(cpuFrame(c).routine == 0);
  const sleeps = <i32>(<i32>(bits & 15) < nap) & idle;
  const next = select<i32>(0, c + 1, c + 1 == cpus);
  return select<i32>(next, c, (held | sleeps) != 0);
}

/** The same where somebody else says which cpu it is for. */
export function passDelays(): void {
  frozenFor -= <i32>(frozenFor > 0);
  if (parked != NOBODY && --parkedFor == 0) parked = NOBODY;
}

/** Whether cpu c is held up. */
export function holds(c: i32): bool {
  return frozenFor > 0 && c == frozen;
}

/** A burst of cpu c has come to its end. */
export function mayFreeze(c: i32, bits: u64): void {
  if (frozenFor > 0 || <i32>(bits & 15) >= freeze) return;
  frozen = c;
  frozenFor = SHORTEST << (<i32>((bits >> 4) & 3));
}

/** Cpu c is held up. */
export function freezeCpu(c: i32, bits: u64): void {
  frozen = c;
  frozenFor = SHORTEST << (<i32>(bits & 3));
}

/** Task t (counted from the first named one) is switched out in the middle of a routine. */
export function mayPark(t: i32, bits: u64): void {
  if (parked != NOBODY || <i32>(bits & 15) >= park) return;
  parked = t;
  parkedFor = SHORTEST << (<i32>((bits >> 4) & 3));
}

/** Whether task t waits. */
export function isParked(t: i32): bool {
  return t == parked;
}
