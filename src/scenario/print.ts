import { type Action, IDLE, NO_MM, type Scenario } from './scenario.js';

const NS_PER_UNIT = [
  [1_000_000_000, 's'],
  [1_000_000, 'ms'],
  [1_000, 'us'],
] as const;

/**
 * The canonical text of a scenario: parsing it gives an equal scenario, and printing that the same text.
 *
 * Every header line but `mutant`, `mm`, `task`, `oracle` and `expect` always stands; operands that have a
 * default are left out where they equal it.
 *
 * @param scenario - valid in the sense of `validateScenario`; anything else prints to a text that may not parse.
 */
export function printScenario(scenario: Scenario): string {
  const { mmNames, taskNames } = scenario;
  const lines = ['cidfuzz 1', `algo ${scenario.algo}`];
  for (const mutant of scenario.mutants) lines.push(`mutant ${mutant}`);
  lines.push(
    `memory ${scenario.memory}`,
    `arch ${scenario.arch}`,
    `preempt ${scenario.preempt}`,
    `cpus ${scenario.cpus}`,
  );
  for (const name of mmNames.slice(0, scenario.mms)) lines.push(`mm ${name}`);
  scenario.tasks.forEach(({ mm, home }, i) => {
    lines.push(`task ${taskNames[i]} ${mm === NO_MM ? '-' : mmNames[mm]} ${home}`);
  });
  if (scenario.oracle !== null) lines.push(['oracle', ...scenario.oracle].join(' '));
  for (const { algo, outcome } of scenario.expects) {
    lines.push(algo === null ? `expect ${outcome}` : `expect ${algo} ${outcome}`);
  }
  lines.push('---');
  for (const action of scenario.actions) lines.push(printAction(action, taskNames, mmNames));
  return `${lines.join('\n')}\n`;
}

/**
 * One action as its line of the canonical text, without the line feed. `taskNames` and `mmNames` are those of
 * the scenario that it belongs to.
 */
export function printAction(
  action: Action,
  taskNames: readonly string[],
  mmNames: readonly string[],
): string {
  switch (action.op) {
    case 'switch':
      return `switch ${action.cpu} ${action.task === IDLE ? 'idle' : taskNames[action.task]}`;
    case 'step':
      return action.count === 1 ? `step ${action.cpu}` : `step ${action.cpu} ${action.count}`;
    case 'tick':
    case 'work':
    case 'exit':
    case 'exec-fail':
      return `${action.op} ${action.cpu}`;
    case 'exec':
      return `exec ${action.cpu} ${mmNames[action.mm]}`;
    case 'fork-thread':
      return `fork ${action.cpu} thread ${taskNames[action.task]}${optional(action.home)}`;
    case 'fork-process': {
      const names = `${taskNames[action.task]} ${mmNames[action.mm]}`;
      return `fork ${action.cpu} process ${names}${optional(action.home)}`;
    }
    case 'migrate':
      return `migrate ${taskNames[action.task]} ${action.cpu}`;
    case 'advance':
      return `advance ${printDuration(action.ns)}`;
    case 'flush':
      return action.index === 0 ? `flush ${action.cpu}` : `flush ${action.cpu} ${action.index}`;
    case 'stale':
      return `stale ${action.cpu} ${action.age}`;
  }
}

/** ` HOME`, or nothing. */
function optional(home: number | null): string {
  return home === null ? '' : ` ${home}`;
}

/** In the largest unit that is exact: 101ms, 5s, 1500us, and ns bare. */
function printDuration(ns: number): string {
  if (ns === 0) return '0';
  for (const [unit, suffix] of NS_PER_UNIT) {
    if (ns % unit === 0) return `${ns / unit}${suffix}`;
  }
  return `${ns}`;
}
