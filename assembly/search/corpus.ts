/**
 * The corpus of guided search: schedules that came to something new, and for each feature the way to it: a schedule, and
 * after how many of its actions the feature is there (an archive of cells, as in Go-Explore: Ecoffet et al., "First
 * return, then explore", Nature 2021).
 */

import { KIND_NONE } from '../../src/abi';
import * as addresses from '../../src/engine/addresses';
import { Action, actionAt } from '../actions';
import { dated, touchedAt, touchedAtAction } from '../coverage';
import { config, DECLS, result } from '../layout';
import { below } from '../rng';

/** A schedule: its world, then ENTRY_TASKS declarations, then ENTRY_ACTIONS actions. */
@unmanaged
export class Entry {
  cpus: i32;
  mms: i32;
  tasks: i32;
  actions: i32;
  /** How many features have their way in it. */
  uses: i32;
}
const DECLS_IN_ENTRY: usize = 32;
const ACTIONS_IN_ENTRY: usize = DECLS_IN_ENTRY + 4 * addresses.ENTRY_TASKS;

/** What is known of a feature. 8 bytes. */
@unmanaged
class Known {
  /** Schedules that touched it, and two for each child that it was chosen for. */
  count: u32;
  /** The entry that leads to it, from 1; 0: none. */
  entry: u16;
  /** How many actions of that entry lead to it. */
  cut: u16;
}

/** Features met so far: as many numbers in DISCOVERED. */
let discovered: i32 = 0;
let entries: i32 = 0;
/** Where the search for an entry that nothing uses goes on. */
let hand: i32 = 0;

/** Features that are looked at for the rarest one. */
const TOURNAMENT: i32 = 12;

function known(feature: i32): Known {
  return changetype<Known>(<usize>addresses.KNOWN + ((<usize>feature) << 3));
}

/** Entry i, from 1. */
function entryAt(i: i32): Entry {
  return changetype<Entry>(<usize>addresses.CORPUS + <usize>(i - 1) * addresses.ENTRY_SIZE);
}

export function entryAction(e: Entry, i: i32): Action {
  return changetype<Action>(changetype<usize>(e) + ACTIONS_IN_ENTRY + ((<usize>i) << addresses.ACTION_SHIFT));
}

export function clearCorpus(): void {
  memory.fill(addresses.KNOWN, 0, 8 << 16);
  discovered = 0;
  entries = 0;
  hand = 0;
}

export function isEmpty(): bool {
  return discovered == 0;
}

/** The way that was chosen last: an entry and how much of it. */
export let chosen: Entry = changetype<Entry>(0);
export let chosenCut: i32 = 0;

/** Chooses the way to a rare feature. */
export function choose(): void {
  let best = discoveredAt(below(discovered));
  for (let i = 1; i < TOURNAMENT; i++) {
    const other = discoveredAt(below(discovered));
    if (known(other).count < known(best).count) best = other;
  }
  const k = known(best);
  k.count += 2;
  chosen = entryAt(k.entry);
  chosenCut = k.cut;
}

function discoveredAt(i: i32): i32 {
  return load<u16>(<usize>addresses.DISCOVERED + ((<usize>i) << 1));
}

/** The world of the chosen entry, to CONFIG. */
export function worldOfChosen(): void {
  config.cpus = chosen.cpus;
  config.mms = chosen.mms;
  config.tasks = chosen.tasks;
  memory.copy(DECLS, changetype<usize>(chosen) + DECLS_IN_ENTRY, (<usize>chosen.tasks) << 2);
}

/** The schedule in ACTIONS has ended: counts what it touched, and keeps it where that is new. */
export function learn(): void {
  let fresh = 0;
  for (let i = 0; i < dated; i++) {
    const feature = touchedAt(i);
    const k = known(feature);
    k.count += 1;
    const at = touchedAtAction(i);
    if (at > addresses.ENTRY_ACTIONS || config.tasks > addresses.ENTRY_TASKS) continue;
    // What broke a property leads nowhere.
    if (result.kind != KIND_NONE && at >= config.actions) continue;
    // A way that is known is given up for one half as long.
    if (k.entry != 0 && 2 * at >= <i32>k.cut) continue;
    if (fresh == 0) {
      fresh = keep();
      if (fresh == 0) return;
    }
    if (k.entry == 0) discover(feature);
    else entryAt(k.entry).uses -= 1;
    k.entry = <u16>fresh;
    k.cut = <u16>at;
    entryAt(fresh).uses += 1;
  }
}

function discover(feature: i32): void {
  store<u16>(<usize>addresses.DISCOVERED + ((<usize>discovered) << 1), <u16>feature);
  discovered += 1;
}

/** Copies the schedule; 0 where there is no room. */
function keep(): i32 {
  const i = room();
  if (i == 0) return 0;
  const e = entryAt(i);
  e.cpus = config.cpus;
  e.mms = config.mms;
  e.tasks = config.tasks;
  e.actions = min(config.actions, addresses.ENTRY_ACTIONS);
  e.uses = 0;
  memory.copy(changetype<usize>(e) + DECLS_IN_ENTRY, DECLS, (<usize>e.tasks) << 2);
  memory.copy(
    changetype<usize>(entryAction(e, 0)),
    changetype<usize>(actionAt(0)),
    (<usize>e.actions) << addresses.ACTION_SHIFT,
  );
  return i;
}

/** An entry that nothing leads through; 0 for none. */
function room(): i32 {
  if (entries < addresses.CORPUS_ENTRIES) {
    entries += 1;
    return entries;
  }
  for (let tries = 0; tries < entries; tries++) {
    hand = hand == entries ? 1 : hand + 1;
    if (entryAt(hand).uses == 0) return hand;
  }
  return 0;
}

/** Whether some feature has its way in entry i. */
export function isUsed(i: i32): bool {
  return entryAt(i).uses > 0;
}

/** Entry i as a schedule that can be taken: its world in CONFIG, its actions in ACTIONS. */
export function takeEntry(i: i32): void {
  chosen = entryAt(i);
  worldOfChosen();
  config.actions = chosen.actions;
  memory.copy(
    changetype<usize>(actionAt(0)),
    changetype<usize>(entryAction(chosen, 0)),
    (<usize>chosen.actions) << addresses.ACTION_SHIFT,
  );
}

/** How many entries, and how many features lead to one. */
export function corpusSize(): i32 {
  return entries;
}

export function featuresKnown(): i32 {
  return discovered;
}
