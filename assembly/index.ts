/** The boundary: all that the host can call. 64-bit numbers cross it as two halves. */

import { setCovering, touched } from './coverage';
import { runDeck as runAll } from './deck';
import { batchSteps, beginBatch as begin, lastIndex } from './fuzz';
import { useMms } from './layout';
import { setChecking } from './memory';
import { endRun, goOn as go, goOnWith, startOpen, startRun } from './run';
import { pctEvents, pctThreads } from './strategy/pct';
import { setTracing } from './trace';
import { bringTask, forgetMm, forgetTask } from './world';

export { fuzz, playsOf, runEntry, seedBase, seedBrought, seedWanted } from './fuzz';
export {
  litmusAges,
  litmusBegin,
  litmusDrain,
  litmusFence,
  litmusFlush,
  litmusInit,
  litmusLoad,
  litmusMayFlush,
  litmusNow,
  litmusPosition,
  litmusRaise,
  litmusRmwFail,
  litmusRmwOld,
  litmusRmwWrite,
  litmusStore,
  litmusValue,
  litmusWaiting,
} from './litmus';
export { corpusSize, featuresKnown, isUsed } from './search/corpus';

function join(lo: u32, hi: u32): u64 {
  return ((<u64>hi) << 32) | lo;
}

/** Whether runs and schedules from now on tell what they cover. */
export function cover(on: bool): void {
  setCovering(on);
}

/** How many features the last run or schedule touched: numbers in TOUCHED. */
export function features(): i32 {
  return touched;
}

/** Runs the scenario in CONFIG, DECLS and ACTIONS: RUN_DONE, RUN_PAUSED or RUN_WATCHDOG (run.ts). */
export function run(trace: bool, checks: bool, budgetLo: u32, budgetHi: u32): i32 {
  setTracing(trace);
  setChecking(checks);
  return startRun(join(budgetLo, budgetHi));
}

/** After RUN_PAUSED, when EVENTS is drained. */
export function goOn(): i32 {
  return go();
}

/** Begins a traced run in the world of CONFIG whose actions come in pieces. */
export function replayBegin(): void {
  setTracing(true);
  setChecking(true);
  startOpen();
}

/** Goes on with ACTIONS[0 … actions-1], which know the first `mms` mms: RUN_DONE at their end, or RUN_PAUSED, for `goOn`. */
export function replayMore(actions: i32, mms: i32): i32 {
  useMms(mms);
  return goOnWith(actions);
}

/** Task id `t` (idle tasks first) comes to be. */
export function replayBring(t: i32, mm: i32, home: i32): void {
  bringTask(t, mm, home);
}

/** Records are free for others: a task's, an mm's. */
export function replayForgetTask(t: i32): void {
  forgetTask(t);
}

export function replayForgetMm(m: i32): void {
  forgetMm(m);
}

/** The run is over: what still waits reaches memory, and the end is judged. */
export function replayEnd(): void {
  endRun(0);
}

/** Runs the first `schedules` of the DECK: how many micro-steps they made. */
export function runDeck(schedules: i32, checks: bool): u32 {
  setTracing(false);
  setChecking(checks);
  return runAll(schedules);
}

/** Begins a batch of schedules [first, first + count); FuzzConfig has the rest. Checks and coverage can be left out. */
export function beginBatch(
  firstLo: u32,
  firstHi: u32,
  count: u32,
  checks: bool,
  covers: bool,
  strategy: i32,
): void {
  setTracing(false);
  setChecking(checks);
  setCovering(covers);
  begin(join(firstLo, firstHi), count, strategy);
}

/** How many micro-steps the batch has made: halves of 32 bits. */
export function batchStepsLo(): u32 {
  return <u32>batchSteps;
}

export function batchStepsHi(): u32 {
  return <u32>(batchSteps >> 32);
}

/** The n and k of PCT's bound, for the batch so far. */
export function pctBoundThreads(): i32 {
  return pctThreads;
}

export function pctBoundEvents(): i32 {
  return pctEvents;
}

export function lastIndexLo(): u32 {
  return <u32>lastIndex();
}

export function lastIndexHi(): u32 {
  return <u32>(lastIndex() >> 32);
}
