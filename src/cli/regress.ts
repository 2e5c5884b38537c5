import type { Command } from 'commander';
import { type Judgement, judgeScenario } from '../check/judge.js';
import { type CiResult, hasTable, plainResult, runResult } from '../ci/result.js';
import { listScenarios } from '../corpus/list-scenarios.js';
import { readScenario } from '../corpus/read-scenario.js';
import { Engine } from '../engine/engine.js';
import { drive } from '../event/drive.js';
import type { Event } from '../event/event.js';
import { addCiFlags, type CiFlags, tellCi, wantsCi } from './ci-flags.js';
import { attempt } from './each-file.js';
import { EXIT, graver } from './exit-codes.js';
import {
  addCommonFlags,
  addHeaderFlags,
  type CommonFlags,
  type HeaderFlags,
  withHeaderFlags,
} from './flags.js';
import { colorsFor, printJson, say } from './output.js';
import { parseCount } from './parse-values.js';
import { judgementJson, judgementText, MAX_STEPS } from './replay.js';

interface RegressFlags extends CommonFlags, HeaderFlags, CiFlags {
  readonly maxSteps: number;
}

export function addRegress(program: Command, setExit: (code: number) => void): void {
  const command = program
    .command('regress')
    .description('run every scenario under the paths in engine and reference, and hold each to its `expect`')
    .argument('<path...>', 'scenario files, or folders of them')
    .option('--max-steps <n>', 'micro-steps after which the watchdog ends a run', parseCount, MAX_STEPS);
  addHeaderFlags(addCommonFlags(addCiFlags(command))).action(async (paths: string[], flags: RegressFlags) => {
    const engine = new Engine();
    const files = await listScenarios(paths);
    const counts = { held: 0, unmet: 0, bad: 0 };
    const results: CiResult[] = [];
    let code: number = EXIT.clean;
    for (const file of files) {
      const one = await attempt(
        () => regressOne(engine, file, flags, results),
        (message) => results.push(plainResult(file, 'unreadable', message)),
      );
      if (one === EXIT.clean) counts.held++;
      else if (one === EXIT.badInput) counts.bad++;
      else counts.unmet++;
      code = graver(code, one);
    }
    const bad = counts.bad > 0 ? `, ${counts.bad} unreadable` : '';
    say(`${files.length} scenarios: ${counts.held} as expected, ${counts.unmet} not${bad}`, flags);
    setExit(code);
    await tellCi('cidfuzz regress', results, flags);
  });
}

async function regressOne(
  engine: Engine,
  file: string,
  flags: RegressFlags,
  results: CiResult[],
): Promise<number> {
  const scenario = withHeaderFlags(await readScenario(file), flags);
  const judgement = judgeScenario(engine, scenario, { implementation: 'both', maxSteps: flags.maxSteps });
  if (flags.json) printJson(judgementJson(file, judgement));
  const code = codeOf(judgement);
  if (code !== EXIT.clean && !flags.json) {
    const colors = colorsFor(process.stdout, flags.color);
    process.stdout.write(`${colors.red(judgementText(file, judgement, 'both'))}\n`);
  }
  if (wantsCi(flags)) {
    results.push(
      code === EXIT.clean
        ? plainResult(file, null, '')
        : await runResult(file, judgement, hasTable(judgement) ? eventsOf(engine, judgement) : []),
    );
  }
  return code;
}

function codeOf({ divergence, result, met }: Judgement): number {
  if (divergence) return EXIT.contradiction;
  if (result.watchdog) return EXIT.watchdog;
  // A file without `expect` is held to agreement alone.
  return met === false ? EXIT.finding : EXIT.clean;
}

/** Once more, for its table: few files are not as expected. */
function eventsOf(engine: Engine, { scenario, result }: Judgement): Event[] {
  const events: Event[] = [];
  drive(engine.trace(scenario, result.steps), (event) => events.push(event));
  return events;
}
