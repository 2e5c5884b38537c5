/**
 * The checks of a step, incremental: what each kind forbids is kept as a count of the places where it is so,
 * changed where memory or a frame changes, O(1) each; after a step the counts are looked at. Only where one
 * is not zero does a sweep find out which place comes first (mm, then cid, then cpu).
 *
 * The reference recomputes the same from the whole state (src/reference/check.ts).
 */

import {
  ALGO_V6_3,
  CID_LAZY_PUT,
  CID_UNSET,
  KIND_BAD_CID,
  KIND_COMPACTNESS,
  KIND_DUPLICATE_CID,
  KIND_FREED_IN_USE,
  KIND_LIVELOCK,
  KIND_LOCK_LEAK,
  KIND_NONE,
  KIND_NULL_MM,
  KIND_OWNERSHIP,
  KIND_STRANDED_LAZY,
} from '../src/abi';
import { coverHold, covering } from './coverage';
import {
  cidAddr,
  clearWords,
  config,
  countsSize,
  cpuAt,
  cpuFrame,
  cpus,
  Frame,
  holdersAddr,
  MASK_IN_MM,
  maskAddr,
  mmAt,
  mmOfAddr,
  mmsTotal,
  offsetInMm,
  ownersAddr,
  result,
  slotAt,
  slotsOffset,
  Task,
  taskAt,
  taskFrame,
  tasksTotal,
  words,
  world,
} from './layout';
import { checking, isWaiting, peek, waiting, waitingAddr, waitingValue } from './memory';

/** What the step under way did that no count shows. */
let badCid: bool = false;
let badCidMm: i32 = -1;
let badCidValue: i32 = -1;
let nullMm: bool = false;
let stuck: bool = false;
let stuckMm: i32 = -1;
/** Any of the three; it is one of World.wrong. */
let flagged: bool = false;

function flag(): void {
  if (!flagged) world.wrong += 1;
  flagged = true;
}

/** True for a slot that is neither unset nor lazy. */
export function isValid(cid: u32): bool {
  return (cid & CID_LAZY_PUT) == 0;
}

export function isLazy(cid: u32): bool {
  return cid != CID_UNSET && (cid & CID_LAZY_PUT) != 0;
}

function bitOf(m: i32, cid: i32): i32 {
  return <i32>((load<u64>(maskAddr(m, cid >> 6)) >> (cid & 63)) & 1);
}

// ---- owners of mask bits ----------------------------------------------------------------------------------

function countMisowned(more: i32): void {
  world.misowned += more;
  world.wrong += more;
}

function addOwner(m: i32, cid: i32, delta: i32): void {
  assert(cid >= 0 && cid < cpus);
  const addr = ownersAddr(m, cid);
  const before = <i32>load<u16>(addr);
  const after = before + delta;
  const bit = bitOf(m, cid);
  store<u16>(addr, <u16>after);
  countMisowned(<i32>(after != bit) - <i32>(before != bit));
}

/** The cid of a slot word whatever its state, or -1. */
function cidOf(word: u32): i32 {
  return word == CID_UNSET ? -1 : <i32>(word & ~CID_LAZY_PUT);
}

/** cid[m][c] changed in memory. */
export function slotChanged(m: i32, c: i32, old: u32, value: u32): void {
  const before = cidOf(old);
  const after = cidOf(value);
  if (before != after) {
    if (before >= 0) addOwner(m, before, -1);
    if (after >= 0) addOwner(m, after, 1);
  }
  world.lazySlots += <i32>isLazy(value) - <i32>isLazy(old);
  if (cpuAt(c).holdMm == m) judgeSlotOf(c);
}

/** A word of mask[m] changed in memory. */
export function maskChanged(m: i32, word: i32, old: u64, value: u64): void {
  let changed = old ^ value;
  while (changed != 0) {
    const bit = <i32>ctz(changed);
    changed &= changed - 1;
    const now = <i32>((value >> bit) & 1);
    const owners = <i32>load<u16>(ownersAddr(m, (word << 6) | bit));
    countMisowned(<i32>(owners != now) - <i32>(owners != 1 - now));
  }
}

/** A bit of mask[m] was set. */
export function bitSet(m: i32, bit: i32): void {
  const owners = <i32>load<u16>(ownersAddr(m, bit));
  countMisowned(<i32>(owners != 1) - <i32>(owners != 0));
}

/** And cleared. */
export function bitCleared(m: i32, bit: i32): void {
  const owners = <i32>load<u16>(ownersAddr(m, bit));
  countMisowned(<i32>(owners != 0) - <i32>(owners != 1));
}

/** A store of cpu c to `addr` has gone into its buffer. */
export function storeWaits(c: i32, addr: usize, value: u64): void {
  const m = mmOfAddr(addr);
  if (m < 0) return;
  if (isOwnSlot(m, c, addr)) {
    if (isValid(<u32>value)) addOwner(m, <i32>value, 1);
    if (cpuAt(c).holdMm == m) judgeSlotOf(c);
  } else if (isMaskWord(addr)) {
    world.maskWaits += 1;
  }
}

/** It is about to reach memory. */
export function storeLeaves(c: i32, addr: usize, value: u64): void {
  const m = mmOfAddr(addr);
  if (m < 0) return;
  if (isOwnSlot(m, c, addr)) {
    if (isValid(<u32>value)) addOwner(m, <i32>value, -1);
  } else if (isMaskWord(addr)) {
    world.maskWaits -= 1;
  }
}

function isOwnSlot(m: i32, c: i32, addr: usize): bool {
  return addr == cidAddr(m, c);
}

function isMaskWord(addr: usize): bool {
  const offset = offsetInMm(addr);
  return offset >= MASK_IN_MM && offset < slotsOffset();
}

/** Memory has frame f's store of UNSET (plain-unset): the cid is the frame's, if it has not cleared it yet. */
export function unsetReached(f: Frame): void {
  if (!f.unsetWaits) return;
  f.unsetWaits = false;
  own(f, f.mm, <i32>f.v);
}

/** Frame f took cid of mm m out of a slot, or out of the mask: until `disown` it owns the bit. */
export function own(f: Frame, m: i32, cid: i32): void {
  f.ownMm = m;
  f.ownCid = cid;
  mmAt(m).frameOwners += 1;
  if (checking) addOwner(m, cid, 1);
}

export function disown(f: Frame): void {
  const m = f.ownMm;
  mmAt(m).frameOwners -= 1;
  if (checking) addOwner(m, f.ownCid, -1);
  f.ownCid = -1;
}

// ---- who holds which cid -------------------------------------------------------------------------------------

function addHolder(m: i32, cid: i32, delta: i32): void {
  const addr = holdersAddr(m, cid);
  const before = <i32>load<u16>(addr);
  const after = before + delta;
  store<u16>(addr, <u16>after);
  const more = <i32>(after > 1) - <i32>(before > 1);
  world.duplicates += more;
  world.wrong += more;
}

/** Whether cpu c's slot still has what its current task holds. */
function judgeSlotOf(c: i32): void {
  const cpu = cpuAt(c);
  let freed = false;
  if (cpu.holdMm >= 0 && config.algo != ALGO_V6_3) {
    freed = cidOf(<u32>peek(c, cidAddr(cpu.holdMm, c))) != cpu.holdCid;
  }
  const more = <i32>freed - <i32>cpu.freed;
  world.freed += more;
  world.wrong += more;
  cpu.freed = freed;
}

function judgeLoose(c: i32): void {
  const cpu = cpuAt(c);
  const loose = cpu.holdMm >= 0 && cpu.holdCid >= mmAt(cpu.holdMm).users;
  const more = <i32>loose - <i32>cpu.loose;
  world.loose += more;
  world.wrong += more;
  cpu.loose = loose;
}

function judgesCompactness(): bool {
  return (config.oracle & (1 << KIND_COMPACTNESS)) != 0 && config.algo != ALGO_V6_3;
}

/** curr[c], or the current task's active, mm or mm_cid, changed as cpu c sees it. */
export function holdChanged(c: i32): void {
  if (!checking) return;
  const task = taskAt(cpuAt(c).current);
  let mm = -1;
  let cid = -1;
  if (task.mmCid >= 0 && task.ownActive && task.ownMm >= 0) {
    mm = task.ownMm;
    cid = task.mmCid;
  }
  const cpu = cpuAt(c);
  if (cpu.holdMm == mm && cpu.holdCid == cid) return;
  if (covering) coverHold(c);
  if (cpu.holdMm >= 0) addHolder(cpu.holdMm, cpu.holdCid, -1);
  if (mm >= 0) addHolder(mm, cid, 1);
  cpu.holdMm = mm;
  cpu.holdCid = cid;
  if (covering) coverHold(c);
  judgeSlotOf(c);
  if (judgesCompactness()) judgeLoose(c);
}

/** The users of mm m changed. */
export function usersChanged(m: i32): void {
  if (!checking || !judgesCompactness()) return;
  for (let c = 0; c < cpus; c++) {
    if (cpuAt(c).holdMm == m) judgeLoose(c);
  }
}

/** t.mm_cid = cid on cpu c. In v6.3 the task is what owns a cid (there are no slots). */
export function setMmCid(c: i32, task: Task, cid: i32): void {
  if (config.algo == ALGO_V6_3 && checking) {
    if (task.mmCid >= 0) addOwner(task.ownMm, task.mmCid, -1);
    if (cid >= 0) addOwner(task.ownMm, cid, 1);
  }
  task.mmCid = cid;
  // Prev of a switch holds nothing any more.
  if (task.current) holdChanged(c);
}

// ---- what a routine tells --------------------------------------------------------------------------------------

/** mm_cid_get ended with `cid`. */
export function gotCid(m: i32, cid: i32): void {
  if ((cid >= 0 && cid < cpus) || !checking) return;
  badCid = true;
  badCidMm = m;
  badCidValue = cid;
  flag();
}

/** A switch found prev active without an mm. */
export function foundNullMm(): void {
  if (!checking) return;
  nullMm = true;
  flag();
}

/** try_get found mask[m] full: stuck where it still is and no frame under way owns a bit of it. */
export function foundMaskFull(m: i32): void {
  if (mmAt(m).frameOwners != 0 || !checking) return;
  if (world.maskWaits != 0 && maskWaits(m)) return;
  for (let w = 0; w < words; w++) {
    const last = w == words - 1 && (cpus & 63) != 0;
    const full: u64 = last ? ((<u64>1) << (cpus & 63)) - 1 : 0xffffffffffffffff;
    if (load<u64>(maskAddr(m, w)) != full) return;
  }
  stuck = true;
  stuckMm = m;
  flag();
}

/** Whether a store to a word of mask[m] waits in some buffer. */
function maskWaits(m: i32): bool {
  for (let w = 0; w < words; w++) {
    if (isWaiting(maskAddr(m, w))) return true;
  }
  return false;
}

/** The lock at `addr` (mm m's, or -1) was found held; `holders` frames will release it. */
export function foundLockHeld(addr: usize, m: i32, holders: i32): void {
  if (holders != 0 || !checking || isWaiting(addr)) return;
  stuck = true;
  stuckMm = m;
  flag();
}

// ---- after a step -----------------------------------------------------------------------------------------------

function counts(kind: i32): bool {
  return (config.oracle & (1 << kind)) != 0;
}

function violates(kind: i32, c: i32, m: i32, cid: i32): i32 {
  result.kind = kind;
  result.cpu = c;
  result.mm = m;
  result.cid = cid;
  return kind;
}

/** Judges the step that cpu c made: KIND_NONE, or the kind that it violates (RESULT has the rest). */
export function judge(c: i32): i32 {
  return world.wrong == 0 ? KIND_NONE : judgeInOrder(c);
}

function judgeInOrder(c: i32): i32 {
  const hadBadCid = badCid;
  const hadNullMm = nullMm;
  const wasStuck = stuck;
  world.wrong -= <i32>flagged;
  badCid = nullMm = stuck = flagged = false;
  if (world.duplicates != 0 && counts(KIND_DUPLICATE_CID)) return firstDuplicate(c);
  if (world.freed != 0 && counts(KIND_FREED_IN_USE)) return firstFreed(c);
  if (world.misowned != 0 && counts(KIND_OWNERSHIP)) {
    const kind = firstMisowned(c);
    if (kind != KIND_NONE) return kind;
  }
  if (hadBadCid && counts(KIND_BAD_CID)) return violates(KIND_BAD_CID, c, badCidMm, badCidValue);
  if (hadNullMm && counts(KIND_NULL_MM)) return violates(KIND_NULL_MM, c, -1, -1);
  if (wasStuck && counts(KIND_LIVELOCK)) return violates(KIND_LIVELOCK, c, stuckMm, -1);
  if (world.loose != 0) return firstLoose(c);
  return KIND_NONE;
}

function firstDuplicate(c: i32): i32 {
  for (let m = 0; m < mmsTotal; m++) {
    for (let k = 0; k < cpus; k++) {
      if (load<u16>(holdersAddr(m, k)) > 1) return violates(KIND_DUPLICATE_CID, c, m, k);
    }
  }
  return unreachableCount();
}

function firstFreed(c: i32): i32 {
  let mm = i32.MAX_VALUE;
  let cid = i32.MAX_VALUE;
  for (let i = 0; i < cpus; i++) {
    const cpu = cpuAt(i);
    if (cpu.freed && (cpu.holdMm < mm || (cpu.holdMm == mm && cpu.holdCid < cid))) {
      mm = cpu.holdMm;
      cid = cpu.holdCid;
    }
  }
  return violates(KIND_FREED_IN_USE, c, mm, cid);
}

function firstMisowned(c: i32): i32 {
  for (let m = 0; m < mmsTotal; m++) {
    // v6.3 writes the mask in two steps, under its lock.
    if (mmAt(m).cidLock != 0) continue;
    for (let k = 0; k < cpus; k++) {
      if (<i32>load<u16>(ownersAddr(m, k)) == bitOf(m, k)) continue;
      // A word that a store is on its way to cannot be judged.
      if (world.maskWaits != 0 && isWaiting(maskAddr(m, k >> 6))) continue;
      return violates(KIND_OWNERSHIP, c, m, k);
    }
  }
  return KIND_NONE;
}

function firstLoose(c: i32): i32 {
  let mm = i32.MAX_VALUE;
  let cid = i32.MAX_VALUE;
  for (let i = 0; i < cpus; i++) {
    const cpu = cpuAt(i);
    if (cpu.loose && (cpu.holdMm < mm || (cpu.holdMm == mm && cpu.holdCid < cid))) {
      mm = cpu.holdMm;
      cid = cpu.holdCid;
    }
  }
  return violates(KIND_COMPACTNESS, c, mm, cid);
}

function unreachableCount(): i32 {
  assert(false, 'a count of violations is not zero, but none is there');
  return KIND_NONE;
}

// ---- at the end of a run ---------------------------------------------------------------------------------------

/** Judges the end of a run whose last step was cpu `last`'s. */
export function judgeEnd(last: i32): i32 {
  if (config.algo == ALGO_V6_3) return KIND_NONE;
  if (world.lazySlots != 0 && counts(KIND_STRANDED_LAZY)) {
    const kind = firstStranded();
    if (kind != KIND_NONE) return kind;
  }
  if ((world.cidLock | world.useCidLock) != 0 && world.lockHolders == 0 && counts(KIND_LOCK_LEAK)) {
    return violates(KIND_LOCK_LEAK, last, -1, -1);
  }
  return KIND_NONE;
}

/**
 * Whether a slot would be found stranded if the run ended here; with stores that wait, that is a guess, which the
 * end of the run then confirms or not.
 */
export function looksStranded(): bool {
  if (world.lazySlots == 0 || !counts(KIND_STRANDED_LAZY) || config.algo == ALGO_V6_3) return false;
  for (let m = 0; m < mmsTotal; m++) {
    for (let c = 0; c < cpus; c++) {
      if (isStranded(m, c)) return true;
    }
  }
  return false;
}

/** Whether cid[m][c] is lazy with nobody left to see to it. */
function isStranded(m: i32, c: i32): bool {
  return isLazy(<u32>slotAt(m, c).cid) && !seenTo(m, c);
}

function firstStranded(): i32 {
  for (let m = 0; m < mmsTotal; m++) {
    let cid = i32.MAX_VALUE;
    let cpu = -1;
    for (let c = 0; c < cpus; c++) {
      const word = <u32>slotAt(m, c).cid;
      if (cidOf(word) < cid && isStranded(m, c)) {
        cid = cidOf(word);
        cpu = c;
      }
    }
    if (cpu >= 0) return violates(KIND_STRANDED_LAZY, cpu, m, cid);
  }
  return KIND_NONE;
}

/** Whether somebody will still see to the lazy slot cid[m][c]. */
function seenTo(m: i32, c: i32): bool {
  const t = cpuAt(c).current;
  if (cpuFrame(c).routine != 0 || taskFrame(t).routine != 0) return true;
  const task = taskAt(t);
  if (task.ownActive && task.ownMm == m) return true;
  for (let i = cpus; i < tasksTotal; i++) {
    const f = taskFrame(i);
    if (f.clearing && f.mm == m && f.target == c) return true;
  }
  return false;
}

/** Nothing is counted, and what a broken-off run left is forgotten. */
export function resetChecks(): void {
  world.lockHolders = 0;
  world.lazySlots = 0;
  world.duplicates = 0;
  world.freed = 0;
  world.misowned = 0;
  world.loose = 0;
  world.maskWaits = 0;
  world.wrong = 0;
  badCid = nullMm = stuck = flagged = false;
}

// ---- for the explorer ------------------------------------------------------------------------------------------

function countFrame(f: Frame): void {
  if (f.routine == 0) return;
  if (f.ownCid >= 0) {
    mmAt(f.ownMm).frameOwners += 1;
    countOwner(f.ownMm, f.ownCid);
  }
  if (!f.holdsLock) return;
  if (config.algo == ALGO_V6_3) mmAt(f.mm).lockHolders += 1;
  else world.lockHolders += 1;
}

function countOwner(m: i32, cid: i32): void {
  const addr = ownersAddr(m, cid);
  store<u16>(addr, load<u16>(addr) + 1);
}

function countSlots(m: i32): void {
  for (let c = 0; c < cpus; c++) {
    const word = <u32>slotAt(m, c).cid;
    if (word == CID_UNSET) continue;
    countOwner(m, cidOf(word));
    world.lazySlots += <i32>isLazy(word);
  }
}

function countWaiting(c: i32): void {
  for (let i = 0; i < waiting(c); i++) {
    const addr = <usize>waitingAddr(c, i);
    const m = mmOfAddr(addr);
    if (m < 0) continue;
    const value = <u32>waitingValue(c, i);
    if (isOwnSlot(m, c, addr)) {
      if (isValid(value)) countOwner(m, value);
    } else if (isMaskWord(addr)) {
      world.maskWaits += 1;
    }
  }
}

function countHolder(c: i32): void {
  const cpu = cpuAt(c);
  const task = taskAt(cpu.current);
  const holds = task.mmCid >= 0 && task.ownActive && task.ownMm >= 0;
  cpu.holdMm = holds ? task.ownMm : -1;
  cpu.holdCid = holds ? task.mmCid : -1;
  cpu.freed = false;
  cpu.loose = false;
  if (!holds) return;
  addHolder(cpu.holdMm, cpu.holdCid, 1);
  judgeSlotOf(c);
  if (judgesCompactness()) judgeLoose(c);
}

/** All sums anew, from the world as it stands: slots, masks, frames, buffers. */
export function recount(): void {
  resetChecks();
  for (let m = 0; m < mmsTotal; m++) {
    const mm = mmAt(m);
    mm.frameOwners = 0;
    mm.lockHolders = 0;
    clearWords(ownersAddr(m, 0), countsSize());
    countSlots(m);
  }
  for (let t = cpus; t < tasksTotal; t++) {
    countFrame(taskFrame(t));
    if (config.algo != ALGO_V6_3) continue;
    const task = taskAt(t);
    if (task.mmCid >= 0) countOwner(task.ownMm, task.mmCid);
  }
  for (let c = 0; c < cpus; c++) {
    countFrame(cpuFrame(c));
    countWaiting(c);
    countHolder(c);
  }
  // A state that is gone on from violates nothing that counts; what cannot be judged yet may be so.
  if (counts(KIND_OWNERSHIP) && world.maskWaits == 0 && config.algo != ALGO_V6_3) return;
  for (let m = 0; m < mmsTotal; m++) {
    for (let k = 0; k < cpus; k++) {
      countMisowned(<i32>(<i32>load<u16>(ownersAddr(m, k)) != bitOf(m, k)));
    }
  }
}
