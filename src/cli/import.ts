import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import { outcomeOf } from '../check/verdict.js';
import { writeWhole } from '../corpus/write-whole.js';
import { Engine } from '../engine/engine.js';
import { printable } from '../errors.js';
import { grouped } from '../numbers.js';
import { printScenario } from '../scenario/print.js';
import { withComments } from '../scenario/with-comments.js';
import { switchesOf } from '../trace/counts.js';
import { countsJson } from '../trace/counts-json.js';
import { type Imported, importTrace } from '../trace/import/import-trace.js';
import { type Runnable, runnable } from '../trace/import/runnable.js';
import { traceNotes } from '../trace/notes.js';
import { openTrace, type Trace } from '../trace/read-trace.js';
import { ALGOS, type Algo } from '../words.js';
import { EXIT } from './exit-codes.js';
import { addCommonFlags, type CommonFlags } from './flags.js';
import { printJson, say } from './output.js';
import {
  addScheduleFlags,
  nsOf,
  parsePid,
  parseTraceTime,
  type ScheduleFlags,
  type TraceTime,
} from './trace-flags.js';

interface ImportFlags extends CommonFlags, ScheduleFlags {
  readonly output?: string;
  readonly from?: TraceTime;
  readonly to?: TraceTime;
  readonly pid?: number[];
  readonly algo: Algo;
}

export function addImport(program: Command, setExit: (code: number) => void): void {
  const command = program
    .command('import')
    .description('a real scheduler trace (text of ftrace, trace-cmd report or perf script) to a scenario')
    .argument('<trace>', 'the trace, plain or gzip')
    .option(
      '-o, --output <file>',
      'where to write the scenario (without it only what the trace holds is told)',
    )
    .option(
      '--from <time>',
      'begin there: seconds as in the trace, or +seconds from its beginning',
      parseTraceTime,
    )
    .option('--to <time>', 'end there', parseTraceTime)
    .option('--pid <pid>', 'only this process and what it forks (may be given again)', parsePid)
    .addOption(new Option('--algo <algo>', 'the algorithm of the scenario').choices(ALGOS).default('rfc-v6'));
  addScheduleFlags(addCommonFlags(command)).action(async (path: string, flags: ImportFlags) => {
    const trace = await openTrace(path, flags.taskTable ?? null);
    const start = { seconds: trace.head.seconds, firstNs: trace.survey.firstNs };
    const imported = await importTrace(trace, {
      algo: flags.algo,
      from: flags.from ? nsOf(flags.from, start) : Number.NEGATIVE_INFINITY,
      to: flags.to ? nsOf(flags.to, start) : Number.POSITIVE_INFINITY,
      pids: flags.pid ?? null,
      hz: flags.hz,
    });
    const made = runnable(new Engine(), imported.scenario);
    if (flags.output !== undefined) {
      await writeWhole(
        flags.output,
        withComments(printScenario(made.scenario), [printable(`from ${basename(path)}`)]),
      );
    }
    if (flags.json) printJson(importJson(trace, imported, made, flags));
    for (const line of importText(trace, imported, made, flags)) say(line, flags);
    setExit(EXIT.clean);
  });
}

function importJson(trace: Trace, imported: Imported, made: Runnable, flags: ImportFlags) {
  const { scenario, result } = made;
  return {
    format: 1,
    file: trace.path,
    output: flags.output ?? null,
    trace: trace.head.format,
    ...countsJson(trace, imported.counts, imported.threads),
    cpus: scenario.cpus,
    tasks: scenario.taskNames.length,
    scenario_mms: scenario.mmNames.length,
    actions: scenario.actions.length,
    steps: result.steps,
    outcome: outcomeOf(result),
    notes: importNotes(trace, imported, made),
  };
}

function importNotes(trace: Trace, imported: Imported, made: Runnable): string[] {
  const { counts, assumed, departures, fullAt } = imported;
  const notes = traceNotes(trace, counts, assumed, departures);
  if (made.disallowed > 0) {
    notes.push(`${made.disallowed} actions that the model does not allow there are left out`);
  }
  if (fullAt !== null) {
    const seconds = (fullAt - trace.survey.firstNs) / 1e9;
    notes.push(
      `a scenario holds no more actions: it ends at +${seconds.toFixed(6)} s (--from goes on there)`,
    );
  }
  return notes;
}

function importText(trace: Trace, imported: Imported, made: Runnable, flags: ImportFlags): string[] {
  const { counts: c } = imported;
  const { scenario, result } = made;
  const n = grouped;
  const outcome = outcomeOf(result);
  return [
    `${trace.path}: ${n(trace.head.events)} events (${trace.head.format}) of ${scenario.cpus} cpus`,
    `  ${n(switchesOf(c))} switches: user to user ${n(c.userSame)} in an mm and ${n(c.userOther)} between two, ` +
      `user to kernel ${n(c.userKernel)}, kernel to user ${n(c.kernelUser)}, kernel to kernel ${n(c.kernelKernel)}`,
    `  ${n(c.migrations)} migrations, ${n(c.forks)} forks (${n(c.cloneThread)} threads, ${n(c.cloneVfork)} vforks, ` +
      `${n(c.cloneFork)} processes), ${n(c.execs)} execs, ${n(c.exits)} exits`,
    ...importNotes(trace, imported, made).map((note) => `  ${note}`),
    `${flags.output ?? 'as a scenario (not written)'}: ${n(scenario.actions.length)} actions, ${n(scenario.taskNames.length)} tasks, ` +
      `${n(scenario.mmNames.length)} mms, ${n(result.steps)} steps; ${scenario.algo}: ${outcome}`,
  ];
}
