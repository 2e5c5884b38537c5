import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.js';
import { parseVerdicts } from '../../src/explore/verdict-list.js';
import { parseScenario } from '../../src/scenario/parse.js';

const LIST = 'corpus/worlds/verdicts.json';
const entries = parseVerdicts(readFileSync(LIST, 'utf8'), LIST);

/** Steps, drains, and other actions: what an exploration counts. */
function movesOf(file: string): number {
  const scenario = parseScenario(readFileSync(file), file);
  const others = scenario.actions.filter(({ op }) => op !== 'step' && op !== 'flush').length;
  return new Engine().run(scenario).steps + others;
}

/** What the minimizer has made of a finding, and the world in which no way to it is shorter. */
const KNOWN = [
  ['freed-in-use.cid', 'rfc-v6'],
  ['inactive-prev.freed-in-use.cid', 'rfc-v6.inactive-prev'],
  ['arm64-user-user.freed-in-use.cid', 'rfc-v6.arm64-user-user'],
  ['stranded-lazy.cid', 'rfc-v6.stranded-lazy'],
] as const;

describe('what the minimizer leaves', () => {
  it.each(KNOWN)('of %s is at most 1.2 times as long as the shortest', (file, name) => {
    const { length } = entries.find((entry) => entry.name === name)!;
    const moves = movesOf(`corpus/known/${file}`);
    expect(moves).toBeGreaterThanOrEqual(length!);
    expect(moves).toBeLessThanOrEqual(1.2 * length!);
  });
});
