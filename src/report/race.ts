import {
  KIND_DUPLICATE_CID,
  KIND_LOCK_LEAK,
  KIND_STRANDED_LAZY,
  LOC_ACTIVE,
  LOC_CID,
  LOC_CID_LOCK,
  LOC_CURR,
  LOC_MASK,
  LOC_MM,
  LOC_MM_CID_LOCK,
  LOC_NEXT_SCAN,
  LOC_ON_CPU,
  LOC_TIME,
  LOC_USE_CID_LOCK,
  OP_DRAIN,
  OP_LOAD,
  OP_RMW,
  OP_SPIN,
  OP_STORE,
  ROUTINE_EXEC,
  ROUTINE_EXIT,
  ROUTINE_SWITCH,
  ROUTINE_TICK,
  ROUTINE_WORK,
} from '../abi.js';
import type { Event, RunResult, Violation } from '../event/event.js';
import { NO_MM, type Scenario } from '../scenario/scenario.js';
import { Delays } from './delays.js';
import { hiddenOf } from './hidden.js';
import { hasBit } from './replay.js';
import { cidWord, type Place, samePlace } from './wording.js';

/**
 * The accesses that race in a run that violates something, in words that know no cpu, task, mm or cid, so that the same
 * fault reads the same wherever it is met:
 *
 * - where a store waits in its buffer, or a load is stale: the store, and the access that misses it (the last that does);
 * - else the access that breaks the property, and the last one before it, by another actor, to the same place, of which
 *   one writes. An end check has no access: the last write to the place that it complains of stands for it. For a cid that two
 *   tasks run with it is the access that took it away from the first, where clear-old did that.
 *
 * One alone where nobody else has touched the place; none where no place is to blame.
 */
export function raceOf(scenario: Scenario, events: readonly Event[], result: RunResult): string[] {
  const { violation } = result;
  if (violation === null) return [];
  const delays = new Delays(scenario.memory, events, hiddenOf(scenario, result.steps));
  const pair = missedStore(events, delays) ?? conflict(events, violation);
  const words = new AccessWords(scenario, events);
  return pair.map((step) => words.of(step));
}

/** The last access that finds an older value than was stored, after the store: as steps, from 1. */
function missedStore(events: readonly Event[], delays: Delays): number[] | null {
  for (let step = events.length; step > 0; step--) {
    const missed = delays.missedAt(step).at(-1);
    if (missed !== undefined) return [missed.issued, step];
    if (delays.staleAt(step) !== undefined) {
      const store = lastStep(events, step, (event) => isWrite(event) && samePlace(event, events[step - 1]!));
      return store === 0 ? [step] : [store, step];
    }
  }
  return null;
}

function conflict(events: readonly Event[], violation: Violation): number[] {
  const step = breaking(events, violation);
  if (step === 0) return [];
  const access = events[step - 1]!;
  const other = lastStep(
    events,
    step,
    (event) =>
      samePlace(event, access) &&
      (isWrite(event) || isWrite(access)) &&
      event.op !== OP_DRAIN &&
      actorOf(event) !== actorOf(access),
  );
  return other === 0 ? [step] : [other, step];
}

/** The step that breaks the property; 0: none. */
function breaking(events: readonly Event[], violation: Violation): number {
  const { kind, step, mm, cpu } = violation;
  const before = events.length + 1;
  if (kind === KIND_DUPLICATE_CID) {
    const taken = takenAt(events, violation);
    if (taken !== 0) return taken;
  }
  if (kind === KIND_STRANDED_LAZY) {
    const place = { loc: LOC_CID, a: mm, b: cpu };
    return lastStep(events, before, (event) => isWrite(event) && samePlace(event, place));
  }
  if (kind === KIND_LOCK_LEAK) {
    return lastStep(
      events,
      before,
      (event) => isWrite(event) && (event.loc === LOC_CID_LOCK || event.loc === LOC_MM_CID_LOCK),
    );
  }
  return step <= events.length ? step : 0;
}

/** The step at which clear-old took a cid out of a slot, for the last time before it is found to be run with twice; 0: never. */
export function takenAt(events: readonly Event[], { mm, cid, step }: Violation): number {
  const holds = (word: number | bigint) => {
    const text = cidWord(Number(word));
    return text === `${cid}` || text === `lazy ${cid}`;
  };
  return lastStep(
    events,
    step,
    (event) =>
      event.routine === ROUTINE_WORK &&
      event.op === OP_RMW &&
      event.ok &&
      event.loc === LOC_CID &&
      event.a === mm &&
      holds(event.value) &&
      !holds(event.after),
  );
}

/** The last step before `step` that is like that, or 0. */
function lastStep(events: readonly Event[], step: number, is: (event: Event) => boolean): number {
  return events.findLastIndex((event, i) => i < step - 1 && is(event)) + 1;
}

function isWrite({ op, ok }: Event): boolean {
  return op === OP_STORE || op === OP_DRAIN || (op === OP_RMW && ok);
}

/** Whose access it is: a switch and a tick are their cpu's, all else a task's, wherever it runs. */
function actorOf({ routine, cpu, task }: Event): string {
  return routine === ROUTINE_SWITCH || routine === ROUTINE_TICK ? `cpu ${cpu}` : `task ${task}`;
}

/** Accesses in words. */
class AccessWords {
  constructor(
    private readonly scenario: Scenario,
    private readonly events: readonly Event[],
  ) {}

  of(step: number): string {
    const event = this.events[step - 1]!;
    return `${functionWord(event)}: ${this.access(event, step)}`;
  }

  private access(event: Event, step: number): string {
    const place = placeName(event);
    switch (event.op) {
      case OP_LOAD:
        return `load ${place}`;
      case OP_SPIN:
        return `spin on ${place}`;
      case OP_RMW:
        if (event.bit !== -1) return `${hasBit(event.after, event.bit) ? 'set' : 'clear'} a bit of ${place}`;
        if (event.loc !== LOC_CID) return `cmpxchg(${place})`;
        return `cmpxchg(${place}, ${slotWord(event.value)}, ${slotWord(event.after)})`;
      default:
        if (event.loc === LOC_CURR) return `${place} = next (${this.transition(event, step)})`;
        return event.loc === LOC_CID ? `${place} = ${slotWord(event.value)}` : `store ${place}`;
    }
  }

  /** What kind of switch a store to rq->curr is a part of: the barriers that the patch relies on depend on it. */
  private transition(event: Event, step: number): string {
    const before = this.events.findLast(
      (other, i) => i < step - 1 && other.loc === LOC_CURR && other.a === event.a && other.op === OP_STORE,
    );
    const prev = before === undefined ? -1 : Number(before.value);
    const next = Number(event.value);
    const [from, into] = [this.mmAt(prev, step), this.mmAt(next, step)];
    if (from === NO_MM && into === NO_MM) return 'kernel to kernel';
    if (from === NO_MM) return 'kernel to user';
    if (into === NO_MM) return 'user to kernel';
    if (from !== into) return 'between two mms';
    const inactive = [prev, next].map((task) => !this.isActiveAt(task, step));
    return `within an mm${inactive[0] ? ', prev not active' : ''}${inactive[1] ? ', next not active' : ''}`;
  }

  /** A task's mm in front of a step, as its own accesses have it. */
  private mmAt(task: number, step: number): number {
    if (task < 0) return NO_MM;
    const stored = this.lastStore(LOC_MM, task, step);
    return stored ?? this.scenario.tasks[task]?.mm ?? this.forkedInto(task, step);
  }

  private isActiveAt(task: number, step: number): boolean {
    return this.lastStore(LOC_ACTIVE, task, step) !== 0;
  }

  private lastStore(loc: number, task: number, step: number): number | undefined {
    const found = this.events.findLast(
      (event, i) => i < step - 1 && event.op === OP_STORE && event.loc === loc && event.a === task,
    );
    return found === undefined ? undefined : Number(found.value);
  }

  /** The mm of a task that a fork has made: its parent's, or a fresh one. */
  private forkedInto(task: number, step: number): number {
    const { actions } = this.scenario;
    const at = actions.findIndex(
      (action) => (action.op === 'fork-thread' || action.op === 'fork-process') && action.task === task,
    );
    const fork = actions[at];
    if (fork?.op === 'fork-process') return fork.mm;
    if (fork?.op !== 'fork-thread') return NO_MM;
    const before = Math.min(step, this.events.findIndex(({ action }) => action > at) + 1 || step);
    const parent = this.events.findLast(
      (event, i) => i < before - 1 && event.op === OP_STORE && event.loc === LOC_CURR && event.a === fork.cpu,
    );
    return parent === undefined ? NO_MM : this.mmAt(Number(parent.value), before);
  }
}

/** The part of the patch that an access belongs to: what exit, exec and the switch share goes by its own name. */
function functionWord(event: Event): string {
  const { routine, loc } = event;
  if (routine !== ROUTINE_WORK && SLOT_PLACES.has(loc)) {
    if (routine === ROUTINE_SWITCH && event.op === OP_LOAD && loc === LOC_CID) return 'switch';
    return isPut(event) ? 'mm_cid_put' : 'mm_cid_get';
  }
  switch (routine) {
    case ROUTINE_SWITCH:
      return 'switch';
    case ROUTINE_TICK:
      return 'tick';
    case ROUTINE_WORK:
      return loc === LOC_NEXT_SCAN ? 'task work' : 'clear-old';
    case ROUTINE_EXIT:
      return 'exit';
    default:
      return routine === ROUTINE_EXEC ? 'exec' : 'store buffer';
  }
}

/** What mm_cid_get() and mm_cid_put() touch. */
const SLOT_PLACES = new Set([LOC_CID, LOC_TIME, LOC_MASK, LOC_USE_CID_LOCK, LOC_CID_LOCK, LOC_MM_CID_LOCK]);

/** Whether an access gives a cid back. */
function isPut({ op, loc, value, after, bit }: Event): boolean {
  if (op === OP_RMW) return loc === LOC_CID ? slotWord(after) === 'unset' : bit !== -1 && !hasBit(after, bit);
  return op === OP_STORE && loc === LOC_CID && slotWord(value) !== 'cid';
}

/** The kernel's name of a place, whosever it is. */
function placeName({ loc }: Place): string {
  const names: Record<number, string> = {
    [LOC_CURR]: 'rq->curr',
    [LOC_ON_CPU]: 'on_cpu',
    [LOC_ACTIVE]: 'mm_cid_active',
    [LOC_MM]: 't->mm',
    [LOC_CID]: 'pcpu_cid->cid',
    [LOC_TIME]: 'pcpu_cid->time',
    [LOC_MASK]: 'cidmask',
    [LOC_NEXT_SCAN]: 'mm_cid_next_scan',
    [LOC_USE_CID_LOCK]: 'use_cid_lock',
    [LOC_CID_LOCK]: 'cid_lock',
    [LOC_MM_CID_LOCK]: 'cid_lock',
  };
  return names[loc] ?? 'rq->clock';
}

/** What a slot holds, whichever cid it is. */
function slotWord(word: number | bigint): string {
  const text = cidWord(Number(word));
  return text === 'unset' ? text : text.startsWith('lazy') ? 'lazy' : 'cid';
}
