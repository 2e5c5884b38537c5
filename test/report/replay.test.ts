import { describe, expect, it } from 'vitest';
import {
  CID_UNSET,
  LOC_ACTIVE,
  LOC_CID,
  LOC_CLOCK,
  LOC_CURR,
  LOC_MASK,
  OP_DRAIN,
  OP_MB,
  OP_RMW,
  OP_STORE,
  ROUTINE_EXIT,
  ROUTINE_SWITCH,
} from '../../src/abi.js';
import type { Event } from '../../src/event/event.js';
import { Replay } from '../../src/report/replay.js';
import { parseScenario } from '../../src/scenario/parse.js';

const scenarioOf = (head: string) =>
  parseScenario(`cidfuzz 1\n${head}cpus 2\nmm A\ntask a A 0\n---\n`, 'replay');
const TSO = scenarioOf('memory tso\n');

const event = (rest: Partial<Event>): Event => ({
  action: 1,
  cpu: 0,
  task: 0,
  routine: ROUTINE_SWITCH,
  op: OP_STORE,
  loc: LOC_CURR,
  a: 0,
  b: 0,
  value: 0,
  after: 0,
  ok: false,
  bit: -1,
  ...rest,
});
const CURR = { loc: LOC_CURR, a: 0, b: 0 };

describe('Replay', () => {
  it('changes memory at once under sc', () => {
    const replay = new Replay(scenarioOf(''));
    expect(replay.apply(event({}))).toEqual([{ ...CURR, from: -1, to: 0, late: false }]);
    expect(replay.seenBy(1, CURR)).toBe(0);
  });

  it('keeps a store from other cpus under tso until it drains', () => {
    const replay = new Replay(TSO);
    expect(replay.apply(event({}))).toEqual([]);
    expect([replay.seenBy(0, CURR), replay.seenBy(1, CURR)]).toEqual([0, -1]);
    expect(replay.apply(event({ op: OP_DRAIN }))).toEqual([{ ...CURR, from: -1, to: 0, late: true }]);
    expect(replay.seenBy(1, CURR)).toBe(0);
    expect(replay.buffered(0)).toEqual([]);
  });

  it.each([
    ['a barrier', event({ op: OP_MB, loc: 0 })],
    ['a failed cmpxchg', event({ op: OP_RMW, loc: LOC_CID, value: CID_UNSET, after: CID_UNSET })],
    ['the rq lock of an exit', event({ routine: ROUTINE_EXIT, loc: LOC_ACTIVE })],
  ])('drains all with %s', (_, draining) => {
    const replay = new Replay(TSO);
    replay.apply(event({}));
    replay.apply(event({ loc: LOC_CLOCK, value: 5 }));
    expect(replay.apply(draining).map(({ loc, late }) => [loc, late])).toEqual([
      [LOC_CURR, true],
      [LOC_CLOCK, true],
    ]);
  });

  it('drains eight stores with the ninth, and keeps that one', () => {
    const replay = new Replay(TSO);
    for (let i = 0; i < 8; i++) expect(replay.apply(event({ loc: LOC_CLOCK, value: i }))).toEqual([]);
    expect(replay.apply(event({}))).toHaveLength(8);
    expect(replay.buffered(0)).toHaveLength(1);
  });

  it('takes what memory holds after a read-modify-write from the event', () => {
    const replay = new Replay(TSO);
    const set = event({ op: OP_RMW, loc: LOC_MASK, value: 0n, after: 1n, ok: true, bit: 0 });
    expect(replay.apply(set)).toEqual([{ loc: LOC_MASK, a: 0, b: 0, from: 0n, to: 1n, late: false }]);
  });

  it('under weak, does not order stores by the clear of a bit, but by a successful cmpxchg', () => {
    const replay = new Replay(scenarioOf('memory weak\n'));
    replay.apply(event({}));
    replay.apply(event({ op: OP_RMW, loc: LOC_MASK, value: 1n, after: 0n, ok: true, bit: 0 }));
    expect(replay.seenBy(1, CURR)).toBe(-1);
    replay.apply(event({ op: OP_RMW, loc: LOC_CID, value: 1, after: 2, ok: true }));
    expect(replay.seenBy(1, CURR)).toBe(0);
  });
});
