import type { Event, RunResult } from '../../src/event/event.js';
import { eventLine } from '../../src/event/line.js';
import { namesOf } from '../../src/event/names.js';
import { type ReferenceOptions, runReference } from '../../src/reference/run.js';
import { parseScenario } from '../../src/scenario/parse.js';
import type { Scenario } from '../../src/scenario/scenario.js';
import { KIND_WORDS } from '../../src/words.js';

/** A whole run of the reference. */
export interface Run {
  readonly scenario: Scenario;
  readonly events: Event[];
  readonly result: RunResult;
  /** The kind of violation, or `none`. */
  readonly kind: string;
  /** The events as digest lines, without their step numbers. */
  readonly lines: string[];
}

/** Runs a scenario to its end. */
export function runText(text: string, options?: ReferenceOptions): Run {
  const scenario = parseScenario(text, 'test.cid');
  const run = runReference(scenario, options);
  const events: Event[] = [];
  let next = run.next();
  for (; !next.done; next = run.next()) events.push(next.value);
  const result = next.value;
  const names = namesOf(scenario);
  const lines = events.map((event, index) => eventLine(event, index + 1, names).replace(/^\d+ /, ''));
  return { scenario, events, result, kind: KIND_WORDS[result.violation?.kind ?? 0]!, lines };
}

/** What a small scenario needs besides its actions; `header` holds more lines of it. */
export interface Setting {
  readonly cpus?: number;
  readonly algo?: string;
  readonly tasks?: readonly string[];
  readonly header?: readonly string[];
}

/** A scenario on an mm A and an mm B with the threads y, at home on cpu 0, and z, on cpu 1, of A, or as told. */
export function scenarioText(actions: readonly string[], setting: Setting = {}): string {
  const { cpus = 2, algo = 'rfc-v6', tasks = ['y A 0', 'z A 1'], header = [] } = setting;
  return [
    'cidfuzz 1',
    `algo ${algo}`,
    ...header.filter((line) => !/^(oracle|expect)/.test(line)),
    `cpus ${cpus}`,
    'mm A',
    'mm B',
    ...tasks.map((task) => `task ${task}`),
    ...header.filter((line) => /^(oracle|expect)/.test(line)),
    '---',
    ...actions,
    '',
  ].join('\n');
}

/** Runs such a scenario. */
export const runActions = (actions: readonly string[], setting?: Setting, options?: ReferenceOptions): Run =>
  runText(scenarioText(actions, setting), options);

/** Switches cpu c to the task and makes all steps of it. */
export const switchTo = (cpu: number, task: string): string[] => [
  `switch ${cpu} ${task}`,
  `step ${cpu} 1000`,
];

/** Ticks cpu c and makes all steps of it. */
export const tick = (cpu: number): string[] => [`tick ${cpu}`, `step ${cpu} 10`];
