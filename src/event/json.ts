import { OP_DRAIN, OP_LOAD, OP_RMW, OP_STORE } from '../abi.js';
import { OP_WORDS, ROUTINE_WORDS } from '../words.js';
import type { Event } from './event.js';
import type { Names } from './names.js';
import { locWord, valueWord } from './words.js';

/** One entry of `events` in `replay --json --trace`; its keys stand in the order in which they are printed. */
export interface EventJson {
  step: number;
  action: number;
  cpu: number;
  /** Not of a drain. */
  task?: string;
  /** Not of a drain. */
  routine?: string;
  op: string;
  /** Not of a mb. */
  loc?: string;
  /** Of a load, a store and a drain. */
  value?: string | number;
  /** Of a rmw, as the next two. */
  old?: string | number;
  new?: string | number;
  ok?: boolean;
  /** Of a rmw on a bit: the cid. */
  bit?: number;
}

/** An event as `replay --json --trace` shows it. `step` counts from 1. */
export function eventJson(event: Event, step: number, names: Names): EventJson {
  const { action, cpu } = event;
  const whose =
    event.op === OP_DRAIN ? {} : { task: names.task(event.task), routine: ROUTINE_WORDS[event.routine]! };
  const json: EventJson = { step, action, cpu, ...whose, op: OP_WORDS[event.op]! };
  const loc = locWord(event, names);
  if (loc !== null) json.loc = loc;
  if (event.op === OP_LOAD || event.op === OP_STORE || event.op === OP_DRAIN) {
    json.value = valueWord(event.loc, event.value, names);
  }
  if (event.op === OP_RMW) {
    json.old = valueWord(event.loc, event.value, names);
    json.new = valueWord(event.loc, event.after, names);
    json.ok = event.ok;
    if (event.bit >= 0) json.bit = event.bit;
  }
  return json;
}
