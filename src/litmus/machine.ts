import { BUFFER_STORES } from '../engine/addresses.js';
import { FENCE_MB, type LitmusMemory, RMW_LOCK, STORE_UNLOCK } from '../engine/litmus-memory.js';
import { MARK_ATOMIC, MARK_BEFORE_ATOMIC, MARK_LOCKED, MARK_RELOCKED, MARK_UNLOCKED } from './ahead.js';
import { bitOf, type Instr, type Operand, type Target } from './compile.js';
import { evaluate } from './evaluate.js';
import { addressOf, locationOf, type Term } from './litmus-test.js';
import { Locals } from './locals.js';
import type { Program } from './program.js';

/**
 * Threads that run a program on the engine's memory, one step at a time.
 *
 * A step is an operation of a thread, or a waiting store that reaches memory; a load is one for each value that it
 * may return. Moves and branches are no steps: they come with the one before. With `reduce`, neither is what
 * makes no difference to any other thread, or only a smaller one the later it comes:
 *  - a fence that only narrows what later loads may return: the earlier, the more they may;
 *  - a store, where it goes into a buffer with room: only its own thread sees that;
 *  - an access to a location that no other thread will get in the way of.
 * A load of such a location that may return several values is still several steps, but those of other threads
 * can wait until after it. Programs have no loops, so nobody waits for ever.
 *
 * An access to what is no location ends the run: it is no execution, and has no final state.
 */
export class Machine {
  readonly locals: Locals;
  private readonly buffering: boolean;
  private readonly weak: boolean;
  private readonly threads: number;
  /** An access went to no location. */
  private lost = false;
  /** What the current thread's registers hold. */
  private readonly registerOf: (register: number) => number;
  private base = 0;

  constructor(
    readonly memory: LitmusMemory,
    readonly program: Program,
    readonly reduce: boolean,
  ) {
    const { test, model } = program;
    this.weak = model === 'weak';
    this.buffering = model !== 'sc';
    this.threads = program.threads.length;
    this.locals = new Locals(program);
    const { words } = this.locals;
    this.registerOf = (register) => words[this.base + register]!;
    memory.begin(this.threads, model, test.locations.length);
    test.init.forEach((value, loc) => {
      memory.init(loc, value);
    });
  }

  /** The steps that can be taken now, as numbers for `take`. None: the end, or a deadlock. */
  steps(): number[] {
    const steps: number[] = [];
    if (this.reduce) {
      for (let t = 0; t < this.threads; t++) {
        const instr = this.next(t);
        if (instr?.op !== 'load' || !this.isAlone(t, instr)) continue;
        this.addOps(t, instr, steps);
        return steps;
      }
    }
    for (let t = 0; t < this.threads; t++) {
      const instr = this.next(t);
      if (instr) this.addOps(t, instr, steps);
      const waiting = this.memory.waiting(t);
      for (let i = 0; i < waiting; i++) if (this.memory.mayFlush(t, i)) steps.push(stepOf(t, i, true));
    }
    return steps;
  }

  /** Takes a step, and what comes with it. False: it cannot be taken, and the state is of no use any more. */
  take(step: number): boolean {
    this.lost = false;
    const t = step >>> THREAD_SHIFT;
    const i = (step >>> 1) & MAX_INDEX;
    if (step & 1) this.memory.flush(t, i);
    else if (!this.execute(t, this.next(t)!, i)) return false;
    return this.settle();
  }

  /** Executes all that is no step. False: as with `take`. */
  settle(): boolean {
    for (let again = true; again; ) {
      again = false;
      for (let t = 0; t < this.threads; t++) {
        while (!this.lost && (this.along(t) || this.drainQuietly(t))) again = true;
        this.locals.forgetUnlocked(t, this.memory.waiting(t));
      }
      if (this.lost) return false;
    }
    return true;
  }

  /** Whether all threads are at their ends, and nothing waits. */
  hasEnded(): boolean {
    for (let t = 0; t < this.threads; t++) {
      if (this.next(t) || this.memory.waiting(t) > 0) return false;
    }
    return true;
  }

  /** The value of a term of the condition in the state now. */
  readonly termValue = (term: Term): number => {
    switch (term.kind) {
      case 'number':
        return term.value;
      case 'address':
        return addressOf(term.loc);
      case 'memory':
        return this.memory.value(term.loc);
      case 'register':
        return this.locals.words[this.locals.registers(term.thread) + term.register]!;
    }
  };

  private next(t: number): Instr | undefined {
    return this.program.threads[t]!.instrs[this.locals.words[t]!];
  }

  private addOps(t: number, instr: Instr, steps: number[]): void {
    if (instr.op === 'end_grace' && this.locals.awaited(t) !== 0) return;
    let ages = 0;
    if (instr.op === 'load') {
      const loc = this.locate(t, instr.addr);
      if (loc >= 0) ages = this.memory.ages(t, loc, this.positionOf(t, instr.addr));
    }
    for (let age = 0; age <= ages; age++) steps.push(stepOf(t, age, false));
  }

  /** Executes the operation of `t` that is next, where that is no step. */
  private along(t: number): boolean {
    const instr = this.next(t);
    return instr !== undefined && this.isNoStep(t, instr) && this.execute(t, instr, 0);
  }

  private isNoStep(t: number, instr: Instr): boolean {
    switch (instr.op) {
      case 'mov':
      case 'branch':
      case 'jump':
      case 'before_atomic':
        return true;
      case 'fence':
        return this.reduce && (instr.kind !== FENCE_MB || this.memory.waiting(t) === 0);
      case 'after_atomic':
      case 'after_spinlock':
      case 'after_unlock_lock':
        return this.reduce && this.memory.waiting(t) === 0;
      case 'store':
        if (!this.reduce) return false;
        if (this.buffering) return this.memory.waiting(t) < BUFFER_STORES && !this.locals.usesRcu(t);
        return this.isAlone(t, instr);
      case 'load':
        return this.reduce && this.isAlone(t, instr) && this.returnsOne(t, instr);
      default:
        return false;
    }
  }

  private returnsOne(t: number, { addr }: Instr & { op: 'load' }): boolean {
    const loc = this.locate(t, addr);
    return loc < 0 || this.memory.ages(t, loc, this.positionOf(t, addr)) === 0;
  }

  /** Whether no other thread will write what `t` accesses now, nor read what it writes. */
  private isAlone(t: number, instr: Instr & { op: 'load' | 'store' }): boolean {
    const loc = this.locate(t, instr.addr);
    if (loc < 0) return true;
    const others = this.others(t);
    return (bitOf(loc) & (instr.op === 'load' ? others.writes : others.writes | others.reads)) === 0;
  }

  /** What threads other than `t` may yet read, and write. */
  private others(t: number): { reads: number; writes: number } {
    let reads = 0;
    let writes = 0;
    for (let u = 0; u < this.threads; u++) {
      if (u === t) continue;
      const pc = this.locals.words[u]!;
      reads |= this.program.ahead[u]!.reads[pc]!;
      writes |= this.program.ahead[u]!.writes[pc]! | this.waitingSet(u);
    }
    return { reads, writes };
  }

  /** The locations that stores of `t` wait to reach. */
  private waitingSet(t: number): number {
    const { memory } = this;
    let set = 0;
    for (let i = memory.waiting(t) - 1; i >= 0; i--) {
      set |= bitOf(memory.locationAt(memory.words[memory.entryAt(t, i)]!));
    }
    return set;
  }

  /**
   * Drains a store of `t` that nobody will see, or see being overtaken: to a location that no other thread accesses,
   * nor this one loads; or that nobody reads, not even at the end.
   */
  private drainQuietly(t: number): boolean {
    const { memory, program } = this;
    const waiting = this.reduce ? memory.waiting(t) : 0;
    if (waiting === 0) return false;
    const { reads, writes } = this.others(t);
    const ahead = program.ahead[t]!;
    const pc = this.locals.words[t]!;
    const seen = reads | ahead.loads[pc]!;
    const contested = writes & (program.observed | ahead.reads[pc]!);
    for (let i = 0; i < waiting; i++) {
      const bit = bitOf(memory.locationAt(memory.words[memory.entryAt(t, i)]!));
      if ((bit & (seen | contested)) !== 0 || !memory.mayFlush(t, i)) continue;
      memory.flush(t, i);
      return true;
    }
    return false;
  }

  /** Executes the operation of `t` that is next. False: it has to wait, or goes to no location. */
  private execute(t: number, instr: Instr, age: number): boolean {
    const { memory, locals } = this;
    const { words } = locals;
    let pc = words[t]! + 1;
    switch (instr.op) {
      case 'load': {
        const loc = this.locate(t, instr.addr);
        if (loc < 0) return this.lose();
        const value = memory.load(t, loc, age, this.positionOf(t, instr.addr), instr.acquire);
        locals.set(t, instr.dst, value, this.weak ? memory.position() : 0);
        break;
      }
      case 'store': {
        const loc = this.locate(t, instr.addr);
        if (loc < 0) return this.lose();
        const since = Math.max(this.positionOf(t, instr.addr), this.positionOf(t, instr.val));
        memory.store(t, loc, this.value(t, instr.val), instr.order, since);
        if (instr.order === STORE_UNLOCK) locals.mark(t, MARK_UNLOCKED);
        break;
      }
      case 'rmw':
        if (!this.rmw(t, instr)) return this.lose();
        break;
      case 'lock': {
        const loc = this.locate(t, instr.addr);
        if (loc < 0) return this.lose();
        if (memory.rmwOld(t, loc) !== 0) return false;
        this.beforeAtomic(t);
        memory.rmwWrite(t, loc, 1, RMW_LOCK);
        locals.mark(t, MARK_ATOMIC | MARK_LOCKED | (locals.has(t, MARK_UNLOCKED) ? MARK_RELOCKED : 0));
        break;
      }
      case 'fence':
        memory.fence(t, instr.kind);
        break;
      case 'before_atomic':
        locals.mark(t, MARK_BEFORE_ATOMIC);
        break;
      case 'after_atomic':
        if (locals.has(t, MARK_ATOMIC)) memory.fence(t, FENCE_MB);
        break;
      case 'after_spinlock':
        if (locals.has(t, MARK_LOCKED)) memory.fence(t, FENCE_MB);
        break;
      case 'after_unlock_lock':
        if (locals.has(t, MARK_RELOCKED)) memory.fence(t, FENCE_MB);
        break;
      case 'mov':
        locals.set(t, instr.dst, this.value(t, instr.val), this.positionOf(t, instr.val));
        break;
      case 'branch':
        if (this.value(t, instr.cond) === 0) pc = instr.otherwise;
        break;
      case 'jump':
        pc = instr.to;
        break;
      default:
        this.rcu(t, instr.op);
    }
    words[t] = pc;
    return true;
  }

  private rmw(t: number, instr: Instr & { op: 'rmw' }): boolean {
    const { memory, locals } = this;
    const loc = this.locate(t, instr.addr);
    if (loc < 0) return false;
    const after = this.positionOf(t, instr.addr);
    const operand = this.value(t, instr.val);
    const than = instr.than ? this.value(t, instr.than) : 0;
    const old = memory.rmwOld(t, loc);
    const position = this.weak ? Math.max(after, memory.position()) : 0;
    const adds = instr.kind === 'fetch_add' || instr.kind === 'add_unless';
    const fails = (instr.kind === 'cmpxchg' && old !== than) || (instr.kind === 'add_unless' && old === than);
    if (fails) {
      memory.rmwFail(t, loc);
    } else {
      this.beforeAtomic(t);
      memory.rmwWrite(t, loc, adds ? (old + operand) | 0 : operand, instr.order);
      locals.mark(t, MARK_ATOMIC);
    }
    if (instr.dst !== null) locals.set(t, instr.dst, old, position);
    return true;
  }

  /** smp_mb__before_atomic(): orders what was before it with the next rmw, and all after that. */
  private beforeAtomic(t: number): void {
    if (!this.locals.has(t, MARK_BEFORE_ATOMIC)) return;
    this.memory.fence(t, FENCE_MB);
    this.locals.unmark(t, MARK_BEFORE_ATOMIC);
  }

  private rcu(t: number, op: 'rcu_read_lock' | 'rcu_read_unlock' | 'begin_grace' | 'end_grace'): void {
    const { memory, locals } = this;
    switch (op) {
      case 'rcu_read_lock':
        if (locals.enter(t) && this.weak) memory.raise(t, locals.graceBegan());
        break;
      case 'rcu_read_unlock':
        locals.leave(t);
        break;
      case 'begin_grace':
        memory.fence(t, FENCE_MB);
        locals.beginGrace(t, memory.now());
        break;
      case 'end_grace':
        for (let u = 0; u < this.threads; u++) if (locals.hasUnlocked(u)) memory.drain(u);
        memory.fence(t, FENCE_MB);
    }
  }

  private lose(): false {
    this.lost = true;
    return false;
  }

  private value(t: number, { expr }: Operand): number {
    this.base = this.locals.registers(t);
    return evaluate(expr, this.registerOf);
  }

  /** The location of an address, or -1. */
  private locate(t: number, addr: Target): number {
    const loc = locationOf(this.value(t, addr), this.program.test.locations.length);
    return loc >= 0 && (addr.may & bitOf(loc)) !== 0 ? loc : -1;
  }

  /** The largest position that an operand depends on. */
  private positionOf(t: number, { registers }: Operand): number {
    const { locals } = this;
    let position = 0;
    for (const register of registers) position = Math.max(position, locals.position(t, register));
    return position;
  }
}

// A step as a number: thread, age or index of the waiting store, and whether it is that store's.
const THREAD_SHIFT = 20;
const MAX_INDEX = (1 << (THREAD_SHIFT - 1)) - 1;

function stepOf(t: number, i: number, isDrain: boolean): number {
  return (t << THREAD_SHIFT) | (i << 1) | Number(isDrain);
}
