import type { Command } from 'commander';
import { divergenceText } from '../check/divergence-text.js';
import { lockstep } from '../check/lockstep.js';
import { outcomeOf } from '../check/verdict.js';
import { readScenario } from '../corpus/read-scenario.js';
import { writeWhole } from '../corpus/write-whole.js';
import { Engine } from '../engine/engine.js';
import { UserError } from '../errors.js';
import { minimize } from '../minimize/minimize.js';
import { printScenario } from '../scenario/print.js';
import { EXIT } from './exit-codes.js';
import {
  addCommonFlags,
  addHeaderFlags,
  type CommonFlags,
  type HeaderFlags,
  withHeaderFlags,
} from './flags.js';
import { printJson, say } from './output.js';
import { parseCount } from './parse-values.js';
import { MAX_STEPS } from './replay.js';

interface MinimizeFlags extends CommonFlags, HeaderFlags {
  readonly output: string;
  readonly maxSteps: number;
}

export function addMinimize(program: Command, setExit: (code: number) => void): void {
  const command = program
    .command('minimize')
    .description('the smallest scenario with the same kind of violation')
    .argument('<file>', 'a scenario with a violation')
    .requiredOption('-o, --output <out>', 'where to write it')
    .option('--max-steps <n>', 'micro-steps after which the watchdog ends a run', parseCount, MAX_STEPS);
  addHeaderFlags(addCommonFlags(command)).action(async (file: string, flags: MinimizeFlags) => {
    const engine = new Engine();
    const scenario = withHeaderFlags(await readScenario(file), flags);
    const before = engine.run(scenario, flags.maxSteps);
    if (before.watchdog) {
      process.stderr.write(
        `${file}: stopped by the watchdog after ${before.steps} steps (expected a violation)\n`,
      );
      return setExit(EXIT.watchdog);
    }
    if (before.violation === null)
      throw new UserError(`${file}: runs to its end without a violation (expected one to keep)`);
    const small = minimize(scenario, (candidate) => engine.run(candidate, flags.maxSteps));
    const { result, divergence } = lockstep(engine, small.scenario, { maxSteps: flags.maxSteps });
    await writeWhole(flags.output, printScenario(small.scenario));
    const kind = outcomeOf(result);
    if (flags.json) {
      printJson({
        format: 1,
        file,
        output: flags.output,
        kind,
        actions: { before: scenario.actions.length, after: small.scenario.actions.length },
        steps: { before: before.steps, after: result.steps },
        memory: { before: scenario.memory, after: small.scenario.memory },
        runs: small.runs,
        complete: small.complete,
      });
    }
    const sizes = `${scenario.actions.length} actions, ${before.steps} steps to ${small.scenario.actions.length} actions, ${result.steps} steps`;
    say(`${flags.output}: ${kind}, ${sizes} in ${small.runs} runs`, flags);
    if (small.scenario.memory !== scenario.memory) {
      const { memory } = small.scenario;
      say(`${flags.output}: memory ${memory}: ${kind} does not need ${scenario.memory}`, flags);
    }
    if (divergence) process.stderr.write(divergenceText(divergence));
    setExit(divergence ? EXIT.contradiction : EXIT.clean);
  });
}
