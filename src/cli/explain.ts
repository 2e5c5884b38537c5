import type { Command } from 'commander';
import { Option } from 'commander';
import { divergenceText } from '../check/divergence-text.js';
import { judgeScenario } from '../check/judge.js';
import { readScenario } from '../corpus/read-scenario.js';
import { writeWhole } from '../corpus/write-whole.js';
import { Engine } from '../engine/engine.js';
import { UserError } from '../errors.js';
import type { Event, RunResult } from '../event/event.js';
import { explain } from '../report/explain.js';
import type { Scenario } from '../scenario/scenario.js';
import { timelinePage } from '../timeline/html.js';
import { timelineSvg } from '../timeline/svg.js';
import { timelineOf } from '../timeline/timeline.js';
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

const FORMATS = ['text', 'markdown', 'svg', 'html'] as const;
type Format = (typeof FORMATS)[number];

/** Longer runs are for nobody: a table is not read, a page takes a browser seconds, a picture is too high to be drawn. */
const MOST_STEPS: Readonly<Record<Format, number>> = {
  text: 1_000_000,
  markdown: 1_000_000,
  svg: 1_000,
  html: 20_000,
};

interface ExplainFlags extends CommonFlags, HeaderFlags {
  readonly format: Format;
  readonly output?: string;
}

export function addExplain(program: Command, setExit: (code: number) => void): void {
  const command = program
    .command('explain')
    .description('the run as a table with one column a cpu, and one sentence that says what broke')
    .argument('<file>', 'a scenario')
    .addOption(
      new Option('--format <format>', 'the form of the table; svg and html are timelines')
        .choices(FORMATS)
        .default('text'),
    )
    .option('-o, --output <file>', 'where to write it (default: stdout)');
  addHeaderFlags(addCommonFlags(command)).action(async (file: string, flags: ExplainFlags) => {
    const { format, output } = flags;
    const engine = new Engine();
    const scenario = withHeaderFlags(await readScenario(file), flags);
    const events: Event[] = [];
    const judgement = judgeScenario(engine, scenario, {
      implementation: 'both',
      maxSteps: MOST_STEPS[format],
      onEvent: (event) => events.push(event),
    });
    const { result, divergence } = judgement;
    if (result.watchdog && (format === 'svg' || format === 'html')) {
      throw new UserError(
        `${file}: the run is too long for --format ${format} (expected at most ${MOST_STEPS[format]} steps)`,
      );
    }
    const plain = flags.json || output !== undefined;
    const color = colorsFor(process.stdout, flags.color && !plain).isColorSupported;
    const explanation = await inForm(format, scenario, events, result, file, color);
    if (output !== undefined) await writeWhole(output, explanation);
    if (flags.json) printJson({ ...judgementJson(file, judgement), explanation });
    else if (output === undefined) process.stdout.write(explanation);
    if (divergence) process.stderr.write(divergenceText(divergence));
    setExit(divergence ? EXIT.contradiction : result.watchdog ? EXIT.watchdog : EXIT.clean);
  });
}

function inForm(
  format: Format,
  scenario: Scenario,
  events: readonly Event[],
  result: RunResult,
  file: string,
  color: boolean,
): string | Promise<string> {
  if (format === 'text' || format === 'markdown') {
    return explain(scenario, events, result, format, { file, color });
  }
  const timeline = timelineOf(scenario, events, result, file);
  return format === 'svg' ? timelineSvg(timeline) : timelinePage(timeline);
}
