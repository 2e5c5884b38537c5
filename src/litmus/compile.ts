import {
  FENCE_MB,
  FENCE_RMB,
  FENCE_WMB,
  RMW_ACQUIRE,
  RMW_FULL,
  RMW_RELAXED,
  RMW_RELEASE,
  STORE_ONCE,
  STORE_RELEASE,
  STORE_UNLOCK,
} from '../engine/litmus-memory.js';
import type { Memory } from '../words.js';
import { evaluate, locationsOf, registersOf } from './evaluate.js';
import {
  type Expr,
  type Fence,
  type LitmusTest,
  locationOf,
  type Op,
  type RmwKind,
  type RmwOrder,
} from './litmus-test.js';

/** An expression, and the registers that it depends on. */
export interface Operand {
  readonly expr: Expr;
  readonly registers: readonly number[];
}

/** An address, and the set of locations that it may be of. */
export interface Target extends Operand {
  readonly may: number;
}

/** An operation of a thread's code. After it comes the next one, but for `branch` and `jump`. */
export type Instr =
  | { readonly op: 'load'; readonly dst: number; readonly addr: Target; readonly acquire: boolean }
  | { readonly op: 'store'; readonly addr: Target; readonly val: Operand; readonly order: number }
  | {
      readonly op: 'rmw';
      readonly kind: RmwKind;
      readonly dst: number | null;
      readonly addr: Target;
      readonly val: Operand;
      readonly than: Operand | null;
      readonly order: number;
    }
  /** kind: FENCE_*. */
  | { readonly op: 'fence'; readonly kind: number }
  /** A fence that orders only with an rmw or a lock around it. */
  | { readonly op: 'before_atomic' | 'after_atomic' | 'after_spinlock' | 'after_unlock_lock' }
  | { readonly op: 'mov'; readonly dst: number; readonly val: Operand }
  | { readonly op: 'branch'; readonly cond: Operand; readonly otherwise: number }
  | { readonly op: 'jump'; readonly to: number }
  | { readonly op: 'lock'; readonly addr: Target }
  | { readonly op: 'rcu_read_lock' | 'rcu_read_unlock' }
  /** The two halves of synchronize_rcu. */
  | { readonly op: 'begin_grace' | 'end_grace' };

/** A thread's code: it ends at `instrs.length`. */
export interface Code {
  readonly instrs: readonly Instr[];
  readonly registers: number;
}

const RMW_NUMBERS: Record<RmwOrder, number> = {
  full: RMW_FULL,
  acquire: RMW_ACQUIRE,
  release: RMW_RELEASE,
  once: RMW_RELAXED,
  noreturn: RMW_RELAXED,
};

/** The last bit of a set stands for all locations from there on: it may then say too much, never too little. */
const LAST_BIT = 30;

/** The set of one location. */
export function bitOf(loc: number): number {
  return 1 << Math.min(loc, LAST_BIT);
}

/** The code of each thread under a model. */
export function compile(test: LitmusTest, model: Memory): Code[] {
  const pointedTo = setOf(pointers(test));
  const target = (expr: Expr): Target => {
    const registers = registersOf(expr);
    if (registers.length > 0) return { expr, registers, may: setOf(locationsOf(expr)) | pointedTo };
    const loc = locationOf(
      evaluate(expr, () => 0),
      test.locations.length,
    );
    return { expr, registers, may: loc < 0 ? 0 : bitOf(loc) };
  };
  return test.threads.map((ops, t) => {
    const instrs: Instr[] = [];
    emit(ops, instrs, target, model);
    return { instrs, registers: test.registers[t]!.length };
  });
}

function operand(expr: Expr): Operand {
  return { expr, registers: registersOf(expr) };
}

function setOf(locations: readonly number[]): number {
  return locations.reduce((set, loc) => set | bitOf(loc), 0);
}

function emit(ops: readonly Op[], out: Instr[], target: (expr: Expr) => Target, model: Memory): void {
  for (const op of ops) {
    switch (op.op) {
      case 'load':
        out.push({ ...op, addr: target(op.addr) });
        break;
      case 'store':
        out.push({
          op: 'store',
          addr: target(op.addr),
          val: operand(op.val),
          order: op.release ? STORE_RELEASE : STORE_ONCE,
        });
        break;
      case 'rmw':
        out.push({
          ...op,
          addr: target(op.addr),
          val: operand(op.val),
          than: op.than && operand(op.than),
          order: RMW_NUMBERS[op.order],
        });
        break;
      case 'fence': {
        const fence = fenceOf(op.kind, model);
        if (fence) out.push(fence);
        break;
      }
      case 'mov':
        out.push({ ...op, val: operand(op.val) });
        break;
      case 'if':
        emitIf(op, out, target, model);
        break;
      case 'lock':
        out.push({ op: 'lock', addr: target(op.addr) });
        break;
      case 'unlock':
        out.push({
          op: 'store',
          addr: target(op.addr),
          val: operand({ kind: 'number', value: 0 }),
          order: STORE_UNLOCK,
        });
        break;
      case 'synchronize_rcu':
        out.push({ op: 'begin_grace' }, { op: 'end_grace' });
        break;
      default:
        out.push({ op: op.op });
    }
  }
}

function emitIf(op: Op & { op: 'if' }, out: Instr[], target: (expr: Expr) => Target, model: Memory): void {
  const branch = out.length;
  const cond = operand(op.cond);
  out.push({ op: 'branch', cond, otherwise: 0 });
  emit(op.yes, out, target, model);
  if (op.no.length === 0) {
    out[branch] = { op: 'branch', cond, otherwise: out.length };
    return;
  }
  const jump = out.length;
  out.push({ op: 'jump', to: 0 });
  out[branch] = { op: 'branch', cond, otherwise: out.length };
  emit(op.no, out, target, model);
  out[jump] = { op: 'jump', to: out.length };
}

/** What a fence is under a model; null where it is nothing. */
function fenceOf(kind: Fence, model: Memory): Instr | null {
  switch (kind) {
    case 'mb':
    case 'mfence':
      return { op: 'fence', kind: FENCE_MB };
    case 'rmb':
    case 'lfence':
      return model === 'weak' ? { op: 'fence', kind: FENCE_RMB } : null;
    case 'wmb':
    case 'sfence':
      return model === 'weak' ? { op: 'fence', kind: FENCE_WMB } : null;
    case 'barrier':
      return null;
    default:
      return model === 'weak' ? { op: kind } : null;
  }
}

/** The locations whose addresses may get into a register. */
function pointers(test: LitmusTest): number[] {
  const found = [...test.init, ...test.regInit.flat()]
    .map((value) => locationOf(value, test.locations.length))
    .filter((loc) => loc >= 0);
  const visit = (ops: readonly Op[]): void => {
    for (const op of ops) {
      // An address that is used as such goes nowhere else.
      if ('val' in op) found.push(...locationsOf(op.val));
      if (op.op === 'rmw' && op.than) found.push(...locationsOf(op.than));
      if (op.op === 'if') {
        visit(op.yes);
        visit(op.no);
      }
    }
  };
  for (const thread of test.threads) visit(thread);
  return found;
}
