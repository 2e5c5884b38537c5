import { describe, expect, it } from 'vitest';
import {
  LOC_CLOCK,
  LOC_CURR,
  LOC_MASK,
  OP_DRAIN,
  OP_LOAD,
  OP_RMW,
  OP_STORE,
  ROUTINE_SWITCH,
} from '../../src/abi.js';
import type { Event } from '../../src/event/event.js';
import type { ReachedStore } from '../../src/reference/memory.js';
import { Delays } from '../../src/report/delays.js';
import { Replay } from '../../src/report/replay.js';
import { parseScenario } from '../../src/scenario/parse.js';

const scenarioOf = (head: string) =>
  parseScenario(`cidfuzz 1\n${head}cpus 2\nmm A\ntask a A 0\n---\n`, 'replay');

const event = (rest: Partial<Event> = {}): Event => ({
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
const LOOK = event({ cpu: 1, op: OP_LOAD, value: -1 });

/** A replay under tso of these events; `reached` has pairs of steps: a store's, and that with which it drains. */
function replayOf(events: readonly Event[], reached: readonly (readonly [number, number])[], memory = 'tso') {
  const stores: ReachedStore[] = reached.map(([issued, at]) => {
    const { cpu, loc, a, b, value } = events[issued - 1]!;
    return { cpu, loc, a, b, value, issued, reached: at };
  });
  const scenario = scenarioOf(`memory ${memory}\n`);
  const delays = new Delays(scenario.memory, events, { reached: stores, stale: [] });
  const replay = new Replay(scenario, delays);
  /** The step's drained places, then what it changed by itself. */
  const make = (step: number) => [
    replay.drain(step).map(({ loc, from, to }) => [loc, from, to]),
    replay.apply(events[step - 1]!, step).map(({ loc, from, to }) => [loc, from, to]),
  ];
  return { replay, make };
}

describe('Replay', () => {
  it('changes memory at once under sc', () => {
    const { replay, make } = replayOf([event(), LOOK], [], 'sc');
    expect(make(1)).toEqual([[], [[LOC_CURR, -1, 0]]]);
    expect(replay.seenBy(1, CURR)).toBe(0);
  });

  it('keeps a store from other cpus until it drains', () => {
    const { replay, make } = replayOf([event(), LOOK, event({ op: OP_DRAIN })], [[1, 3]]);
    expect(make(1)).toEqual([[], []]);
    expect(make(2)).toEqual([[], []]);
    expect([replay.seenBy(0, CURR), replay.seenBy(1, CURR)]).toEqual([0, -1]);
    expect(replay.buffered(0)).toHaveLength(1);
    expect(make(3)).toEqual([[[LOC_CURR, -1, 0]], []]);
    expect(replay.seenBy(1, CURR)).toBe(0);
    expect(replay.buffered(0)).toEqual([]);
  });

  it('drains several with one step, in the order in which they reach memory', () => {
    const clock = event({ loc: LOC_CLOCK, value: 5 });
    const look = { ...LOOK, loc: LOC_CLOCK, value: 4 };
    const events = [
      event(),
      clock,
      LOOK,
      look,
      event({ op: OP_RMW, loc: LOC_MASK, value: 0n, after: 1n, ok: true }),
    ];
    const { replay, make } = replayOf(events, [
      [2, 5],
      [1, 5],
    ]);
    for (const step of [1, 2, 3, 4]) expect(make(step)).toEqual([[], []]);
    expect(make(5)).toEqual([
      [
        [LOC_CLOCK, 10_000_000_000, 5],
        [LOC_CURR, -1, 0],
      ],
      [[LOC_MASK, 0n, 1n]],
    ]);
    expect(replay.inMemory({ loc: LOC_MASK, a: 0, b: 0 })).toBe(1n);
  });

  it('tells a store that nobody could miss where it is made, but has it in memory only when it drains', () => {
    const { replay, make } = replayOf(
      [event(), event({ op: OP_RMW, loc: LOC_MASK, value: 0n, after: 0n })],
      [[1, 2]],
    );
    expect(make(1)).toEqual([[], [[LOC_CURR, -1, 0]]]);
    expect(replay.inMemory(CURR)).toBe(-1);
    expect(make(2)).toEqual([[], []]);
    expect(replay.inMemory(CURR)).toBe(0);
  });

  it('keeps what never drains', () => {
    const { replay, make } = replayOf([event(), LOOK], []);
    make(1);
    make(2);
    expect(replay.drain(3)).toEqual([]);
    expect(replay.buffered(0).map(({ loc, value }) => [loc, value])).toEqual([[LOC_CURR, 0]]);
  });
});
