import { readFile } from 'node:fs/promises';
import { divergenceText } from '../check/divergence-text.js';
import type { Judgement } from '../check/judge.js';
import { kindWord } from '../check/verdict.js';
import { hashOf } from '../corpus/hash.js';
import { fileError, printable } from '../errors.js';
import type { Event } from '../event/event.js';
import { violationSentence } from '../report/sentence.js';
import type { Story } from '../report/story.js';
import { tell } from '../report/tell.js';
import { textOf } from '../report/text.js';
import type { Kind } from '../words.js';
import { uriOf } from './uri.js';

/** What is wrong with a file, or what a finding shows; `unmet` is an expectation that did not come. */
export type CiKind = Kind | 'unmet' | 'divergence' | 'watchdog' | 'unreadable' | 'fault';

/** One result, as machines that run tests want to be told of it. */
export interface CiResult {
  /** What it is called: the file as it was given, or the finding. */
  readonly name: string;
  readonly file: string;
  /** Null: it is as it should be. */
  readonly kind: CiKind | null;
  /** One line; empty where all is well. */
  readonly message: string;
  /** The run as a table, or what there is in its place. */
  readonly details: string;
  /** The line of the file that it is about, from 1. */
  readonly line: number;
  /** The same for the same fault. */
  readonly fingerprint: string;
  /** The run, where there is one to show. */
  readonly run: CiRun | null;
}

/** A run as it is told, and the line of the file that the action of each row stands in; 0: a row without a step. */
export interface CiRun {
  readonly story: Story;
  readonly lines: readonly number[];
}

/** Longer runs have no table here: nobody reads one, and the machines that show results refuse files of its size. */
export const MOST_TOLD = 100_000;

/** The place that a message begins with, as that of a parser does: `FILE:LINE:COL: …`. */
function lineIn(file: string, message: string): number {
  const before = `${printable(file)}:`;
  const place = message.startsWith(before) ? /^(\d+):\d+: /.exec(message.slice(before.length)) : null;
  return place === null ? 1 : Number(place[1]);
}

/** The same for the same file on every machine, wherever its checkout is. */
function fingerprintOf(file: string, kind: CiKind | null): string {
  return hashOf(`${uriOf(file)} ${kind}`);
}

/** A file that is as it should be, or no run of a scenario: it has no more than a message. */
export function plainResult(file: string, kind: CiKind | null, message: string, details = ''): CiResult {
  const fingerprint = fingerprintOf(file, kind);
  return { name: file, file, kind, message, details, line: lineIn(file, message), fingerprint, run: null };
}

/**
 * What came of a file that is not as it should be.
 *
 * @param events all of the run; they are of no use where it was stopped, where the implementations part, or where it has more
 *   than {@link MOST_TOLD}
 * @param signature what is the same for the same fault; default: the file and what came of it
 * @throws UserError where the file cannot be read
 */
export async function runResult(
  file: string,
  judgement: Judgement,
  events: readonly Event[],
  signature?: string,
): Promise<CiResult> {
  const { scenario, result, divergence, expect, met } = judgement;
  const { violation, watchdog, steps } = result;
  const plain = (kind: CiKind, message: string, details = ''): CiResult => {
    const whole = plainResult(file, kind, message, details);
    return signature === undefined ? whole : { ...whole, fingerprint: hashOf(signature) };
  };
  if (divergence !== null) {
    return plain('divergence', `engine and reference part: ${divergence.what}`, divergenceText(divergence));
  }
  if (watchdog) return plain('watchdog', `stopped by the watchdog after ${steps} steps`);
  const kind = violation === null ? 'unmet' : kindWord(violation.kind);
  const wanted = met === false ? `expected ${expect}: ` : '';
  const { actions, expects } = await linesOf(file);
  const lineOf = (action: number) => actions[action - 1] ?? 1;
  const line =
    violation !== null ? lineOf(violation.action) : (expects[expectIndex(judgement)] ?? actions[0] ?? 1);
  if (!hasTable(judgement)) {
    const came = violation === null ? NOTHING : violationSentence(scenario, violation);
    const again = `${steps} steps: too many for a table here (cidfuzz explain shows it)`;
    return { ...plain(kind, `${wanted}${came}`, again), line };
  }
  const story = tell(scenario, events, result, file);
  const lines = story.rows.map(({ steps }) =>
    steps === null ? 0 : lineOf(events[steps[0] - 1]?.action ?? 0),
  );
  const came = violation === null ? NOTHING : story.sentence;
  return { ...plain(kind, `${wanted}${came}`, textOf(story, false)), line, run: { story, lines } };
}

const NOTHING = 'nothing is violated';

/** Whether a run is told in a table: then its events are needed. */
export function hasTable({ divergence, result }: Judgement): boolean {
  return divergence === null && !result.watchdog && result.steps <= MOST_TOLD;
}

/** Which `expect` of the header a scenario is held to; -1: none. */
function expectIndex({ scenario: { algo, expects } }: Judgement): number {
  const own = expects.findIndex((expect) => expect.algo === algo);
  return own >= 0 ? own : expects.findIndex((expect) => expect.algo === null);
}

/** The lines that the actions of a scenario file stand in, and those of its `expect`s. */
async function linesOf(file: string): Promise<{ actions: number[]; expects: number[] }> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw fileError(file, 'read', error);
  }
  const actions: number[] = [];
  const expects: number[] = [];
  let below = false;
  for (const [i, line] of text.split('\n').entries()) {
    const words = line.split('#', 1)[0]!.trim();
    if (below && words !== '') actions.push(i + 1);
    if (!below && /^expect\s/.test(words)) expects.push(i + 1);
    if (words === '---') below = true;
  }
  return { actions, expects };
}
