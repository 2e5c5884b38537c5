import { readFile } from 'node:fs/promises';
import { divergenceText } from '../check/divergence-text.js';
import type { Judgement } from '../check/judge.js';
import { kindWord } from '../check/verdict.js';
import { hashOf } from '../corpus/hash.js';
import { fileError, printable } from '../errors.js';
import type { Event } from '../event/event.js';
import { explain } from '../report/explain.js';
import { violationSentence } from '../report/sentence.js';
import type { Story } from '../report/story.js';
import { tell } from '../report/tell.js';
import type { Kind } from '../words.js';

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

/** A run, and the line of the file that each of its actions stands in. */
export interface CiRun {
  readonly story: Story;
  readonly events: readonly Event[];
  readonly lines: readonly number[];
}

/** The place that a message begins with, as that of a parser does: `FILE:LINE:COL: …`. */
function lineIn(file: string, message: string): number {
  const before = `${printable(file)}:`;
  const place = message.startsWith(before) ? /^(\d+):\d+: /.exec(message.slice(before.length)) : null;
  return place === null ? 1 : Number(place[1]);
}

/** A file that is as it should be, or no run of a scenario: it has no more than a message. */
export function plainResult(file: string, kind: CiKind | null, message: string, details = ''): CiResult {
  const fingerprint = hashOf(`${kind} ${message}`);
  return { name: file, file, kind, message, details, line: lineIn(file, message), fingerprint, run: null };
}

/**
 * What came of a file that is not as it should be.
 *
 * @param signature what is the same for the same fault; default: the file and what came of it
 * @throws UserError where the file cannot be read
 */
export async function runResult(
  file: string,
  { scenario, result, divergence, expect, met }: Judgement,
  events: readonly Event[],
  signature?: string,
): Promise<CiResult> {
  const lines = await actionLines(file);
  const { violation, watchdog, steps } = result;
  const fingerprint = (kind: CiKind) => hashOf(signature ?? `${file} ${kind}`);
  if (divergence !== null) {
    const text = divergenceText(divergence);
    const message = `engine and reference part: ${divergence.what}`;
    return { ...plainResult(file, 'divergence', message, text), fingerprint: fingerprint('divergence') };
  }
  if (watchdog) {
    const message = `stopped by the watchdog after ${steps} steps`;
    return { ...plainResult(file, 'watchdog', message), fingerprint: fingerprint('watchdog') };
  }
  const kind = violation === null ? 'unmet' : kindWord(violation.kind);
  const came = violation === null ? 'nothing is violated' : violationSentence(scenario, violation);
  const wanted = met === false ? `expected ${expect}: ` : '';
  return {
    name: file,
    file,
    kind,
    message: `${wanted}${came}`,
    details: explain(scenario, events, result, 'text', { file }),
    line: lines[(violation?.action ?? 1) - 1] ?? 1,
    fingerprint: fingerprint(kind),
    run: { story: tell(scenario, events, result, file), events, lines },
  };
}

/** The line that each action of a scenario file stands in. */
async function actionLines(file: string): Promise<number[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw fileError(file, 'read', error);
  }
  const lines: number[] = [];
  let actions = false;
  for (const [i, line] of text.split('\n').entries()) {
    // Not by `.`: it stops at U+2028, which a comment can hold.
    const words = line.replace(/#[^]*/, '').trim();
    if (actions && words !== '') lines.push(i + 1);
    if (words === '---') actions = true;
  }
  return lines;
}
