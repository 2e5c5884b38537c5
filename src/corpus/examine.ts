import { readFile } from 'node:fs/promises';
import type { Engine } from '../engine/engine.js';
import { fileError } from '../errors.js';
import { parseScenario } from '../scenario/parse.js';
import { printScenario } from '../scenario/print.js';
import type { Scenario } from '../scenario/scenario.js';
import { KIND_WORDS, type Kind } from '../words.js';
import { hashOf } from './hash.js';

/** What a scenario of a corpus is worth. */
export interface Examined {
  readonly file: string;
  readonly bytes: number;
  /** Of its canonical text: two files with the same are the same scenario. */
  readonly hash: string;
  /** The words of its header that the coverage is of: what runs, on which machine. */
  readonly machine: string;
  /** Numbers 0 … 65535 (assembly/coverage.ts). */
  readonly features: Uint16Array;
  /** What it violates, and where; null: nothing. */
  readonly violation: { readonly kind: Kind; readonly pc: number } | null;
  /** Whether it says what should come of it: then it is a test, whatever it covers. */
  readonly expects: boolean;
  readonly actions: number;
  readonly steps: number;
}

/** Micro-steps after which a run is left: its features so far count. */
const MOST_STEPS = 1_000_000;

/** The words of a header that coverage depends on: the same feature on another machine is another one. */
export function machineOf({ algo, mutants, memory, arch, preempt }: Scenario): string {
  return [algo, ...mutants, memory, arch, `preempt ${preempt}`].join(' ');
}

/**
 * Runs a file of a corpus and tells what it is worth; the text goes with it, for the scenario is not kept.
 *
 * @throws UserError where it cannot be read, ScenarioError where it is malformed
 */
export async function examine(engine: Engine, file: string): Promise<{ examined: Examined; text: string }> {
  let content: Buffer;
  try {
    content = await readFile(file);
  } catch (error) {
    throw fileError(file, 'read', error);
  }
  const scenario = parseScenario(content, file);
  const text = printScenario(scenario);
  const { result, features } = engine.runCovered(scenario, MOST_STEPS);
  const kind = result.violation?.kind;
  const violation =
    kind === undefined ? null : { kind: KIND_WORDS[kind] as Kind, pc: result.cause ?? engine.schedulePc() };
  const examined = {
    file,
    bytes: content.length,
    hash: hashOf(text),
    machine: machineOf(scenario),
    features,
    violation,
    expects: scenario.expects.length > 0,
    actions: scenario.actions.length,
    steps: result.steps,
  };
  return { examined, text };
}

/** What a violation is, in one word, on its machine. */
export function faultOf({ machine, violation }: Examined): string | null {
  return violation && `${machine} ${violation.kind} ${violation.pc}`;
}
