/** The start of a run: what CONFIG and DECLS describe, and going back to it. */

import { ALGO_V6_3, CID_UNSET, NS_PER_JIFFY, START_NS } from '../src/abi';
import { isLazy, resetChecks } from './checks';
import { planBarriers } from './kernel/switch';
import {
  clearWords,
  config,
  countsSize,
  cpuAt,
  cpuFrame,
  cpus,
  DECLS,
  Decl,
  Frame,
  layOut,
  maskAddr,
  mmAt,
  mmsTotal,
  NO_MM,
  ownersAddr,
  slotAt,
  taskAt,
  taskFrame,
  tasksTotal,
  words,
  world,
} from './layout';
import { resetBuffer, resetMemory } from './memory';

export function declAt(i: i32): Decl {
  return changetype<Decl>(DECLS + ((<usize>i) << 2));
}

function clearFrame(f: Frame): void {
  clearWords(changetype<usize>(f), offsetof<Frame>());
  f.ownCid = -1;
}

function initCpu(c: i32): void {
  const cpu = cpuAt(c);
  cpu.curr = c;
  cpu.current = c;
  cpu.clock = START_NS;
  cpu.holdMm = -1;
  cpu.holdCid = -1;
  cpu.freed = false;
  cpu.loose = false;
  cpu.touched = false;
  cpu.under = taskFrame(c);
  clearFrame(cpuFrame(c));
  resetBuffer(c);
}

/** Task id t: cpu t's idle task, a declared one, or one that a fork will bring to life. */
function initTask(t: i32): void {
  const task = taskAt(t);
  const idle = t < cpus;
  const declared = !idle && t - cpus < config.tasks;
  let mm = -1;
  let home = t;
  if (!idle) {
    home = 0;
    if (declared) {
      const decl = declAt(t - cpus);
      mm = decl.mm;
      home = decl.home;
    }
  }
  task.mm = mm < 0 ? NO_MM : <u64>mm;
  task.active = mm < 0 ? 0 : 1;
  task.ownMm = mm;
  task.ownActive = mm >= 0;
  task.onCpu = idle ? 1 : 0;
  task.mmCid = -1;
  task.lastMmCid = -1;
  task.home = home;
  task.exists = idle || declared;
  task.dead = false;
  task.exiting = false;
  task.queued = false;
  task.claimed = false;
  task.current = idle;
  task.touched = false;
  clearFrame(taskFrame(t));
}

/** All but the slots. */
function initMm(m: i32): void {
  const mm = mmAt(m);
  // An mm that fork or exec brings to life gets its next_scan there.
  mm.nextScan = m < config.mms ? START_NS / NS_PER_JIFFY : 0;
  mm.cidLock = 0;
  mm.users = 0;
  mm.frameOwners = 0;
  mm.lockHolders = 0;
  mm.touched = false;
  mm.scanned = false;
  clearWords(maskAddr(m, 0), (<usize>words) << 3);
  // Owners and holders, which lie side by side.
  clearWords(ownersAddr(m, 0), countsSize());
}

function initSlot(m: i32, c: i32): void {
  const slot = slotAt(m, c);
  slot.time = 0;
  slot.cid = CID_UNSET;
}

function initGlobals(): void {
  world.useCidLock = 0;
  world.cidLock = 0;
  world.now = START_NS;
  world.jiffies = START_NS / NS_PER_JIFFY;
  resetChecks();
  resetMemory();
  planBarriers();
  for (let i = 0; i < config.tasks; i++) {
    const mm = declAt(i).mm;
    if (mm >= 0) mmAt(mm).users += 1;
  }
}

/** Lays the world of CONFIG out and sets all of it up. */
export function setUpWorld(): void {
  if (config.algo == ALGO_V6_3) config.mutants = 0;
  layOut();
  for (let c = 0; c < cpus; c++) initCpu(c);
  for (let t = 0; t < tasksTotal; t++) initTask(t);
  for (let m = 0; m < mmsTotal; m++) {
    initMm(m);
    for (let c = 0; c < cpus; c++) initSlot(m, c);
  }
  initGlobals();
}

/** Declares a task in the middle of a run, off cpu: one that was there all along. mm: its own, or -1. */
export function bringTask(t: i32, m: i32, home: i32): void {
  const task = taskAt(t);
  task.exists = true;
  task.home = home;
  if (m < 0) return;
  const mm = mmAt(m);
  if (mm.users == 0) mm.nextScan = START_NS / NS_PER_JIFFY;
  mm.users += 1;
  task.mm = m;
  task.active = 1;
  task.ownMm = m;
  task.ownActive = true;
}

/** Nothing comes back to a task that is dead and off cpu: its record is free for another. */
export function forgetTask(t: i32): void {
  initTask(t);
}

/** Nor to an mm without users. */
export function forgetMm(m: i32): void {
  for (let c = 0; c < cpus; c++) {
    world.lazySlots -= <i32>isLazy(<u32>slotAt(m, c).cid);
    initSlot(m, c);
  }
  initMm(m);
}

/** Back to the start of the same world: resets only what the run touched. */
export function resetWorld(): void {
  for (let m = 0; m < mmsTotal; m++) {
    if (mmAt(m).touched) {
      for (let c = 0; c < cpus; c++) {
        if (cpuAt(c).touched) initSlot(m, c);
      }
      initMm(m);
    } else {
      mmAt(m).users = 0;
    }
  }
  for (let t = 0; t < tasksTotal; t++) {
    if (taskAt(t).touched) initTask(t);
  }
  for (let c = 0; c < cpus; c++) {
    if (cpuAt(c).touched) initCpu(c);
  }
  initGlobals();
}
