import {
  LOC_CID,
  LOC_CID_LOCK,
  LOC_MASK,
  LOC_MM_CID_LOCK,
  LOC_NEXT_SCAN,
  LOC_ON_CPU,
  LOC_USE_CID_LOCK,
  OP_DRAIN,
  OP_LOAD,
  OP_MB,
  OP_RMW,
  OP_SPIN,
  OP_STORE,
  ROUTINE_SWITCH,
} from '../abi.js';
import type { Event } from '../event/event.js';
import { NO_MM, type Scenario } from '../scenario/scenario.js';
import { hasBit } from './replay.js';
import { codeWord, type Place, storeWord, valueWord } from './wording.js';

/** What a routine's barriers are in the kernel; the switch has two. */
export interface BarrierPlace {
  readonly routine: number;
  /** switch: rq->clock has been stored, so this is the second. */
  readonly clockStored: boolean;
  /** The mms of the tasks that are switched, NO_MM for none. */
  readonly prevMm: number;
  readonly nextMm: number;
}

/** One access in the kernel's words. */
export function accessWord(scenario: Scenario, event: Event, barrier: BarrierPlace): string {
  const place = codeWord(scenario, event, event.op === OP_STORE);
  const value = (word: number | bigint) => valueWord(scenario, event, word);
  switch (event.op) {
    case OP_LOAD:
      if (event.loc === LOC_MASK) return firstZeroWord(scenario, event);
      return `${READ_ONCE.has(event.loc) ? `READ_ONCE(${place})` : place} == ${value(event.value)}`;
    case OP_STORE:
      if (event.loc === LOC_ON_CPU) return `${place} = ${value(event.value)} (release)`;
      if ((event.loc === LOC_CID_LOCK || event.loc === LOC_MM_CID_LOCK) && Number(event.value) === 0) {
        return `raw_spin_unlock(${place})`;
      }
      return `${place} = ${value(event.value)}`;
    case OP_MB:
      return barrierWord(scenario, barrier);
    case OP_DRAIN:
      return visibleWord(scenario, [event]);
    case OP_SPIN:
      return `spins on ${place}`;
    case OP_RMW:
      return rmwWord(scenario, event, place);
    default:
      return `${place}?`;
  }
}

/** Loads that a READ_ONCE() makes in the patch, where the reader will look for one. */
const READ_ONCE = new Set([LOC_CID, LOC_NEXT_SCAN, LOC_USE_CID_LOCK]);

/** One word of cpumask_first_zero(): what it finds in it. */
function firstZeroWord(scenario: Scenario, event: Event): string {
  const bits = BigInt(event.value);
  const mask = valueWord(scenario, event, bits);
  for (let cid = event.b * 64; cid < Math.min(scenario.cpus, event.b * 64 + 64); cid++) {
    if (!hasBit(bits, cid)) return `cpumask_first_zero(${mask}) == ${cid}`;
  }
  const last = (event.b + 1) * 64 >= scenario.cpus;
  return last ? `cpumask_first_zero(${mask}): full` : `cpumask_first_zero(${mask}): next word`;
}

function rmwWord(scenario: Scenario, event: Event, place: string): string {
  if (event.bit !== -1) {
    return hasBit(event.after, event.bit)
      ? `test_and_set_bit(${event.bit}, ${place})`
      : `clear_bit(${event.bit}, ${place})`;
  }
  if (event.loc === LOC_CID_LOCK || event.loc === LOC_MM_CID_LOCK) return `raw_spin_lock(${place})`;
  const words = [event.value, event.after].map((word) => valueWord(scenario, event, word));
  return event.ok ? `cmpxchg(${place}, ${words.join(', ')})` : `cmpxchg(${place}) fails: ${words[0]}`;
}

function barrierWord({ arch }: Scenario, { routine, clockStored, prevMm, nextMm }: BarrierPlace): string {
  if (routine !== ROUTINE_SWITCH) return 'smp_mb()';
  if (!clockStored) return 'smp_mb__after_spinlock()';
  if (nextMm === NO_MM) return 'smp_mb__after_mmgrab()';
  const changesMm = prevMm !== NO_MM && prevMm !== nextMm;
  return arch === 'x86' && changesMm ? 'switch_mm(): CR3 write = smp_mb()' : 'smp_mb()';
}

/** Stores that leave a buffer, seen from now on by all. */
export function visibleWord(
  scenario: Scenario,
  stores: readonly (Place & { readonly value: number | bigint })[],
): string {
  return `↳ visible: ${stores.map((store) => storeWord(scenario, store)).join(', ')}`;
}

/** Whether an access found what it was looking for taken: the same again and again is a spin. */
export function spinKey(scenario: Scenario, event: Event): string | null {
  if (event.op === OP_SPIN) return `spin ${event.loc} ${event.a}`;
  if (event.op !== OP_LOAD || event.loc !== LOC_MASK) return null;
  const bits = Math.min(64, scenario.cpus - event.b * 64);
  const full = (1n << BigInt(bits)) - 1n;
  return (BigInt(event.value) & full) === full ? `full mask ${event.a}` : null;
}
