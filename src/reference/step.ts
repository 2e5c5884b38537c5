/** One micro-step: the access that a frame waits for, and what its routine does up to the next one. */
import { LOC_NONE, OP_DRAIN, OP_LOAD, OP_MB, OP_RMW, OP_SPIN, OP_STORE, ROUTINE_NONE } from '../abi.js';
import type { Event } from '../event/event.js';
import type { Answer, Request } from './access.js';
import type { Frame } from './frame.js';
import { cidmaskWord, type Loc, type Word } from './location.js';
import type { Rmw } from './memory.js';
import { forgetNoted, type World } from './world.js';

/** What an access did: its half of an event, and what its routine is told. */
interface Done {
  readonly op: number;
  readonly loc: Loc | null;
  readonly value: Word;
  readonly after: Word;
  readonly ok: boolean;
  readonly bit: number;
  readonly answer: Answer;
}

/** Makes one micro-step of a frame that has not ended, on `cpu`. The caller removes a frame that has ended. */
export function stepFrame(world: World, frame: Frame, cpu: number, action: number): Event {
  forgetNoted(world);
  const on = world.cpus[cpu]!;
  const age = on.staleAge;
  on.staleAge = 0;
  frame.cpu = cpu;
  frame.gap = false;
  if (frame.pending?.op === 'irqs-off') frame.resume(undefined);
  const did = perform(world, cpu, frame.pending!, age);
  frame.resume(did.answer);
  return {
    action,
    cpu,
    task: frame.task,
    routine: frame.routine,
    op: did.op,
    loc: did.loc?.kind ?? LOC_NONE,
    a: did.loc?.a ?? 0,
    b: did.loc?.b ?? 0,
    value: did.value,
    after: did.after,
    ok: did.ok,
    bit: did.bit,
  };
}

/** `flush c i`, where it may: one waiting store of the cpu reaches memory, as a step of its own. */
export function stepFlush(world: World, cpu: number, index: number, action: number): Event {
  forgetNoted(world);
  const { loc, value } = world.memory.flush(cpu, index);
  return {
    action,
    cpu,
    task: 0,
    routine: ROUTINE_NONE,
    op: OP_DRAIN,
    loc: loc.kind,
    a: loc.a,
    b: loc.b,
    value,
    after: 0,
    ok: false,
    bit: -1,
  };
}

/** `age`: which older value a load is to return, if it may; else 0. */
function perform(world: World, cpu: number, request: Request, age: number): Done {
  const { memory } = world;
  switch (request.op) {
    case 'load': {
      const loaded = memory.load(cpu, request.loc, request.order, age);
      return done(OP_LOAD, request.loc, loaded.value, loaded);
    }
    case 'store': {
      const value = typeof request.value === 'function' ? request.value() : request.value;
      memory.store(cpu, request.loc, value, request.order);
      return done(OP_STORE, request.loc, value, undefined);
    }
    case 'cmpxchg': {
      const { loc, expected, desired } = request;
      const rmw = memory.rmw(cpu, loc, (old) => (old === expected ? desired : null), request.op);
      return doneRmw(loc, rmw, -1, rmw.old);
    }
    case 'test-and-set': {
      const { loc, mask } = bitOf(request.mm, request.cid);
      const rmw = memory.rmw(cpu, loc, (old) => ((old & mask) === 0n ? old | mask : null), request.op);
      return doneRmw(loc, rmw, request.cid, !rmw.ok);
    }
    case 'clear': {
      const { loc, mask } = bitOf(request.mm, request.cid);
      const rmw = memory.rmw(cpu, loc, (old) => old & ~mask, request.op);
      return doneRmw(loc, rmw, request.cid, undefined);
    }
    case 'lock': {
      const rmw = memory.rmw(cpu, request.loc, (old) => (old === 0 ? 1 : null), request.op);
      return rmw.ok ? doneRmw(request.loc, rmw, -1, false) : done(OP_SPIN, request.loc, 0, true);
    }
    case 'mb':
      memory.fullBarrier(cpu);
      return done(OP_MB, null, 0, undefined);
    case 'irqs-off':
      throw new Error('irqs go off with an access: a routine must ask for one next');
  }
}

const done = (op: number, loc: Loc | null, value: Word, answer: Answer): Done => ({
  op,
  loc,
  value,
  after: 0,
  ok: false,
  bit: -1,
  answer,
});

const doneRmw = (loc: Loc, { old, after, ok }: Rmw<Word>, bit: number, answer: Answer): Done => ({
  op: OP_RMW,
  loc,
  value: old,
  after,
  ok,
  bit,
  answer,
});

/** Where a cid's bit is. */
function bitOf(mm: number, cid: number): { loc: Loc<bigint>; mask: bigint } {
  return { loc: cidmaskWord(mm, Math.floor(cid / 64)), mask: 1n << BigInt(cid % 64) };
}
