import { type Command, InvalidArgumentError } from 'commander';
import { printable } from '../errors.js';
import { grouped } from '../numbers.js';
import { type Recording, record } from '../trace/record/record.js';
import { runCommand } from '../trace/record/run-command.js';
import { thisMachine } from '../trace/record/tracefs.js';
import { EXIT } from './exit-codes.js';
import { addCommonFlags, type CommonFlags } from './flags.js';
import { printJson, say } from './output.js';

/** A cpu's buffer: some million events. */
const BUFFER_KB = 65_536;
const MOST_BUFFER_KB = 16 * 1024 * 1024;

interface RecordFlags extends CommonFlags {
  readonly output: string;
  readonly bufferKb: number;
  readonly ticks?: boolean;
  readonly syscalls?: boolean;
}

function parseKb(text: string): number {
  const kb = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(kb >= 64 && kb <= MOST_BUFFER_KB)) {
    throw new InvalidArgumentError(`expected KiB, from 64 to ${MOST_BUFFER_KB}`);
  }
  return kb;
}

export function addRecord(program: Command, setExit: (code: number) => void): void {
  const command = program
    .command('record')
    .description('records what the scheduler does while a command runs, by tracefs (as root)')
    .usage('[options] -- <command...>')
    .argument('<command...>', 'the command and its arguments, run without a shell')
    .option(
      '-o, --output <file>',
      'the trace, by gzip where its name ends in .gz; FILE.tasks.txt beside it',
      'trace.ftrace.txt.gz',
    )
    .option('--buffer-kb <n>', "the size of each cpu's buffer, in KiB", parseKb, BUFFER_KB)
    .option('--ticks', "the timer's ticks, too (import and cost then assume none)")
    .option('--syscalls', 'system calls, too (audit then judges more, on kernels from 6.19 on)');
  addCommonFlags(command).action(async (words: string[], flags: RecordFlags) => {
    const json = flags.json === true;
    const recording = await record(thisMachine, {
      output: flags.output,
      bufferKb: flags.bufferKb,
      ticks: flags.ticks === true,
      syscalls: flags.syscalls === true,
      run: () => runCommand(words, json),
    });
    if (json) printJson(recordingJson(recording));
    say(recordingText(words[0]!, recording), flags);
    for (const note of recording.notes) say(printable(`  ${note}`), flags);
    setExit(recording.end.interrupted ? EXIT.interrupted : EXIT.clean);
  });
}

function recordingJson({ output, tasks, events, lost, end, notes }: Recording) {
  return { format: 1, output, tasks, events, lost, status: end.status, signal: end.signal, notes };
}

function recordingText(program: string, { output, events, end }: Recording): string {
  const how = end.signal === null ? `ended with ${end.status}` : `was ended by ${end.signal}`;
  return printable(`${output}: ${grouped(events)} events; ${program} ${how}`);
}
