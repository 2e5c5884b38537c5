/** Imports for tests, and all that holds of each of them. */
import { expect } from 'vitest';
import { lockstep } from '../../../src/check/lockstep.js';
import { Engine } from '../../../src/engine/engine.js';
import { parseScenario } from '../../../src/scenario/parse.js';
import { printScenario } from '../../../src/scenario/print.js';
import type { Action, Scenario } from '../../../src/scenario/scenario.js';
import { validateScenario } from '../../../src/scenario/validate.js';
import { type Imported, type ImportOptions, importTrace } from '../../../src/trace/import/import-trace.js';
import { type Runnable, runnable } from '../../../src/trace/import/runnable.js';
import { openTrace, type Trace } from '../../../src/trace/read-trace.js';
import { ALGOS, type Algo } from '../../../src/words.js';

const ALL: ImportOptions = {
  algo: 'rfc-v6',
  from: Number.NEGATIVE_INFINITY,
  to: Number.POSITIVE_INFINITY,
  pids: null,
  hz: 0,
};

export interface Import {
  readonly trace: Trace;
  readonly imported: Imported;
  readonly made: Runnable;
  readonly scenario: Scenario;
}

/** As `cidfuzz import` does. */
export async function imports(path: string, options: Partial<ImportOptions> = {}): Promise<Import> {
  const trace = await openTrace(path, null);
  const imported = await importTrace(trace, { ...ALL, ...options });
  const made = runnable(new Engine(), imported.scenario);
  return { trace, imported, made, scenario: made.scenario };
}

/** In the model, too, it is what it should be: nothing is skipped but work that no tick queued, nothing breaks, both agree. */
export function expectSound({ made, scenario }: Import): void {
  validateScenario(scenario);
  expect(parseScenario(printScenario(scenario), 'a.cid')).toEqual(scenario);
  expect(made.disallowed).toBe(0);
  const { result, divergence } = lockstep(new Engine('checked'), scenario);
  expect(divergence).toBeNull();
  expect(result).toMatchObject({ violation: null, skipped: [], applied: scenario.actions.length });
}

/** Of an import by each algorithm. */
export async function soundInAll(
  path: string,
  options: Partial<ImportOptions> = {},
): Promise<Record<Algo, Import>> {
  const all: Partial<Record<Algo, Import>> = {};
  for (const algo of ALGOS) {
    const one = await imports(path, { ...options, algo });
    expect(one.scenario.algo).toBe(algo);
    expectSound(one);
    all[algo] = one;
  }
  return all as Record<Algo, Import>;
}

/** Actions of a scenario as its file has them, one line. */
export function lines({ scenario }: Import): string[] {
  return printScenario(scenario).split('\n---\n')[1]!.trim().split('\n');
}

/** Only those of some sorts. */
export function only(one: Import, ...ops: readonly string[]): string[] {
  return lines(one).filter((line) => ops.includes(line.split(' ')[0]!));
}

/** The ns that pass in a scenario. */
export function duration(actions: readonly Action[]): number {
  return actions.reduce((sum, action) => sum + (action.op === 'advance' ? action.ns : 0), 0);
}
