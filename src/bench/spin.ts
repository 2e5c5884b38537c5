import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Exploration } from './exploration.js';
import { Missing } from './missing.js';
import { inPath, runTool } from './tools.js';

/** What makes a program of a model. */
export interface SpinTools {
  readonly spin: string;
  readonly gcc: string;
}

const MODEL = fileURLToPath(new URL('../../scripts/bench/explore.pml', import.meta.url));

/** As fast as pan is: no check for what we do not look for, and every state, as the model says. */
const COMPILED = ['-O3', '-DSAFETY', '-DNOREDUCE', '-DNOCLAIM', '-o', 'pan', 'pan.c'];
/** No list of what is never reached, no end state is invalid, room for the depth, and a table with more slots than states. */
const ASKED = ['-n', '-E', '-m1000000', '-w24'];

/** The shell times what it waits for. Where it is ended it ends pan, too, which would run on for seconds. */
const SCRIPT = 'LC_ALL=C; export LC_ALL; ./pan "$@" & trap "kill $!; wait $!" TERM; wait $! && times';
/** Of the shell itself, then of what it waited for. */
const TIMES = /\n[\dm.]+s [\dm.]+s\n(\d+)m([\d.]+)s (\d+)m([\d.]+)s\s*$/;

/**
 * @param path folders as PATH names them
 * @throws Missing where a tool or the model is not there
 */
export function findSpin(path: string): SpinTools {
  const spin = inPath('spin', path);
  const gcc = inPath('gcc', path);
  if (!existsSync(MODEL)) throw new Missing('no scripts/bench/explore.pml (it takes a checkout)');
  return { spin, gcc };
}

/**
 * Makes `folder/pan` of the model.
 *
 * @throws Missing where a tool fails; the signal's reason
 */
export async function buildPan(
  { spin, gcc }: SpinTools,
  defines: readonly string[],
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const options = { signal, cwd: folder };
  await runTool(spin, ['-a', ...defines.map((define) => `-D${define}`), MODEL], options);
  await runTool(gcc, COMPILED, options);
}

/**
 * Runs `folder/pan`.
 *
 * @throws Missing where it fails, or has not memory enough; the signal's reason
 */
export async function runPan(folder: string, signal: AbortSignal): Promise<Exploration> {
  return parsePan(await runTool('/bin/sh', ['-c', SCRIPT, 'pan', ...ASKED], { signal, cwd: folder }));
}

/**
 * What pan has printed, and below it what `times` of the shell has.
 *
 * Its seconds are the fewer of pan's own, by the clock on the wall, from when its memory is set up, and of those that it had of the
 * processor: neither what it sets up nor other programs are held against it.
 *
 * @throws Missing where it does not say what we ask for
 */
export function parsePan(output: string): Exploration {
  if (/^pan: out of memory/m.test(output)) throw new Missing('pan: out of memory');
  const find = (what: string, pattern: RegExp): readonly number[] => {
    const match = pattern.exec(output);
    if (match === null) throw new Missing(`pan does not tell its ${what}`);
    return match.slice(1).map(Number);
  };
  const [states] = find('states', /^ *(\S+) states, stored/m);
  const [errors] = find('errors', /\berrors: (\d+)/);
  const [elapsed] = find('elapsed time', /^pan: elapsed time (\S+) seconds/m);
  const [m, s, systemM, systemS] = find("processor's time", TIMES);
  const processor = 60 * (m! + systemM!) + s! + systemS!;
  return {
    searches: 1,
    states: states!,
    seconds: Math.min(elapsed!, processor),
    outcome: outcomeOf(output, errors!),
  };
}

function outcomeOf(output: string, errors: number): string {
  if (errors > 0) return 'an error';
  return /max search depth too small|Search not completed/.test(output) ? 'not complete' : 'clean';
}
