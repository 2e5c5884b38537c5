#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { UserError } from '../errors.js';
import { ScenarioError } from '../scenario/scenario-error.js';
import { versionOf } from './ci-flags.js';
import { EXIT } from './exit-codes.js';

/** The commands, in the order of the help. One that is named is loaded alone: all of them take many times as long. */
const COMMANDS = {
  fuzz: async () => (await import('./fuzz.js')).addFuzz,
  jsfuzz: async () => (await import('./jsfuzz.js')).addJsfuzz,
  replay: async () => (await import('./replay.js')).addReplay,
  regress: async () => (await import('./regress.js')).addRegress,
  minimize: async () => (await import('./minimize.js')).addMinimize,
  mutants: async () => (await import('./mutants.js')).addMutants,
  explain: async () => (await import('./explain.js')).addExplain,
  report: async () => (await import('./report.js')).addReport,
  corpus: async () => (await import('./corpus.js')).addCorpus,
  explore: async () => (await import('./explore.js')).addExplore,
  verify: async () => (await import('./verify.js')).addVerify,
  litmus: async () => (await import('./litmus.js')).addLitmus,
  import: async () => (await import('./import.js')).addImport,
  cost: async () => (await import('./cost.js')).addCost,
  audit: async () => (await import('./audit.js')).addAudit,
  record: async () => (await import('./record.js')).addRecord,
  bench: async () => (await import('./bench.js')).addBench,
};

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
const named = Object.entries(COMMANDS).filter(([name]) => name === process.argv[2]);
for (const [, load] of named.length > 0 ? named : Object.entries(COMMANDS)) (await load())(program, setExit);
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
