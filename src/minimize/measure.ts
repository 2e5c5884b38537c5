import { IDLE, NO_MM, type Scenario } from '../scenario/scenario.js';
import { MEMORIES } from '../words.js';

/**
 * How large a scenario is. Compared from the first number on (lexicographically); every change that the
 * minimizer accepts makes it strictly smaller, so minimizing ends, whatever the order of the passes:
 *
 *  0. memory model: sc, tso, weak;
 *  1. delays that are seen (delays.ts);
 *  2. actions;
 *  3. objects: cpus, tasks and mms, also those that a fork or exec makes;
 *  4. cast: tasks that have an mm in the header, and switches to anything but idle;
 *  5. changes of the acting cpu from one action to the next (advance and migrate act on none);
 *  6. early starts: what begins on a cpu just before another cpu acts;
 *  7. steps asked for;
 *  8. nanoseconds passed;
 *  9. weight: cpu numbers, homes, indices and ages, wherever they are written, and the places of what happens
 *     on no cpu: the earlier the lighter.
 *
 * Each is a natural number, and so the order is well-founded. Names count for nothing.
 */
export type Measure = readonly [
  memory: number,
  unseen: number,
  actions: number,
  objects: number,
  cast: number,
  cpuChanges: number,
  earlyStarts: number,
  steps: number,
  advanceNs: number,
  weight: number,
];

/**
 * See {@link Measure}.
 *
 * @param unseen delays that are seen, which only a run tells; where it is left out, they are not compared
 */
export function measure(scenario: Scenario, unseen = 0): Measure {
  const objects = scenario.cpus + scenario.taskNames.length + scenario.mmNames.length;
  let cast = 0;
  let cpuChanges = 0;
  let earlyStarts = 0;
  let steps = 0;
  let advanceNs = 0;
  let weight = 0;
  for (const task of scenario.tasks) {
    if (task.mm !== NO_MM) cast++;
    weight += task.home;
  }
  let lastCpu = -1;
  let lastIsStep = true;
  for (const [index, action] of scenario.actions.entries()) {
    if (action.op === 'advance') {
      advanceNs += action.ns;
      weight += index;
      continue;
    }
    weight += action.cpu;
    if (action.op === 'migrate') {
      weight += index;
      continue;
    }
    if (lastCpu !== -1 && action.cpu !== lastCpu) {
      cpuChanges++;
      if (!lastIsStep) earlyStarts++;
    }
    lastCpu = action.cpu;
    lastIsStep = action.op === 'step';
    if (action.op === 'step') steps += action.count;
    else if (action.op === 'switch') cast += action.task === IDLE ? 0 : 1;
    else if (action.op === 'flush') weight += action.index;
    else if (action.op === 'stale') weight += action.age;
    else if (action.op === 'fork-thread' || action.op === 'fork-process') {
      weight += action.home === null ? 0 : 1 + action.home;
    }
  }
  const memory = MEMORIES.indexOf(scenario.memory);
  const actions = scenario.actions.length;
  return [memory, unseen, actions, objects, cast, cpuChanges, earlyStarts, steps, advanceNs, weight];
}

/** Negative where `left` is the smaller, 0 where they are equal. */
export function compareMeasures(left: Measure, right: Measure): number {
  for (let i = 0; i < left.length; i++) {
    const difference = left[i]! - right[i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}
