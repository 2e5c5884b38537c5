import { describe, expect, it } from 'vitest';
import { judgeScenario } from '../../src/check/judge.js';
import { outcomeOf } from '../../src/check/verdict.js';
import { Engine } from '../../src/engine/engine.js';
import { printScenario } from '../../src/scenario/print.js';
import { corpusFiles } from './files.js';

const MAX_STEPS = 100_000;
const engine = new Engine();

/** The lines of the header, without comments. */
function headerLines(text: string): string[] {
  const lines = text.split('\n').filter((line) => !line.startsWith('#'));
  return lines.slice(0, lines.indexOf('---'));
}

describe.each(corpusFiles())('$name', ({ name, text, scenario }) => {
  it('is what it expects to be, in engine and reference', () => {
    const algos = scenario.expects.map(({ algo }) => algo ?? scenario.algo);
    expect(algos).toContain(scenario.algo);
    for (const algo of algos) {
      const judged = judgeScenario(
        engine,
        { ...scenario, algo },
        { implementation: 'both', maxSteps: MAX_STEPS },
      );
      expect(judged.divergence).toBeNull();
      expect(judged.result.watchdog).toBe(false);
      expect([algo, outcomeOf(judged.result)]).toEqual([algo, judged.expect]);
    }
  });

  it('says in a comment what it is, and has its header in order', () => {
    expect(text.split('\n')[1]).toMatch(/^# \S/);
    expect(headerLines(text)).toEqual(headerLines(printScenario(scenario)));
    expect(text).not.toMatch(/(^|\s)\/\w|\.\.\//m);
    if (name.startsWith('known/') && !name.endsWith('.without.cid')) {
      expect(text).toMatch(/^# (Found by: (cidfuzz|node scripts\/corpus\/)|Written by hand)/m);
    }
  });
});
