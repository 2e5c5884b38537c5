import type { Found } from '../../src/fuzz/batch.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { KIND_WORDS, type Kind } from '../../src/words.js';

const SCENARIO = parseScenario('cidfuzz 1\ncpus 1\n---\n', 'empty.cid');

/** A finding of that kind, of a schedule (from 0) that does nothing. */
export function found(kind: Kind, schedule: number): Found {
  return { schedule, kind: KIND_WORDS.indexOf(kind), pc: 0, scenario: SCENARIO };
}
