import { createHash } from 'node:crypto';
import { KIND_DUPLICATE_CID } from '../abi.js';
import { kindWord } from '../check/verdict.js';
import { PC_FROZEN_CLOCK, PC_POSTPONED_SCAN } from '../engine/addresses.js';
import type { Engine } from '../engine/engine.js';
import { drive } from '../event/drive.js';
import type { Event } from '../event/event.js';
import { raceOf, takenAt } from '../report/race.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Algo, Kind, Memory, Mutant } from '../words.js';

/** What makes two findings the same: they show one fault of one algorithm. */
export interface Signature {
  readonly algo: Algo;
  readonly mutants: readonly Mutant[];
  /** Of a cid that clear-old has freed in use, and that two tasks run with by now: `freed-in-use`, where that counts. */
  readonly kind: Kind;
  /** The strongest memory model that shows it. */
  readonly memory: Memory;
  /** The accesses that race (report/race.ts), or what is to blame for a cid that is too high (assembly/causes.ts). */
  readonly race: readonly string[];
}

/** Causes of a violation, in words. */
const CAUSES: Readonly<Record<number, string>> = {
  [PC_FROZEN_CLOCK]: "an idle cpu's rq->clock stands still",
  [PC_POSTPONED_SCAN]: 'forks put mm_cid_next_scan off',
};

/**
 * The signature of a minimized scenario that violates something.
 *
 * A cid that two tasks run with was freed, or handed out twice, before: the race is where that was, so the run is looked at with
 * all checks, and the first violation counts.
 */
export function signatureOf(engine: Engine, scenario: Scenario): Signature {
  const { algo, mutants, memory } = scenario;
  const events: Event[] = [];
  const result = drive(engine.trace(scenario), (event) => events.push(event));
  const violation = result.violation!;
  const freed =
    violation.kind === KIND_DUPLICATE_CID && scenario.oracle === null && takenAt(events, violation) !== 0;
  const kind = freed ? 'freed-in-use' : kindWord(violation.kind);
  const cause = CAUSES[result.cause ?? 0];
  if (cause !== undefined) return { algo, mutants, kind, memory, race: [cause] };
  const all = { ...scenario, oracle: null };
  const before: Event[] = [];
  const first = drive(engine.trace(all), (event) => before.push(event));
  const race =
    first.violation !== null && first.violation.step < violation.step
      ? raceOf(all, before, first)
      : raceOf(scenario, events, result);
  return { algo, mutants, kind, memory, race };
}

/** A name for a finding's folder: the same for the same fault, whoever meets it. */
export function nameOf(signature: Signature): string {
  const { algo, mutants, kind, memory, race } = signature;
  const text = JSON.stringify([algo, mutants, kind, memory, race]);
  return `${kind}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
}
