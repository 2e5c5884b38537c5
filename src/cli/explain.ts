import type { Command } from 'commander';
import { Option } from 'commander';
import { divergenceText } from '../check/divergence-text.js';
import { judgeScenario } from '../check/judge.js';
import { readScenario } from '../corpus/read-scenario.js';
import { Engine } from '../engine/engine.js';
import type { Event } from '../event/event.js';
import { explain } from '../report/explain.js';
import { EXIT } from './exit-codes.js';
import {
  addCommonFlags,
  addHeaderFlags,
  type CommonFlags,
  type HeaderFlags,
  withHeaderFlags,
} from './flags.js';
import { colorsFor, printJson } from './output.js';
import { judgementJson } from './replay.js';

/** A table of more steps than that is for nobody. */
const MAX_EXPLAINED_STEPS = 1_000_000;

interface ExplainFlags extends CommonFlags, HeaderFlags {
  readonly format: 'text' | 'markdown';
}

export function addExplain(program: Command, setExit: (code: number) => void): void {
  const command = program
    .command('explain')
    .description('the run as a table with one column a cpu, and one sentence that says what broke')
    .argument('<file>', 'a scenario')
    .addOption(
      new Option('--format <format>', 'the form of the table').choices(['text', 'markdown']).default('text'),
    );
  addHeaderFlags(addCommonFlags(command)).action(async (file: string, flags: ExplainFlags) => {
    const engine = new Engine();
    const scenario = withHeaderFlags(await readScenario(file), flags);
    const events: Event[] = [];
    const judgement = judgeScenario(engine, scenario, {
      implementation: 'both',
      maxSteps: MAX_EXPLAINED_STEPS,
      onEvent: (event) => events.push(event),
    });
    const { result, divergence } = judgement;
    const color = colorsFor(process.stdout, flags.color && !flags.json).isColorSupported;
    const table = explain(scenario, events, result, flags.format, { file, color });
    if (flags.json) printJson({ ...judgementJson(file, judgement), explanation: table });
    else process.stdout.write(table);
    if (divergence) process.stderr.write(divergenceText(divergence));
    setExit(divergence ? EXIT.contradiction : result.watchdog ? EXIT.watchdog : EXIT.clean);
  });
}
