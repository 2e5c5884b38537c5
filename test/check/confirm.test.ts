import { describe, expect, it } from 'vitest';
import { confirm, REPLAYS } from '../../src/check/confirm.js';
import { readScenario } from '../../src/corpus/read-scenario.js';
import { Engine } from '../../src/engine/engine.js';

const scenario = await readScenario('corpus/known/freed-in-use.cid');

describe('confirm', () => {
  it('replays so many times, by all engines in turn, and finds nothing where all is well', () => {
    const engines: [Engine, Engine] = [new Engine(), new Engine()];
    const runs = [0, 0];
    for (const [i, engine] of engines.entries()) {
      const trace = engine.trace.bind(engine);
      engine.trace = (...args) => {
        runs[i]!++;
        return trace(...args);
      };
    }
    expect(confirm(engines, scenario)).toBeNull();
    expect(runs).toEqual([REPLAYS / 2, REPLAYS / 2]);
  });

  it('tells of an engine that changes its mind in the last replay', () => {
    const engine = new Engine();
    const trace = engine.trace.bind(engine);
    let runs = 0;
    // Both implementations are told another schedule than before: each agrees with the other, and not with itself.
    const moody = { ...scenario, actions: scenario.actions };
    Object.defineProperty(moody, 'actions', {
      get: () => (runs >= REPLAYS - 1 ? scenario.actions.slice(0, 3) : scenario.actions),
    });
    engine.trace = function* (...args) {
      const result = yield* trace(...args);
      runs++;
      return result;
    };
    expect(confirm([engine], moody)).toMatchObject({
      what: `replay ${REPLAYS} of ${REPLAYS} gave another result`,
    });
  });

  it('tells of a violation that is none', async () => {
    const clean = await readScenario('corpus/ok/exit.cid');
    expect(confirm([new Engine()], clean)).toMatchObject({
      what: `replay 1 of ${REPLAYS} gave another result`,
    });
  });
});
