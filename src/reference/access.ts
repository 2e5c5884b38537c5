/**
 * The accesses that a routine can ask for. A routine is a generator: each `yield` is a point between two
 * micro-steps, and hands over the request for the next access. Nothing of a request is carried out before its
 * step; what may change until then (the time, above all) is a thunk, read with the access.
 */
import type { Loc, Word } from './location.js';
import { type Loaded, type LoadOrder, type StoreOrder, UNORDERED } from './memory.js';

/** What a routine waits for. `irqs-off` is no access: it becomes part of the step of the access after it. */
export type Request =
  | { readonly op: 'load'; readonly loc: Loc; readonly order: LoadOrder }
  | {
      readonly op: 'store';
      readonly loc: Loc;
      readonly value: Word | (() => Word);
      readonly order: StoreOrder;
    }
  | { readonly op: 'cmpxchg'; readonly loc: Loc<number>; readonly expected: number; readonly desired: number }
  | { readonly op: 'test-and-set'; readonly mm: number; readonly cid: number }
  | { readonly op: 'clear'; readonly mm: number; readonly cid: number }
  | { readonly op: 'lock'; readonly loc: Loc<number> }
  | { readonly op: 'mb' }
  | { readonly op: 'irqs-off' };

/** What an access tells its routine: cmpxchg what it found, a bit or a lock whether it was set. */
export type Answer = Loaded<Word> | Word | boolean | undefined;

/** A kernel routine, or a part of one. */
export type Routine<T = void> = Generator<Request, T, Answer>;

/** `L`: READ_ONCE() and plain loads; with an `order`, also those that something else orders. */
export function* load<W extends Word>(loc: Loc<W>, order: LoadOrder = UNORDERED): Routine<W> {
  return ((yield { op: 'load', loc, order }) as Loaded<W>).value;
}

/** `L`: rcu_dereference(), which also tells since when the pointer was there: what it points to is not older. */
export function* rcu_dereference<W extends Word>(loc: Loc<W>): Routine<Loaded<W>> {
  return (yield { op: 'load', loc, order: UNORDERED }) as Loaded<W>;
}

/** `S`: WRITE_ONCE() and plain stores. A thunk is called when the store executes. */
export function* store<W extends Word>(
  loc: Loc<W>,
  value: W | (() => W),
  order: StoreOrder = 'plain',
): Routine {
  yield { op: 'store', loc, value, order };
}

/** `MB`: smp_mb() and its like. */
export function* smp_mb(): Routine {
  yield { op: 'mb' };
}

/** `RMW`: cmpxchg(), which returns what it found. */
export function* cmpxchg(loc: Loc<number>, expected: number, desired: number): Routine<number> {
  return (yield { op: 'cmpxchg', loc, expected, desired }) as number;
}

/** `RMW`: try_cmpxchg(), true on success. */
export function* try_cmpxchg(loc: Loc<number>, expected: number, desired: number): Routine<boolean> {
  return (yield* cmpxchg(loc, expected, desired)) === expected;
}

/** `RMW`: cpumask_test_and_set_cpu() on the mm's cidmask, true if the bit was set before. */
export function* cpumask_test_and_set_cpu(cid: number, mm: number): Routine<boolean> {
  return (yield { op: 'test-and-set', mm, cid }) as boolean;
}

/** `RMW`: cpumask_clear_cpu() on the mm's cidmask. */
export function* cpumask_clear_cpu(cid: number, mm: number): Routine {
  yield { op: 'clear', mm, cid };
}

/** One attempt at a lock: an `RMW`, or a spin. True when it was held by another. */
export function* lock_is_held(loc: Loc<number>): Routine<boolean> {
  return (yield { op: 'lock', loc }) as boolean;
}

/** The point before irqs go off: they go off with the access after it, not before. */
export function* before_irqs_off(): Routine {
  yield { op: 'irqs-off' };
}
