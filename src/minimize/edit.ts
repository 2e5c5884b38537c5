import { type Action, IDLE, NO_MM, type Scenario, type TaskDecl } from '../scenario/scenario.js';

/** A task declared in the header, named by its index in the old scenario's taskNames. */
export interface DeclaredTask {
  readonly task: number;
  readonly mm: number;
  readonly home: number;
}

/** What an edit may change. All indices of tasks and mms are those of the scenario that is edited. */
export interface Parts {
  readonly cpus: number;
  /** The mms that the header declares. */
  readonly mms: readonly number[];
  readonly tasks: readonly DeclaredTask[];
  readonly actions: readonly Action[];
}

/** Takes a scenario apart, for {@link rebuild}. */
export function partsOf(scenario: Scenario): Parts {
  return {
    cpus: scenario.cpus,
    mms: Array.from({ length: scenario.mms }, (_, mm) => mm),
    tasks: scenario.tasks.map((decl, task) => ({ task, mm: decl.mm, home: decl.home })),
    actions: scenario.actions,
  };
}

/**
 * Puts an edited scenario together again so that it is valid: whatever dangles is dropped (a task without its
 * mm, an action on a cpu that is gone, the use of a name that nothing introduces before it, a second
 * introduction), and what is left is numbered in the order of its introduction.
 */
export function rebuild(scenario: Scenario, parts: Parts): Scenario {
  const newMm = new Map<number, number>([[NO_MM, NO_MM]]);
  const newTask = new Map<number, number>([[IDLE, IDLE]]);
  const mmNames: string[] = [];
  const taskNames: string[] = [];
  const introduce = (numbers: Map<number, number>, names: string[], old: number, from: readonly string[]) => {
    numbers.set(old, names.length);
    names.push(from[old]!);
    return names.length - 1;
  };

  for (const mm of parts.mms) {
    if (!newMm.has(mm)) introduce(newMm, mmNames, mm, scenario.mmNames);
  }
  const mms = mmNames.length;
  const tasks: TaskDecl[] = [];
  for (const { task, mm, home } of parts.tasks) {
    const declaredMm = newMm.get(mm);
    if (declaredMm === undefined || home >= parts.cpus || newTask.has(task)) continue;
    introduce(newTask, taskNames, task, scenario.taskNames);
    tasks.push({ mm: declaredMm, home });
  }

  const actions: Action[] = [];
  for (const action of parts.actions) {
    if ('cpu' in action && action.cpu >= parts.cpus) continue;
    switch (action.op) {
      case 'switch':
      case 'migrate': {
        const task = newTask.get(action.task);
        if (task === undefined) break;
        actions.push(task === action.task ? action : { ...action, task });
        break;
      }
      case 'fork-thread':
      case 'fork-process': {
        if (newTask.has(action.task)) break;
        if (action.home !== null && action.home >= parts.cpus) break;
        if (action.op === 'fork-process') {
          if (newMm.has(action.mm)) break;
          const mm = introduce(newMm, mmNames, action.mm, scenario.mmNames);
          const task = introduce(newTask, taskNames, action.task, scenario.taskNames);
          actions.push({ ...action, task, mm });
        } else {
          const task = introduce(newTask, taskNames, action.task, scenario.taskNames);
          actions.push({ ...action, task });
        }
        break;
      }
      case 'exec': {
        if (newMm.has(action.mm)) break;
        actions.push({ ...action, mm: introduce(newMm, mmNames, action.mm, scenario.mmNames) });
        break;
      }
      default:
        actions.push(action);
    }
  }
  return { ...scenario, cpus: parts.cpus, mms, tasks, mmNames, taskNames, actions };
}

/** The scenario with other actions, and without what those leave dangling. */
export function withActions(scenario: Scenario, actions: readonly Action[]): Scenario {
  return rebuild(scenario, { ...partsOf(scenario), actions });
}

/** The scenario without the actions at the given indices, and without what their removal leaves dangling. */
export function withoutActions(scenario: Scenario, indices: readonly number[]): Scenario {
  const gone = new Set(indices);
  return withActions(
    scenario,
    scenario.actions.filter((_, index) => !gone.has(index)),
  );
}

/** The scenario with one action exchanged for another. */
export function withAction(scenario: Scenario, index: number, action: Action): Scenario {
  return withActions(scenario, scenario.actions.with(index, action));
}

/** The scenario with another count for the `step` at this index. */
export function withCount(scenario: Scenario, index: number, count: number): Scenario {
  const action = scenario.actions[index]!;
  if (action.op !== 'step') throw new Error(`action ${index + 1} is no step`);
  // A count dangles nowhere: no need to rebuild.
  return { ...scenario, actions: scenario.actions.with(index, { ...action, count }) };
}
