import type { Code, Instr, Operand } from './compile.js';

/** What a thread may still do from an operation on: for each set a word, or a byte a register, by pc. */
export interface Ahead {
  /** Locations that it may load from. */
  readonly loads: Int32Array;
  /** The same, and what its rmws and locks read. */
  readonly reads: Int32Array;
  readonly writes: Int32Array;
  /** MARK_* that something depends on. */
  readonly marks: Int32Array;
  /** Registers whose value something depends on. */
  readonly values: readonly Uint8Array[];
  /** Registers whose position some load depends on. */
  readonly positions: readonly Uint8Array[];
}

// What a thread has done, for the fences that depend on it.
/** A read-modify-write that took effect. */
export const MARK_ATOMIC = 1;
/** A lock was taken. */
export const MARK_LOCKED = 2;
export const MARK_UNLOCKED = 4;
/** A lock was taken after an unlock. */
export const MARK_RELOCKED = 8;
/** A before_atomic, and no rmw since. */
export const MARK_BEFORE_ATOMIC = 16;

/**
 * Looks ahead from every operation of a thread. All ways lead forward, so that one pass from the end does.
 *
 * @param observed registers that the final state is asked for
 */
export function lookAhead(code: Code, observed: readonly number[]): Ahead {
  const size = code.instrs.length + 1;
  const ahead = {
    loads: new Int32Array(size),
    reads: new Int32Array(size),
    writes: new Int32Array(size),
    marks: new Int32Array(size),
    values: Array.from({ length: size }, () => new Uint8Array(code.registers)),
    positions: Array.from({ length: size }, () => new Uint8Array(code.registers)),
  };
  for (const register of observed) ahead.values[size - 1]![register] = 1;
  for (let pc = size - 2; pc >= 0; pc--) {
    const instr = code.instrs[pc]!;
    const next = instr.op === 'jump' ? instr.to : pc + 1;
    copy(ahead, next, pc);
    if (instr.op === 'branch') copy(ahead, instr.otherwise, pc);
    step(ahead, pc, instr);
  }
  return ahead;
}

/** Adds what is ahead of one operation to another. */
function copy(ahead: Ahead, from: number, to: number): void {
  for (const sets of [ahead.loads, ahead.reads, ahead.writes, ahead.marks]) sets[to]! |= sets[from]!;
  for (const sets of [ahead.values, ahead.positions]) {
    sets[from]!.forEach((live, register) => {
      sets[to]![register]! |= live;
    });
  }
}

/** Adds what an operation itself does. */
function step(ahead: Ahead, pc: number, instr: Instr): void {
  const values = ahead.values[pc]!;
  const positions = ahead.positions[pc]!;
  const use = ({ registers }: Operand, position: boolean) => {
    for (const register of registers) {
      values[register] = 1;
      if (position) positions[register] = 1;
    }
  };
  if ('dst' in instr && instr.dst !== null) {
    // It is written here: what comes later depends on that.
    const dependent = positions[instr.dst] === 1;
    values[instr.dst] = 0;
    positions[instr.dst] = 0;
    if (instr.op === 'mov') use(instr.val, dependent);
  }
  switch (instr.op) {
    case 'load':
      ahead.loads[pc]! |= instr.addr.may;
      ahead.reads[pc]! |= instr.addr.may;
      use(instr.addr, true);
      break;
    case 'store':
      ahead.writes[pc]! |= instr.addr.may;
      use(instr.addr, true);
      use(instr.val, true);
      break;
    case 'rmw':
      ahead.reads[pc]! |= instr.addr.may;
      ahead.writes[pc]! |= instr.addr.may;
      ahead.marks[pc]! |= MARK_BEFORE_ATOMIC;
      use(instr.addr, true);
      use(instr.val, false);
      if (instr.than) use(instr.than, false);
      break;
    case 'lock':
      ahead.reads[pc]! |= instr.addr.may;
      ahead.writes[pc]! |= instr.addr.may;
      ahead.marks[pc]! |= MARK_BEFORE_ATOMIC;
      use(instr.addr, false);
      break;
    case 'branch':
      use(instr.cond, false);
      break;
    case 'after_atomic':
      ahead.marks[pc]! |= MARK_ATOMIC;
      break;
    case 'after_spinlock':
      ahead.marks[pc]! |= MARK_LOCKED;
      break;
    case 'after_unlock_lock':
      ahead.marks[pc]! |= MARK_UNLOCKED | MARK_RELOCKED;
      break;
  }
}
