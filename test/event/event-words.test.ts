import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  CID_LAZY_PUT,
  CID_UNSET,
  LOC_ACTIVE,
  LOC_CID,
  LOC_CID_LOCK,
  LOC_CLOCK,
  LOC_CURR,
  LOC_MASK,
  LOC_MM,
  LOC_MM_CID_LOCK,
  LOC_NEXT_SCAN,
  LOC_NONE,
  LOC_ON_CPU,
  LOC_TIME,
  LOC_USE_CID_LOCK,
  OP_DRAIN,
  OP_LOAD,
  OP_MB,
  OP_RMW,
  OP_SPIN,
  OP_STORE,
  ROUTINE_NONE,
  ROUTINE_SWITCH,
  ROUTINE_WORK,
} from '../../src/abi.js';
import { Digest } from '../../src/event/digest.js';
import type { Event } from '../../src/event/event.js';
import { eventJson } from '../../src/event/json.js';
import { eventLine } from '../../src/event/line.js';
import { namesOf } from '../../src/event/names.js';

const names = namesOf({ taskNames: ['y', 'z'], mmNames: ['A', 'B'] });

const event = (fields: Partial<Event>): Event => ({
  action: 3,
  cpu: 0,
  task: 0,
  routine: ROUTINE_SWITCH,
  op: OP_LOAD,
  loc: LOC_NONE,
  a: 0,
  b: 0,
  value: 0,
  after: 0,
  ok: false,
  bit: -1,
  ...fields,
});

const LAZY_PUT = event({ op: OP_RMW, loc: LOC_CID, value: CID_LAZY_PUT, after: CID_UNSET, ok: true });

/** An event, its line, and its object as JSON prints it. */
const CASES: readonly (readonly [fields: Event, line: string, json: string])[] = [
  [
    LAZY_PUT,
    '12 0 y switch rmw cid[A][0] lazy 0 unset true -',
    '{"step":12,"action":3,"cpu":0,"task":"y","routine":"switch","op":"rmw","loc":"cid[A][0]","old":"lazy 0","new":"unset","ok":true}',
  ],
  [
    event({
      task: -2,
      routine: ROUTINE_WORK,
      op: OP_RMW,
      loc: LOC_MASK,
      a: 1,
      b: 1,
      value: 0xf8n,
      after: 0xf0n,
      ok: true,
      bit: 67,
    }),
    '12 0 idle1 work rmw mask[B][1] 0xf8 0xf0 true 67',
    '{"step":12,"action":3,"cpu":0,"task":"idle1","routine":"work","op":"rmw","loc":"mask[B][1]","old":"0xf8","new":"0xf0","ok":true,"bit":67}',
  ],
  [
    event({ op: OP_RMW, loc: LOC_MASK, value: 2n ** 64n - 1n, after: 2n ** 64n - 1n, bit: 0 }),
    '12 0 y switch rmw mask[A][0] 0xffffffffffffffff 0xffffffffffffffff false 0',
    '{"step":12,"action":3,"cpu":0,"task":"y","routine":"switch","op":"rmw","loc":"mask[A][0]","old":"0xffffffffffffffff","new":"0xffffffffffffffff","ok":false,"bit":0}',
  ],
  [
    event({ loc: LOC_CURR, a: 1, value: -2 }),
    '12 0 y switch load curr[1] idle1 - - -',
    '{"step":12,"action":3,"cpu":0,"task":"y","routine":"switch","op":"load","loc":"curr[1]","value":"idle1"}',
  ],
  [
    event({ op: OP_MB }),
    '12 0 y switch mb - - - - -',
    '{"step":12,"action":3,"cpu":0,"task":"y","routine":"switch","op":"mb"}',
  ],
  [
    event({ op: OP_SPIN, loc: LOC_CID_LOCK }),
    '12 0 y switch spin cid_lock - - - -',
    '{"step":12,"action":3,"cpu":0,"task":"y","routine":"switch","op":"spin","loc":"cid_lock"}',
  ],
  [
    event({ cpu: 1, task: 0, routine: ROUTINE_NONE, op: OP_DRAIN, loc: LOC_CID, value: 3 }),
    '12 1 - - drain cid[A][0] 3 - - -',
    '{"step":12,"action":3,"cpu":1,"op":"drain","loc":"cid[A][0]","value":"3"}',
  ],
];

describe('an event', () => {
  it.each(CASES)('%# as a line and as JSON', (one, line, json) => {
    expect(eventLine(one, 12, names)).toBe(line);
    expect(JSON.stringify(eventJson(one, 12, names))).toBe(json);
  });

  it('names its location and its value', () => {
    const written = (loc: number, a: number, b: number, value: number | bigint): string =>
      eventLine(event({ op: OP_STORE, loc, a, b, value }), 1, names).slice('1 0 y switch store '.length);
    expect(written(LOC_CURR, 70, 0, 1)).toBe('curr[70] z - - -');
    expect(written(LOC_CLOCK, 2, 0, 10_000_000_000)).toBe('clock[2] 10000000000 - - -');
    expect(written(LOC_ON_CPU, -71, 0, 1)).toBe('on_cpu[idle70] 1 - - -');
    expect(written(LOC_ACTIVE, 1, 0, 0)).toBe('active[z] 0 - - -');
    expect(written(LOC_MM, 0, 0, -1)).toBe('mm[y] none - - -');
    expect(written(LOC_MM, 0, 0, 1)).toBe('mm[y] B - - -');
    expect(written(LOC_CID, 1, 9, 0)).toBe('cid[B][9] 0 - - -');
    expect(written(LOC_CID, 1, 9, CID_LAZY_PUT + 1023)).toBe('cid[B][9] lazy 1023 - - -');
    expect(written(LOC_CID, 1, 9, CID_UNSET)).toBe('cid[B][9] unset - - -');
    expect(written(LOC_TIME, 1, 9, 5)).toBe('time[B][9] 5 - - -');
    expect(written(LOC_MASK, 0, 15, 0n)).toBe('mask[A][15] 0x0 - - -');
    expect(written(LOC_NEXT_SCAN, 1, 0, 10_100)).toBe('next_scan[B] 10100 - - -');
    expect(written(LOC_USE_CID_LOCK, 0, 0, 1)).toBe('use_cid_lock 1 - - -');
    expect(written(LOC_CID_LOCK, 0, 0, 0)).toBe('cid_lock 0 - - -');
    expect(written(LOC_MM_CID_LOCK, 1, 0, 0)).toBe('cid_lock[B] 0 - - -');
  });
});

describe('the digest', () => {
  const sha = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

  it('is of the lines, numbered from 1, and of the end', () => {
    const digest = new Digest(names);
    digest.add(LAZY_PUT);
    digest.add(event({ op: OP_MB }));
    expect(digest.end('violation', 'freed-in-use')).toBe(
      sha(
        '1 0 y switch rmw cid[A][0] lazy 0 unset true -\n2 0 y switch mb - - - - -\nend violation freed-in-use\n',
      ),
    );
  });

  it('of a run without events is of its end', () => {
    expect(new Digest(names).end('ok', null)).toBe(sha('end ok -\n'));
  });
});
