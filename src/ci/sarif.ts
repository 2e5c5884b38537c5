import { SarifBuilder, SarifResultBuilder, SarifRuleBuilder, SarifRunBuilder } from 'node-sarif-builder';
import { MEANING } from '../report/meaning.js';
import type { Row } from '../report/story.js';
import type { CiKind, CiResult, CiRun } from './result.js';
import { uriOf } from './uri.js';

type Result = SarifResultBuilder['result'];
type Location = NonNullable<Result['locations']>[number];
type ThreadFlow = NonNullable<Result['codeFlows']>[number]['threadFlows'][number];
type Step = ThreadFlow['locations'][number];

/** GitHub takes no more locations of a result's flows. */
const MOST_LOCATIONS = 10_000;
/** In all: it refuses what has more than 10 MB when it is packed, and a string of ours cannot be as long as one likes. */
const MOST_IN_ALL = 100_000;
/** It shows no more results. */
const MOST_RESULTS = 5000;
const HELP = 'https://lore.kernel.org/all/20230413223356.17195-1-mathieu.desnoyers@efficios.com/';

/** What our results are about beside the kinds of violations. */
const OTHER_RULES: Readonly<Record<Exclude<CiKind, keyof typeof MEANING>, string>> = {
  unmet: 'A scenario does not come to what its `expect` says.',
  divergence: 'The two implementations of the model do not agree: cidfuzz contradicts itself.',
  watchdog: 'A run was stopped: it makes more steps than it may.',
  unreadable: 'A file that is no scenario, or cannot be read.',
  fault: 'cidfuzz itself fails.',
};

/**
 * Results as SARIF 2.1.0: one for each that is not as it should be, with one code flow of one thread flow a cpu, whose steps are
 * those of the table. There is a rule for every kind, also for those that nothing is of: rules are what is looked for. Where
 * results or flows have to be left out, the last ones are, and a notification says so.
 */
export function sarifOf(version: string, results: readonly CiResult[]): string {
  const bad = results.filter(({ kind }) => kind !== null);
  const run = new SarifRunBuilder().initSimple({
    toolDriverName: 'cidfuzz',
    toolDriverVersion: version,
    url: HELP,
  });
  for (const [id, text] of Object.entries({ ...MEANING, ...OTHER_RULES })) run.addRule(ruleOf(id, text));
  const budget = { locations: MOST_IN_ALL, without: 0 };
  for (const result of bad.slice(0, MOST_RESULTS)) run.addResult(resultOf(result, budget));
  run.run.columnKind = 'utf16CodeUnits';
  const leftOut = leftOutOf(bad.length, budget.without);
  if (leftOut.length > 0) {
    const toolExecutionNotifications = leftOut.map((text) => ({
      level: 'warning' as const,
      message: { text },
    }));
    run.run.invocations = [{ executionSuccessful: true, toolExecutionNotifications }];
  }
  const builder = new SarifBuilder();
  builder.addRun(run);
  // Not by its own `buildSarifJsonString`: that refuses a text that holds one of its marks.
  return `${JSON.stringify(builder.buildSarifOutput(), null, 2)}\n`;
}

function ruleOf(ruleId: string, text: string): SarifRuleBuilder {
  const builder = new SarifRuleBuilder().initSimple({
    ruleId,
    shortDescriptionText: text,
    fullDescriptionText: text,
    helpUri: HELP,
  });
  // GitHub wants it beside the descriptions.
  builder.rule.help = { text };
  return builder;
}

function leftOutOf(results: number, flows: number): string[] {
  return [
    ...(results > MOST_RESULTS ? [`${results - MOST_RESULTS} more results are left out`] : []),
    ...(flows > 0 ? [`the code flows of ${flows} results are left out`] : []),
  ];
}

function resultOf(result: CiResult, budget: { locations: number; without: number }): SarifResultBuilder {
  const { file, kind, message, line, fingerprint, run } = result;
  const builder = new SarifResultBuilder().initSimple({
    level: 'error',
    messageText: message,
    ruleId: kind!,
    fileUri: uriOf(file),
  });
  // SARIF has no flow of nothing.
  let flows = run === null ? [] : threadFlows(file, run);
  const size = flows.reduce((sum, { locations }) => sum + locations.length, 0);
  if (size <= budget.locations) {
    budget.locations -= size;
  } else {
    budget.without++;
    flows = [];
  }
  const more: Partial<Result> = {
    locations: [at(file, line)],
    partialFingerprints: { 'cidfuzzSignature/v1': fingerprint },
    ...(flows.length === 0 ? {} : { codeFlows: [{ threadFlows: flows }] }),
  };
  Object.assign(builder.result, more);
  return builder;
}

function at(file: string, startLine: number): Location {
  return { physicalLocation: { artifactLocation: { uri: uriOf(file) }, region: { startLine } } };
}

/** One thread a cpu; the order of execution says how they interleave. */
function threadFlows(file: string, { story, lines }: CiRun): ThreadFlow[] {
  const shown = story.rows.filter(({ steps }) => steps !== null).length;
  let leaveOut = Math.max(0, shown - MOST_LOCATIONS);
  const flows = new Map<number, Step[]>(story.cpus.map((cpu) => [cpu, []]));
  const places = new Map<number, string[]>();
  for (const [i, row] of story.rows.entries()) {
    if (row.cpu === null) continue;
    if (row.steps === null) {
      // A fork is no place, nor is a store that becomes visible.
      if (row.kind === 'routine') places.set(row.cpu, [functionOf(row.text)]);
      if (row.kind === 'call') places.set(row.cpu, [places.get(row.cpu)![0]!, functionOf(row.text)]);
      continue;
    }
    if (leaveOut-- > 0) continue;
    flows.get(row.cpu)!.push(step(file, row, lines[i]!, placeOf(row, places.get(row.cpu))));
  }
  return [...flows]
    .filter(([, locations]) => locations.length > 0)
    .map(([cpu, locations]) => ({ id: `CPU${cpu}`, locations }));
}

/** The function that a row is in: what a routine does when its call is over is its own. */
function placeOf({ depth }: Row, [routine, call]: readonly string[] = []): string | undefined {
  return depth > 1 ? (call ?? routine) : routine;
}

/** The kernel function that a heading names: `... mm_cid_get(A)` is mm_cid_get. */
function functionOf(heading: string): string {
  return heading.replace(/^\.\.\. /, '').split('(', 1)[0]!;
}

function step(file: string, row: Row, line: number, place: string | undefined): Step {
  const changes = row.changes.length === 0 ? '' : ` (${row.changes.join(', ')})`;
  return {
    location: {
      ...at(file, line),
      message: { text: `${row.text}${changes}` },
      ...(place === undefined ? {} : { logicalLocations: [{ fullyQualifiedName: place, kind: 'function' }] }),
    },
    executionOrder: row.steps![0],
    importance: row.broken ? 'essential' : 'important',
    nestingLevel: row.depth,
  };
}
