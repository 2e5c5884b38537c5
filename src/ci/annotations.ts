import { relative } from 'node:path';
import { printable } from '../errors.js';
import type { CiResult } from './result.js';

/** GitHub shows no more of them for a step. */
const MOST = 10;

/** Whether GitHub's runner reads what we print. */
export const onGitHub = (): boolean => process.env.GITHUB_ACTIONS === 'true';

/** Workflow commands, a line each, by which GitHub shows results beside the files that they are about. */
export function annotationsOf(results: readonly CiResult[]): string[] {
  const bad = results.filter(({ kind }) => kind !== null);
  const shown = bad.length > MOST ? bad.slice(0, MOST - 1) : bad;
  const lines = shown.map(({ file, line, kind, message }) => {
    const path = relative(process.cwd(), file);
    return `::error file=${property(path)},line=${line},title=${property(`cidfuzz: ${kind}`)}::${data(message)}`;
  });
  const more = bad.length - shown.length;
  if (more > 0) lines.push(`::error title=cidfuzz::${data(`and ${more} more`)}`);
  return lines;
}

/** In a message: what would end the command, or begin another, is encoded. */
function data(text: string): string {
  return printable(text).replaceAll('%', '%25');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
