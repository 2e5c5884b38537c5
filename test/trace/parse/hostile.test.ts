/** Lines whose comms and file names do all that they can to be taken for something else, and lines that are none. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TraceEvent } from '../../../src/trace/event.js';
import { dataText, parsed } from '../traces.js';

/** What stands in a line beside its comms. */
interface Place {
  readonly tid: number;
  readonly tgid: number;
  readonly cpu: number;
  readonly seconds: number;
  readonly us: number;
}

type Line = (comm: string, place: Place, event: string, fields: string) => string;

const time = ({ seconds, us }: Place, digits = 6) =>
  `${String(seconds).padStart(5)}.${String(us).padStart(6, '0')}${'0'.repeat(digits - 6)}`;
const cpu3 = ({ cpu }: Place) => `[${String(cpu).padStart(3, '0')}]`;
const system = (event: string) =>
  event.startsWith('sched_') ? 'sched' : event.startsWith('task_') ? 'task' : 'rseq';

/** A line of each text format, as its tool prints it: `%16s-%-7d` and the like. */
const FORMATS: Readonly<Record<string, Line>> = {
  'ftrace with tgid': (comm, p, event, fields) =>
    `${comm.padStart(16)}-${String(p.tid).padEnd(7)} (${String(p.tgid).padStart(7)}) ${cpu3(p)} d..2. ${time(p)}: ${event}: ${fields}`,
  'ftrace without tgid': (comm, p, event, fields) =>
    `${comm.padStart(16)}-${String(p.tid).padEnd(7)} (-------) ${cpu3(p)} d..2. ${time(p)}: ${event}: ${fields}`,
  'ftrace of 4 flags': (comm, p, event, fields) =>
    `${comm.padStart(16)}-${String(p.tid).padEnd(7)} ${cpu3(p)} d..2 ${time(p)}: ${event}: ${fields}`,
  'ftrace without flags': (comm, p, event, fields) =>
    `${comm.padStart(16)}-${String(p.tid).padEnd(7)} ${cpu3(p)}  ${time(p)}: ${event}: ${fields}`,
  'ftrace latency format': (comm, p, event, fields) =>
    `${comm.slice(0, 8).padStart(8)}-${String(p.tid).padEnd(7)} ${String(p.cpu).padStart(3)}d..2. ${String(p.us).padStart(4)}us+: ${event}: ${fields}`,
  'trace-cmd report': (comm, p, event, fields) =>
    `${comm.padStart(16)}-${String(p.tid).padEnd(5)} ${cpu3(p)} ${time(p)}: ${`${event}:`.padEnd(21)} ${fields}`,
  'trace-cmd report -t': (comm, p, event, fields) =>
    `${comm.padStart(16)}-${String(p.tid).padEnd(5)} ${cpu3(p)} ${time(p, 9)}: ${`${event}:`.padEnd(21)} ${fields}`,
  'trace-cmd report -l': (comm, p, event, fields) =>
    `${comm.slice(0, 8).padStart(8)}-${String(p.tid).padEnd(5)} ${String(p.cpu).padStart(3)}d..2. ${time(p)}: ${`${event}:`.padEnd(21)} ${fields}`,
  'perf script': (comm, p, event, fields) =>
    `${comm.padStart(16)} ${String(p.tid).padStart(5)} ${cpu3(p)} ${time(p)}: ${`${system(event)}:${event}`.padStart(24)}: ${fields}`,
  'perf script -F pid,tid': (comm, p, event, fields) =>
    `${comm.padStart(16)} ${String(p.tgid).padStart(5)}/${String(p.tid).padEnd(5)} ${cpu3(p)} ${time(p, 9)}: ${`${system(event)}:${event}`.padStart(24)}: ${fields}`,
};
const TELL_TGID = ['ftrace with tgid', 'perf script -F pid,tid'];

/** Every event that has a comm in it, and what is to come of it. */
const EVENTS: Readonly<
  Record<
    string,
    (comms: readonly string[], t: Place, other: number) => readonly [fields: string, made: object]
  >
> = {
  sched_switch: ([a, b], { tid }, other) => [
    `prev_comm=${a} prev_pid=${tid} prev_prio=120 prev_state=S ==> next_comm=${b} next_pid=${other} next_prio=98`,
    { kind: 'switch', prev: tid, next: other, prevComm: a, nextComm: b, prevDies: false, prevIdles: false },
  ],
  'sched_switch, raw': ([a, b], { tid }, other) => [
    `prev_comm=${a} prev_pid=${tid} prev_prio=120 prev_state=32 next_comm=${b} next_pid=${other} next_prio=-1`,
    { kind: 'switch', prev: tid, next: other, prevComm: a, nextComm: b, prevDies: true, prevIdles: false },
  ],
  'sched_switch, short': ([a, b], { tid }, other) => [
    `${a}:${tid} [120] R+ ==> ${b}:${other} [120]`,
    // It stands where the fields begin.
    { kind: 'switch', prev: tid, next: other, prevComm: a!.trimStart(), nextComm: b, prevDies: false },
  ],
  sched_migrate_task: ([a], _, other) => [
    `comm=${a} pid=${other} prio=120 orig_cpu=3 dest_cpu=12`,
    { kind: 'migrate', task: other, from: 3, to: 12 },
  ],
  task_newtask: ([a], _, other) => [
    `pid=${other} comm=${a} clone_flags=3d0f00 oom_score_adj=-1000`,
    { kind: 'newtask', child: other, childComm: a, flags: 0x3d0f00 },
  ],
  sched_process_fork: ([a, b], { tid }, other) => [
    `comm=${a} pid=${tid} child_comm=${b} child_pid=${other}`,
    { kind: 'fork', parent: tid, child: other, childComm: b },
  ],
  sched_wakeup_new: ([a], _, other) => [
    `comm=${a} pid=${other} prio=120 target_cpu=007`,
    { kind: 'wakeup-new', task: other, to: 7 },
  ],
  'sched_wakeup_new, short': ([a], _, other) => [
    `${a}:${other} [120] CPU:007`,
    { kind: 'wakeup-new', task: other, to: 7 },
  ],
  sched_prepare_exec: ([a, b], { tid }) => [
    `interp=/bin/${b} filename=/bin/${b} pid=${tid} comm=${a}`,
    { kind: 'prepare-exec', task: tid },
  ],
  sched_process_exec: ([a], { tid }, other) => [
    `filename=/bin/${a} pid=${tid} old_pid=${other}`,
    { kind: 'exec', task: tid, old: other },
  ],
  sched_process_exit: ([a], { tid }) => [
    `comm=${a} pid=${tid} prio=120 group_dead=true`,
    { kind: 'exit', task: tid },
  ],
  'sched_process_exit, older': ([a], { tid }) => [
    `comm=${a} pid=${tid} prio=120`,
    { kind: 'exit', task: tid },
  ],
  task_rename: ([a, b], { tid }) => [
    `pid=${tid} oldcomm=${a} newcomm=${b} oom_score_adj=0`,
    { kind: 'rename', task: tid, newComm: b },
  ],
};

/** One line, made and parsed back. */
function back(format: string, name: string, comms: readonly string[], place: Place, other: number) {
  const event = name.replace(/,.*/, '');
  const [fields, made] = EVENTS[name]!(comms, place, other);
  const line = FORMATS[format]!(comms[0]!, place, event, fields);
  // After one that leaves no doubt about the format.
  const first = FORMATS[format]!('bash', place, 'rseq_update', 'cpu_id=0 node_id=0 mm_cid=0');
  const { events, head } = parsed(`${first}\n${line}`);
  return { line, made, event: events[1], head };
}

function expectBack(
  format: string,
  name: string,
  comms: readonly string[],
  place: Place,
  other: number,
): void {
  const { line, made, event, head } = back(format, name, comms, place, other);
  const latency = format === 'ftrace latency format';
  expect(event, line).toMatchObject({
    ...made,
    line: 2,
    ns: place.us * 1000,
    cpu: place.cpu,
    tid: place.tid,
    tgid: TELL_TGID.includes(format) ? place.tgid : -1,
    kernelMm: null,
  });
  expect(head, line).toMatchObject({
    foreign: 0,
    malformed: 0,
    events: 2,
    seconds: latency ? 0 : place.seconds,
  });
  const shown = /latency|-l$/.test(format) ? comms[0]!.slice(0, 8) : comms[0]!;
  expect(event!.comm.trim(), line).toBe(shown.trim());
}

const cases = Object.keys(FORMATS).flatMap((format) =>
  Object.keys(EVENTS).map((name) => [format, name] as const),
);
const place = fc.record({
  // Real ones with this many digits: what a comm of 15 characters cannot imitate.
  tid: fc.integer({ min: 1000, max: 4_194_304 }),
  tgid: fc.integer({ min: 1, max: 4_194_304 }),
  cpu: fc.integer({ min: 0, max: 1023 }),
  seconds: fc.integer({ min: 1, max: 4_000_000_000 }),
  us: fc.integer({ min: 0, max: 999_999 }),
});
const other = fc.integer({ min: 1000, max: 4_194_304 });
/** Bytes of a comm: all but NUL, at which it ends, and a line feed, with which a line ends. */
const anyByte = fc.integer({ min: 1, max: 255 }).filter((byte) => byte !== 10);
const anyComm = fc.array(anyByte, { maxLength: 15 }).map((bytes) => String.fromCharCode(...bytes));
/** Pieces of lines. */
const PIECES =
  ' |-|=|:|/|(|)|[|]|0|7|12|x| ==> |==>| [1]|[001]| (1)|1.5|.|:1|-1 | pid=7| prev_pid=1|next_pid=77| comm=b| child_pid=3|old_pid=2| R | S ==> b:9|  d..2.|0d..2.| prio=1|0x|CPU:001| 0.000001:|#|#P:9|cpus=9'.split(
    '|',
  );
const meanComm = fc
  .array(fc.constantFrom(...PIECES), { maxLength: 6 })
  .map((pieces) => pieces.join('').slice(0, 15));
const comms = fc.tuple(fc.oneof(meanComm, anyComm), fc.oneof(meanComm, anyComm));

describe.each(cases)('%s, %s', (format, name) => {
  it('is parsed back, whatever the comms', () => {
    fc.assert(
      fc.property(comms, place, other, (two, where, who) => expectBack(format, name, two, where, who)),
      { numRuns: 60 },
    );
  });
});

describe('a comm that is', () => {
  const where: Place = { tid: 4321, tgid: 4320, cpu: 1, seconds: 12, us: 345_678 };
  it.each([
    'a b c',
    'x]y [001] 12.3:',
    'p=1 ==> q=2',
    'tmux: server',
    '-',
    'next_pid=77',
    '',
    ' ',
    'a-1',
    'a-1 [0] 1.0: e:',
    'x-1 (1) [0] 1.0',
    '1 [0] 5.000000:',
    'a 1 [0] 1.5: s:',
    ':1 [1] R ==> b',
    ' ==> ',
    ' pid=1 comm=x',
    ' pid=1 old_pid=2',
    ' prev_pid=1',
    'x prio=1 pid=2 ',
    '\t\t',
    'a\tb-7 \t[1]',
    '\x1b[31mred\x1b[0m',
    'a\rb',
    '\x7f\x80\x9b\xa0\xff',
    '-123-456-789',
    '0123456789',
    '12345/12345',
    '#P:999',
    '##### CPU 0 buf',
    'CPU:1 [LOST 5 E',
    '__proto__',
    'ab\x1c\x1d\u0085',
  ])('%j', (comm) => {
    for (const [format, name] of cases)
      expectBack(format, name, [comm.slice(0, 15), comm.slice(0, 15)], where, 98_765);
  });
});

describe('a file name that imitates', () => {
  const where: Place = { tid: 4321, tgid: 4320, cpu: 1, seconds: 12, us: 345_678 };
  const whole = FORMATS['ftrace with tgid']!(
    'bash',
    { ...where, tid: 7, cpu: 0, seconds: 99 },
    'sched_switch',
    'x',
  );
  it.each([
    ' pid=7 comm=bash',
    ' pid=7 old_pid=9',
    'a pid=7 old_pid=9 pid=8 old_pid=10',
    'filename=/x pid=7 comm=y',
    whole,
    `${whole} pid=7 old_pid=9`,
    'x: sched_switch: prev_comm=a prev_pid=1 prev_prio=1 prev_state=S ==> next_comm=b next_pid=2 next_prio=3',
    '-7 [000] d..2. 1.000000: rseq_update: cpu_id=0 node_id=0 mm_cid=5',
  ])('%j', (file) => {
    for (const format of Object.keys(FORMATS)) {
      for (const name of ['sched_process_exec', 'sched_prepare_exec']) {
        const fields =
          name === 'sched_process_exec'
            ? `filename=${file} pid=4321 old_pid=4322`
            : `interp=${file} filename=${file} pid=4321 comm=bash`;
        const { events, head } = parsed(FORMATS[format]!('bash', where, name, fields));
        expect(events, format).toHaveLength(1);
        expect(events[0], format).toMatchObject({
          kind: name === 'sched_process_exec' ? 'exec' : 'prepare-exec',
          task: 4321,
          tid: 4321,
          cpu: 1,
          ns: 345_678_000,
        });
        expect(head.malformed + head.foreign).toBe(0);
      }
    }
  });
});

describe('the comms of a real trace', () => {
  it('are all told, and whose they are', () => {
    const { events } = parsed(dataText('odd-comms-and-vfork.ftrace.txt.gz'));
    const renamed = events.filter((event) => event.kind === 'rename').map(({ newComm }) => newComm);
    const odd = ['a b c', 'x]y [001] 12.3:', 'p=1 ==> q=2', 'tmux: server', '-', 'next_pid=77'];
    expect(renamed.filter((comm) => odd.includes(comm))).toEqual(odd);
    for (const comm of odd) {
      const own = events.filter((event) => event.comm === comm);
      const nexts = events.filter((event) => event.kind === 'switch' && event.nextComm === comm);
      const tids = new Set([
        ...own.map(({ tid }) => tid),
        ...nexts.map((event) => (event as { next: number }).next),
      ]);
      expect(tids.size, comm).toBe(1);
      expect(own.length, comm).toBeGreaterThan(5);
      expect(nexts.length, comm).toBeGreaterThan(2);
    }
  });
});

const line = (event: string, fields = '') =>
  `            bash-7       [000] d..2.  12.345678: ${event}: ${fields}`;

describe('an event', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'isPrototypeOf'])(
    'called %s is one that we have no use for',
    (name) => {
      expect(parsed(line(name, 'x')).events).toMatchObject([{ kind: 'other', event: name, tid: 7 }]);
      expect(parsed(`  bash  7 [000]  1.000000: a:${name}: x`).events).toMatchObject([
        { kind: 'other', event: name },
      ]);
    },
  );

  it.each([
    ['sched_switch', ''],
    [
      'sched_switch',
      'prev_comm=a prev_pid=1 prev_prio=1 prev_state=S ==> next_comm=b next_pid=x next_prio=3',
    ],
    [
      'sched_switch',
      'prev_comm=a prev_pid=-1 prev_prio=1 prev_state=S ==> next_comm=b next_pid=2 next_prio=3',
    ],
    [
      'sched_switch',
      'prev_comm=a prev_pid=99999999999 prev_prio=1 prev_state=S ==> next_comm=b next_pid=2 next_prio=3',
    ],
    ['sched_switch', 'prev_comm=a prev_pid=1 prev_prio=1 prev_state=S ==> next_comm=b next_pid=2 next_prio'],
    [
      'sched_switch',
      `prev_comm=${'a'.repeat(17)} prev_pid=1 prev_prio=1 prev_state=S ==> next_comm=b next_pid=2 next_prio=3`,
    ],
    ['sched_migrate_task', 'comm=a pid=1 prio=1 orig_cpu=-1 dest_cpu=1'],
    ['task_newtask', 'pid=0 comm=a clone_flags=1 oom_score_adj=0'],
    ['task_newtask', 'pid=5 comm=a clone_flags=zz oom_score_adj=0'],
    ['sched_process_fork', 'comm=a pid=1 child_comm=b child_pid=0'],
    ['sched_prepare_exec', 'interp=a filename=b pid=0 comm=a'],
    ['sched_process_exec', 'filename=a pid=0 old_pid=0'],
    ['sched_process_exit', 'comm=a pid=0 prio=120'],
    ['rseq_update', 'cpu_id=0 node_id=0 mm_cid='],
    ['rseq_update', `cpu_id=0 node_id=0 mm_cid=${'9'.repeat(400)}`],
  ])('%s: %s is malformed', (event, fields) => {
    const { events, head } = parsed(`${line('other')}\n${line(event, fields)}`);
    expect(events.map(({ kind }) => kind)).toEqual(['other']);
    expect(head).toMatchObject({ events: 1, malformed: 1, firstMalformed: 2, foreign: 0 });
  });

  it.each([
    '1 0 sw 1 1 0x0 0 0 0 2 -> 2',
    '1 0 sw 1 1 0x0 0 0 0 -> -> 2',
    '1 0 mig -> 1 0',
    '1 0 new 1 0 0x0 0 0x100',
    '1 0 new 1 -5 0x0 0 0x100',
    '1 0 exit 0 0x0 0 0',
    '1 0 pex 0 0x0 0 0',
    '1 0 rseq 1 0x0 0',
    '1 0 mig 99999999999999999999999 1 0',
  ])('of bpftrace, %s is malformed', (text) => {
    expect(parsed(`1 0 mig 1 1 0\n${text}`)).toMatchObject({
      events: [{ kind: 'migrate' }],
      head: { malformed: 1, foreign: 0 },
    });
  });

  it('of raw_syscalls or a timer', () => {
    expect(parsed(line('sys_enter', 'NR 1 (0, 0)')).events).toMatchObject([{ kind: 'sys-enter', tid: 7 }]);
    for (const by of ['tick_nohz_handler', 'tick_sched_timer', 'tick_nohz_highres_handler']) {
      expect(parsed(line('hrtimer_expire_entry', `hrtimer=1 function=${by} now=1`)).events).toMatchObject([
        { kind: 'tick' },
      ]);
    }
    expect(
      parsed(line('hrtimer_expire_entry', 'hrtimer=1 function=hrtimer_wakeup now=1')).events,
    ).toMatchObject([{ kind: 'other' }]);
    expect(
      parsed(line('hrtimer_expire_entry', 'hrtimer=1 function=tick_sched_timerx now=1')).events,
    ).toMatchObject([{ kind: 'other' }]);
  });
});

describe('a line that nearly is one', () => {
  it.each([
    'Jan  1 00:00:00 host kernel: [   12.345678] bash-7: something',
    '[   12.345678] bash-7 [000] sched_switch: nothing',
    'bash-7 [000] d..2. 12.34567: rseq_update: cpu_id=0 mm_cid=0',
    'bash-7 [000] d..2. 12.345678 rseq_update: cpu_id=0 mm_cid=0',
    'bash-x [000] d..2. 12.345678: rseq_update: cpu_id=0 mm_cid=0',
    'bash-7 000 d..2. 12.345678: rseq_update: cpu_id=0 mm_cid=0',
    'bash-7 [000] d..2. -12.345678: rseq_update: cpu_id=0 mm_cid=0',
    'bash--7 [-01] d..2. 12.345678: rseq_update: cpu_id=0 mm_cid=0',
    'bash-99999999999 [000] d..2. 12.345678: rseq_update: cpu_id=0 mm_cid=0',
    'bash-7 [000] d..2. 99999999999.345678: rseq_update: cpu_id=0 mm_cid=0',
    `bash-7 [${'9'.repeat(50)}] d..2. 12.345678: rseq_update: cpu_id=0 mm_cid=0`,
    `${' '.repeat(20)}${'a'.repeat(17)}-7 [000] d..2. 12.345678: rseq_update: cpu_id=0 mm_cid=0`,
    '12 34 sv 1 1 0x0 0 0 0 -> 2',
    '\0\0\0\0',
    '{"a": 1}',
  ])('%s', (text) => {
    expect(parsed(text)).toMatchObject({
      events: [],
      head: { foreign: 1, firstForeign: 1, malformed: 0, format: null },
    });
  });

  // Minutes, where a search begins anew at every blank or byte.
  it.each([
    ['blanks', `${' '.repeat(65_000)}x`],
    ['blanks and a carriage return', `${' '.repeat(65_000)}\rx`],
    ['blanks where fields should be', `bash-7 [000] d..2. 12.345678: rseq_update:${' '.repeat(65_000)}\rx`],
    ['a number', '7'.repeat(65_000)],
    ['dashes', '-'.repeat(65_000)],
    ['a comm and blanks', `bash${' '.repeat(65_000)}`],
    ['brackets', '['.repeat(65_000)],
    ['parentheses', `bash-7 (${'-'.repeat(65_000)}`],
    ['an exec', line('sched_process_exec', ' pid=1'.repeat(10_000))],
    ['an exec, too', line('sched_process_exec', ' pid=1 old_pid='.repeat(4_000))],
    ['the beginning of an exec', line('sched_prepare_exec', ' pid=1 comm='.repeat(5_000))],
    ['a switch', line('sched_switch', ' prev_pid=1'.repeat(6_000))],
    ['words', 'a:'.repeat(32_000)],
    ['bpftrace', `1 1 sw${' 1'.repeat(32_000)}`],
    ['a message', `   [${'a'.repeat(65_000)}`],
  ])(
    'and long: %s',
    (_, text) => {
      const { events } = parsed(
        `${`${text}\n`.repeat(3)}${line('rseq_update', 'cpu_id=0 node_id=0 mm_cid=0')}`,
      );
      expect(events.at(-1)).toMatchObject({ kind: 'rseq', line: 4 });
    },
    10_000,
  );
});

describe('what stands between events', () => {
  const event = line('rseq_update', 'cpu_id=0 node_id=0 mm_cid=0');
  const lostOf = (text: string): TraceEvent[] => parsed(`${event}\n${text}`).events.slice(1);

  it.each([
    ['CPU:3 [LOST 17 EVENTS]', 3, 17],
    ['CPU:3 [LOST EVENTS]', 3, -1],
    ['CPU:7 [204600 EVENTS DROPPED]', 7, 204_600],
    ['CPU:7 [EVENTS DROPPED]', 7, -1],
    ['##### CPU 12 buffer started ####', 12, -1],
  ])('%s: a loss', (text, cpu, count) => {
    expect(lostOf(text)).toMatchObject([{ kind: 'lost', cpu, count, tid: -1 }]);
  });

  it("perf's losses", () => {
    expect(lostOf('  bash 7/7 [001]  12.345679: PERF_RECORD_LOST lost 9')).toMatchObject([
      { kind: 'lost', cpu: 1, count: 9 },
    ]);
    expect(lostOf('  bash 7/7 [001]  12.345679: PERF_RECORD_LOST_SAMPLES lost 9')).toMatchObject([
      { kind: 'lost', count: 9 },
    ]);
  });

  it('happens at the last time of that cpu, else of any', () => {
    expect(lostOf('CPU:5 [LOST 17 EVENTS]')).toMatchObject([{ ns: 345_678_000 }]);
    expect(lostOf('CPU:0 [LOST 17 EVENTS]')).toMatchObject([{ ns: 345_678_000 }]);
  });

  it.each([
    '',
    '   ',
    '# a comment',
    'version = 6',
    'version = 7',
    'cpus=4',
    'CPU 2 is empty',
    '# tracer: nop',
  ])('%j: nothing', (text) => {
    expect(parsed(`${event}\n${text}\n${event}`)).toMatchObject({
      events: [{}, {}],
      head: { foreign: 0, malformed: 0 },
    });
  });

  it.each([
    ['# entries-in-buffer/entries-written: 1/1   #P:12', 12],
    ['cpus=12', 12],
    ['# nrcpus online : 12', 12],
    ['# nrcpus avail : 12', 12],
    ['# latency: 0 us, #1/1, CPU#0 | (M:PREEMPT(none) VP:0, KP:0, SP:0 HP:0 #P:12)', 12],
    // Not the tracer's own word.
    ['someone said #P:12', null],
    ['cpus=12 or so', null],
  ])('%s: %s cpus', (text, cpus) => {
    expect(parsed(`${text}\n${event}`).head.cpus).toBe(cpus);
    expect(parsed(`${text}\n#P:3\n${event}`).head.cpus).toBe(cpus ?? 3);
  });

  it('a comm with # in a latency format is no comment', () => {
    const latency = '#P:9 [0]-7         0d..2. 154795us+: rseq_update: cpu_id=0 node_id=0 mm_cid=0';
    const before = '    bash-7         0d..2. 154794us+: rseq_update: cpu_id=0 node_id=0 mm_cid=0';
    expect(parsed(`${before}\n${latency}`)).toMatchObject({
      events: [{}, { kind: 'rseq', comm: '#P:9 [0]' }],
      head: { cpus: null },
    });
  });

  it('line ends of Windows', () => {
    for (const name of [
      '01-ftrace-trace-file-record-tgid',
      '08-trace-cmd-report-R-raw',
      '13-perf-script-ns-task-events',
      '18-bpftrace-mmtruth',
    ]) {
      const text = dataText(`samples/${name}.txt`);
      expect(parsed(text.replaceAll('\n', '\r\n'))).toEqual(parsed(text));
    }
  });
});

describe('time', () => {
  const at = (cpu: number, when: string) =>
    `bash-7 [00${cpu}] d..2. ${when}: rseq_update: cpu_id=0 node_id=0 mm_cid=0`;

  it('counts from the second in which the trace begins, exactly', () => {
    const { events, head } = parsed(`${at(0, '4000000001.999999')}\n${at(0, '4000000003.000001')}`);
    expect(events.map(({ ns }) => ns)).toEqual([999_999_000, 2_000_001_000]);
    expect(head.seconds).toBe(4_000_000_001);
  });

  it('that goes back on a cpu is counted; between cpus it may', () => {
    const text = [
      at(0, '2.000000'),
      at(1, '1.500000'),
      at(0, '1.999999'),
      at(0, '2.000000'),
      at(1, '1.500001'),
    ].join('\n');
    expect(parsed(text)).toMatchObject({ head: { backwards: 1, events: 5 } });
    expect(parsed(text).events.map(({ ns }) => ns)).toEqual([0, -500_000_000, -1000, 0, -499_999_000]);
  });
});

describe('patience', () => {
  const refused =
    /^a\.txt:1: no line of a scheduler trace \(expected the text of ftrace, trace-cmd report or perf script/;

  it('ends after 1000 lines of something else', () => {
    expect(parsed('some words\n'.repeat(999)).head).toMatchObject({ foreign: 999 });
    expect(() => parsed('some words\n'.repeat(1000))).toThrow(refused);
  });

  it('does not where an event was among them, nor with comments', () => {
    expect(parsed(`${line('other')}\n${'some words\n'.repeat(2000)}`).head).toMatchObject({
      foreign: 2000,
      firstForeign: 2,
    });
    expect(parsed(`${'# some words\n'.repeat(2000)}${line('other')}`).head).toMatchObject({
      foreign: 0,
      events: 1,
    });
  });
});
