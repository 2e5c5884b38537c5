import { describe, expect, it } from 'vitest';
import { STRATEGY_PCT } from '../../src/engine/addresses.js';
import { defaultConfig } from '../../src/fuzz/config.js';
import { pctBounds } from '../../src/fuzz/pct-bound.js';
import { newState } from '../../src/fuzz/state.js';

function stateWith(plays: number, threads: number, events: number) {
  const state = newState(defaultConfig);
  state.plays[STRATEGY_PCT] = plays;
  state.pct = { threads, events };
  return state;
}

describe('the bound of PCT', () => {
  it('is 1/(n·k^(d-1)), for the quarter of the schedules that is of depth d', () => {
    const bounds = pctBounds(stateWith(1, 2, 10))!;
    expect(bounds.map(({ depth, probability }) => [depth, 1 / probability])).toEqual([
      [1, expect.closeTo(8)],
      [2, expect.closeTo(80)],
      [3, expect.closeTo(800)],
      [4, expect.closeTo(8000)],
    ]);
    // ln 0.05 / ln(7/8) = 22.43, ln 0.05 / ln(79/80) = 238.16
    expect(bounds.slice(0, 2).map(({ schedules95 }) => schedules95)).toEqual([23, 239]);
  });

  it('is none where PCT chose nothing, or the worlds had too many cpus for it', () => {
    expect(pctBounds(stateWith(0, 2, 10))).toBeNull();
    expect(pctBounds(stateWith(5, 0, 0))).toBeNull();
  });
});
