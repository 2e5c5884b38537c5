/** The world of a packed state. */

import {
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
  MEMORY_SC,
  NS_PER_JIFFY,
  ROUTINE_EXEC,
  ROUTINE_SWITCH,
  ROUTINE_TICK,
  ROUTINE_WORK,
  SCAN_RUNNING_JIFFIES,
} from '../../src/abi';
import { recount } from '../checks';
import { CLEAR_ACTIVE_2, CLEAR_CURR_2, CLEAR_MM_2, CLEAR_UNSET, RETURN_EXEC } from '../kernel/pc';
import {
  activeAddr,
  CID_LOCK_ADDR,
  cidAddr,
  clockAddr,
  config,
  cpuAt,
  cpuFrame,
  cpus,
  currAddr,
  Frame,
  maskAddr,
  mmAt,
  mmCidLockAddr,
  mmsTotal,
  NO_MM,
  nextScanAddr,
  onCpuAddr,
  slotAt,
  taskAt,
  taskFrame,
  taskMmAddr,
  tasksTotal,
  timeAddr,
  USE_CID_LOCK_ADDR,
  world,
} from '../layout';
import { emptyBuffer, putBack } from '../memory';
import { anyWork, explore, LEFT_WORDS, setLeftWord, setUsed } from './config';
import { LIVE_CLOCK, LIVE_JIFFIES, LIVE_SCAN, LIVE_V, liveAt } from './live';
import { CPU_BITS, lastScan, NO_MM_3, NOBODY_5, PACKED_UNSET, SCAN_RUNNING, SCAN_ZERO } from './pack';
import { jiffiesOfAge, loadedOfAge, NOW, scanOfAge, timeOfAge } from './time';

function bits(word: u64, at: u64, count: u64): u64 {
  return (word >> at) & (((<u64>1) << count) - 1);
}

function unpackCid(code: u64): u32 {
  return code == PACKED_UNSET ? CID_UNSET : ((<u32>(code & 8)) << 28) | <u32>(code & 7);
}

function unpackMmRef(code: u64): u64 {
  return code == NO_MM_3 ? NO_MM : code;
}

function unpackScan(code: u64): u64 {
  if (code == SCAN_ZERO) return 0;
  return code == SCAN_RUNNING ? SCAN_RUNNING_JIFFIES : scanOfAge(code);
}

function unpackMm(m: i32, word: u64): void {
  const mm = mmAt(m);
  store<u64>(maskAddr(m, 0), bits(word, 45, 5));
  mm.nextScan = unpackScan(bits(word, 50, 4));
  mm.users = <i32>bits(word, 54, 4);
  mm.cidLock = bits(word, 58, 1);
  setUsed(m, bits(word, 59, 1) != 0);
  for (let c = 0; c < cpus; c++) {
    const slot = slotAt(m, c);
    const here = word >> (<u64>c * CPU_BITS);
    slot.cid = unpackCid(here & 31);
    slot.time = timeOfAge((here >> 5) & 15);
  }
}

/** Of what a frame has that its word does not tell: the cid that it owns, and where mm_cid_get returns to. */
function finish(f: Frame, owns: bool, live: u32, getReturn: u8): void {
  f.word = 0;
  f.getReturn = getReturn;
  f.ownMm = f.mm;
  f.ownCid = owns ? (live & LIVE_V ? <i32>(f.v & i32.MAX_VALUE) : f.cid) : -1;
}

function unpackTaskFrame(f: Frame, word: u64): void {
  const at = <u8>bits(word, 16, 6);
  f.pc = at;
  if (at == 0) {
    f.routine = 0;
    f.irqsOff = false;
    f.gap = false;
    f.holdsLock = false;
    f.clearing = false;
    f.unsetWaits = false;
    f.ownCid = -1;
    return;
  }
  const live = liveAt(at);
  f.routine = <u8>(bits(word, 22, 2) + ROUTINE_WORK - 1);
  f.irqsOff = bits(word, 24, 1) != 0;
  f.gap = bits(word, 25, 1) != 0;
  f.holdsLock = bits(word, 26, 1) != 0;
  f.unsetWaits = bits(word, 28, 1) != 0;
  f.clearing = at == CLEAR_CURR_2 || at == CLEAR_ACTIVE_2 || at == CLEAR_MM_2 || at == CLEAR_UNSET;
  f.mm = <i32>bits(word, 29, 3);
  const target = bits(word, 32, 3);
  f.target = f.routine == ROUTINE_EXEC && target == NO_MM_3 ? -1 : <i32>target;
  f.v = unpackCid(bits(word, 35, 5));
  f.cid = <i32>bits(word, 40, 4) - 1;
  f.mode = <i32>bits(word, 44, 2);
  f.putReturn = <u8>bits(word, 46, 2);
  const seen = bits(word, 57, 5);
  f.task = <i32>seen;
  f.prev = seen == NOBODY_5 ? -1 : <i32>seen;
  if (live & LIVE_JIFFIES) f.jiffies = jiffiesOfAge(bits(word, 48, 4));
  const loaded = bits(word, 52, 5);
  if (live & LIVE_CLOCK) f.loaded = loadedOfAge(f, loaded);
  // A next_scan that has changed never comes back.
  else if (live & LIVE_SCAN) f.loaded = loaded != 0 ? lastScan(f.mm) : 1;
  else f.loaded = loaded;
  finish(f, bits(word, 27, 1) != 0, live, RETURN_EXEC);
}

function unpackTask(t: i32, word: u64): void {
  const task = taskAt(t);
  task.exists = bits(word, 0, 1) != 0;
  task.dead = bits(word, 1, 1) != 0;
  task.exiting = bits(word, 2, 1) != 0;
  // A tick that finds its work queued looks no further.
  task.queued = bits(word, 3, 1) != 0 || anyWork();
  task.active = bits(word, 4, 1);
  task.onCpu = bits(word, 5, 1);
  task.home = <i32>bits(word, 6, 3);
  task.mm = unpackMmRef(bits(word, 9, 3));
  task.mmCid = <i32>bits(word, 12, 4) - 1;
  task.claimed = false;
  task.current = false;
  task.ownActive = task.active != 0;
  task.ownMm = <i32>task.mm;
}

function unpackCpu(c: i32, word: u64): void {
  const cpu = cpuAt(c);
  cpu.curr = bits(word, 0, 4);
  cpu.current = <i32>bits(word, 4, 4);
  cpu.clock = timeOfAge(bits(word, 8, 4));
  taskAt(cpu.current).current = true;
  const f = cpuFrame(c);
  const at = <u8>bits(word, 12, 6);
  f.pc = at;
  if (at == 0) {
    f.routine = 0;
    f.ownCid = -1;
    f.holdsLock = false;
    cpu.under = taskFrame(cpu.current);
    return;
  }
  cpu.under = f;
  f.clearing = false;
  if (bits(word, 49, 1) != 0) {
    f.routine = <u8>ROUTINE_TICK;
    f.ownCid = -1;
    f.holdsLock = false;
    return;
  }
  f.routine = <u8>ROUTINE_SWITCH;
  f.task = <i32>bits(word, 18, 4);
  f.prev = <i32>bits(word, 22, 4);
  taskAt(f.task).claimed = true;
  taskAt(f.prev).claimed = true;
  f.mm = <i32>bits(word, 26, 3);
  f.v = unpackCid(bits(word, 29, 5));
  f.cid = <i32>bits(word, 34, 4) - 1;
  f.mode = <i32>bits(word, 38, 2);
  f.holdsLock = bits(word, 41, 1) != 0;
  f.putReturn = <u8>bits(word, 42, 2);
  f.loaded = bits(word, 44, 5);
  finish(f, bits(word, 40, 1) != 0, liveAt(at), 0);
}

function addrOf(kind: i32, first: i32, second: i32): usize {
  switch (kind) {
    case LOC_CURR:
      return currAddr(second);
    case LOC_CLOCK:
      return clockAddr(second);
    case LOC_ON_CPU:
      return onCpuAddr(first);
    case LOC_ACTIVE:
      return activeAddr(first);
    case LOC_MM:
      return taskMmAddr(first);
    case LOC_CID:
      return cidAddr(first, second);
    case LOC_TIME:
      return timeAddr(first, second);
    case LOC_MASK:
      return maskAddr(first, 0);
    case LOC_NEXT_SCAN:
      return nextScanAddr(first);
    case LOC_USE_CID_LOCK:
      return USE_CID_LOCK_ADDR;
    case LOC_CID_LOCK:
      return CID_LOCK_ADDR;
    default:
      assert(kind == LOC_MM_CID_LOCK);
      return mmCidLockAddr(first);
  }
}

function valueOf(kind: i32, code: u64): u64 {
  switch (kind) {
    case LOC_CLOCK:
    case LOC_TIME:
      return timeOfAge(code);
    case LOC_MM:
      return unpackMmRef(code);
    case LOC_CID:
      return unpackCid(code);
    case LOC_NEXT_SCAN:
      return unpackScan(code);
    default:
      return code;
  }
}

function unpackEntry(c: i32, entry: u64): void {
  const kind = <i32>bits(entry, 0, 4);
  const addr = addrOf(kind, <i32>bits(entry, 4, 4), <i32>bits(entry, 8, 3));
  const owner = <i32>bits(entry, 23, 4);
  const frame: u32 = owner == 0 ? 0 : <u32>changetype<usize>(taskFrame(cpus + owner - 1));
  putBack(
    c,
    addr,
    valueOf(kind, bits(entry, 11, 12)),
    <u32>bits(entry, 27, 4),
    bits(entry, 31, 1) != 0,
    frame,
  );
  // What a task stored last of its own, it sees already.
  if (kind == LOC_ACTIVE) taskAt(<i32>bits(entry, 4, 4)).ownActive = bits(entry, 11, 12) != 0;
  else if (kind == LOC_MM) taskAt(<i32>bits(entry, 4, 4)).ownMm = <i32>unpackMmRef(bits(entry, 11, 12));
}

/** Makes the world that of the packed words from `words` on. */
export function unpack(words: usize): void {
  world.now = NOW;
  world.jiffies = NOW / NS_PER_JIFFY;
  const locks = load<u64>(words);
  world.useCidLock = locks & 1;
  world.cidLock = locks >> 1;
  words += 8;
  if (explore.counts) {
    for (let i = 0; i < LEFT_WORDS; i++) setLeftWord(i, load<u64>(words + ((<usize>i) << 3)));
    words += LEFT_WORDS << 3;
  }
  for (let m = 0; m < mmsTotal; m++, words += 8) unpackMm(m, load<u64>(words));
  const tasks = words;
  for (let t = 0; t < cpus; t++) {
    const idle = taskAt(t);
    idle.claimed = false;
    idle.current = false;
    idle.mmCid = -1;
  }
  for (let t = cpus; t < tasksTotal; t++, words += 8) unpackTask(t, load<u64>(words));
  const cpuWords = words;
  for (let c = 0; c < cpus; c++, words += 8) unpackCpu(c, load<u64>(words));
  if (config.memory != MEMORY_SC) {
    let half: u64 = 0;
    for (let c = 0; c < cpus; c++) {
      const word = load<u64>(cpuWords + ((<usize>c) << 3));
      emptyBuffer(c, <u32>bits(word, 54, 4));
      const count = <i32>bits(word, 50, 4);
      for (let i = 0; i < count; i++) {
        unpackEntry(c, (load<u64>(words) >> (half << 5)) & 0xffffffff);
        half ^= 1;
        if (half == 0) words += 8;
      }
    }
  }
  // Frames of tasks look at clocks, slots and buffers.
  for (let t = cpus; t < tasksTotal; t++) {
    unpackTaskFrame(taskFrame(t), load<u64>(tasks + ((<usize>(t - cpus)) << 3)));
  }
  recount();
}
