import type { BucketState, CampaignState } from '../fuzz/state.js';
import type { Store } from '../fuzz/store.js';
import { KIND_WORDS } from '../words.js';
import type { CommonFlags } from './flags.js';
import { colorsFor, grouped, printJson } from './output.js';

/** What a campaign of any kind has to tell. */
type Reported = Pick<CampaignState, 'next' | 'steps' | 'compared' | 'buckets' | 'parted'> & {
  readonly config: { readonly seed: number };
};

/** What is to be said of how it has searched (search-report.ts). */
export interface SearchReport {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly lines: readonly string[];
}

/** A finding with all buckets that came to it: those whose minimized scenarios are the same. */
interface Finding {
  readonly name: string;
  /** In the order in which they were met; at least one. */
  readonly buckets: readonly [BucketState, ...BucketState[]];
  readonly met: number;
}

/** The plainest harm first, in the order of the checks; then as they were met. */
function findingsOf(state: Reported): Finding[] {
  const byName = new Map<string, BucketState[]>();
  for (const bucket of state.buckets) {
    if (bucket.finding === null) continue;
    byName.set(bucket.finding, [...(byName.get(bucket.finding) ?? []), bucket]);
  }
  return [...byName]
    .map(([name, buckets]) => ({
      name,
      buckets: buckets as [BucketState, ...BucketState[]],
      met: buckets.reduce((sum, bucket) => sum + bucket.count, 0),
    }))
    .sort((a, b) => KIND_WORDS.indexOf(a.buckets[0].kind) - KIND_WORDS.indexOf(b.buckets[0].kind));
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
  const findings = findingsOf(state);
  if (flags.json) await printRows(state, store, findings, search);
  else if (flags.quiet) printPaths(state, store, findings);
  else process.stdout.write(`${(await textLines(state, store, findings, search, flags)).join('\n')}\n`);
}

async function printRows(
  state: Reported,
  store: Store,
  findings: readonly Finding[],
  { fields }: SearchReport,
): Promise<void> {
  const { config, next, steps, compared } = state;
  for (const { name, buckets, met } of findings) {
    const { format, ...row } = await store.readFinding(name);
    const { schedule, actions } = buckets[0];
    const original = { actions };
    printJson({ format, seed: config.seed, schedule, original, ...row, finding: `findings/${name}`, met });
  }
  for (const { finding, schedule } of state.parted) {
    printJson({ format: 1, outcome: 'divergence', schedule, finding: finding && `findings/${finding}` });
  }
  printJson({
    format: 1,
    summary: true,
    ...config,
    schedules: next,
    steps,
    compared,
    ...fields,
    findings: findings.length,
    divergences: state.parted.length,
  });
}

function printPaths(state: Reported, store: Store, findings: readonly Finding[]): void {
  const names = [...findings.map(({ name }) => name), ...state.parted.map(({ finding }) => finding)];
  for (const name of names) {
    if (name !== null) process.stdout.write(`${store.path(name, 'minimized.cid')}\n`);
  }
}

async function textLines(
  state: Reported,
  store: Store,
  findings: readonly Finding[],
  search: SearchReport,
  flags: CommonFlags,
): Promise<string[]> {
  const colors = colorsFor(process.stdout, flags.color);
  const lines = [
    '',
    `seed ${state.config.seed}: ${grouped(state.next)} schedules, ${grouped(state.steps)} micro-steps; ${grouped(state.compared)} schedules compared with the reference`,
  ];
  lines.push(...search.lines);
  if (state.parted.length > 0) {
    lines.push(colors.red('engine and reference part: cidfuzz contradicts itself'));
    for (const { finding, schedule } of state.parted) {
      lines.push(`  schedule ${schedule}: ${finding === null ? '' : store.path(finding, 'explained.txt')}`);
    }
  }
  if (findings.length === 0) lines.push('nothing found');
  for (const [i, { name, buckets, met }] of findings.entries()) {
    const [{ kind, schedule }] = buckets;
    const head = `${kind}: first in schedule ${grouped(schedule)}, met ${grouped(met)} times`;
    const told = await store.read(name, 'explained.txt');
    const { carried } = await store.readFinding(name);
    lines.push('', colors.red(head));
    if (i === 0) lines.push('', told.trimEnd());
    else lines.push(`  ${lastLine(told)}`);
    if (carried !== null) {
      const end = lastLine(await store.read(name, 'carried.txt'));
      lines.push('', `Carried on (${store.path(name, 'carried.cid')}): ${end}`);
    }
    lines.push(`  again:  cidfuzz explain ${store.path(name, 'minimized.cid')}`);
  }
  return lines;
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1)!;
}
