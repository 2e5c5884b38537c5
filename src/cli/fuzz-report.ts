import type { Signature } from '../fuzz/signature.js';
import { type CampaignState, type Contradiction, type FindingOf, findingsOf } from '../fuzz/state.js';
import type { Store } from '../fuzz/store.js';
import { grouped } from '../numbers.js';
import { KIND_WORDS } from '../words.js';
import type { CommonFlags } from './flags.js';
import { colorsFor, printJson } from './output.js';

/** What a campaign of any kind has to tell. */
type Reported = Pick<
  CampaignState,
  'next' | 'steps' | 'compared' | 'sites' | 'instances' | 'parted' | 'faults'
> & {
  readonly config: { readonly seed: number; readonly from?: number };
};

/** What is to be said of how it has searched (search-report.ts). */
export interface SearchReport {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly lines: readonly string[];
}

/** The plainest harm first, in the order of the checks; then as they were met. */
function inOrder(state: Reported): FindingOf[] {
  return findingsOf(state).toSorted(
    (a, b) => KIND_WORDS.indexOf(a.sites[0]!.kind) - KIND_WORDS.indexOf(b.sites[0]!.kind),
  );
}

/**
 * Tells what a campaign has found, in the form that the flags ask for.
 *
 * @throws UserError where a finding's files cannot be read
 */
export async function reportCampaign(
  state: Reported,
  store: Store,
  flags: CommonFlags,
  search: SearchReport = { fields: {}, lines: [] },
): Promise<void> {
  const findings = inOrder(state);
  if (flags.json) await printRows(state, store, findings, search);
  else if (flags.quiet) printPaths(state, store, findings);
  else process.stdout.write(`${(await textLines(state, store, findings, search, flags)).join('\n')}\n`);
}

async function printRows(
  state: Reported,
  store: Store,
  findings: readonly FindingOf[],
  { fields }: SearchReport,
): Promise<void> {
  const { config, next, steps, compared } = state;
  for (const { name, instances, met } of findings) {
    const { format, measure: _, files: __, ...row } = await store.readFinding(name);
    const { schedule, actions } = instances[0]!;
    const original = { actions };
    printJson({ format, seed: config.seed, schedule, original, ...row, finding: `findings/${name}`, met });
  }
  for (const [outcome, { finding, schedule }] of contradictionsOf(state)) {
    printJson({ format: 1, outcome, schedule, finding: finding && `findings/${finding}` });
  }
  printJson({
    format: 1,
    summary: true,
    ...config,
    schedules: next - (config.from ?? 0),
    steps,
    compared,
    ...fields,
    findings: findings.length,
    divergences: state.parted.length,
    faults: state.faults.length,
  });
}

function printPaths(state: Reported, store: Store, findings: readonly FindingOf[]): void {
  const names = [
    ...findings.map(({ name }) => name),
    ...contradictionsOf(state).map(([, { finding }]) => finding),
  ];
  for (const name of names) {
    if (name !== null) process.stdout.write(`${store.path(name, shownFile(name))}\n`);
  }
}

async function textLines(
  state: Reported,
  store: Store,
  findings: readonly FindingOf[],
  search: SearchReport,
  flags: CommonFlags,
): Promise<string[]> {
  const colors = colorsFor(process.stdout, flags.color);
  const lines = [
    '',
    `seed ${state.config.seed}: ${grouped(state.next - (state.config.from ?? 0))} schedules, ${grouped(state.steps)} micro-steps; ${grouped(state.compared)} schedules compared with the reference`,
  ];
  lines.push(...search.lines);
  for (const [what, { finding, schedule }] of contradictionsOf(state)) {
    const where = finding === null ? '' : `: ${store.path(finding, 'explained.txt')}`;
    const why = what === 'fault' ? 'cidfuzz itself fails' : 'engine and reference part';
    lines.push(colors.red(`${why} at schedule ${grouped(schedule)}${where}`));
  }
  if (findings.length === 0) lines.push('nothing found');
  for (const [i, { name, sites, instances, met }] of findings.entries()) {
    const [{ kind }, { schedule }] = [sites[0]!, instances[0]!];
    const head = `${kind}: first in schedule ${grouped(schedule)}, met ${grouped(met)} times`;
    const told = await store.read(name, 'explained.txt');
    const { carried, signature } = await store.readFinding(name);
    lines.push('', colors.red(head), ...raceLines(signature));
    if (i === 0) lines.push('', told.trimEnd());
    else lines.push(`  ${lastLine(told)}`);
    if (carried !== null) {
      const end = lastLine(await store.read(name, 'carried.txt'));
      lines.push('', `Carried on (${store.path(name, 'carried.cid')}): ${end}`);
    }
    lines.push(`  again:  cidfuzz explain ${store.path(name, 'minimized.cid')}`);
  }
  if (findings.length > 0) lines.push('', `all of it, step by step:  cidfuzz report ${store.dir}`);
  return lines;
}

/** What contradicts cidfuzz itself. */
function contradictionsOf({ parted, faults }: Reported): ['divergence' | 'fault', Contradiction][] {
  return [
    ...parted.map((entry): ['divergence', Contradiction] => ['divergence', entry]),
    ...faults.map((entry): ['fault', Contradiction] => ['fault', entry]),
  ];
}

/** What to look at first. */
const shownFile = (name: string): string => (name.startsWith('fault') ? 'explained.txt' : 'minimized.cid');

/** The accesses that race, one above the other. */
function raceLines({ race, memory }: Signature): string[] {
  if (race.length === 0) return [];
  return [`  ${race.length === 2 ? 'race' : 'at'} (${memory}): ${race.join('  |  ')}`];
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1)!;
}
