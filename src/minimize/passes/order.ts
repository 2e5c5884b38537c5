import { MAX_ADVANCE_NS, MAX_STEPS_PER_ACTION } from '../../abi.js';
import type { Action, Scenario } from '../../scenario/scenario.js';
import { withActions } from '../edit.js';
import type { Family } from '../family.js';

/** Two steps of a cpu with nothing of that cpu between become one, at the place of the first or of the second. */
export const joinSteps: Family = {
  name: 'join steps',
  size: (scenario) => scenario.actions.length * 2,
  at: (scenario, index) => {
    const second = index >> 1;
    const late = scenario.actions[second];
    if (late === undefined) return null;
    const first = previousLike(scenario, second);
    const early = first === -1 ? undefined : scenario.actions[first];
    let joined: Action;
    if (early?.op === 'step' && late.op === 'step') {
      joined = { ...late, count: Math.min(MAX_STEPS_PER_ACTION, early.count + late.count) };
    } else if (early?.op === 'advance' && late.op === 'advance') {
      joined = { ...late, ns: Math.min(MAX_ADVANCE_NS, early.ns + late.ns) };
    } else {
      return null;
    }
    const actions = scenario.actions.slice();
    actions[(index & 1) === 0 ? first : second] = joined;
    actions.splice((index & 1) === 0 ? second : first, 1);
    return withActions(scenario, actions);
  },
};

/** The action before `index` on the same cpu, or the advance before an advance; -1: none. */
function previousLike(scenario: Scenario, index: number): number {
  const late = scenario.actions[index]!;
  for (let i = index - 1; i >= 0; i--) {
    const early = scenario.actions[i]!;
    if (late.op === 'advance' ? early.op === 'advance' : actingCpu(early) === actingCpu(late)) return i;
  }
  return -1;
}

/** The cpu that an action happens on; -1: none. */
function actingCpu(action: Action): number {
  return action.op === 'advance' || action.op === 'migrate' ? -1 : action.cpu;
}

/** Actions of one cpu with no other cpu's between them, by index. */
function blocks(scenario: Scenario): { cpu: number; indices: number[] }[] {
  const all: { cpu: number; indices: number[] }[] = [];
  scenario.actions.forEach((action, index) => {
    const cpu = actingCpu(action);
    if (cpu === -1) return;
    const last = all.at(-1);
    if (last?.cpu === cpu) last.indices.push(index);
    else all.push({ cpu, indices: [index] });
  });
  return all;
}

/** A block of actions moves back to the same cpu's block before it, or that one moves forward to it. */
export const joinBlocks: Family = {
  name: 'join blocks',
  size: (scenario) => blocks(scenario).length * 2,
  at: (scenario, index) => {
    const all = blocks(scenario);
    const second = index >> 1;
    const late = all[second];
    if (late === undefined) return null;
    const first = all.findLastIndex((block, i) => i < second && block.cpu === late.cpu);
    if (first === -1) return null;
    const early = all[first]!;
    const moved = new Set((index & 1) === 0 ? late.indices : early.indices);
    const at = (index & 1) === 0 ? early.indices.at(-1)! : late.indices[0]!;
    const block = [...moved].map((i) => scenario.actions[i]!);
    const actions: Action[] = [];
    scenario.actions.forEach((action, i) => {
      if (i === at && (index & 1) === 1) actions.push(...block);
      if (!moved.has(i)) actions.push(action);
      if (i === at && (index & 1) === 0) actions.push(...block);
    });
    return withActions(scenario, actions);
  },
};

/** What begins at the end of a block waits for the next block of its cpu, where its first step is. */
export const startLater: Family = {
  name: 'start later',
  size: (scenario) => scenario.actions.length,
  at: (scenario, index) => {
    const action = scenario.actions[index];
    if (action === undefined || action.op === 'step' || actingCpu(action) === -1) return null;
    const next = scenario.actions.findIndex(
      (other, i) => i > index && actingCpu(other) === actingCpu(action),
    );
    if (next <= index + 1) return null;
    return withActions(scenario, scenario.actions.toSpliced(index, 1).toSpliced(next - 1, 0, action));
  },
};

/** How far back a migrate or advance is moved at once. */
const FARTHEST_MOVE = 16;

/** What happens on no cpu, time that passes and tasks that move, comes as early as it can. */
export const moveEarlier: Family = {
  name: 'move earlier',
  size: (scenario) => scenario.actions.length * FARTHEST_MOVE,
  at: (scenario, index) => {
    const from = Math.floor(index / FARTHEST_MOVE);
    const to = from - 1 - (index % FARTHEST_MOVE);
    const action = scenario.actions[from];
    if (action === undefined || to < 0 || actingCpu(action) !== -1) return null;
    return withActions(scenario, scenario.actions.toSpliced(from, 1).toSpliced(to, 0, action));
  },
};
