import { CLAIMANTS, LONGER } from '../bench/find-bugs.js';
import type {
  BenchResult,
  BugRow,
  Figure,
  Finding,
  LoopRate,
  Ratio,
  Rival,
  Spread,
  TimeToFind,
} from '../bench/result.js';
import { grouped } from '../numbers.js';

export const FORMATS = ['text', 'markdown'] as const;
export type Format = (typeof FORMATS)[number];

/** What was asked for, as far as it is told. */
export interface BenchWords {
  readonly seed: number;
  readonly rounds: number;
  readonly seeds: number;
  readonly strategies: readonly string[];
  readonly limit: number;
  readonly format: Format;
}

/** What a bench has measured, for people: rates, ratios with what is wanted, tables. */
export function benchLines(result: BenchResult, words: BenchWords): string[] {
  const { rates, loops, rivals, bugs, figures, ratios, times, skipped } = result;
  const table = words.format === 'markdown' ? markdownTable : textTable;
  const schedules =
    result.steps > 0
      ? [
          `seed ${words.seed}: ${result.schedules} schedules, ${result.steps} micro-steps, medians of ${words.rounds} rounds`,
        ]
      : [];
  return [
    ...schedules,
    ...rates.map(
      ({ what, stepsPerSecond }) =>
        `  ${what.padEnd(21)} ${(stepsPerSecond / 1e6).toFixed(2).padStart(6)} M micro-steps/s`,
    ),
    ...section(loops, () => [
      `schedules a second by strategy; in brackets to those of ${loops[0]!.strategy} without checks and coverage`,
      ...table(loopRows(loops)),
      'where there is no coverage, guided search has no parents: it is the random walk',
    ]),
    ...section(rivals, () => ['other fuzzers, by the clock on the wall', ...table(rivalRows(rivals))]),
    ...section(bugs, () => [...bugsHead(words), ...table(bugRows(bugs, words.strategies))]),
    ...section([...figures, ...ratios, ...times, ...skipped], () => [
      ...figures.map(figureLine),
      ...ratios.map(ratioLine),
      ...times.map(timeLine),
      ...skipped.map((line) => `  ${line}`),
    ]),
  ];
}

/** Nothing where there is nothing to tell; else an empty line before it. */
function section(about: readonly unknown[], lines: () => string[]): string[] {
  return about.length === 0 ? [] : ['', ...lines()];
}

function figureLine({ what, value, wanted, sense }: Figure): string {
  return `  ${what}: ${value >= 1000 ? grouped(value) : value.toFixed(2)} (wanted: ${sense} ${grouped(wanted)})`;
}

function ratioLine({ what, ratio, wanted, bound }: Ratio): string {
  const digits = ratio >= 1000 ? 0 : ratio >= 100 ? 1 : 2;
  const asked = wanted === null ? '' : ` (wanted: at least ${wanted})`;
  return `  ${what}: ${bound ? 'more than ' : ''}${ratio.toFixed(digits)}${asked}`;
}

function timeLine({ what, seconds, wanted }: TimeToFind): string {
  const median = seconds === null ? 'not found' : secondsText(seconds);
  return `  ${what}: ${median} (wanted: at most ${wanted} s)`;
}

/** Rows of texts, the first of them the head. */
type Rows = readonly (readonly string[])[];

function loopRows(loops: readonly LoopRate[]): Rows {
  const strategies = [...new Set(loops.map(({ strategy }) => strategy))];
  const head = ['strategy', 'checks, coverage', 'checks', 'coverage', 'neither'];
  const rows = strategies.map((name) => [
    name,
    ...loops
      .filter(({ strategy }) => strategy === name)
      .map(({ schedulesPerSecond, relative }) => `${short(schedulesPerSecond)} [${relative.toFixed(2)}]`),
  ]);
  return [head, ...rows];
}

function rivalRows(rivals: readonly Rival[]): Rows {
  return [
    ['fuzzer', 'schedules/s', 'micro-steps/s', 'bug', 'it: schedules, time', 'cidfuzz: schedules, time'],
    ...rivals.map(({ rival, schedulesPerSecond, stepsPerSecond, bug, theirs, ours }) => [
      rival,
      short(schedulesPerSecond),
      short(stepsPerSecond),
      bug,
      findingText(theirs),
      findingText(ours),
    ]),
  ];
}

function bugsHead({ seed, seeds, limit }: BenchWords): string[] {
  return [
    `schedules and time to find each bug: medians of ${seeds} seeds from ${seed}, [quartiles]; > where most seeds have`,
    `found nothing after so many (${grouped(limit)}; ${LONGER} times as many by ${CLAIMANTS.join(' and ')}), with how many did; one core`,
  ];
}

function bugRows(rows: readonly BugRow[], strategies: readonly string[]): Rows {
  return [
    ['bug', 'machine', ...strategies],
    ...rows.map(({ bug, cells }) => [
      bug.name,
      [
        bug.memory,
        bug.arch,
        bug.cpus === 1 ? '1 cpu' : `${bug.cpus} cpus`,
        ...(bug.preempt === 'none' ? ['preempt none'] : []),
      ].join(' '),
      ...cells.map((cell) => (cell === null ? '?' : findingText(cell))),
    ]),
  ];
}

/** `39 [18-118] 2 ms`, or `> 50k 0.8 s (2 of 8)`. */
function findingText({ seeds, found, schedules, seconds, beyond }: Finding): string {
  if (beyond !== null || schedules === null) {
    const { schedules: n = 0, seconds: time = 0 } = beyond ?? {};
    return `> ${short(n)} ${secondsText(time)} (${found} of ${seeds})`;
  }
  const share = found < seeds ? ` (${found} of ${seeds})` : '';
  return `${known(schedules.median)} ${quartiles(schedules)} ${secondsText(seconds?.median ?? 0)}${share}`;
}

function quartiles({ lowerQuartile, upperQuartile }: Spread): string {
  return `[${known(lowerQuartile)}-${known(upperQuartile)}]`;
}

function known(n: number | null): string {
  return n === null ? '∞' : short(n);
}

/** Three digits or fewer: 7, 118, 1.23k, 45.6k, 3.4M. */
function short(n: number): string {
  if (n < 1000) return String(Math.round(n));
  const [unit, name] = n < 999_500 ? [1e3, 'k'] : [1e6, 'M'];
  return `${Number((n / unit).toPrecision(3))}${name}`;
}

/** Two digits: 0.3 ms, 25 ms, 1.2 s, 48 s. */
function secondsText(seconds: number): string {
  const [n, unit] = seconds < 0.9995 ? [seconds * 1000, 'ms'] : [seconds, 's'];
  return `${n < 10 ? n.toFixed(1) : n.toFixed(0)} ${unit}`;
}

function markdownTable([head, ...rows]: Rows): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head!), line(head!.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)];
}

function textTable(rows: Rows): string[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => `  ${i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)}`)
      .join('')
      .trimEnd(),
  );
}
