/**
 * The checks, each computed anew from the whole state: nothing is kept from step to step, so nothing can be
 * forgotten.
 */
import {
  KIND_BAD_CID,
  KIND_COMPACTNESS,
  KIND_DUPLICATE_CID,
  KIND_FREED_IN_USE,
  KIND_LIVELOCK,
  KIND_LOCK_LEAK,
  KIND_NULL_MM,
  KIND_OWNERSHIP,
  KIND_STRANDED_LAZY,
} from '../abi.js';
import { NO_MM } from '../scenario/scenario.js';
import { KIND_WORDS } from '../words.js';
import { mm_cid_clear_lazy_put, mm_cid_is_lazy_put, mm_cid_is_unset, mm_cid_is_valid } from './cid-word.js';
import type { Frame } from './frame.js';
import { cidLock, cidmaskWord, type Loc, mmCidLock, pcpuCid, sameLoc, useCidLock } from './location.js';
import { cidmaskWords } from './memory.js';
import { currentTask, framesInFlight, isActive, mmOf, runningFrame, usersOf, type World } from './world.js';

/** What broke, without the step. `cpu` null: the one that stepped. */
export interface Finding {
  readonly kind: number;
  readonly cpu: number | null;
  readonly mm: number;
  readonly cid: number;
  /** In cpu order. */
  readonly tasks: number[];
}

const finding = (
  kind: number,
  mm = -1,
  cid = -1,
  tasks: number[] = [],
  cpu: number | null = null,
): Finding => ({
  kind,
  cpu,
  mm,
  cid,
  tasks,
});

/** What the checks look at: the world, and two sweeps over it that most of them need, each made where it is asked for. */
class State {
  #holders: readonly Holder[] | null = null;
  #frames: readonly Frame[] | null = null;

  constructor(readonly world: World) {}

  get holders(): readonly Holder[] {
    this.#holders ??= holdersOf(this.world);
    return this.#holders;
  }

  /** In flight. */
  get frames(): readonly Frame[] {
    this.#frames ??= framesInFlight(this.world);
    return this.#frames;
  }
}

type Check = (state: State) => Finding | null;

/** Those made after every step, in their order. */
const STEP_CHECKS: readonly (readonly [kind: number, check: Check])[] = [
  [KIND_DUPLICATE_CID, checkDuplicateCid],
  [KIND_FREED_IN_USE, checkFreedInUse],
  [KIND_OWNERSHIP, checkOwnership],
  [KIND_BAD_CID, checkBadCid],
  [KIND_NULL_MM, checkNullMm],
  [KIND_LIVELOCK, checkLivelock],
  [KIND_COMPACTNESS, checkCompactness],
];

/** Those made once, at the end of the run, in their order. */
const END_CHECKS: readonly (readonly [kind: number, check: Check])[] = [
  [KIND_STRANDED_LAZY, checkStrandedLazy],
  [KIND_LOCK_LEAK, checkLockLeak],
];

/** v6.3 has no slots, no lazy cids, and no lock of the whole machine. */
const V63_KINDS: ReadonlySet<number> = new Set([
  KIND_DUPLICATE_CID,
  KIND_BAD_CID,
  KIND_NULL_MM,
  KIND_LIVELOCK,
  KIND_OWNERSHIP,
]);

/** Whether a kind of violation counts in this world: its `oracle`, and what its algo can be asked. */
function counts(world: World, kind: number): boolean {
  const { oracle, algo } = world.scenario;
  if (algo === 'v6.3' && !V63_KINDS.has(kind)) return false;
  if (oracle === null) return kind !== KIND_COMPACTNESS;
  return oracle.some((word) => word === KIND_WORDS[kind]);
}

/** The checks that a run makes. */
export interface Checks {
  afterStep(): Finding | null;
  atEnd(): Finding | null;
}

/** The checks that count in this world. */
export function checksOf(world: World): Checks {
  const only = (checks: typeof STEP_CHECKS): Check[] =>
    checks.filter(([kind]) => counts(world, kind)).map(([, check]) => check);
  const step = only(STEP_CHECKS);
  const end = only(END_CHECKS);
  return { afterStep: () => firstOf(world, step), atEnd: () => firstOf(world, end) };
}

function firstOf(world: World, checks: readonly Check[]): Finding | null {
  const state = new State(world);
  for (const check of checks) {
    const found = check(state);
    if (found !== null) return found;
  }
  return null;
}

/** A cpu's current task that is active with a cid, all as that cpu sees it. */
interface Holder {
  readonly cpu: number;
  readonly task: number;
  readonly mm: number;
  readonly cid: number;
}

/** Sorted by mm, cid and cpu: the order among equals. */
function holdersOf(world: World): Holder[] {
  const all: Holder[] = [];
  for (const { id: cpu } of world.cpus) {
    const task = currentTask(world, cpu);
    if (task.mm_cid < 0 || !isActive(world, cpu, task)) continue;
    const mm = mmOf(world, cpu, task);
    if (mm !== NO_MM) all.push({ cpu, task: task.id, mm, cid: task.mm_cid });
  }
  return all.sort((x, y) => x.mm - y.mm || x.cid - y.cid || x.cpu - y.cpu);
}

const sameCid = (x: Holder, y: Holder): boolean => x.mm === y.mm && x.cid === y.cid;

/** All that hold what `one` holds. */
const together = (all: readonly Holder[], one: Holder): number[] =>
  all.filter((other) => sameCid(other, one)).map(({ task }) => task);

function checkDuplicateCid({ holders: all }: State): Finding | null {
  const second = all.find((holder, index) => index > 0 && sameCid(all[index - 1]!, holder));
  if (second === undefined) return null;
  return finding(KIND_DUPLICATE_CID, second.mm, second.cid, together(all, second));
}

function checkFreedInUse({ world, holders: all }: State): Finding | null {
  for (const holder of all) {
    const slot = world.memory.seen(holder.cpu, pcpuCid(holder.mm, holder.cpu));
    const named = mm_cid_is_unset(slot) ? -1 : mm_cid_clear_lazy_put(slot);
    if (named !== holder.cid) return finding(KIND_FREED_IN_USE, holder.mm, holder.cid, together(all, holder));
  }
  return null;
}

function checkOwnership({ world, frames }: State): Finding | null {
  const { cpus, mmNames } = world.scenario;
  const owners = new Uint16Array(cpus);
  for (let mm = 0; mm < mmNames.length; mm++) {
    owners.fill(0);
    if (world.scenario.algo === 'v6.3') {
      if (world.memory.inMemory(mmCidLock(mm)) !== 0) continue;
      for (const task of world.tasks) if (task.usesMm === mm && task.mm_cid >= 0) owners[task.mm_cid]!++;
    } else {
      for (let cpu = 0; cpu < cpus; cpu++) {
        const slot = world.memory.inMemory(pcpuCid(mm, cpu));
        if (!mm_cid_is_unset(slot)) owners[mm_cid_clear_lazy_put(slot)]!++;
        for (const cid of cidsWaiting(world, mm, cpu)) owners[cid]!++;
      }
      for (const frame of frames) if (ownsBitIn(world, frame, mm)) owners[frame.owns!.cid]!++;
    }
    const bits = maskBits(world, mm);
    for (let cid = 0; cid < cpus; cid++) {
      if (owners[cid] === bitAt(bits, cid)) continue;
      if (!world.memory.buffered(wordOf(mm, cid))) return finding(KIND_OWNERSHIP, mm, cid);
    }
  }
  return null;
}

/** The valid cids that a cpu has stored to its own slot, and that have not reached memory. */
function cidsWaiting({ memory }: World, mm: number, cpu: number): number[] {
  const slot = pcpuCid(mm, cpu);
  return memory
    .waiting(cpu)
    .filter(({ loc, value }) => sameLoc(loc, slot) && mm_cid_is_valid(Number(value)))
    .map(({ value }) => Number(value));
}

/** The frame owns a bit of that mask: not before its change of the slot to UNSET has reached memory. */
function ownsBitIn({ memory }: World, { owns, cpu }: Frame, mm: number): boolean {
  if (owns?.mm !== mm) return false;
  const { slot } = owns;
  return slot === null || !memory.waiting(cpu).some(({ loc }) => sameLoc(loc, slot));
}

function checkBadCid({ world }: State): Finding | null {
  const mm = world.noted.badCidIn;
  return mm < 0 ? null : finding(KIND_BAD_CID, mm);
}

function checkNullMm({ world }: State): Finding | null {
  return world.noted.nullMm ? finding(KIND_NULL_MM) : null;
}

function checkLivelock({ world, frames }: State): Finding | null {
  const { maskFullIn: mm, spunOn } = world.noted;
  if (mm >= 0 && maskIsFull(world, mm)) {
    const owned = frames.some((frame) => ownsBitIn(world, frame, mm));
    if (!owned && !maskIsBuffered(world, mm)) return finding(KIND_LIVELOCK, mm);
  }
  if (spunOn !== null) {
    const held = frames.some(({ holdsLock }) => holdsLock !== null && sameLoc(holdsLock, spunOn));
    const lockedMm = sameLoc(spunOn, cidLock) ? -1 : spunOn.a;
    if (!held && !world.memory.buffered(spunOn)) return finding(KIND_LIVELOCK, lockedMm);
  }
  return null;
}

function checkCompactness({ world, holders: all }: State): Finding | null {
  for (const holder of all) {
    if (holder.cid >= usersOf(world, holder.mm)) {
      return finding(KIND_COMPACTNESS, holder.mm, holder.cid, together(all, holder));
    }
  }
  return null;
}

function checkStrandedLazy({ world, frames }: State): Finding | null {
  const { cpus, mmNames } = world.scenario;
  for (let mm = 0; mm < mmNames.length; mm++) {
    let first: Finding | null = null;
    for (let cpu = 0; cpu < cpus; cpu++) {
      const slot = world.memory.inMemory(pcpuCid(mm, cpu));
      if (!mm_cid_is_lazy_put(slot) || !isStranded(world, frames, mm, cpu)) continue;
      const cid = mm_cid_clear_lazy_put(slot);
      if (first === null || cid < first.cid) first = finding(KIND_STRANDED_LAZY, mm, cid, [], cpu);
    }
    if (first !== null) return first;
  }
  return null;
}

/** Nobody is there who would clear this lazy slot: no routine on its cpu, no user, no clear-old. */
function isStranded(world: World, frames: readonly Frame[], mm: number, cpu: number): boolean {
  if (runningFrame(world, cpu) !== null) return false;
  const task = currentTask(world, cpu);
  if (isActive(world, cpu, task) && mmOf(world, cpu, task) === mm) return false;
  return frames.every(({ clearingLazy: slot }) => slot === null || slot.mm !== mm || slot.cpu !== cpu);
}

function checkLockLeak({ world, frames }: State): Finding | null {
  const held = world.memory.inMemory(cidLock) !== 0;
  if (held && !frames.some(({ holdsLock }) => holdsLock !== null && sameLoc(holdsLock, cidLock))) {
    return finding(KIND_LOCK_LEAK);
  }
  const forced = world.memory.inMemory(useCidLock) !== 0;
  if (forced && !frames.some(({ forcing }) => forcing)) return finding(KIND_LOCK_LEAK);
  return null;
}

/** Where a cid's bit is. */
const wordOf = (mm: number, cid: number): Loc => cidmaskWord(mm, Math.floor(cid / 64));

/** An mm's cidmask in memory, in 32-bit halves of its words. */
function maskBits(world: World, mm: number): number[] {
  const halves: number[] = [];
  for (let index = 0; index < cidmaskWords(world.scenario.cpus); index++) {
    const word = world.memory.inMemory(cidmaskWord(mm, index));
    halves.push(Number(word & 0xffffffffn), Number(word >> 32n));
  }
  return halves;
}

const bitAt = (halves: readonly number[], cid: number): number => (halves[cid >> 5]! >>> (cid & 31)) & 1;

function maskIsFull(world: World, mm: number): boolean {
  const bits = maskBits(world, mm);
  for (let cid = 0; cid < world.scenario.cpus; cid++) if (bitAt(bits, cid) === 0) return false;
  return true;
}

function maskIsBuffered(world: World, mm: number): boolean {
  for (let index = 0; index < cidmaskWords(world.scenario.cpus); index++) {
    if (world.memory.buffered(cidmaskWord(mm, index))) return true;
  }
  return false;
}
