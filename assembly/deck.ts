/**
 * A deck: schedules that the host lays down once, to be run any number of times in one call. Each is what CONFIG and
 * DECLS are to hold, and its actions, one after the other:
 *
 * ```
 *  +0   the header (class Config)
 *  +64  declared tasks, 4 bytes each, up to a multiple of 16
 *       actions, 16 bytes each
 * ```
 */

import { ACTION_SHIFT, DECK_HEADER } from '../src/engine/addresses';
import { setActions } from './actions';
import { ACTIONS, CONFIG, Config, config, DECK, DECLS, result } from './layout';
import { runOn } from './run';
import { resetWorld, setUpWorld } from './world';

/** Copies whole words, and tells whether any was another one before. */
function take(to: usize, from: usize, bytes: usize): bool {
  let changed: u64 = 0;
  for (let i: usize = 0; i < bytes; i += 8) {
    const word = load<u64>(from + i);
    changed |= word ^ load<u64>(to + i);
    store<u64>(to + i, word);
  }
  return changed != 0;
}

/** Runs the first `schedules` of the deck and tells how many micro-steps they made. */
export function runDeck(schedules: i32): u32 {
  let steps: u64 = 0;
  let at = DECK;
  for (let i = 0; i < schedules; i++) {
    // How many actions there are is no part of the world.
    config.actions = changetype<Config>(at).actions;
    let fresh = take(CONFIG, at, offsetof<Config>()) || i == 0;
    const decls = (((<usize>config.tasks) << 2) + 15) & ~15;
    if (take(DECLS, at + DECK_HEADER, decls)) fresh = true;
    at += DECK_HEADER + decls;
    setActions(at);
    // As in the fuzz loop: a world that the schedule before has had is only reset.
    if (fresh) setUpWorld();
    else resetWorld();
    runOn(u64.MAX_VALUE);
    steps += result.steps;
    at += (<usize>config.actions) << ACTION_SHIFT;
  }
  setActions(ACTIONS);
  return <u32>steps;
}
