import { type Action, IDLE, NO_MM } from '../../scenario/scenario.js';
import { type Parts, partsOf, rebuild, withAction } from '../edit.js';
import type { Family } from '../family.js';

/** A declared task goes, with all that uses it. */
export const dropTasks: Family = {
  name: 'drop tasks',
  size: (scenario) => scenario.tasks.length,
  at: (scenario, index) => {
    const parts = partsOf(scenario);
    return rebuild(scenario, { ...parts, tasks: parts.tasks.filter(({ task }) => task !== index) });
  },
};

/** A declared mm goes, with its tasks. */
export const dropMms: Family = {
  name: 'drop mms',
  size: (scenario) => scenario.mms,
  at: (scenario, index) => {
    const parts = partsOf(scenario);
    return rebuild(scenario, { ...parts, mms: parts.mms.filter((mm) => mm !== index) });
  },
};

/** The tasks of one declared mm join another. */
export const mergeMms: Family = {
  name: 'merge mms',
  size: (scenario) => scenario.mms * scenario.mms,
  at: (scenario, index) => {
    const from = Math.floor(index / scenario.mms);
    const into = index % scenario.mms;
    if (from === into || scenario.mms < 2) return null;
    const parts = partsOf(scenario);
    return rebuild(scenario, {
      ...parts,
      mms: parts.mms.filter((mm) => mm !== from),
      tasks: parts.tasks.map((decl) => (decl.mm === from ? { ...decl, mm: into } : decl)),
    });
  },
};

/** One task plays the part of another as well. */
export const mergeTasks: Family = {
  name: 'merge tasks',
  size: ({ taskNames }) => (taskNames.length > 64 ? 0 : taskNames.length * taskNames.length),
  at: (scenario, index) => {
    const count = scenario.taskNames.length;
    const from = Math.floor(index / count);
    const into = index % count;
    if (from === into || count < 2) return null;
    const parts = partsOf(scenario);
    const actions = parts.actions.flatMap((action): Action[] => {
      if (action.op === 'advance' || !('task' in action) || action.task !== from) return [action];
      return action.op === 'fork-thread' || action.op === 'fork-process' ? [] : [{ ...action, task: into }];
    });
    return rebuild(scenario, { ...parts, tasks: parts.tasks.filter(({ task }) => task !== from), actions });
  },
};

/** A declared user task becomes a kernel thread. */
export const kernelThreads: Family = {
  name: 'kernel threads',
  size: (scenario) => scenario.tasks.length,
  at: (scenario, index) => {
    const parts = partsOf(scenario);
    if (parts.tasks[index]!.mm === NO_MM) return null;
    return rebuild(scenario, {
      ...parts,
      tasks: parts.tasks.with(index, { ...parts.tasks[index]!, mm: NO_MM }),
    });
  },
};

/** The idle task instead of another. */
export const switchToIdle: Family = {
  name: 'switch to idle',
  size: (scenario) => scenario.actions.length,
  at: (scenario, index) => {
    const action = scenario.actions[index];
    if (action?.op !== 'switch' || action.task === IDLE) return null;
    return withAction(scenario, index, { ...action, task: IDLE });
  },
};

/** A forked task is declared instead: a process with its mm, a thread in each of the declared mms in turn. */
export const declareForked: Family = {
  name: 'declare forked tasks',
  size: (scenario) => scenario.actions.length * Math.max(1, scenario.mms),
  at: (scenario, index) => {
    const choices = Math.max(1, scenario.mms);
    const position = Math.floor(index / choices);
    const choice = index % choices;
    const action = scenario.actions[position];
    if (action?.op !== 'fork-thread' && action?.op !== 'fork-process') return null;
    const parts = partsOf(scenario);
    const declare = (mms: readonly number[], mm: number): Parts => ({
      ...parts,
      mms,
      tasks: [...parts.tasks, { task: action.task, mm, home: action.home ?? action.cpu }],
      actions: parts.actions.toSpliced(position, 1),
    });
    if (action.op === 'fork-thread')
      return scenario.mms > 0 ? rebuild(scenario, declare(parts.mms, choice)) : null;
    return choice === 0 ? rebuild(scenario, declare([...parts.mms, action.mm], action.mm)) : null;
  },
};

/** A forked process becomes a thread, an exec fails. */
export const fewerFreshMms: Family = {
  name: 'fewer fresh mms',
  size: (scenario) => scenario.actions.length,
  at: (scenario, index) => {
    const action = scenario.actions[index];
    if (action?.op === 'exec') return withAction(scenario, index, { op: 'exec-fail', cpu: action.cpu });
    if (action?.op !== 'fork-process') return null;
    const { cpu, task, home } = action;
    return withAction(scenario, index, { op: 'fork-thread', cpu, task, home });
  },
};

/** A task is at home from the start where a `migrate` would bring it. */
export const declareMigrated: Family = {
  name: 'declare homes',
  size: (scenario) => scenario.actions.length,
  at: (scenario, index) => {
    const action = scenario.actions[index];
    if (action?.op !== 'migrate') return null;
    const { task, cpu: home } = action;
    const parts = partsOf(scenario);
    const actions = parts.actions
      .toSpliced(index, 1)
      .map((other) =>
        (other.op === 'fork-thread' || other.op === 'fork-process') && other.task === task
          ? { ...other, home }
          : other,
      );
    const tasks = parts.tasks.map((decl) => (decl.task === task ? { ...decl, home } : decl));
    return rebuild(scenario, { ...parts, tasks, actions });
  },
};
