import {
  CID_LAZY_PUT,
  KIND_BAD_CID,
  KIND_COMPACTNESS,
  KIND_DUPLICATE_CID,
  KIND_FREED_IN_USE,
  KIND_LIVELOCK,
  KIND_LOCK_LEAK,
  KIND_NULL_MM,
  KIND_OWNERSHIP,
  KIND_STRANDED_LAZY,
} from '../abi.js';
import type { Violation } from '../event/event.js';
import type { Scenario } from '../scenario/scenario.js';
import { KIND_WORDS } from '../words.js';
import { mmWord, taskWord } from './wording.js';

/** What a replay of the events adds to a violation; all of it may be missing. */
export interface Circumstances {
  /** The cpu that a task runs on. */
  readonly cpuOf?: (task: number) => number | undefined;
  /** Who made the violating step: `w on cpu 0`. */
  readonly actor?: string;
  /** The holder's cpu, and its slot in words: `unset`, `lazy 0`. */
  readonly slot?: { readonly cpu: number; readonly word: string };
  /** null-mm: the task that is switched out. */
  readonly leaving?: string;
  /**
   * The cpus whose slots hold the id, those that have it in their store buffer, on the way to their slot, and whether
   * its mask bit is set.
   */
  readonly ownership?: {
    readonly slots: readonly number[];
    readonly buffered: readonly number[];
    readonly bitSet: boolean;
  };
  /** What the spinning cpu waits for: `cid_lock`, or an mm's full mask. */
  readonly waitsFor?: string;
  /** Which of the two words is stuck. */
  readonly leaked?: string;
}

/** One sentence, in plain words with the scenario's names, that says what broke. */
export function violationSentence(
  scenario: Scenario,
  violation: Violation,
  known: Circumstances = {},
): string {
  const { kind, step, cpu, cid } = violation;
  const mm = mmWord(scenario, violation.mm);
  const id = cid < 0 ? 'an id' : `concurrency id ${cid}`;
  const named = (task: number) => {
    const on = known.cpuOf?.(task);
    return taskWord(scenario, task) + (on === undefined ? '' : ` on cpu ${on}`);
  };
  const holders = violation.tasks.map(named);
  const holder = holders[0] ?? `the task on cpu ${cpu}`;
  const at = `At step ${step} `;
  switch (kind) {
    case KIND_DUPLICATE_CID:
      return `${at}${list(holders)} ${holders.length > 2 ? 'all' : 'both'} run with ${id} of ${mm}: user space that indexes per-id data is corrupted.`;
    case KIND_FREED_IN_USE:
      return `${at}${freedClause(`${holder} runs with ${id} of ${mm}`, cpu, cid, mm, known)}: the id can be given to another task while ${taskWord(scenario, violation.tasks[0] ?? -1 - cpu)} still uses it.`;
    case KIND_OWNERSHIP:
      return `${at}${ownershipClause(mm, cid, known)}`;
    case KIND_BAD_CID:
      return `${at}mm_cid_get(${mm}) on cpu ${cpu} ends with ${cid < 0 ? 'no id (-1)' : `id ${cid}`}, outside 0 to ${scenario.cpus - 1}: user space would index outside its per-id data.`;
    case KIND_NULL_MM:
      return `${at}cpu ${cpu} switches away from ${known.leaving === undefined ? 'a task' : `${known.leaving},`} that has mm_cid_active set but no mm: switch_mm_cid() dereferences a NULL mm.`;
    case KIND_LIVELOCK:
      return `${at}cpu ${cpu} spins for ever${known.waitsFor === undefined ? '' : ` on ${known.waitsFor}`}: no routine under way will ever let it go on.`;
    case KIND_COMPACTNESS:
      return `${at}${holder} runs with ${id} of ${mm}, although ${mm} has no more than ${cid} ${cid === 1 ? 'user' : 'users'}: the ids are not compact.`;
    case KIND_STRANDED_LAZY:
      return `At the end ${mm}'s slot on cpu ${cpu} is left as lazy ${cid}: nothing of ${mm} runs there and no cleaner is at work on it, so ${id} stays allocated although no task uses it.`;
    case KIND_LOCK_LEAK:
      return `At the end ${known.leaked ?? 'cid_lock is held or use_cid_lock is set'}, and no routine under way will ever undo that: later allocations ${known.leaked?.startsWith('use_cid_lock') ? 'all take the lock' : 'wait for ever'}.`;
    default:
      return `${at}${KIND_WORDS[kind] ?? `kind ${kind}`} is violated.`;
  }
}

/** "w on cpu 0 makes cid[A][1] unset while y …" where it is known who did it, else "y …, but its slot is not its". */
function freedClause(
  runs: string,
  cpu: number,
  cid: number,
  mm: string,
  { slot, actor }: Circumstances,
): string {
  if (slot === undefined) return `${runs}, but its cpu's slot says neither ${cid} nor lazy ${cid}`;
  const state = slot.word === 'unset' ? 'unset' : `say ${slot.word}`;
  if (actor !== undefined && slot.cpu !== cpu)
    return `${actor} makes cid[${mm}][${slot.cpu}] ${state} while ${runs}`;
  return `${runs}, but cid[${mm}][${slot.cpu}] ${slot.word === 'unset' ? 'is unset' : `says ${slot.word}`}`;
}

function ownershipClause(mm: string, cid: number, { ownership }: Circumstances): string {
  const bit = `bit ${cid} of ${mm}'s cidmask`;
  if (ownership === undefined) {
    return `${bit} and the slots disagree: it is set without exactly one owner, or clear while a slot owns it.`;
  }
  const slots = [
    ...ownership.slots.map((cpu) => `cid[${mm}][${cpu}]`),
    ...ownership.buffered.map((cpu) => `cid[${mm}][${cpu}] (in cpu ${cpu}'s store buffer)`),
  ];
  if (!ownership.bitSet) {
    const owner = slots.length > 0 ? `${list(slots)} still holds ${cid}` : 'the id is owned';
    return `${bit} is clear while ${owner}: the id will be given out a second time.`;
  }
  if (slots.length > 1) {
    return `${bit} has more than one owner, ${list(slots)}: the first to let go frees the id under the others.`;
  }
  if (slots.length === 1) {
    return `${bit} has two owners, ${slots[0]} and a routine under way that is about to clear or store it: the first to let go frees the id under the other.`;
  }
  // What routines own is not in the events: none of them, or more than one.
  return `${bit} is set, no slot holds the id, and not exactly one routine under way owns it: it is lost for good, or two routines will each take it as theirs.`;
}

/** The id in a slot word, lazy or not. */
export function cidOfSlot(word: number): number {
  const cid = word >>> 0;
  return cid >= CID_LAZY_PUT ? cid - CID_LAZY_PUT : cid;
}

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
