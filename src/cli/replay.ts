import { once } from 'node:events';
import type { Command } from 'commander';
import { Option } from 'commander';
import { divergenceText } from '../check/divergence-text.js';
import { type Implementation, type Judgement, judgeScenario } from '../check/judge.js';
import { violationJson } from '../check/verdict.js';
import { readScenario } from '../corpus/read-scenario.js';
import { Engine } from '../engine/engine.js';
import { UserError } from '../errors.js';
import type { Event } from '../event/event.js';
import { eventJson } from '../event/json.js';
import { type Names, namesOf } from '../event/names.js';
import { violationSentence } from '../report/sentence.js';
import type { Scenario } from '../scenario/scenario.js';
import { eachFile } from './each-file.js';
import { EXIT } from './exit-codes.js';
import {
  addCommonFlags,
  addHeaderFlags,
  type CommonFlags,
  type HeaderFlags,
  withHeaderFlags,
} from './flags.js';
import { colorsFor } from './output.js';
import { parseCount } from './parse-values.js';

/** Micro-steps after which the watchdog ends a run, where --max-steps names no other. */
export const MAX_STEPS = 10_000_000;

/** Events that are kept as one string. */
const EVENTS_IN_PIECE = 10_000;

interface ReplayFlags extends CommonFlags, HeaderFlags {
  readonly engine: Implementation;
  readonly trace?: boolean;
  readonly maxSteps: number;
}

/** The exit code that a judgement asks for. */
export function exitCodeOf({ result, divergence }: Judgement): number {
  if (divergence !== null) return EXIT.contradiction;
  if (result.watchdog) return EXIT.watchdog;
  return result.violation !== null ? EXIT.finding : EXIT.clean;
}

/** The object that `replay --json` prints for a file, without its events. */
export function judgementJson(file: string, judgement: Judgement) {
  const { scenario, result, divergence, digest, expect, met } = judgement;
  return {
    format: 1,
    file,
    algo: scenario.algo,
    memory: scenario.memory,
    outcome: divergence ? 'divergence' : result.violation ? 'violation' : 'ok',
    violation: result.violation && !divergence ? violationJson(scenario, result.violation) : null,
    steps: result.steps,
    applied: result.applied,
    skipped: result.skipped,
    expect,
    met,
    digest,
    ...(result.watchdog ? { watchdog: true } : {}),
    ...(divergence ? { divergence } : {}),
  };
}

/** What came of a scenario, for people: one line, and more only for a divergence. */
export function judgementText(file: string, judgement: Judgement, implementation: Implementation): string {
  const { scenario, result, divergence, expect, met } = judgement;
  if (divergence) return `${file}: ${divergenceText(divergence)}`;
  const { steps, applied, skipped, watchdog } = result;
  const ran = `${steps} steps, ${applied} actions applied, ${skipped.length} skipped`;
  const by =
    implementation === 'both'
      ? 'engine and reference agree'
      : `run by the ${implementation === 'wasm' ? 'engine' : 'reference'} only`;
  const wanted = met === false ? `; expected ${expect}` : '';
  if (watchdog) return `${file}: stopped by the watchdog after ${steps} steps`;
  if (result.violation === null) return `${file}: ok (${ran}; ${by}${wanted})`;
  const { kind } = violationJson(scenario, result.violation);
  return `${file}: ${kind} (${ran}; ${by}${wanted})\n  ${violationSentence(scenario, result.violation)}`;
}

export function addReplay(program: Command, setExit: (code: number) => void): void {
  const command = program
    .command('replay')
    .description('run scenarios, and say what happened')
    .argument('<file...>', 'scenario files')
    .addOption(
      new Option('--engine <engine>', 'who runs it: both compares them step by step')
        .choices(['wasm', 'reference', 'both'])
        .default('both'),
    )
    .option('--trace', 'with --json: every micro-step, in `events`')
    .option('--max-steps <n>', 'micro-steps after which the watchdog ends a run', parseCount, MAX_STEPS);
  addHeaderFlags(addCommonFlags(command)).action(async (files: string[], flags: ReplayFlags) => {
    if (flags.trace && !flags.json) throw new UserError('cidfuzz replay: --trace needs --json');
    const engine = new Engine();
    setExit(await eachFile(files, (file) => replayOne(engine, file, flags)));
  });
}

async function replayOne(engine: Engine, file: string, flags: ReplayFlags): Promise<number> {
  const scenario = withHeaderFlags(await readScenario(file), flags);
  const events = new EventRows(scenario);
  const tracing = flags.json && flags.trace;
  const judgement = judgeScenario(engine, scenario, {
    implementation: flags.engine,
    maxSteps: flags.maxSteps,
    onEvent: (event) => {
      if (tracing) events.add(event);
    },
  });
  if (flags.json) {
    const row = JSON.stringify(judgementJson(file, judgement));
    if (tracing) await events.print(row);
    else process.stdout.write(`${row}\n`);
  } else if (!flags.quiet) {
    const colors = colorsFor(process.stdout, flags.color);
    const text = judgementText(file, judgement, flags.engine);
    process.stdout.write(`${exitCodeOf(judgement) === EXIT.clean ? text : colors.red(text)}\n`);
  }
  return exitCodeOf(judgement);
}

/** The events of a run in JSON, in pieces: a long run's are longer than one string can be. */
class EventRows {
  private readonly pieces: string[] = [];
  private piece: string[] = [];
  private count = 0;
  private readonly names: Names;

  constructor(scenario: Scenario) {
    this.names = namesOf(scenario);
  }

  add(event: Event): void {
    const comma = this.count++ === 0 ? '' : ',';
    this.piece.push(comma + JSON.stringify(eventJson(event, this.count, this.names)));
    if (this.piece.length === EVENTS_IN_PIECE) this.endPiece();
  }

  private endPiece(): void {
    this.pieces.push(this.piece.join(''));
    this.piece = [];
  }

  /** Prints the row with its events as a last member. */
  async print(row: string): Promise<void> {
    this.endPiece();
    for (const piece of [`${row.slice(0, -1)},"events":[`, ...this.pieces, ']}\n']) {
      if (!process.stdout.write(piece)) await once(process.stdout, 'drain');
    }
  }
}
