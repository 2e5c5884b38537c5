import { describe, expect, it } from 'vitest';
import { LOC_CURR, LOC_TIME } from '../../src/abi.js';
import { delaysOf } from '../../src/minimize/delays.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { SCAN } from './scan.js';

const scenarioOf = (text: string) => parseScenario(`cidfuzz 1\n${text}`, 'delays');

const scan = (last: string, memory = 'tso') => scenarioOf(`memory ${memory}\narch arm64\n${SCAN}${last}`);

describe('delaysOf', () => {
  it('finds the accesses that miss a store of another cpu, and the store', () => {
    const { missed, unseen, events } = delaysOf(scan('step 1 11\n'), 1000);
    expect(missed.map(({ step, store }) => [step, store.event.loc, store.issued])).toEqual([
      [46, LOC_TIME, 42],
      [48, LOC_CURR, 38],
      [52, LOC_CURR, 38],
    ]);
    expect(unseen).toBe(3);
    expect(events[45]).toMatchObject({ cpu: 1, loc: LOC_TIME, b: 0 });
    expect(events[41]).toMatchObject({ cpu: 0, loc: LOC_TIME, b: 0 });
  });

  it('does not count a store that would make no difference, or that has drained', () => {
    // Before the scan begins, then between its two looks at rq->curr; the clock drains first.
    expect(delaysOf(scan('flush 0\nflush 0\nflush 0\nstep 1 11\n'), 1000).unseen).toBe(0);
    expect(delaysOf(scan('step 1 8\nflush 0\nflush 0\nstep 1 3\n'), 1000).unseen).toBe(2);
    expect(delaysOf(scan('flush 0\nstep 1 11\n'), 1000).unseen).toBe(3);
  });

  it('tells when a store reached memory', () => {
    const { stores } = delaysOf(scan('step 1 8\nflush 0\nflush 0\nstep 1 3\n'), 1000);
    const curr = stores.findLast(({ event }) => event.cpu === 0 && event.loc === LOC_CURR)!;
    expect([curr.issued, curr.reached]).toEqual([38, 52]);
  });

  it('counts loads of older values', () => {
    const text = `memory weak\ncpus 2\nmm A\ntask a A 0\ntask b A 1\n---\nswitch 1 b\nstep 1 6\nswitch 0 a\nstep 0 11\n`;
    expect(delaysOf(scenarioOf(`${text}stale 1 1\nstep 1 2\n`), 1000)).toMatchObject({
      unseen: 1,
      missed: [],
    });
    expect(delaysOf(scenarioOf(`${text}step 1 2\n`), 1000).unseen).toBe(0);
  });

  it('is left where the run was, or where there are too many', () => {
    expect(delaysOf(scan('step 1 11\n'), 47).unseen).toBe(1);
    const most = delaysOf(scan('step 1 11\n'), 1000, 1);
    expect([most.unseen, most.events.length]).toEqual([2, 48]);
    expect(delaysOf(scan('step 1 11\n', 'sc'), 1000)).toEqual({
      events: [],
      stores: [],
      missed: [],
      unseen: 0,
    });
  });
});
