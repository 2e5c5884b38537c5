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
  LOC_ON_CPU,
  LOC_TIME,
  LOC_USE_CID_LOCK,
  NS_PER_JIFFY,
  SCAN_RUNNING_JIFFIES,
  START_NS,
} from '../abi.js';
import type { Scenario } from '../scenario/scenario.js';

/** A place in memory, as events name it. */
export interface Place {
  readonly loc: number;
  readonly a: number;
  readonly b: number;
}

/** Whether two name the same place. */
export function samePlace(one: Place, other: Place): boolean {
  return one.loc === other.loc && one.a === other.a && one.b === other.b;
}

/** A task by its number; negative ones are the cpus' idle tasks. */
export function taskWord(scenario: Scenario, task: number): string {
  return task < 0 ? `idle${-1 - task}` : (scenario.taskNames[task] ?? `task ${task}`);
}

/** An mm by its number; NULL where there is none. */
export function mmWord(scenario: Scenario, mm: number): string {
  return mm < 0 ? 'NULL' : (scenario.mmNames[mm] ?? `mm ${mm}`);
}

/** `unset`, `3` or `lazy 3`. */
export function cidWord(word: number): string {
  const cid = word >>> 0;
  if (cid === CID_UNSET) return 'unset';
  return cid >= CID_LAZY_PUT ? `lazy ${cid - CID_LAZY_PUT}` : `${cid}`;
}

/** The ids in one word of a cidmask: `{0,2-5}`. */
export function maskWord(bits: bigint, word: number): string {
  const ranges: string[] = [];
  for (let bit = 0; bit < 64; bit++) {
    if (((bits >> BigInt(bit)) & 1n) === 0n) continue;
    const first = bit;
    while (bit < 63 && ((bits >> BigInt(bit + 1)) & 1n) === 1n) bit++;
    const from = word * 64 + first;
    const to = word * 64 + bit;
    ranges.push(from === to ? `${from}` : to === from + 1 ? `${from},${to}` : `${from}-${to}`);
  }
  return `{${ranges.join(',')}}`;
}

/** A length of time in ms: `101ms`, `0.5ms`. */
export function durationWord(ns: number): string {
  return `${Number((ns / NS_PER_JIFFY).toFixed(6))}ms`;
}

/** A moment, counted from the start of the run; 0 is long before it: never. */
export function momentWord(ns: number): string {
  return ns === 0 ? '0' : `${ns >= START_NS ? '+' : '-'}${durationWord(Math.abs(ns - START_NS))}`;
}

/** A place with its mm and cpu: `cid[A][0]` is the slot that the patch calls per_cpu_ptr(A->pcpu_cid, 0)->cid. */
export function placeWord(scenario: Scenario, { loc, a, b }: Place): string {
  switch (loc) {
    case LOC_CURR:
      return `cpu_rq(${a})->curr`;
    case LOC_CLOCK:
      return `cpu_rq(${a})->clock`;
    case LOC_ON_CPU:
      return `${taskWord(scenario, a)}->on_cpu`;
    case LOC_ACTIVE:
      return `${taskWord(scenario, a)}->mm_cid_active`;
    case LOC_MM:
      return `${taskWord(scenario, a)}->mm`;
    case LOC_CID:
      return `cid[${mmWord(scenario, a)}][${b}]`;
    case LOC_TIME:
      return `time[${mmWord(scenario, a)}][${b}]`;
    case LOC_MASK:
      return scenario.cpus > 64 ? `mask[${mmWord(scenario, a)}] word ${b}` : `mask[${mmWord(scenario, a)}]`;
    case LOC_NEXT_SCAN:
      return `mm_cid_next_scan[${mmWord(scenario, a)}]`;
    case LOC_USE_CID_LOCK:
      return 'use_cid_lock';
    case LOC_CID_LOCK:
      return 'cid_lock';
    case LOC_MM_CID_LOCK:
      return `cid_lock[${mmWord(scenario, a)}]`;
    default:
      return `location ${loc}`;
  }
}

/**
 * A place as the patch's code names it, where a heading tells whose mm and cpu it is about. `own`: the code is at
 * home on its own runqueue.
 */
export function codeWord(scenario: Scenario, place: Place, own: boolean): string {
  switch (place.loc) {
    case LOC_CURR:
      return own ? 'rq->curr' : placeWord(scenario, place);
    case LOC_CLOCK:
      return own ? 'rq->clock' : placeWord(scenario, place);
    case LOC_CID:
      return 'pcpu_cid->cid';
    case LOC_TIME:
      return 'pcpu_cid->time';
    case LOC_MASK:
      return scenario.cpus > 64 ? `cidmask word ${place.b}` : 'cidmask';
    case LOC_NEXT_SCAN:
      return 'mm_cid_next_scan';
    default:
      return placeWord(scenario, place);
  }
}

/** A place and what is stored to it. */
export function storeWord(scenario: Scenario, store: Place & { readonly value: number | bigint }): string {
  return `${placeWord(scenario, store)} = ${valueWord(scenario, store, store.value)}`;
}

/** A value as its place shows it. */
export function valueWord(scenario: Scenario, { loc, b }: Place, value: number | bigint): string {
  switch (loc) {
    case LOC_CURR:
      return taskWord(scenario, Number(value));
    case LOC_MM:
      return mmWord(scenario, Number(value));
    case LOC_CID:
      return cidWord(Number(value));
    case LOC_MASK:
      return maskWord(BigInt(value), b);
    case LOC_CLOCK:
    case LOC_TIME:
      return momentWord(Number(value));
    case LOC_NEXT_SCAN:
      return Number(value) === SCAN_RUNNING_JIFFIES ? 'SCANNING' : momentWord(Number(value) * NS_PER_JIFFY);
    default:
      return `${value}`;
  }
}
