import type { Command } from 'commander';
import { judgeScenario } from '../check/judge.js';
import { listScenarios } from '../corpus/list-scenarios.js';
import { readScenario } from '../corpus/read-scenario.js';
import { Engine } from '../engine/engine.js';
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

interface RegressFlags extends CommonFlags, HeaderFlags {
  readonly maxSteps: number;
}

export function addRegress(program: Command, setExit: (code: number) => void): void {
  const command = program
    .command('regress')
    .description('run every scenario under the paths in engine and reference, and hold each to its `expect`')
    .argument('<path...>', 'scenario files, or folders of them')
    .option('--max-steps <n>', 'micro-steps after which the watchdog ends a run', parseCount, MAX_STEPS);
  addHeaderFlags(addCommonFlags(command)).action(async (paths: string[], flags: RegressFlags) => {
    const engine = new Engine();
    const files = await listScenarios(paths);
    const counts = { held: 0, unmet: 0, bad: 0 };
    let code: number = EXIT.clean;
    for (const file of files) {
      const one = await attempt(() => regressOne(engine, file, flags));
      if (one === EXIT.clean) counts.held++;
      else if (one === EXIT.badInput) counts.bad++;
      else counts.unmet++;
      code = graver(code, one);
    }
    const bad = counts.bad > 0 ? `, ${counts.bad} unreadable` : '';
    say(`${files.length} scenarios: ${counts.held} as expected, ${counts.unmet} not${bad}`, flags);
    setExit(code);
  });
}

async function regressOne(engine: Engine, file: string, flags: RegressFlags): Promise<number> {
  const scenario = withHeaderFlags(await readScenario(file), flags);
  const judgement = judgeScenario(engine, scenario, { implementation: 'both', maxSteps: flags.maxSteps });
  const { divergence, result, met } = judgement;
  if (flags.json) printJson(judgementJson(file, judgement));
  let code: number = EXIT.clean;
  if (divergence) code = EXIT.contradiction;
  else if (result.watchdog) code = EXIT.watchdog;
  // A file without `expect` is held to agreement alone.
  else if (met === false) code = EXIT.finding;
  if (code !== EXIT.clean && !flags.json) {
    const colors = colorsFor(process.stdout, flags.color);
    process.stdout.write(`${colors.red(judgementText(file, judgement, 'both'))}\n`);
  }
  return code;
}
