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
 * those of the table.
 */
export function sarifOf(version: string, results: readonly CiResult[]): string {
  const bad = results.filter(({ kind }) => kind !== null);
  const run = new SarifRunBuilder().initSimple({
    toolDriverName: 'cidfuzz',
    toolDriverVersion: version,
    url: HELP,
  });
  const rules: Readonly<Record<string, string>> = { ...MEANING, ...OTHER_RULES };
  for (const ruleId of [...new Set(bad.map(({ kind }) => kind!))].sort()) {
    run.addRule(
      new SarifRuleBuilder().initSimple({
        ruleId,
        shortDescriptionText: rules[ruleId]!,
        fullDescriptionText: rules[ruleId]!,
        helpUri: HELP,
      }),
    );
  }
  for (const result of bad) run.addResult(resultOf(result));
  run.run.columnKind = 'utf16CodeUnits';
  const builder = new SarifBuilder();
  builder.addRun(run);
  // Not by its own `buildSarifJsonString`: that refuses a text that holds one of its marks.
  return `${JSON.stringify(builder.buildSarifOutput(), null, 2)}\n`;
}

function resultOf(result: CiResult): SarifResultBuilder {
  const { file, kind, message, line, fingerprint, run } = result;
  const builder = new SarifResultBuilder().initSimple({
    level: 'error',
    messageText: message,
    ruleId: kind!,
    fileUri: uriOf(file),
  });
  // SARIF has no flow of nothing.
  const flows = run === null ? [] : threadFlows(file, run);
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
function threadFlows(file: string, { story, events, lines }: CiRun): ThreadFlow[] {
  const shown = story.rows.filter(({ steps }) => steps !== null).length;
  let leaveOut = Math.max(0, shown - MOST_LOCATIONS);
  const flows = new Map<number, Step[]>(story.cpus.map((cpu) => [cpu, []]));
  const places = new Map<number, string>();
  for (const row of story.rows) {
    if (row.cpu === null) continue;
    if (row.steps === null) {
      // A fork is no place.
      if (row.kind !== 'action') places.set(row.cpu, row.text);
      continue;
    }
    if (leaveOut-- > 0) continue;
    const line = lines[(events[row.steps[0] - 1]?.action ?? 1) - 1] ?? 1;
    flows.get(row.cpu)!.push(step(file, row, line, places.get(row.cpu)));
  }
  return [...flows]
    .filter(([, locations]) => locations.length > 0)
    .map(([cpu, locations]) => ({ id: `CPU${cpu}`, locations }));
}

function step(file: string, row: Row, line: number, place: string | undefined): Step {
  const changes = row.changes.length === 0 ? '' : ` (${row.changes.join(', ')})`;
  return {
    location: {
      ...at(file, line),
      message: { text: `${row.text}${changes}` },
      ...(place === undefined
        ? {}
        : { logicalLocations: [{ fullyQualifiedName: place.replace(/^\.\.\. /, ''), kind: 'function' }] }),
    },
    executionOrder: row.steps![0],
    importance: row.broken ? 'essential' : 'important',
    nestingLevel: row.depth,
  };
}
