import { UserError } from '../../errors.js';
import type { TraceEvent, TraceHead } from '../event.js';
import { parseBpftrace } from './bpftrace.js';
import { type Fields, parseFields } from './fields.js';
import { FORMATS, LATENCY_FORMAT, type Prefix } from './prefix.js';

/** So many lines without one that we know: it is no trace. */
const PATIENCE = 1000;

/** Comments that tell how many cpus there are: ftrace, trace-cmd, perf script --header. */
const CPUS = /(?:#P:|^# nrcpus (?:online|avail) : )(\d+)/;
const CPUS_OF_TRACE_CMD = /^cpus=(\d+)$/;
/** trace_pipe, and trace-cmd report. */
const LOST = /^CPU:(\d+) \[(?:LOST (?:(\d+) )?EVENTS|(?:(\d+) )?EVENTS DROPPED)\]/;
/** `trace`, after an overrun: what was before is gone. */
const BUFFER_STARTED = /^##### CPU (\d+) buffer started ####/;
const TRACE_CMD_MESSAGE = /^(?:version = |cpus=|CPU \d+ is empty|\s*\[\w+ \d+ events? dropped\])/;
const TIMEHIST = /^\s*time\s+cpu\s+task name/;

/** Makes events of the lines of a trace. Keeps nothing but the head. */
export class LineParser {
  readonly head: TraceHead = {
    format: null,
    seconds: -1,
    cpus: null,
    events: 0,
    foreign: 0,
    firstForeign: 0,
    malformed: 0,
    firstMalformed: 0,
    backwards: 0,
  };
  private line = 0;
  private format = 0;
  /** The latest ns of each cpu. */
  private readonly latest: number[] = [];
  /** The ns of the last event that has one. */
  private now = 0;

  /** @param path for messages */
  constructor(private readonly path: string) {}

  /**
   * The event of the next line, or null.
   *
   * @throws UserError where the first {@link PATIENCE} lines hold no event, or the file is a report that cannot be replayed
   */
  next(line: string): TraceEvent | null {
    this.line++;
    const event = this.parse(line.endsWith('\r') ? line.slice(0, -1) : line);
    if (event === null) return null;
    this.head.events++;
    if (event.kind === 'there' || event.tid < 0) return event;
    this.now = event.ns;
    const latest = this.latest[event.cpu];
    if (latest !== undefined && event.ns < latest) this.head.backwards++;
    else this.latest[event.cpu] = event.ns;
    return event;
  }

  private parse(line: string): TraceEvent | null {
    const first = line.charCodeAt(0);
    // '#': a comment; in a latency format a comm stands at the beginning of the line, and may begin with one.
    if (first === 0x23) {
      const { name, parse } = FORMATS[this.format]!;
      const prefix = name === LATENCY_FORMAT ? parse(line) : null;
      return prefix === null ? this.comment(line) : this.event(prefix);
    }
    const prefix = this.prefix(line);
    if (prefix !== null) return this.event(prefix);
    if (first >= 0x30 && first <= 0x39) {
      const event = this.bpftrace(line);
      if (event !== undefined) return event;
    }
    return this.message(line);
  }

  /** By the format of the line before, else by any. */
  private prefix(line: string): Prefix | null {
    const usual = FORMATS[this.format]!.parse(line);
    if (usual !== null) return usual;
    for (const [i, { parse }] of FORMATS.entries()) {
      if (i === this.format) continue;
      const prefix = parse(line);
      if (prefix === null) continue;
      this.format = i;
      return prefix;
    }
    return null;
  }

  private event(prefix: Prefix): TraceEvent | null {
    const found = parseFields(prefix.event, prefix.fields);
    if (found === null) return this.malformed();
    this.head.format ??= FORMATS[this.format]!.name;
    const { cpu, tid, tgid, comm } = prefix;
    if (prefix.event === 'PERF_RECORD' && prefix.seconds === 0) {
      // perf's table of the tasks that there are: no time, and not who runs.
      return { line: this.line, ns: 0, cpu, tid: -1, tgid: -1, comm: '', kernelMm: null, ...found };
    }
    // An exec is of the task that runs.
    const fields: Fields = found.kind === 'prepare-exec' && tid > 0 ? { ...found, task: tid } : found;
    const ns = this.since(prefix.seconds, prefix.fraction);
    return { line: this.line, ns, cpu, tid, tgid, comm, kernelMm: null, ...fields };
  }

  /** Relative, so that it is exact whatever the machine's uptime. */
  private since(seconds: number, fraction: number): number {
    if (this.head.seconds < 0) this.head.seconds = seconds;
    return (seconds - this.head.seconds) * 1e9 + fraction;
  }

  private bpftrace(line: string): TraceEvent | null | undefined {
    const parsed = parseBpftrace(line);
    if (parsed === null) return undefined;
    const { cpu, tid, tgid, fields, mm } = parsed;
    if (fields === null) return this.malformed();
    this.head.format ??= 'bpftrace';
    const ns = this.since(Number(parsed.ns.slice(0, -9)), Number(parsed.ns.slice(-9)));
    return { line: this.line, ns, cpu, tid, tgid, comm: '', kernelMm: mm, ...fields };
  }

  private malformed(): null {
    if (this.head.malformed++ === 0) this.head.firstMalformed = this.line;
    return null;
  }

  private comment(line: string): TraceEvent | null {
    const cpus = CPUS.exec(line);
    if (cpus) this.head.cpus ??= Number(cpus[1]);
    const started = BUFFER_STARTED.exec(line);
    return started ? this.lost(Number(started[1]), -1) : null;
  }

  /** What a tracer says between its lines, or something foreign. */
  private message(line: string): TraceEvent | null {
    const lost = LOST.exec(line);
    if (lost) return this.lost(Number(lost[1]), Number(lost[2] ?? lost[3] ?? -1));
    const cpus = CPUS_OF_TRACE_CMD.exec(line);
    if (cpus) this.head.cpus ??= Number(cpus[1]);
    if (TRACE_CMD_MESSAGE.test(line) || line.trim() === '') return null;
    if (TIMEHIST.test(line)) {
      throw new UserError(
        `${this.path}:${this.line}: perf sched timehist does not tell who runs next (expected the output of perf script)`,
      );
    }
    if (this.head.foreign++ === 0) this.head.firstForeign = this.line;
    if (this.head.events === 0 && this.head.foreign >= PATIENCE) this.refuse();
    return null;
  }

  private lost(cpu: number, count: number): TraceEvent {
    const ns = this.latest[cpu] ?? this.now;
    const fields: Fields = { kind: 'lost', count };
    return { line: this.line, ns, cpu, tid: -1, tgid: -1, comm: '', kernelMm: null, ...fields };
  }

  /** @throws UserError: nothing of a trace was found */
  refuse(): never {
    throw new UserError(
      `${this.path}:${this.head.firstForeign || 1}: no line of a scheduler trace (expected the text of ftrace, trace-cmd report or perf script, with sched_switch events)`,
    );
  }
}
