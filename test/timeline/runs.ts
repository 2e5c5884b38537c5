import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Event, RunResult } from '../../src/event/event.js';
import { runReference } from '../../src/reference/run.js';
import { parseScenario } from '../../src/scenario/parse.js';
import type { Scenario } from '../../src/scenario/scenario.js';
import { type Timeline, timelineOf } from '../../src/timeline/timeline.js';

export interface Run {
  readonly scenario: Scenario;
  readonly events: readonly Event[];
  readonly result: RunResult;
}

/** A scenario's run by the reference, with its end state. */
export function runOf(scenario: Scenario, maxSteps = 100_000): Run {
  const events: Event[] = [];
  const run = runReference(scenario, { maxSteps, endState: true });
  for (;;) {
    const next = run.next();
    if (next.done === true) return { scenario, events, result: next.value };
    events.push(next.value);
  }
}

export function timelineOfRun({ scenario, events, result }: Run, file: string | null = null): Timeline {
  return timelineOf(scenario, events, result, file);
}

export function scenarioOf(text: string): Scenario {
  return parseScenario(text, 'x');
}

/** The names of the files below a folder of the corpus, in order. */
export function corpusFiles(...folders: string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join('corpus', folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.cid'))
      .sort()
      .map((name) => join('corpus', folder, name)),
  );
}

export function readRun(file: string, header: Partial<Scenario> = {}): Run {
  return runOf({ ...parseScenario(readFileSync(file, 'utf8'), file), ...header });
}
