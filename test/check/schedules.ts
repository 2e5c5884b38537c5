import { expect } from 'vitest';
import { divergenceText } from '../../src/check/divergence-text.js';
import { lockstep } from '../../src/check/lockstep.js';
import { FUZZ_DONE, STRATEGY_RANDOM_WALK } from '../../src/engine/addresses.js';
import type { Engine, FuzzSettings } from '../../src/engine/engine.js';
import type { RunResult } from '../../src/event/event.js';
import { KINDS } from '../../src/scenario/kinds.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { printScenario } from '../../src/scenario/print.js';
import type { Action, Scenario } from '../../src/scenario/scenario.js';
import { ScenarioError } from '../../src/scenario/scenario-error.js';
import { ALGOS, ARCHES, type Kind, MEMORIES, MUTANTS, type Mutant, PREEMPTS } from '../../src/words.js';
import type { Random } from './random.js';

/** A header without a world, as a batch of schedules wants it. */
export const HEADER: Scenario = {
  algo: 'rfc-v6',
  mutants: [],
  memory: 'sc',
  arch: 'x86',
  preempt: 'full',
  cpus: 2,
  mms: 0,
  tasks: [],
  mmNames: [],
  taskNames: [],
  oracle: null,
  expects: [],
  actions: [],
};

/** Small worlds, every schedule handed out. */
export const SETTINGS: FuzzSettings = {
  seed: 1,
  cpus: [1, 4],
  tasks: [1, 6],
  mms: [1, 3],
  actions: 150,
  compareEvery: 1,
  checks: true,
  coverage: false,
  strategy: STRATEGY_RANDOM_WALK,
  epoch: 10_000,
};

/** Mutants that leave more in the buffers together than each of them alone, in the header's order. */
const TOGETHER: readonly (readonly Mutant[])[] = [
  ['exit-stays-active', 'no-exit-mb'],
  ['plain-lazy', 'plain-unset'],
  ['no-entry-mb', 'racy-set'],
  ['plain-unset', 'clear-before-unset'],
];

function drawMutants(random: Random, turn: number): readonly Mutant[] {
  switch (random.below(6)) {
    case 0:
    case 1:
      return [];
    case 2:
      return random.some(MUTANTS).filter(() => random.below(3) === 0);
    case 3:
      return random.pick(TOGETHER);
    default:
      // One after the other, so that each has its turn.
      return [MUTANTS[turn % MUTANTS.length]!];
  }
}

function drawOracle(random: Random): Kind[] | null {
  switch (random.below(6)) {
    case 0:
      return [];
    case 1:
      return ['compactness'];
    case 2:
      return [random.pick(KINDS)];
    case 3:
      return random.some(KINDS);
    default:
      return null;
  }
}

/** Header words for the turn-th batch: any algo, mutants, memory, arch, preemption and oracle. */
export function drawHeader(random: Random, turn: number): Scenario {
  return {
    ...HEADER,
    algo: random.pick(ALGOS),
    mutants: drawMutants(random, turn),
    memory: random.pick(MEMORIES),
    arch: random.pick(ARCHES),
    preempt: random.pick(PREEMPTS),
    oracle: drawOracle(random),
  };
}

/** A schedule that the engine drew, and what its fuzz loop saw of it. */
export interface Drawn {
  readonly scenario: Scenario;
  readonly kind: number;
}

/** Schedules [first, first + count) of a seed, and the micro-steps of all. */
export function drawSchedules(
  engine: Engine,
  header: Scenario,
  settings: FuzzSettings,
  first: number,
  count: number,
): { drawn: Drawn[]; steps: number } {
  const drawn: Drawn[] = [];
  engine.beginBatch(header, settings, first, count);
  while (engine.fuzz() !== FUZZ_DONE) {
    expect(engine.scheduleIndex()).toBe(first + drawn.length);
    drawn.push({ scenario: engine.takeSchedule(), kind: engine.scheduleKind() });
  }
  return { drawn, steps: engine.batchSteps() };
}

/** Runs a scenario in both implementations; fails with the scenario and both sides' last events where they part. */
export function expectAgreement(engine: Engine, scenario: Scenario, what: string): RunResult {
  const { result, divergence } = lockstep(engine, scenario);
  if (divergence) expect.fail(`${what}:\n${divergenceText(divergence)}\n${printScenario(scenario)}`);
  return result;
}

/**
 * The scenario with its steps made one by one, some of them after a `stale`: the generator asks for older values so
 * seldom that few of its schedules meet one.
 */
export function askForOlder(random: Random, scenario: Scenario): Scenario {
  const actions = scenario.actions.flatMap((action): Action[] => {
    if (action.op !== 'step') return [action];
    const { cpu } = action;
    return Array.from({ length: action.count }, (): Action[] => {
      const step: Action = { op: 'step', cpu, count: 1 };
      return random.below(2) === 0 ? [step] : [{ op: 'stale', cpu, age: random.between(1, 3) }, step];
    }).flat();
  });
  return { ...scenario, actions };
}

const TRIES = 20;

/** The scenario with a few lines of its actions left out, doubled, or exchanged: still one that parses. */
export function mutate(random: Random, scenario: Scenario): Scenario {
  const [head = '', body = ''] = printScenario({ ...scenario, expects: [] }).split('---\n');
  let lines = body.trimEnd().split('\n');
  const edits = random.between(1, 6);
  for (let done = 0, tries = 0; done < edits && tries < TRIES; tries++) {
    const edited = [...lines];
    const at = random.below(lines.length);
    const other = random.below(lines.length);
    switch (random.below(3)) {
      case 0:
        edited.splice(at, 1);
        break;
      case 1:
        edited.splice(other, 0, lines[at]!);
        break;
      default:
        edited[at] = lines[other]!;
        edited[other] = lines[at]!;
    }
    if (edited.length === 0 || parsed(head, edited) === null) continue;
    lines = edited;
    done++;
  }
  return parsed(head, lines)!;
}

function parsed(head: string, lines: readonly string[]): Scenario | null {
  try {
    return parseScenario(`${head}---\n${lines.join('\n')}\n`, 'mutated.cid');
  } catch (error) {
    if (error instanceof ScenarioError) return null;
    throw error;
  }
}
