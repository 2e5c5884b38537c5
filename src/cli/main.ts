#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { UserError } from '../errors.js';
import { ScenarioError } from '../scenario/scenario-error.js';
import { addAudit } from './audit.js';
import { addBench } from './bench.js';
import { versionOf } from './ci-flags.js';
import { addCorpus } from './corpus.js';
import { addCost } from './cost.js';
import { EXIT } from './exit-codes.js';
import { addExplain } from './explain.js';
import { addExplore } from './explore.js';
import { addFuzz } from './fuzz.js';
import { addImport } from './import.js';
import { addJsfuzz } from './jsfuzz.js';
import { addLitmus } from './litmus.js';
import { addMinimize } from './minimize.js';
import { addMutants } from './mutants.js';
import { addRecord } from './record.js';
import { addRegress } from './regress.js';
import { addReplay } from './replay.js';
import { addReport } from './report.js';
import { addVerify } from './verify.js';

// `cidfuzz … | head` is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? EXIT.clean);
  throw error;
});

const setExit = (code: number) => {
  process.exitCode = code;
};
const program = new Command('cidfuzz')
  .description("fuzzes the Linux scheduler's per-mm/cpu concurrency ids (mm_cid), every access one step")
  .version(versionOf())
  .showSuggestionAfterError()
  // One line an error: commander puts `(Did you mean …?)` on one of its own.
  .configureOutput({ outputError: (text, write) => write(`${text.trim().replace(/\s*\n\s*/g, ' ')}\n`) })
  .exitOverride();
for (const add of [
  addFuzz,
  addJsfuzz,
  addReplay,
  addRegress,
  addMinimize,
  addMutants,
  addExplain,
  addReport,
  addCorpus,
  addExplore,
  addVerify,
  addLitmus,
  addImport,
  addCost,
  addAudit,
  addRecord,
  addBench,
])
  add(program, setExit);
for (const command of program.commands) command.exitOverride();

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Usage errors are told by commander; help and version are none.
    setExit(error.exitCode === 0 ? EXIT.clean : EXIT.badInput);
  } else if (error instanceof UserError || error instanceof ScenarioError) {
    process.stderr.write(`${error.message}\n`);
    setExit(EXIT.badInput);
  } else {
    process.stderr.write(`cidfuzz: a fault of cidfuzz itself: ${(error as Error).stack ?? error}\n`);
    setExit(EXIT.contradiction);
  }
}
