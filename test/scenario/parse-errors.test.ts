import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_TEXT_BYTES } from '../../src/scenario/limits.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { printScenario } from '../../src/scenario/print.js';
import { ScenarioError } from '../../src/scenario/scenario-error.js';
import { anyScenario } from './arbitrary.js';

const HEADER_WORDS = 'algo, mutant, memory, arch, preempt, cpus, mm, task, oracle, expect or ---';
const ACTION_WORDS =
  'switch, step, tick, work, exit, exec, exec-fail, fork, migrate, advance, flush or stale';
const KINDS =
  'duplicate-cid, freed-in-use, ownership, bad-cid, null-mm, livelock, compactness, stranded-lazy';
const TASK_NAME = 'a task name: [a-z][a-z0-9_]{0,15}';
const MM_NAME = 'an mm name: [A-Z][A-Z0-9_]{0,15}';
const VERSION = '`cidfuzz 1` on the first line';
const DURATION = 'a whole number of ns (no suffix), us, ms or s, at most 5000000000 ns';

/** A header of five lines: the word under test is on line 4 of a header, on line 6 as an action. */
const head = (line: string): string => `cidfuzz 1\ncpus 2\nmm A\n${line}\n---\n`;
const act = (line: string): string => `cidfuzz 1\ncpus 2\nmm A\ntask y A 0\n---\n${line}\n`;
const bytes = (...parts: (string | number)[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))));

const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');

/** What is wrong with the text, the text, and the message behind the file's name. */
const BAD: readonly (readonly [string, string | Uint8Array, string])[] = [
  // the text as a whole
  ['empty', '', `1:1: no text (expected ${VERSION})`],
  ['comments only', '# a\n\n# b\n', `4:1: no text (expected ${VERSION})`],
  ['comment without a line end', '# abc', `1:6: no text (expected ${VERSION})`],
  ['no version line', 'cpus 2\n', `1:1: no version line, but \`cpus\` (expected ${VERSION})`],
  ['version missing', 'cidfuzz', '1:8: missing format version (expected a number from 1 to 1)'],
  ['version 2', 'cidfuzz 2', '1:9: format version `2` is out of range (expected a number from 1 to 1)'],
  [
    'version one',
    ' cidfuzz one',
    '1:10: format version `one` is not a number (expected a number from 1 to 1)',
  ],
  ['words behind the version', 'cidfuzz 1 2', '1:11: trailing word `2` (expected the end of the line)'],
  ['version again', head('cidfuzz 1'), `4:1: unknown header word \`cidfuzz\` (expected ${HEADER_WORDS})`],
  [
    'ends in the header',
    'cidfuzz 1\ncpus 2\n',
    '3:1: the text ends within the header (expected a line --- and the actions)',
  ],
  [
    'ends in a header line',
    'cidfuzz 1\ncpus 2',
    '2:7: the text ends within the header (expected a line --- and the actions)',
  ],
  [
    'no cpus',
    'cidfuzz 1\nmm A\n ---\n',
    '3:2: no `cpus` line in the header (expected `cpus N` above the ---)',
  ],
  [
    'words behind ---',
    'cidfuzz 1\ncpus 2\n--- tick',
    '3:5: trailing word `tick` (expected the end of the line)',
  ],
  ['longer ---', 'cidfuzz 1\ncpus 2\n----', `3:1: unknown header word \`----\` (expected ${HEADER_WORDS})`],
  ['second ---', act('---'), `6:1: unknown action \`---\` (expected ${ACTION_WORDS})`],
  ['action in the header', head('tick 0'), `4:1: unknown header word \`tick\` (expected ${HEADER_WORDS})`],
  ['header among the actions', act('cpus 2'), `6:1: unknown action \`cpus\` (expected ${ACTION_WORDS})`],

  // bytes
  ['byte order mark', '\ufeffcidfuzz 1\n', '1:1: a byte order mark (expected UTF-8 without one)'],
  [
    'bad lead byte',
    bytes('cidfuzz 1\n# é ', 0xff, '\n'),
    '2:6: byte 0xff begins no UTF-8 character (expected UTF-8 text)',
  ],
  ['lone continuation', bytes(0x80), '1:1: byte 0x80 begins no UTF-8 character (expected UTF-8 text)'],
  [
    'overlong slash',
    bytes('# ', 0xe0, 0x80, 0xaf),
    '1:3: byte 0xe0 begins no UTF-8 character (expected UTF-8 text)',
  ],
  [
    'surrogate',
    bytes('#', 0xed, 0xa0, 0x80),
    '1:2: byte 0xed begins no UTF-8 character (expected UTF-8 text)',
  ],
  [
    'above U+10FFFF',
    bytes('#', 0xf4, 0x90, 0x80, 0x80),
    '1:2: byte 0xf4 begins no UTF-8 character (expected UTF-8 text)',
  ],
  [
    'cut character',
    bytes('cidfuzz 1 # ', 0xe2, 0x82),
    '1:13: byte 0xe2 begins no UTF-8 character (expected UTF-8 text)',
  ],
  [
    'bad third byte',
    bytes('cidfuzz 1 # ', 0xe2, 0x82, 0x20),
    '1:13: byte 0xe2 begins no UTF-8 character (expected UTF-8 text)',
  ],
  [
    'first fault first',
    bytes('cidfuz 1\n', 0xff),
    `1:1: no version line, but \`cidfuz\` (expected ${VERSION})`,
  ],
  ['NUL', 'cidfuzz 1\n\0', '2:1: control character `\\x00` (expected text)'],
  ['NUL behind a word', act('tick 0\0'), '6:7: control character `\\x00` (expected text)'],
  ['NUL in a comment', act('tick 0 # é\0'), '6:12: control character `\\x00` (expected text)'],
  ['escape', act('\x1b[0m'), '6:1: control character `\\x1b` (expected text)'],
  ['form feed', act('tick\f0'), '6:5: control character `\\x0c` (expected text)'],
  [
    'carriage return within',
    act('tick 0\rtick 1'),
    '6:7: a carriage return within a line (expected it only at the end of one)',
  ],
  [
    'two carriage returns',
    act('tick 0\r\r'),
    '6:7: a carriage return within a line (expected it only at the end of one)',
  ],
  [
    'carriage return hides a line',
    act('tick 0 # x\rtick 1'),
    '6:11: a carriage return within a line (expected it only at the end of one)',
  ],
  ['no-break space', act('tick\u00a00'), `6:1: unknown action \`tick\\xa00\` (expected ${ACTION_WORDS})`],
  [
    'right-to-left override',
    act('\u202etick 0'),
    `6:1: unknown action \`\\u{202e}tick\` (expected ${ACTION_WORDS})`,
  ],
  [
    'line separator',
    act('tick 0\u2028'),
    '6:6: cpu `0\\u{2028}` is not a number (expected a number from 0 to 1)',
  ],
  [
    'column counts bytes',
    'cidfuzz 1\ncpus 2\n---\nswitch 0 é é',
    `4:10: bad task name \`é\` (expected ${TASK_NAME})`,
  ],
  [
    'long word is cut',
    act('x'.repeat(41)),
    `6:1: unknown action \`${'x'.repeat(40)}…\` (expected ${ACTION_WORDS})`,
  ],
  [
    'long word is not cut',
    act('x'.repeat(40)),
    `6:1: unknown action \`${'x'.repeat(40)}\` (expected ${ACTION_WORDS})`,
  ],
  [
    'long word, wide characters',
    act('😀'.repeat(41)),
    `6:1: unknown action \`${'😀'.repeat(40)}…\` (expected ${ACTION_WORDS})`,
  ],

  // header words
  ['unknown header word', head('cpu 2'), `4:1: unknown header word \`cpu\` (expected ${HEADER_WORDS})`],
  ['capitals', head('Algo rfc-v6'), `4:1: unknown header word \`Algo\` (expected ${HEADER_WORDS})`],
  ['algo missing', head('algo  # x'), '4:5: missing algo (expected v6.3, rfc-v6 or rfc-v6-fixed)'],
  ['algo unknown', head('algo rfc-v5'), '4:6: unknown algo `rfc-v5` (expected v6.3, rfc-v6 or rfc-v6-fixed)'],
  ['algo trailing', head('algo rfc-v6 x'), '4:13: trailing word `x` (expected the end of the line)'],
  [
    'algo twice',
    head('algo rfc-v6\nalgo rfc-v6'),
    '5:1: a second `algo` line (expected one only, it is on line 4)',
  ],
  ['memory unknown', head('memory pso'), '4:8: unknown memory `pso` (expected sc, tso or weak)'],
  [
    'memory twice',
    head('memory sc\nmemory sc'),
    '5:1: a second `memory` line (expected one only, it is on line 4)',
  ],
  ['arch unknown', head('arch ARM64'), '4:6: unknown arch `ARM64` (expected x86 or arm64)'],
  [
    'arch twice',
    head('arch x86\narch x86'),
    '5:1: a second `arch` line (expected one only, it is on line 4)',
  ],
  ['preempt unknown', head('preempt lazy'), '4:9: unknown preempt `lazy` (expected none or full)'],
  [
    'preempt twice',
    head('preempt full\npreempt none'),
    '5:1: a second `preempt` line (expected one only, it is on line 4)',
  ],
  ['cpus twice', head('cpus 2'), '4:1: a second `cpus` line (expected one only, it is on line 2)'],
  ['cpus missing', 'cidfuzz 1\ncpus', '2:5: missing number of cpus (expected a number from 1 to 1024)'],
  [
    'cpus 0',
    'cidfuzz 1\ncpus 0',
    '2:6: number of cpus `0` is out of range (expected a number from 1 to 1024)',
  ],
  [
    'cpus 1025',
    'cidfuzz 1\ncpus 1025',
    '2:6: number of cpus `1025` is out of range (expected a number from 1 to 1024)',
  ],
  [
    'mutant missing',
    head('mutant'),
    expect.stringMatching(/^4:7: missing mutant \(expected no-entry-mb, .* or no-scan-limit\)$/),
  ],
  [
    'mutant unknown',
    head('mutant racy-set none'),
    expect.stringMatching(/^4:17: unknown mutant `none` \(expected no-entry-mb, .*\)$/),
  ],
  [
    'oracle unknown',
    head('oracle ownership none'),
    `4:18: unknown kind \`none\` (expected ${KINDS} or lock-leak)`,
  ],
  ['oracle ok', head('oracle ok'), `4:8: unknown kind \`ok\` (expected ${KINDS} or lock-leak)`],
  [
    'expect missing',
    head('expect'),
    `4:7: missing outcome (expected an outcome (ok, ${KINDS}, lock-leak) or an algo and an outcome)`,
  ],
  [
    'expect unknown',
    head('expect divergence'),
    `4:8: unknown outcome \`divergence\` (expected ok, ${KINDS} or lock-leak)`,
  ],
  ['expect algo missing', head('expect v6.3'), `4:12: missing outcome (expected ok, ${KINDS} or lock-leak)`],
  [
    'expect algo unknown',
    head('expect v6.3 fine'),
    `4:13: unknown outcome \`fine\` (expected ok, ${KINDS} or lock-leak)`,
  ],
  ['expect trailing', head('expect ok v6.3'), '4:11: trailing word `v6.3` (expected the end of the line)'],
  [
    'expect twice',
    head('expect ok\nexpect v6.3 ok\nexpect ok'),
    '6:8: a second `expect` line (expected one only, it is on line 4)',
  ],
  [
    'expect algo twice',
    head('expect v6.3 ok\nexpect v6.3 ok'),
    '5:8: a second `expect v6.3` line (expected one only, it is on line 4)',
  ],

  // numbers
  ['number _1', act('tick _1'), '6:6: cpu `_1` is not a number (expected a number from 0 to 1)'],
  ['number 1_', act('tick 1_'), '6:6: cpu `1_` is not a number (expected a number from 0 to 1)'],
  ['number 0__1', act('tick 0__1'), '6:6: cpu `0__1` is not a number (expected a number from 0 to 1)'],
  ['number _', act('tick _'), '6:6: cpu `_` is not a number (expected a number from 0 to 1)'],
  ['number +1', act('tick +1'), '6:6: cpu `+1` is not a number (expected a number from 0 to 1)'],
  ['number -1', act('tick -1'), '6:6: cpu `-1` is not a number (expected a number from 0 to 1)'],
  ['number 0x1', act('tick 0x1'), '6:6: cpu `0x1` is not a number (expected a number from 0 to 1)'],
  ['number 1.0', act('tick 1.0'), '6:6: cpu `1.0` is not a number (expected a number from 0 to 1)'],
  ['number 1e0', act('tick 1e0'), '6:6: cpu `1e0` is not a number (expected a number from 0 to 1)'],
  ['Arabic digit', act('tick ١'), '6:6: cpu `١` is not a number (expected a number from 0 to 1)'],
  [
    'number of 400 digits',
    act(`tick ${'9'.repeat(400)}`),
    `6:6: cpu \`${'9'.repeat(40)}…\` is out of range (expected a number from 0 to 1)`,
  ],
  [
    'number just above 2^32',
    act('tick 4294967296'),
    '6:6: cpu `4294967296` is out of range (expected a number from 0 to 1)',
  ],

  // durations
  ['duration missing', act('advance'), `6:8: missing duration (expected ${DURATION})`],
  ['duration ns', act('advance 5ns'), `6:9: duration \`5ns\` is not a duration (expected ${DURATION})`],
  [
    'duration without a number',
    act('advance ms'),
    `6:9: duration \`ms\` is not a duration (expected ${DURATION})`,
  ],
  [
    'duration with a fraction',
    act('advance 1.5ms'),
    `6:9: duration \`1.5ms\` is not a duration (expected ${DURATION})`,
  ],
  ['duration 5_ms', act('advance 5_ms'), `6:9: duration \`5_ms\` is not a duration (expected ${DURATION})`],
  ['duration apart', act('advance 5 ms'), '6:11: trailing word `ms` (expected the end of the line)'],
  ['duration in m', act('advance 1m'), `6:9: duration \`1m\` is not a duration (expected ${DURATION})`],
  ['duration in mms', act('advance 1mms'), `6:9: duration \`1mms\` is not a duration (expected ${DURATION})`],
  [
    'duration too long',
    act('advance 5_000_000_001'),
    `6:9: duration \`5_000_000_001\` is too long (expected ${DURATION})`,
  ],
  ['duration 6s', act('advance 6s'), `6:9: duration \`6s\` is too long (expected ${DURATION})`],
  ['duration 5001ms', act('advance 5001ms'), `6:9: duration \`5001ms\` is too long (expected ${DURATION})`],

  // names, cpus, homes
  ['mm missing', head('mm'), `4:3: missing mm name (expected ${MM_NAME})`],
  ['mm in lower case', head('mm b'), `4:4: bad mm name \`b\` (expected ${MM_NAME})`],
  ['mm -', head('mm -'), `4:4: bad mm name \`-\` (expected ${MM_NAME})`],
  [
    'mm too long',
    head('mm ABCDEFGHIJKLMNOPQ'),
    `4:4: bad mm name \`ABCDEFGHIJKLMNOPQ\` (expected ${MM_NAME})`,
  ],
  ['mm twice', head('mm A'), '4:4: mm `A` is introduced twice (expected a new name, line 3 has this one)'],
  ['two mms a line', head('mm B C'), '4:6: trailing word `C` (expected the end of the line)'],
  ['task missing', head('task'), `4:5: missing task name (expected ${TASK_NAME})`],
  ['task with a capital', head('task tA A 0'), `4:6: bad task name \`tA\` (expected ${TASK_NAME})`],
  [
    'task too long',
    head('task abcdefghijklmnopq A 0'),
    `4:6: bad task name \`abcdefghijklmnopq\` (expected ${TASK_NAME})`,
  ],
  [
    'task idle',
    head('task idle A 0'),
    '4:6: task name `idle` is reserved (expected a name that is not idle or idleN)',
  ],
  [
    'task idle17',
    head('task idle17 A 0'),
    '4:6: task name `idle17` is reserved (expected a name that is not idle or idleN)',
  ],
  [
    'task twice',
    head('task y A 0\ntask y A 0'),
    '5:6: task `y` is introduced twice (expected a new name, line 4 has this one)',
  ],
  [
    'task without mm',
    head('task y'),
    '4:7: missing mm (expected the name of an mm further up, or - for a kernel thread)',
  ],
  [
    'task of an unknown mm',
    head('task y B 0\nmm B'),
    '4:8: mm `B` is used before it is introduced (expected the name of an mm further up)',
  ],
  ['task of a bad mm', head('task y a 0'), `4:8: bad mm name \`a\` (expected ${MM_NAME})`],
  ['task without home', head('task y A'), '4:9: missing home (expected a number from 0 to 1)'],
  ['home out of range', head('task y A 2'), '4:10: home `2` is out of range (expected a number from 0 to 1)'],
  [
    'home before cpus',
    'cidfuzz 1\n task y - 1\ntask z - 3 # x\ncpus 2\n---\n',
    '3:10: home `3` is out of range (expected a number from 0 to 1)',
  ],
  [
    'the first such home',
    'cidfuzz 1\n task y - 2\ntask z - 3\ncpus 2\n---\n',
    '2:11: home `2` is out of range (expected a number from 0 to 1)',
  ],
  [
    'home no cpus allow',
    'cidfuzz 1\ntask y - 1024\ncpus 2\n---\n',
    '2:10: home `1024` is out of range (expected a number from 0 to 1023)',
  ],
  [
    'a home missing before cpus',
    'cidfuzz 1\ntask y -\ncpus 2\n---\n',
    '2:9: missing home (expected a number from 0 to 1023)',
  ],
  [
    '65 mms',
    `cidfuzz 1\n${lines(65, (i) => `mm A${i}`)}\ncpus 1\n---\n`,
    '66:4: more than 64 mms (expected at most 64)',
  ],
  [
    '257 tasks',
    `cidfuzz 1\n${lines(257, (i) => `task t${i} - 0`)}\ncpus 1\n---\n`,
    '258:6: more than 256 tasks (expected at most 256)',
  ],
  [
    '257 tasks with forks',
    `cidfuzz 1\ncpus 1\n---\n${lines(257, (i) => `fork 0 thread t${i}`)}`,
    '260:15: more than 256 tasks (expected at most 256)',
  ],
  [
    '65 mms with forks and execs',
    `cidfuzz 1\ncpus 1\n---\n${lines(32, (i) => `fork 0 process t${i} T${i}`)}\n${lines(33, (i) => `exec 0 E${i}`)}`,
    '68:8: more than 64 mms (expected at most 64)',
  ],

  // actions
  ['action unknown', act('swich 0 y'), `6:1: unknown action \`swich\` (expected ${ACTION_WORDS})`],
  ['fork-thread', act('fork-thread 0 z'), `6:1: unknown action \`fork-thread\` (expected ${ACTION_WORDS})`],
  ['switch without cpu', act('switch'), '6:7: missing cpu (expected a number from 0 to 1)'],
  [
    'switch without task',
    act('switch 0 '),
    '6:9: missing task (expected the name of a task further up, or idle)',
  ],
  [
    'switch to nobody',
    act('switch 0 z\nfork 0 thread z'),
    '6:10: task `z` is used before it is introduced (expected the name of a task further up)',
  ],
  ['switch to an mm', act('switch 0 A'), `6:10: bad task name \`A\` (expected ${TASK_NAME})`],
  [
    'switch to idle0',
    act('switch 0 idle0'),
    "6:10: task name `idle0` is reserved (expected `idle` for the cpu's idle task)",
  ],
  ['switch trailing', act('switch 0 y 1'), '6:12: trailing word `1` (expected the end of the line)'],
  ['cpu out of range', act('switch 2 y'), '6:8: cpu `2` is out of range (expected a number from 0 to 1)'],
  ['step 0 0', act('step 0 0'), '6:8: step count `0` is out of range (expected a number from 1 to 1000000)'],
  [
    'step 0 1000001',
    act('step 0 1000001'),
    '6:8: step count `1000001` is out of range (expected a number from 1 to 1000000)',
  ],
  ['step trailing', act('step 0 1 1'), '6:10: trailing word `1` (expected the end of the line)'],
  ['tick trailing', act('tick 0 1'), '6:8: trailing word `1` (expected the end of the line)'],
  ['work without cpu', act('work'), '6:5: missing cpu (expected a number from 0 to 1)'],
  ['exit trailing', act('exit 0 y'), '6:8: trailing word `y` (expected the end of the line)'],
  ['exec without mm', act('exec 0'), `6:7: missing mm name (expected ${MM_NAME})`],
  [
    'exec into an old mm',
    act('exec 0 A'),
    '6:8: mm `A` is introduced twice (expected a new name, line 3 has this one)',
  ],
  ['exec-fail with an mm', act('exec-fail 0 B'), '6:13: trailing word `B` (expected the end of the line)'],
  ['fork of nothing', act('fork 0'), '6:7: missing kind of fork (expected thread or process)'],
  ['fork of a task', act('fork 0 task z'), '6:8: unknown kind of fork `task` (expected thread or process)'],
  ['fork without child', act('fork 0 thread'), `6:14: missing task name (expected ${TASK_NAME})`],
  [
    'fork of idle',
    act('fork 0 thread idle'),
    '6:15: task name `idle` is reserved (expected a name that is not idle or idleN)',
  ],
  [
    'fork of an old name',
    act('fork 0 thread y'),
    '6:15: task `y` is introduced twice (expected a new name, line 4 has this one)',
  ],
  [
    'thread with an mm',
    act('fork 0 thread z B'),
    '6:17: home `B` is not a number (expected a number from 0 to 1)',
  ],
  [
    'thread with a far home',
    act('fork 0 thread z 2'),
    '6:17: home `2` is out of range (expected a number from 0 to 1)',
  ],
  ['thread trailing', act('fork 0 thread z 1 1'), '6:19: trailing word `1` (expected the end of the line)'],
  ['process without mm', act('fork 0 process z'), `6:17: missing mm name (expected ${MM_NAME})`],
  [
    'process with a home for an mm',
    act('fork 0 process z 1'),
    `6:18: bad mm name \`1\` (expected ${MM_NAME})`,
  ],
  [
    'process into an old mm',
    act('fork 0 process z A'),
    '6:18: mm `A` is introduced twice (expected a new name, line 3 has this one)',
  ],
  [
    'process with a far home',
    act('fork 0 process z B 9'),
    '6:20: home `9` is out of range (expected a number from 0 to 1)',
  ],
  ['migrate nobody', act('migrate'), '6:8: missing task (expected the name of a task further up)'],
  [
    'migrate a stranger',
    act('migrate z 0'),
    '6:9: task `z` is used before it is introduced (expected the name of a task further up)',
  ],
  [
    'migrate idle',
    act('migrate idle 0'),
    '6:9: `idle` cannot migrate (expected the name of a task further up, idle tasks stay)',
  ],
  [
    'migrate idle1',
    act('migrate idle1 0'),
    '6:9: `idle1` cannot migrate (expected the name of a task further up, idle tasks stay)',
  ],
  ['migrate the other way round', act('migrate 1 y'), `6:9: bad task name \`1\` (expected ${TASK_NAME})`],
  ['migrate nowhere', act('migrate y'), '6:10: missing cpu (expected a number from 0 to 1)'],
  ['flush without cpu', act('flush'), '6:6: missing cpu (expected a number from 0 to 1)'],
  [
    'flush index',
    act('flush 0 1000001'),
    '6:9: store index `1000001` is out of range (expected a number from 0 to 1000000)',
  ],
  ['stale without age', act('stale 0'), '6:8: missing age (expected a number from 1 to 1000000)'],
  ['stale 0', act('stale 0 0'), '6:9: age `0` is out of range (expected a number from 1 to 1000000)'],
  ['stale trailing', act('stale 0 1 1'), '6:11: trailing word `1` (expected the end of the line)'],
  [
    'a fault behind CRLF',
    `${act('tick 0').replaceAll('\n', '\r\n')}tick`,
    '7:5: missing cpu (expected a number from 0 to 1)',
  ],
];

function errorOf(text: string | Uint8Array, file = 'bad.cid'): ScenarioError {
  try {
    parseScenario(text, file);
  } catch (error) {
    if (error instanceof ScenarioError) return error;
    throw error;
  }
  throw new Error('it parsed');
}

describe('ScenarioError', () => {
  test('every row has its own name', () => {
    expect(new Set(BAD.map(([name]) => name)).size).toBe(BAD.length);
  });

  test.each(BAD)('%s', (_, text, message) => {
    const error = errorOf(text);
    expect(error.message.slice(0, 8)).toBe('bad.cid:');
    expect(error.message.slice(8)).toEqual(message);
    expect(error.message).toBe(
      `${error.file}:${error.line}:${error.col}: ${error.what} (expected ${error.expected})`,
    );
  });

  test('stays one line whatever the file is called', () => {
    const error = errorOf('', 'a\nb\u202e.cid');
    expect(error.message).toBe(`a\\x0ab\\u{202e}.cid:1:1: no text (expected ${VERSION})`);
    expect(error.file).toBe('a\nb\u202e.cid');
  });

  test.each([
    ['one word', 'x'.repeat(10_000_000)],
    ['many words', 'a b '.repeat(2_500_000)],
    ['digits', `cidfuzz 1\ncpus ${'1'.repeat(10_000_000)}`],
    ['a task name', act(`fork 0 thread ${'z'.repeat(10_000_000)}`)],
    ['a reserved name', act(`switch 0 idle${'0'.repeat(10_000_000)}`)],
    ['a duration', act(`advance ${'s'.repeat(10_000_000)}`)],
    ['wide characters', '😀'.repeat(2_500_000)],
    ['no UTF-8', Buffer.alloc(10_000_000, 0xc3)],
    ['zeros', Buffer.alloc(10_000_000)],
    ['blanks', Buffer.alloc(10_000_000, 0x20)],
  ])('a line of ten megabytes is rejected at once and in short: %s', (_, text) => {
    const started = performance.now();
    expect(errorOf(text).message.length).toBeLessThan(250);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test('a text beyond all bounds is not looked at', () => {
    expect(errorOf(new Uint8Array(MAX_TEXT_BYTES + 1)).message).toBe(
      'bad.cid:1:1: a text of 268435457 bytes (expected at most 268435456 bytes)',
    );
  });

  test('whatever the text, parsing gives a scenario or one printable line that points into the text', () => {
    // Pieces of valid texts with a few bytes changed get further than bytes drawn at random.
    const text = fc
      .tuple(anyScenario, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }))
      .map(([scenario, changes]) => {
        const valid = Buffer.from(printScenario(scenario));
        for (const [at, byte] of changes) valid[at % valid.length] = byte;
        return valid;
      });
    fc.assert(
      fc.property(fc.oneof(text, fc.uint8Array({ maxLength: 200 })), (input) => {
        try {
          parseScenario(input, 'f');
        } catch (error) {
          expect(error).toBeInstanceOf(ScenarioError);
          const { message, line, col } = error as ScenarioError;
          expect(message).toMatch(/^f:[0-9]+:[0-9]+: [^\p{C}\p{Zl}\p{Zp}]+ \([^\p{C}\p{Zl}\p{Zp}]+\)$/u);
          const rows = Buffer.from(input).toString('latin1').split('\n');
          expect(line).toBeLessThanOrEqual(rows.length);
          expect(col).toBeLessThanOrEqual(rows[line - 1]!.length + 1);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('a valid text cut anywhere before its --- is rejected', () => {
    fc.assert(
      fc.property(anyScenario, fc.nat(), (scenario, cut) => {
        const text = printScenario(scenario);
        const end = text.indexOf('\n---\n') + 3;
        expect(() => parseScenario(text.slice(0, cut % (end + 1)), 'f')).toThrow(ScenarioError);
      }),
    );
  });
});
