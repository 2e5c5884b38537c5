/**
 * Vectors: random scenarios, and what a third implementation of the model says of each.
 *
 * `MODEL.cid.txt` holds the scenarios of one memory model one after another, each below a line `=== NAME`;
 * `MODEL.tsv` holds a row for each, in the same order.
 */
import { readFileSync } from 'node:fs';

export interface Vector {
  readonly name: string;
  /** The scenario file. */
  readonly text: string;
  readonly outcome: 'ok' | 'violation';
  /** The kind of violation, or null; and so its step. */
  readonly kind: string | null;
  readonly step: number | null;
  readonly steps: number;
  readonly applied: number;
  /** How many actions are skipped. */
  readonly skipped: number;
  readonly digest: string;
}

/** The vectors of a memory model. */
export function loadVectors(model: 'sc' | 'tso'): Vector[] {
  const texts = unpack(readFileSync(new URL(`${model}.cid.txt`, import.meta.url), 'utf8'));
  const [, ...rows] = readFileSync(new URL(`${model}.tsv`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');
  const vectors = rows.map((row) => vectorOf(row.split('\t'), texts));
  if (vectors.length !== texts.size)
    throw new Error(`${model}: ${texts.size} scenarios, ${vectors.length} rows`);
  return vectors;
}

function unpack(pack: string): Map<string, string> {
  const texts = new Map<string, string>();
  for (const part of pack.split(/^=== /m).slice(1)) {
    const end = part.indexOf('\n');
    texts.set(part.slice(0, end), part.slice(end + 1));
  }
  return texts;
}

function vectorOf(fields: readonly string[], texts: ReadonlyMap<string, string>): Vector {
  const [name = '', outcome, kind = '-', step = '-', steps, applied, skipped, digest] = fields;
  const text = texts.get(name);
  if (text === undefined || digest === undefined)
    throw new Error(`vector ${name}: no scenario, or a short row`);
  if (outcome !== 'ok' && outcome !== 'violation') throw new Error(`vector ${name}: outcome ${outcome}`);
  return {
    name,
    text,
    outcome,
    kind: kind === '-' ? null : kind,
    step: step === '-' ? null : Number(step),
    steps: Number(steps),
    applied: Number(applied),
    skipped: Number(skipped),
    digest,
  };
}
