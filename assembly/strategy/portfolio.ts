/**
 * A portfolio: each schedule is chosen by one of the strategies, more often by those that pay. It is a bandit with
 * probability matching: an arm's weight is what it has brought (features that are still rare in this batch) for what it has cost
 * (micro-steps), both fading; one schedule in sixteen goes to any of them. Time itself is not asked: micro-steps are the
 * same on every machine.
 *
 * After EXP3 (Auer, Cesa-Bianchi, Freund, Schapire, "The Nonstochastic Multiarmed Bandit Problem", SIAM J. Comput. 2002),
 * which explores in the same way. Departure: EXP3's weights are exponential in the reward; here it is a rate, for rewards
 * become fewer for all arms as a batch goes on.
 */

import {
  STRATEGY_GUIDED,
  STRATEGY_PCT,
  STRATEGY_POS,
  STRATEGY_RANDOM_WALK,
  STRATEGY_SURW,
} from '../../src/engine/addresses';
import { below, random } from '../rng';

const ARMS: i32 = 5;
/** The first of them. */
const SEEDED_ARMS: i32 = 2;
/** What a schedule costs beside its steps. */
const SCHEDULE_COST: u32 = 100;
/** Costs and rewards are halved when an arm's cost comes to this. */
const FADING_COST: u32 = 1 << 20;
/** What is said of an arm that has not been tried: one feature for so many steps. */
const PRIOR_COST: u32 = 1000;

const REWARDS: usize = memory.data(4 * ARMS, 4);
const COSTS: usize = memory.data(4 * ARMS, 4);

function armStrategy(arm: i32): i32 {
  switch (arm) {
    case 0:
      return STRATEGY_GUIDED;
    case 1:
      return STRATEGY_RANDOM_WALK;
    case 2:
      return STRATEGY_PCT;
    case 3:
      return STRATEGY_POS;
    default:
      return STRATEGY_SURW;
  }
}

function at(table: usize, arm: i32): usize {
  return table + ((<usize>arm) << 2);
}

/** A batch begins: nothing is known. */
export function resetPortfolio(): void {
  memory.fill(REWARDS, 0, 4 * ARMS);
  memory.fill(COSTS, 0, 4 * ARMS);
}

function weightOf(arm: i32): u64 {
  return ((<u64>load<u32>(at(REWARDS, arm)) + 1) << 24) / (load<u32>(at(COSTS, arm)) + PRIOR_COST);
}

let arm: i32 = 0;

/**
 * The strategy of the next schedule.
 *
 * @param seeded it begins in the midst of another one: those that choose among threads, which draw for themselves what cpus
 *   begin, are then left out
 */
export function pickStrategy(seeded: bool): i32 {
  const arms = seeded ? SEEDED_ARMS : ARMS;
  arm = below(16) == 0 ? below(arms) : matched(arms);
  return armStrategy(arm);
}

/** An arm in proportion to its weight. */
function matched(arms: i32): i32 {
  let sum: u64 = 0;
  for (let i = 0; i < arms; i++) sum += weightOf(i);
  let left = random() % sum;
  for (let i = 0; i < arms - 1; i++) {
    const weight = weightOf(i);
    if (left < weight) return i;
    left -= weight;
  }
  return arms - 1;
}

/** What the schedule that was picked last has brought and cost. */
export function payPortfolio(rareFeatures: i32, steps: u64): void {
  const reward = load<u32>(at(REWARDS, arm)) + rareFeatures;
  const cost = load<u32>(at(COSTS, arm)) + <u32>steps + SCHEDULE_COST;
  const fades = <u32>(cost >= FADING_COST);
  store<u32>(at(REWARDS, arm), reward >> fades);
  store<u32>(at(COSTS, arm), cost >> fades);
}
