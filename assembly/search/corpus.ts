/**
 * The corpus of guided search: schedules that came to something new, and for each feature the way to it: a schedule, and
 * after how many of its actions the feature is there (an archive of cells, as in Go-Explore: Ecoffet et al., "First
 * return, then explore", Nature 2021).
 */

import { KIND_NONE } from '../../src/abi';
import * as addresses from '../../src/engine/addresses';
import { Action, actionAt } from '../actions';
import { touched, touchedAt, touchedAtAction } from '../coverage';
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
  /** The entry that leads to it, from 1; 0: none yet; COMMON: no more. */
  entry: u16;
  /** How many actions of that entry lead to it. */
  cut: u16;
}

/** Features that a way is kept to: as many numbers in DISCOVERED. */
let discovered: i32 = 0;
let entries: i32 = 0;
/** Entries that were given back: as many numbers in FREE. */
let free: i32 = 0;
const FREE: usize = memory.data(2 * addresses.CORPUS_ENTRIES, 2);
/** A feature is rare that so few schedules have touched. */
const RARE: u32 = 8;
const COMMON: u16 = 0xffff;

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
  free = 0;
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

function discoveredAddr(i: i32): usize {
  return <usize>addresses.DISCOVERED + ((<usize>i) << 1);
}

function discoveredAt(i: i32): i32 {
  return load<u16>(discoveredAddr(i));
}

/** The world of the chosen entry, to CONFIG. */
export function worldOfChosen(): void {
  config.cpus = chosen.cpus;
  config.mms = chosen.mms;
  config.tasks = chosen.tasks;
  memory.copy(DECLS, changetype<usize>(chosen) + DECLS_IN_ENTRY, (<usize>chosen.tasks) << 2);
}

/**
 * The schedule in ACTIONS has ended: counts what it touched, and keeps it where that is new, or come to in less than half
 * of the actions. Returns how many of its features are rare.
 */
export function learn(): i32 {
  let fresh = 0;
  let rare = 0;
  for (let i = 0; i < touched; i++) {
    const feature = touchedAt(i);
    const k = known(feature);
    k.count += 1;
    rare += <i32>(k.count <= RARE);
    const at = touchedAtAction(i);
    if (at > addresses.ENTRY_ACTIONS || k.entry == COMMON) continue;
    // What broke a property leads nowhere.
    if (result.kind != KIND_NONE && at >= config.actions) continue;
    if (k.entry != 0 && 2 * at >= <i32>k.cut) continue;
    if (fresh == 0) fresh = keep();
    // To make room, the way to this very one may have been given up.
    if (k.entry == COMMON) continue;
    if (k.entry == 0) {
      discover(feature);
    } else {
      leave(k.entry);
    }
    k.entry = <u16>fresh;
    k.cut = <u16>at;
    entryAt(fresh).uses += 1;
  }
  if (fresh != 0 && entryAt(fresh).uses == 0) giveBack(fresh);
  return rare;
}

function discover(feature: i32): void {
  store<u16>(discoveredAddr(discovered), <u16>feature);
  discovered += 1;
}

/** One feature less has its way in entry i. */
function leave(i: i32): void {
  const e = entryAt(i);
  e.uses -= 1;
  if (e.uses == 0) giveBack(i);
}

function giveBack(i: i32): void {
  store<u16>(FREE + ((<usize>free) << 1), <u16>i);
  free += 1;
}

/** Copies the schedule to an entry of its own. */
function keep(): i32 {
  const i = room();
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

/** An entry that nothing leads through; where there is none, the ways to common features are given up until there is. */
function room(): i32 {
  if (entries < addresses.CORPUS_ENTRIES) {
    entries += 1;
    return entries;
  }
  while (free == 0) forget();
  free -= 1;
  return load<u16>(FREE + ((<usize>free) << 1));
}

/** Gives up the way to a feature that is common: no way to it is kept any more. */
function forget(): void {
  let at = below(discovered);
  for (let i = 1; i < TOURNAMENT; i++) {
    const other = below(discovered);
    if (known(discoveredAt(other)).count > known(discoveredAt(at)).count) at = other;
  }
  const k = known(discoveredAt(at));
  leave(k.entry);
  k.entry = COMMON;
  discovered -= 1;
  store<u16>(discoveredAddr(at), <u16>discoveredAt(discovered));
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
