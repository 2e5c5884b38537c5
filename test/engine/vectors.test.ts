import { describe, expect, it } from 'vitest';
import { judgeScenario } from '../../src/check/judge.js';
import { outcomeOf } from '../../src/check/verdict.js';
import { Engine } from '../../src/engine/engine.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { loadVectors } from '../vectors/load.js';

const packs = [
  { model: 'sc', count: 140 },
  { model: 'tso', count: 157 },
] as const;

// checked and debug have the engine's assertions on.
const builds = ['release', 'checked', 'debug'] as const;

describe.each(packs.flatMap((pack) => builds.map((build) => ({ ...pack, build }))))(
  'the engine ($build) gives the vectors of memory $model',
  ({ model, count, build }) => {
    const vectors = loadVectors(model);
    // One engine for all: what a run leaves behind must not show in the next.
    const engine = new Engine(build);

    it(`all ${count} are there`, () => {
      expect(vectors).toHaveLength(count);
    });

    it.each(vectors)('$name', ({ name, text, ...expected }) => {
      const scenario = parseScenario(text, name);
      let events = 0;
      const { result, digest } = judgeScenario(engine, scenario, {
        implementation: 'wasm',
        maxSteps: Number.MAX_SAFE_INTEGER,
        onEvent: () => events++,
      });
      const { violation, steps, applied, skipped } = result;
      const kind = violation === null ? null : outcomeOf(result);
      expect({
        outcome: violation === null ? 'ok' : 'violation',
        kind,
        step: violation?.step ?? null,
        steps,
        applied,
        skipped: skipped.length,
        digest,
      }).toEqual(expected);
      expect(events).toBe(steps);
      // Without events it must come to the same.
      expect(engine.run(scenario)).toEqual(result);
    });
  },
);
