/** The same figures, from the reference's events: nothing of the engine's, and no tally. */
import {
  CID_LAZY_PUT,
  CID_UNSET,
  LOC_CID,
  LOC_CID_LOCK,
  LOC_CURR,
  LOC_MASK,
  LOC_MM,
  LOC_MM_CID_LOCK,
  OP_LOAD,
  OP_MB,
  OP_RMW,
  OP_STORE,
  ROUTINE_SWITCH,
  ROUTINE_WORK,
} from '../../../src/abi.js';
import { drive } from '../../../src/event/drive.js';
import type { Event } from '../../../src/event/event.js';
import { runReference } from '../../../src/reference/run.js';
import type { Scenario } from '../../../src/scenario/scenario.js';

export interface Figures {
  rmw: number;
  locks: number;
  barriers: number;
  wordsScanned: number;
  allocations: number;
  lazyPuts: number;
  compactions: number;
  cleared: number;
  steps: number;
}

class Counter {
  readonly figures: Figures = {
    rmw: 0,
    locks: 0,
    barriers: 0,
    wordsScanned: 0,
    allocations: 0,
    lazyPuts: 0,
    compactions: 0,
    cleared: 0,
    steps: 0,
  };
  private readonly masks = new Map<string, bigint>();
  private readonly mmOf = new Map<number, number>();
  private readonly current: number[];
  /** Of each cpu's switch under way: who left, once its store to curr was seen. */
  private readonly left: (number | null)[] = [];
  private actions = 0;

  constructor(private readonly scenario: Scenario) {
    for (const [task, { mm }] of scenario.tasks.entries()) this.mmOf.set(task, mm);
    this.current = Array.from({ length: scenario.cpus }, (_, cpu) => -1 - cpu);
  }

  private isUser(task: number): boolean {
    return (this.mmOf.get(task) ?? -1) >= 0;
  }

  /** Forks have no events: those of the actions up to this one. */
  private follow(until: number): void {
    for (; this.actions < until; this.actions++) {
      const action = this.scenario.actions[this.actions]!;
      if (action.op === 'fork-process') this.mmOf.set(action.task, action.mm);
      if (action.op === 'fork-thread') this.mmOf.set(action.task, this.mmOf.get(this.current[action.cpu]!)!);
      if (action.op === 'switch') this.left[action.cpu] = null;
    }
  }

  take(event: Event): void {
    const { figures: all } = this;
    this.follow(event.action);
    all.steps++;
    const { op, loc, cpu, routine } = event;
    if (op === OP_RMW) {
      all.rmw++;
      if (event.ok) this.rmw(event);
    } else if (op === OP_LOAD && loc === LOC_MASK) {
      all.wordsScanned++;
    } else if (op === OP_MB && routine === ROUTINE_SWITCH) {
      const left = this.left[cpu];
      if (left !== null && left !== undefined && !this.isUser(left) && this.isUser(this.current[cpu]!))
        all.barriers++;
    } else if (op === OP_STORE && loc === LOC_CURR) {
      this.left[cpu] = this.current[cpu]!;
      this.current[cpu] = Number(event.value);
    } else if (op === OP_STORE && loc === LOC_MM) {
      this.mmOf.set(event.a, Number(event.value));
    } else if (op === OP_STORE && loc === LOC_MASK) {
      this.mask(event, BigInt(event.value));
    }
  }

  private mask({ a, b }: Event, after: bigint): void {
    const key = `${a} ${b}`;
    const before = this.masks.get(key) ?? 0n;
    if ((after & ~before) !== 0n) this.figures.allocations++;
    this.masks.set(key, after);
  }

  private rmw(event: Event): void {
    const { figures: all } = this;
    const { loc, routine } = event;
    if (loc === LOC_CID_LOCK || loc === LOC_MM_CID_LOCK) all.locks++;
    if (loc === LOC_MASK) this.mask(event, BigInt(event.after));
    if (loc !== LOC_CID || Number(event.after) !== CID_UNSET) return;
    if (routine === ROUTINE_WORK) all.cleared++;
    else if (Number(event.value) >= CID_LAZY_PUT) all.lazyPuts++;
    else if (routine === ROUTINE_SWITCH) all.compactions++;
  }
}

/** What a scenario costs, by the reference. */
export function figuresOf(scenario: Scenario): Figures {
  const counter = new Counter(scenario);
  const { violation, skipped } = drive(runReference(scenario, {}), (event) => counter.take(event));
  if (violation !== null || skipped.length > 0) throw new Error('the run is not whole');
  return counter.figures;
}
