import { lockstep } from '../check/lockstep.js';
import { outcomeOf } from '../check/verdict.js';
import type { Engine } from '../engine/engine.js';
import { withActions } from '../minimize/edit.js';
import type { Action, Scenario } from '../scenario/scenario.js';
import type { Kind } from '../words.js';
import type { Explorer, StepRun } from './explorer.js';
import type { Reductions } from './reductions.js';
import type { World } from './world.js';

/** A violation as a scenario that both implementations have run. */
export interface Witness {
  readonly scenario: Scenario;
  readonly kind: Kind;
  /** Micro-steps and other actions, without those of the prefix: what breadth-first search makes as few of as there can be. */
  readonly length: number;
}

/**
 * The engine does not violate anything on a way that does in the explorer. With local steps under tso that can be: a way with
 * repeated stores left out (assembly/explore/pack.ts) may need more places than a buffer has.
 */
export class NoWitness extends Error {}

/** The actions of a way, in the names of the world before it was renamed. */
class Actions {
  readonly actions: Action[];
  length = 0;
  /** Of the named tasks, whose queue each is in. */
  private readonly homes: number[];
  /** Whether the last action is steps, and of which frame. */
  private last = '';

  constructor(
    { scenario }: World,
    private readonly anyHome: boolean,
    homes: readonly number[],
  ) {
    this.actions = [...scenario.actions];
    this.homes = [...homes];
  }

  add(action: Action): void {
    if (
      this.anyHome &&
      action.op === 'switch' &&
      action.task >= 0 &&
      this.homes[action.task] !== action.cpu
    ) {
      this.push({ op: 'migrate', task: action.task, cpu: action.cpu });
      this.homes[action.task] = action.cpu;
    }
    if (this.anyHome && (action.op === 'fork-thread' || action.op === 'fork-process'))
      this.homes[action.task] = action.home ?? action.cpu;
    this.push(action);
  }

  private push(action: Action): void {
    this.actions.push(action);
    this.length += 1;
    this.last = '';
  }

  run({ what, cpu, count, index }: StepRun): void {
    if (what === 'drain') {
      this.push({ op: 'flush', cpu, index });
      return;
    }
    const frame = `${what} ${cpu}`;
    const before = this.actions.at(-1);
    if (this.last === frame && before?.op === 'step')
      this.actions[this.actions.length - 1] = { ...before, count: before.count + count };
    else this.actions.push({ op: 'step', cpu, count });
    this.length += count;
    this.last = frame;
  }
}

/** Where the tasks are at home after the prefix. */
function homesAfter(scenario: Scenario): number[] {
  const homes = scenario.tasks.map((task) => task.home);
  for (const action of scenario.actions) {
    if (action.op === 'migrate') homes[action.task] = action.cpu;
    else if (action.op === 'fork-thread' || action.op === 'fork-process')
      homes[action.task] = action.home ?? action.cpu;
  }
  return homes;
}

/**
 * The scenario of a way: numbers of moves, each among those of the state that the one before came to.
 *
 * @param explorer any that has the world's module; its visited set is of no matter
 * @throws NoWitness where the way does not violate anything in the engine
 * @throws Error where the implementations do not agree
 */
export function witnessOf(
  engine: Engine,
  explorer: Explorer,
  world: World,
  reductions: Reductions,
  way: readonly number[],
): Witness {
  const { scenario } = world;
  explorer.tracing(true);
  explorer.start(world, reductions);
  const out = new Actions(world, reductions.homes, homesAfter(scenario));
  const first = explorer.settleStart();
  for (const run of first.runs) out.run(run);
  let taskNow = scenario.taskNames.map((_, i) => i);
  let cpuNow = Array.from({ length: scenario.cpus }, (_, i) => i);
  let mmNow = scenario.mmNames.map((_, i) => i);
  const rename = () => {
    cpuNow = cpuNow.map((_, i) => cpuNow[explorer.oldCpu(i)]!);
    taskNow = taskNow.map((_, i) => taskNow[explorer.oldTask(i)]!);
    mmNow = mmNow.map((_, i) => mmNow[explorer.oldMm(i)]!);
  };
  if (first.kind === 0) rename();
  for (const [i, move] of way.entries()) {
    const { action, runs, kind } = explorer.retrace(move);
    if (action !== null) {
      out.add({
        ...action,
        ...('cpu' in action ? { cpu: cpuNow[action.cpu]! } : {}),
        ...('home' in action && action.home !== null ? { home: cpuNow[action.home]! } : {}),
        ...('task' in action && action.task >= 0 ? { task: taskNow[action.task]! } : {}),
        ...('mm' in action ? { mm: mmNow[action.mm]! } : {}),
      } as Action);
    }
    for (const run of runs) out.run({ ...run, cpu: cpuNow[run.cpu]! });
    if (kind !== 0 || i === way.length - 1) break;
    explorer.repack();
    rename();
  }
  explorer.tracing(false);
  const found = withActions(scenario, out.actions);
  const { result, divergence } = lockstep(engine, found);
  if (divergence !== null)
    throw new Error(`the implementations disagree on a way that was explored: ${divergence.what}`);
  if (result.violation === null || result.watchdog)
    throw new NoWitness('a way that violates a property in the explorer does not in the engine');
  return { scenario: found, kind: outcomeOf(result) as Kind, length: out.length };
}
