import { REPLAYS } from '../check/confirm.js';
import { divergenceText } from '../check/divergence-text.js';
import { type ViolationJson, violationJson } from '../check/verdict.js';
import { hashOf } from '../corpus/hash.js';
import type { Engine } from '../engine/engine.js';
import { drive } from '../event/drive.js';
import type { Event, RunResult } from '../event/event.js';
import { compareMeasures, type Measure, measure } from '../minimize/measure.js';
import { explain } from '../report/explain.js';
import { mailOf } from '../report/mail.js';
import { printScenario } from '../scenario/print.js';
import type { Scenario } from '../scenario/scenario.js';
import { timelinePage } from '../timeline/html.js';
import { timelineOf } from '../timeline/timeline.js';
import type { Parted } from './batch.js';
import type { SmallFinding } from './finding.js';
import { nameOf, type Signature } from './signature.js';

/** What `finding.json` holds: nothing of the campaign that met it, so that two may share the folder. */
export interface FindingJson {
  readonly format: 1;
  readonly signature: Signature;
  readonly violation: ViolationJson;
  /** What broke, in one sentence. */
  readonly sentence: string;
  readonly steps: number;
  readonly minimized: { readonly actions: number };
  readonly carried: { readonly actions: number } | null;
  /** Replays in both implementations that gave the same. */
  readonly replays: number;
  /** How large the minimized scenario is (minimize/measure.ts): of two that show one fault, the smaller stays. */
  readonly measure: Measure;
  /** The other files, and what they hold (corpus/hash.ts): what is torn or changed is seen. */
  readonly files: Readonly<Record<string, string>>;
}

/** A finding's folder, as it is to be written: a name, and its files, `finding.json` last. */
export interface FindingFiles {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
}

/** The one command that shows it again, from the folder that it is in. */
const REPRODUCE = `#!/bin/sh
# Shows this finding again: it ends with 77.
cd "$(dirname "$0")" && exec "\${CIDFUZZ:-cidfuzz}" replay minimized.cid
`;

/** JSON for people too, with a newline. */
export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** All that is stored of a finding. */
export async function findingFiles(engine: Engine, small: SmallFinding): Promise<FindingFiles> {
  const { found, minimized, carried, signature } = small;
  const told = await explained(engine, minimized, 'minimized', 'explained');
  const more = carried && (await explained(engine, carried, 'carried', 'carried'));
  const mail = mailOf({
    scenario: minimized,
    kind: signature.kind,
    race: signature.race,
    table: told.files['explained.txt']!,
    carried: more && more.files['carried.txt']!,
    text: told.files['minimized.cid']!,
  });
  const files: Record<string, string> = {
    'original.cid': printScenario(found.scenario),
    ...told.files,
    ...more?.files,
    'mail.txt': mail,
    'reproduce.sh': REPRODUCE,
  };
  const violation = told.result.violation!;
  const row: Omit<FindingJson, 'files'> = {
    format: 1,
    signature,
    violation: violationJson(minimized, violation),
    sentence: told.files['explained.txt']!.trimEnd().split('\n').at(-1)!,
    steps: told.result.steps,
    minimized: { actions: minimized.actions.length },
    carried: carried && { actions: carried.actions.length },
    replays: REPLAYS,
    measure: measure(minimized),
  };
  return { name: nameOf(signature), files: sealed(files, row) };
}

/** All that is stored of a schedule on which the implementations part. */
export function partedFiles({ scenario, divergence }: Parted): FindingFiles {
  const text = printScenario(scenario);
  const files = {
    'minimized.cid': text,
    'explained.txt': divergenceText(divergence),
    'reproduce.sh': REPRODUCE,
  };
  return { name: `divergence-${hashOf(text).slice(0, 8)}`, files: sealed(files, { format: 1, divergence }) };
}

/** The files with `finding.json` behind them, which says what each holds. */
export function sealed(files: Readonly<Record<string, string>>, row: object): Record<string, string> {
  const hashes = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, hashOf(text)]));
  return { ...files, 'finding.json': json({ ...row, files: hashes }) };
}

/** What is compared of two findings. */
export type Rank = Pick<FindingJson, 'measure' | 'signature' | 'violation'>;

/** Whether one is a better example of a fault than another: it shows what the fault is called after, and is smaller. */
export function isBetter(one: Rank, other: Rank): boolean {
  const apart = ({ signature, violation }: Rank) => Number(signature.kind !== violation.kind);
  const difference = apart(one) - apart(other);
  return difference === 0 ? compareMeasures(one.measure, other.measure) < 0 : difference < 0;
}

async function explained(
  engine: Engine,
  scenario: Scenario,
  cid: string,
  name: string,
): Promise<{ files: Record<string, string>; result: RunResult }> {
  const events: Event[] = [];
  const result = drive(engine.trace(scenario), (event) => events.push(event));
  const file = `${cid}.cid`;
  const files = {
    [file]: printScenario(scenario),
    [`${name}.txt`]: explain(scenario, events, result, 'text', { file }),
    [`${name}.md`]: explain(scenario, events, result, 'markdown', { file }),
    [`${name}.html`]: await timelinePage(timelineOf(scenario, events, result, file)),
  };
  return { files, result };
}
