import { describe, expect, it } from 'vitest';
import { Digest } from '../../src/event/digest.js';
import { namesOf } from '../../src/event/names.js';
import { loadVectors } from '../vectors/load.js';
import { runText } from './run-text.js';

describe.each([
  { model: 'sc', count: 140 },
  { model: 'tso', count: 157 },
] as const)('the reference gives the vectors of memory $model', ({ model, count }) => {
  const vectors = loadVectors(model);

  it(`all ${count} are there`, () => {
    expect(vectors).toHaveLength(count);
  });

  it.each(vectors)('$name', ({ text, name: _, ...expected }) => {
    const { scenario, events, result, kind } = runText(text);
    const broken = result.violation !== null;
    const outcome = broken ? 'violation' : 'ok';
    const digest = new Digest(namesOf(scenario));
    for (const event of events) digest.add(event);
    expect({
      outcome,
      kind: broken ? kind : null,
      step: result.violation?.step ?? null,
      steps: result.steps,
      applied: result.applied,
      skipped: result.skipped.length,
      digest: digest.end(outcome, broken ? kind : null),
    }).toEqual(expected);
    expect(events).toHaveLength(result.steps);
  });
});
