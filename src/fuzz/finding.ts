import { confirm } from '../check/confirm.js';
import type { Divergence } from '../check/divergence.js';
import { lockstep } from '../check/lockstep.js';
import { kindWord } from '../check/verdict.js';
import { FUZZ_FINDING, STRATEGY_RANDOM_WALK } from '../engine/addresses.js';
import type { Engine } from '../engine/engine.js';
import { minimize } from '../minimize/minimize.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Kind } from '../words.js';
import type { Found, Parted } from './batch.js';
import { type Signature, signatureOf } from './signature.js';

/** A finding made small. */
export interface SmallFinding {
  readonly found: Found;
  readonly minimized: Scenario;
  readonly signature: Signature;
  /** Where the finding does not yet hand one cid to two tasks: how it goes on to do that; null if it was not seen to. */
  readonly carried: Scenario | null;
  /** Where the implementations part on the one or the other, or a replay gave another result. */
  readonly parted: Parted | null;
}

/** Kinds that come before a duplicate cid: the bit is free, or will be, while the cid is in use. */
const LEADS_TO_DUPLICATE: readonly Kind[] = ['freed-in-use', 'ownership'];
/** Schedules tried to carry a finding on. */
const CARRY_SCHEDULES = 100_000;
/** The most actions that are added to it. */
const CARRY_ACTIONS = 60;

/** Micro-steps after which a candidate is given up: far beyond what a fuzzed schedule makes. */
export const RUN_STEPS = 1_000_000;

/** Actions beyond which a scenario takes the reference long; those of a fuzzed schedule are far fewer, but for its seed. */
const LONG_ACTIONS = 10_000;

export function isLong(scenario: Scenario): boolean {
  return scenario.actions.length > LONG_ACTIONS;
}

/** The smallest scenario that the engine still finds the same kind of violation in. */
export function shrink(engine: Engine, scenario: Scenario): Scenario {
  // What is cut out of a long schedule may take longer than the whole: some task works on for ever.
  const most = RUN_STEPS + 2 * engine.run(scenario).steps;
  return minimize(scenario, (candidate) => engine.run(candidate, most)).scenario;
}

/**
 * Minimizes what a batch found, carries it on to a duplicate cid, and confirms both by replays.
 *
 * @param engine minimizes
 * @param other takes turns with it in the replays
 */
export function smallFinding(engine: Engine, other: Engine, found: Found): SmallFinding {
  const minimized = shrink(engine, found.scenario);
  const leads = LEADS_TO_DUPLICATE.includes(kindWord(found.kind));
  const carried = leads ? carryOn(engine, minimized) : null;
  return confirmed(engine, other, { found, minimized, carried });
}

/** The same without making it smaller: for where that fails. */
export function plainFinding(engine: Engine, other: Engine, found: Found): SmallFinding {
  return confirmed(engine, other, { found, minimized: found.scenario, carried: null });
}

function confirmed(
  engine: Engine,
  other: Engine,
  small: Pick<SmallFinding, 'found' | 'minimized' | 'carried'>,
): SmallFinding {
  const { found, minimized, carried } = small;
  const signature = signatureOf(engine, minimized);
  const part = (scenario: Scenario, divergence: Divergence | null): Parted | null =>
    divergence && { schedule: found.schedule, scenario, divergence };
  // A long schedule was not compared when it was found.
  let parted = isLong(found.scenario)
    ? part(found.scenario, lockstep(engine, found.scenario).divergence)
    : null;
  for (const scenario of [minimized, ...(carried ? [carried] : [])]) {
    parted ??= part(scenario, confirm([engine, other], scenario));
  }
  return { ...small, signature, parted };
}

/**
 * Goes on at random from where the scenario ends until two tasks run with one cid, and makes the whole small.
 *
 * @returns null where none of {@link CARRY_SCHEDULES} tries came to it
 */
export function carryOn(engine: Engine, scenario: Scenario): Scenario | null {
  const header: Scenario = { ...scenario, oracle: ['duplicate-cid'], expects: [] };
  engine.beginBatch(
    header,
    {
      seed: 0,
      cpus: [scenario.cpus, scenario.cpus],
      tasks: [0, 0],
      mms: [0, 0],
      actions: CARRY_ACTIONS,
      compareEvery: 0,
      checks: true,
      coverage: false,
      strategy: STRATEGY_RANDOM_WALK,
      epoch: CARRY_SCHEDULES,
    },
    0,
    CARRY_SCHEDULES,
  );
  return engine.fuzz() === FUZZ_FINDING ? shrink(engine, engine.takeSchedule()) : null;
}

/** Minimizes a schedule on which the implementations part, so that they still do. */
export function smallParted(engine: Engine, parted: Parted): Parted {
  // Any part of the outcome can differ: for the search they are all the same kind of violation.
  const { scenario } = minimize(parted.scenario, (candidate) => {
    const { result, divergence } = lockstep(engine, candidate, { maxSteps: RUN_STEPS });
    if (divergence === null) return { ...result, violation: null };
    const action = lastAction(candidate, divergence.step, engine);
    const violation = { kind: 1, step: divergence.step, action, cpu: -1, mm: -1, cid: -1, tasks: [] };
    return { ...result, violation };
  });
  const { divergence } = lockstep(engine, scenario, { maxSteps: RUN_STEPS });
  return divergence === null ? parted : { ...parted, scenario: { ...scenario, expects: [] }, divergence };
}

/** The action under way at the engine's event `step`: all of them where it is past the last event. */
function lastAction(scenario: Scenario, step: number, engine: Engine): number {
  let n = 0;
  for (const event of engine.trace(scenario, RUN_STEPS)) {
    if (++n === step) return event.action;
  }
  return scenario.actions.length;
}
