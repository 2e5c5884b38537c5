import { describe, expect, it } from 'vitest';
import { FUZZ_DONE } from '../../src/engine/addresses.js';
import { Engine } from '../../src/engine/engine.js';
import { defaultConfig, headerOf, settingsOf } from '../../src/fuzz/config.js';
import type { Scenario } from '../../src/scenario/scenario.js';

function drawn(count: number): Scenario[] {
  const engine = new Engine();
  const config = { ...defaultConfig, seed: 11 };
  engine.beginBatch(headerOf(config), { ...settingsOf(config), compareEvery: 1 }, 0, count);
  const schedules: Scenario[] = [];
  while (engine.fuzz() !== FUZZ_DONE) schedules.push(engine.takeSchedule());
  return schedules;
}

describe('a deck', () => {
  it('makes the steps of its schedules, however often it is run and whatever is run in between', () => {
    const engine = new Engine('checked');
    const schedules = drawn(200);
    const steps = schedules.map((schedule) => engine.run(schedule).steps);
    const whole = steps.reduce((sum, n) => sum + n, 0);
    engine.layDeck(schedules.map((schedule) => engine.prepare(schedule)));
    expect(engine.runDeck(true)).toBe(whole);
    expect(engine.run(schedules[7]!).steps).toBe(steps[7]);
    expect(engine.runDeck(true)).toBe(whole);
    engine.layDeck([engine.prepare(schedules[7]!)]);
    expect(engine.runDeck(true)).toBe(steps[7]);
  });

  it('makes no fewer without the checks, which may end a schedule', () => {
    const engine = new Engine();
    engine.layDeck(drawn(50).map((schedule) => engine.prepare(schedule)));
    expect(engine.runDeck(false)).toBeGreaterThanOrEqual(engine.runDeck(true));
  });
});
