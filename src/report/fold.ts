import type { Scan } from './frames.js';
import type { Row } from './story.js';

/** A row with what decides whether it may be folded into its neighbours. */
export interface Foldable {
  readonly row: Row;
  /** The clear-old that the row belongs to. */
  readonly scan: Scan | null;
  /** Equal for accesses that repeat each other: a spin. */
  readonly spin: string | null;
  /** It tells of a delay, and so is only folded into others that tell the same. */
  readonly delayed?: boolean;
}

/** From so many alike on, one line tells them all. */
const FEWEST_TO_FOLD = 4;

/** Tells uninteresting lines in one: clear-olds that leave their slot alone, and spins. */
export function fold(rows: readonly Foldable[]): Row[] {
  const folded: Row[] = [];
  for (let start = 0; start < rows.length; ) {
    const next = foldScans(rows, start, folded) ?? foldSpins(rows, start, folded);
    if (next === null) folded.push(rows[start]!.row);
    start = next ?? start + 1;
  }
  return folded;
}

/** Folds the rejected clear-olds that begin at `start`; the index after them, or null. */
function foldScans(rows: readonly Foldable[], start: number, folded: Row[]): number | null {
  const scans: Scan[] = [];
  let end = start;
  while (end < rows.length) {
    const { scan, row } = rows[end]!;
    // Only whole ones, told without a break: from the heading of one to the heading of the next.
    if (scan === null || scan.rejected === null || row.kind !== 'call') break;
    let after = end + 1;
    while (rows[after]?.scan === scan && rows[after]!.row.kind === 'access') after++;
    if (rows[after]?.scan === scan) break;
    if (rows.slice(end, after).some((each) => each.delayed === true || !isQuiet(each))) break;
    if (rows.slice(after).some((each) => each.scan === scan)) break;
    scans.push(scan);
    end = after;
  }
  if (scans.length < FEWEST_TO_FOLD) return null;
  const span = stepsOf(rows.slice(start, end));
  const head = rows[start]!.row;
  const reasons = new Map<string, number>();
  for (const { rejected } of scans) reasons.set(rejected!, (reasons.get(rejected!) ?? 0) + 1);
  const counted = [...reasons].map(([reason, count]) => (reasons.size === 1 ? reason : `${count} ${reason}`));
  folded.push({
    ...head,
    steps: span,
    text: `clear-old of ${scans.length} cpus (${scans[0]!.cpu} to ${scans.at(-1)!.cpu}): ${counted.join(', ')}`,
  });
  return end;
}

/** Folds the equal accesses that begin at `start`; the index after them, or null. */
function foldSpins(rows: readonly Foldable[], start: number, folded: Row[]): number | null {
  const { spin, row, delayed } = rows[start]!;
  if (spin === null) return null;
  const isAlike = (each: Foldable | undefined) =>
    each?.spin === spin &&
    each.row.cpu === row.cpu &&
    isQuiet(each) &&
    each.delayed === delayed &&
    (delayed !== true || each.row.text === row.text);
  let end = start;
  while (isAlike(rows[end])) end++;
  const count = end - start;
  if (count < FEWEST_TO_FOLD) return null;
  const texts = new Set(rows.slice(start, end).map((each) => each.row.text));
  const text = texts.size === 1 ? `${row.text}, ${count} times` : `${row.text} … ${count} full words`;
  folded.push({ ...row, steps: stepsOf(rows.slice(start, end)), text });
  return end;
}

/** Nothing changes with it, and nothing breaks. */
function isQuiet({ row }: Foldable): boolean {
  return row.changes.length === 0 && !row.broken;
}

function stepsOf(rows: readonly Foldable[]): readonly [number, number] | null {
  const steps = rows.flatMap(({ row }) => row.steps ?? []);
  return steps.length === 0 ? null : [steps[0]!, steps.at(-1)!];
}
