import type { Program } from './program.js';

/** Words for each thread before the registers: where it is, MARK_*, depth in read sections, whom it waits for. */
const PC = 0;
const MARKS = 1;
const NESTING = 2;
const AWAITED = 3;
const WORDS_A_THREAD = 4;

/**
 * All that is not memory: where the threads are, their registers (values, and the positions that these were
 * read from), and RCU. It is one block of words, so that it is soon saved.
 */
export class Locals {
  readonly words: Int32Array;
  private readonly threads: number;
  /** Two words of RCU's: threads with stores that wait from before an unlock; where the last grace period began. */
  private readonly unlocked: number;
  /** Where the registers of each thread begin, the values of all before the positions of all. */
  private readonly bases: readonly number[];
  private readonly registerCount: number;
  private readonly rcu: readonly boolean[];

  constructor(private readonly program: Program) {
    this.threads = program.threads.length;
    this.unlocked = WORDS_A_THREAD * this.threads;
    let base = this.unlocked + 2;
    this.bases = program.threads.map((code) => {
      base += code.registers;
      return base - code.registers;
    });
    this.registerCount = base - this.unlocked - 2;
    this.words = new Int32Array(base + this.registerCount);
    this.rcu = program.threads.map(({ instrs }) => instrs.some(({ op }) => op === 'rcu_read_unlock'));
    program.test.regInit.forEach((values, t) => {
      this.words.set(values, this.bases[t]!);
    });
  }

  /** The word where the values of a thread's registers begin. */
  registers(t: number): number {
    return this.bases[t]!;
  }

  position(t: number, register: number): number {
    return this.words[this.bases[t]! + this.registerCount + register]!;
  }

  set(t: number, register: number, value: number, position: number): void {
    const at = this.bases[t]! + register;
    this.words[at] = value;
    this.words[at + this.registerCount] = position;
  }

  has(t: number, mark: number): boolean {
    return (this.words[MARKS * this.threads + t]! & mark) !== 0;
  }

  mark(t: number, marks: number): void {
    this.words[MARKS * this.threads + t]! |= marks;
  }

  unmark(t: number, marks: number): void {
    this.words[MARKS * this.threads + t]! &= ~marks;
  }

  /** Whether the thread has read-side critical sections. */
  usesRcu(t: number): boolean {
    return this.rcu[t]!;
  }

  /** Enters a read-side critical section. True: it is the outermost. */
  enter(t: number): boolean {
    return this.words[NESTING * this.threads + t]!++ === 0;
  }

  /** Leaves one. Who waited for that does no more. */
  leave(t: number): void {
    const at = NESTING * this.threads + t;
    if (this.words[at] === 0) return;
    this.words[at]!--;
    if (this.words[at] !== 0) return;
    this.words[this.unlocked]! |= 1 << t;
    for (let u = 0; u < this.threads; u++) this.words[AWAITED * this.threads + u]! &= ~(1 << t);
  }

  /** A grace period of `t` begins at this position, and waits for those who are in a section. */
  beginGrace(t: number, position: number): void {
    let readers = 0;
    for (let u = 0; u < this.threads; u++) {
      if (this.words[NESTING * this.threads + u]! > 0) readers |= 1 << u;
    }
    this.words[AWAITED * this.threads + t] = readers;
    this.words[this.unlocked + 1] = position;
  }

  /** The readers that the grace period of `t` waits for. */
  awaited(t: number): number {
    return this.words[AWAITED * this.threads + t]!;
  }

  /** Where the last grace period began. */
  graceBegan(): number {
    return this.words[this.unlocked + 1]!;
  }

  /** Whether stores of `t` may wait that it made before it left a section. */
  hasUnlocked(t: number): boolean {
    return (this.words[this.unlocked]! & (1 << t)) !== 0;
  }

  /** Nothing does where nothing waits. */
  forgetUnlocked(t: number, waiting: number): void {
    if (waiting === 0) this.words[this.unlocked]! &= ~(1 << t);
  }

  /**
   * Rewrites the block so that states that are as good as one become one: what nothing depends on is 0, and
   * positions are told by `rank`, 0 where the window of the thread (`floor`, a rank) begins no later.
   */
  settle(rank: (position: number) => number, floor: (t: number) => number): void {
    const { words, program, threads } = this;
    for (let t = 0; t < threads; t++) {
      const pc = words[PC * threads + t]!;
      const ahead = program.ahead[t]!;
      const values = ahead.values[pc]!;
      const positions = ahead.positions[pc]!;
      const base = this.bases[t]!;
      words[MARKS * threads + t]! &= ahead.marks[pc]!;
      for (let r = 0; r < values.length; r++) {
        if (values[r] === 0) words[base + r] = 0;
        const at = base + r + this.registerCount;
        const position = positions[r] === 0 || ahead.loads[pc] === 0 ? 0 : rank(words[at]!);
        words[at] = position <= floor(t) ? 0 : position;
      }
    }
    words[this.unlocked + 1] = rank(words[this.unlocked + 1]!);
  }
}
