import type { Mutant } from '../words.js';
import { type Answer, before_irqs_off, lock_is_held, type Request, type Routine, store } from './access.js';
import type { Loc } from './location.js';
import type { Mark } from './marks.js';
import type { World } from './world.js';

/** A bit of an mm's cidmask that is a frame's. */
export interface OwnedBit {
  readonly mm: number;
  readonly cid: number;
  /** The slot that the frame has unset: the bit is the slot's until that has reached memory. Else null. */
  readonly slot: Loc<number> | null;
}

/** A cpu's slot in an mm. */
export interface Slot {
  readonly mm: number;
  readonly cpu: number;
}

/**
 * A routine under way. A switch or a tick belongs to its cpu; task work, exit and exec belong to their task,
 * and go where it goes.
 */
export class Frame {
  readonly world: World;
  /** ROUTINE_*. */
  readonly routine: number;
  /** Whose frame, as an event names it. */
  readonly task: number;
  /** Own cpu: the one that makes the step. Fixed while irqs are off, and only then to be relied on. */
  cpu: number;
  /** Irqs are off at this point. */
  irqsOff: boolean;
  /** This point is a *gap*: the task may be switched out also under `preempt none`. */
  gap = false;

  // What the checks ask a frame.

  /** The bit that is this frame's: no slot holds it, or not yet. */
  owns: OwnedBit | null = null;
  /** The cid lock that it holds. */
  holdsLock: Loc<number> | null = null;
  /** It has set use_cid_lock and will unset it. */
  forcing = false;
  /** It is between steps 5 and 7 of clear-old on that slot. */
  clearingLazy: Slot | null = null;

  /** What it asks for next; null when it has ended. */
  pending: Request | null = null;
  #body: Routine | null = null;

  constructor(world: World, routine: number, task: number, cpu: number, irqsOff: boolean) {
    this.world = world;
    this.routine = routine;
    this.task = task;
    this.cpu = cpu;
    this.irqsOff = irqsOff;
  }

  /** Runs what stands before the first access. */
  start(body: Routine): void {
    this.#body = body;
    this.resume(undefined);
  }

  /** Hands over what the access said and runs on to the point before the next one, or to the end. */
  resume(answer: Answer): void {
    const next = this.#body!.next(answer);
    this.pending = next.done === true ? null : next.value;
  }

  mutant(name: Mutant): boolean {
    return this.world.mutants.has(name);
  }

  mark(name: Mark): void {
    this.world.marks?.add(name);
  }
}

/** local_irq_save(): irqs go off, and own cpu is fixed, with the access after it. */
export function* local_irq_save(frame: Frame): Routine {
  yield* before_irqs_off();
  frame.irqsOff = true;
}

/** local_irq_restore(): belongs to the access before it. */
export function local_irq_restore(frame: Frame): void {
  frame.irqsOff = false;
}

/** raw_spin_lock(): each time the lock is found held is a step of its own. */
export function* raw_spin_lock(frame: Frame, lock: Loc<number>): Routine {
  while (yield* lock_is_held(lock)) {
    frame.mark('spin_lock: found held');
    frame.world.noted.spunOn = lock;
  }
  frame.holdsLock = lock;
}

/** raw_spin_unlock(). */
export function* raw_spin_unlock(frame: Frame, lock: Loc<number>): Routine {
  yield* store(lock, 0, 'release');
  frame.holdsLock = null;
}
