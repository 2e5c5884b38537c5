import type { Memory } from '../words.js';

/** What a litmus test may answer under a model. */
export type Expectation = 'allowed' | 'forbidden';

export const BINARY_OPS = [
  '+',
  '-',
  '*',
  '/',
  '%',
  '&',
  '|',
  '^',
  '<<',
  '>>',
  '==',
  '!=',
  '<',
  '>',
  '<=',
  '>=',
  '&&',
  '||',
] as const;
export const UNARY_OPS = ['!', '~', 'neg'] as const;
export const COMPARISONS = ['==', '!=', '<', '>', '<=', '>='] as const;
export const LOAD_ORDERS = ['once', 'acquire', 'plain'] as const;
export const STORE_ORDERS = ['once', 'release', 'plain'] as const;
export const RMW_KINDS = ['xchg', 'fetch_add', 'cmpxchg', 'add_unless'] as const;
export const RMW_ORDERS = ['full', 'acquire', 'release', 'once', 'noreturn'] as const;
export const FENCES = [
  'mb',
  'rmb',
  'wmb',
  'barrier',
  'before_atomic',
  'after_atomic',
  'after_spinlock',
  'after_unlock_lock',
  'mfence',
  'lfence',
  'sfence',
] as const;

export type BinaryOp = (typeof BINARY_OPS)[number];
export type UnaryOp = (typeof UNARY_OPS)[number];
export type Comparison = (typeof COMPARISONS)[number];
export type RmwKind = (typeof RMW_KINDS)[number];
export type RmwOrder = (typeof RMW_ORDERS)[number];
export type Fence = (typeof FENCES)[number];

/** Locations and registers are numbers here, in the order in which the test names them. */
export type Expr =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'address'; readonly loc: number }
  | { readonly kind: 'register'; readonly register: number }
  | { readonly kind: 'unary'; readonly op: UnaryOp; readonly of: Expr }
  | { readonly kind: 'binary'; readonly op: BinaryOp; readonly left: Expr; readonly right: Expr };

export type Op =
  | { readonly op: 'load'; readonly dst: number; readonly addr: Expr; readonly acquire: boolean }
  | { readonly op: 'store'; readonly addr: Expr; readonly val: Expr; readonly release: boolean }
  | {
      readonly op: 'rmw';
      readonly kind: RmwKind;
      /** Null where nobody wants the old value. */
      readonly dst: number | null;
      readonly addr: Expr;
      readonly val: Expr;
      /** cmpxchg: writes where equal. add_unless: writes where not. */
      readonly than: Expr | null;
      readonly order: RmwOrder;
    }
  | { readonly op: 'fence'; readonly kind: Fence }
  | { readonly op: 'mov'; readonly dst: number; readonly val: Expr }
  | { readonly op: 'if'; readonly cond: Expr; readonly yes: readonly Op[]; readonly no: readonly Op[] }
  | { readonly op: 'lock'; readonly addr: Expr }
  | { readonly op: 'unlock'; readonly addr: Expr }
  | { readonly op: 'rcu_read_lock' | 'rcu_read_unlock' | 'synchronize_rcu' };

export type Term =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'address'; readonly loc: number }
  | { readonly kind: 'memory'; readonly loc: number }
  | { readonly kind: 'register'; readonly thread: number; readonly register: number };

export type Cond =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'and' | 'or'; readonly left: Cond; readonly right: Cond }
  | { readonly kind: 'not'; readonly of: Cond }
  | { readonly kind: 'compare'; readonly op: Comparison; readonly left: Term; readonly right: Term };

export interface LitmusTest {
  readonly name: string;
  /** In the order of `init`. */
  readonly locations: readonly string[];
  /** A value for each location, an address as `addressOf` has it. */
  readonly init: readonly number[];
  readonly threads: readonly (readonly Op[])[];
  /** The names of each thread's registers, those of the condition included. */
  readonly registers: readonly (readonly string[])[];
  /** What they start with, an address as `addressOf` has it. */
  readonly regInit: readonly (readonly number[])[];
  readonly reach: Cond;
  /** Final states that do not meet it are not looked at. */
  readonly filter: Cond | null;
  readonly expected: Readonly<Partial<Record<Memory, Expectation>>>;
  /** What an engine must do beyond delayed stores and older values to show what `weak` allows. */
  readonly needs: readonly string[];
}

/** Far from the numbers that tests compute with, and from each other. */
const FIRST_ADDRESS = 0x40000000;
const ADDRESS_STEP = 0x10000;

/** The number that is the address of a location. */
export function addressOf(loc: number): number {
  return FIRST_ADDRESS + loc * ADDRESS_STEP;
}

/** The location of which a number is the address, or -1. `locations`: how many there are. */
export function locationOf(value: number, locations: number): number {
  const loc = (value - FIRST_ADDRESS) / ADDRESS_STEP;
  return Number.isInteger(loc) && loc >= 0 && loc < locations ? loc : -1;
}
