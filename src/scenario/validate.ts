import { MAX_ACTIONS, MAX_ADVANCE_NS, MAX_CPUS, MAX_MMS, MAX_STEPS_PER_ACTION, MAX_TASKS } from '../abi.js';
import { ALGOS, ARCHES, MEMORIES, MUTANTS, PREEMPTS } from '../words.js';
import { KINDS } from './kinds.js';
import { MAX_FLUSH_INDEX, MAX_STALE_AGE } from './limits.js';
import { MM_NAME, RESERVED_TASK_NAME, TASK_NAME } from './names.js';
import { quote } from './quote.js';
import { type Action, IDLE, NO_MM, type Scenario } from './scenario.js';

/**
 * Throws an Error, its message one line that says what is wrong and where, unless `scenario` is one that a text
 * could have given: known words, sets in order, names well-formed and unique, each introduced once, in the order
 * of its number and before its use, numbers and counts within their limits.
 *
 * For scenarios that were built or changed by a program. What passes prints to a text that parses to its equal.
 */
export function validateScenario(scenario: Scenario): void {
  validateWords(scenario);
  number('number of cpus', scenario.cpus, 1, MAX_CPUS);
  validateNames('mm', scenario.mmNames, MM_NAME, MAX_MMS);
  validateNames('task', scenario.taskNames, TASK_NAME, MAX_TASKS);
  validateDeclarations(scenario);
  validateActions(scenario);
}

function fail(what: string): never {
  throw new Error(`invalid scenario: ${what}`);
}

function number(what: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  fail(`${what} ${value} (expected a whole number from ${min} to ${max})`);
}

function oneOf(what: string, word: string, words: readonly string[]): void {
  if (!words.includes(word)) fail(`unknown ${what} ${quote(word)}`);
}

/** Every word known, and each one later in `order` than the one before it. */
function subset(what: string, words: readonly string[], order: readonly string[]): void {
  let previous = -1;
  for (const word of words) {
    oneOf(what, word, order);
    const at = order.indexOf(word);
    if (at <= previous) fail(`${what} ${quote(word)} repeated or out of order`);
    previous = at;
  }
}

function validateWords(scenario: Scenario): void {
  oneOf('algo', scenario.algo, ALGOS);
  oneOf('memory', scenario.memory, MEMORIES);
  oneOf('arch', scenario.arch, ARCHES);
  oneOf('preempt', scenario.preempt, PREEMPTS);
  subset('mutant', scenario.mutants, MUTANTS);
  if (scenario.oracle !== null) subset('oracle kind', scenario.oracle, KINDS);
  const algos = new Set<string | null>();
  for (const { algo, outcome } of scenario.expects) {
    if (algo !== null) oneOf('algo of an expectation', algo, ALGOS);
    oneOf('outcome', outcome, ['ok', ...KINDS]);
    if (algos.has(algo)) fail(`two expectations for ${algo ?? 'every algo'}`);
    algos.add(algo);
  }
}

function validateNames(noun: string, names: readonly string[], pattern: RegExp, max: number): void {
  if (names.length > max) fail(`${names.length} ${noun}s (expected at most ${max})`);
  const seen = new Set<string>();
  for (const name of names) {
    if (!pattern.test(name) || RESERVED_TASK_NAME.test(name)) fail(`bad ${noun} name ${quote(name)}`);
    if (seen.has(name)) fail(`two ${noun}s with the name ${name}`);
    seen.add(name);
  }
}

function validateDeclarations(scenario: Scenario): void {
  number('number of declared mms', scenario.mms, 0, scenario.mmNames.length);
  number('number of declared tasks', scenario.tasks.length, 0, scenario.taskNames.length);
  scenario.tasks.forEach(({ mm, home }, i) => {
    if (mm !== NO_MM) number(`declared task ${i}: mm`, mm, 0, scenario.mms - 1);
    number(`declared task ${i}: home`, home, 0, scenario.cpus - 1);
  });
}

function validateActions(scenario: Scenario): void {
  if (scenario.actions.length > MAX_ACTIONS) fail(`more than ${MAX_ACTIONS} actions`);
  let tasks = scenario.tasks.length;
  let mms = scenario.mms;
  scenario.actions.forEach((action, i) => {
    const introduced = validateAction(action, scenario.cpus, tasks, mms, i);
    if (introduced === 'task' || introduced === 'both') tasks++;
    if (introduced === 'mm' || introduced === 'both') mms++;
  });
  if (tasks !== scenario.taskNames.length) {
    fail(`${scenario.taskNames.length} task names (expected ${tasks}, as many as are introduced)`);
  }
  if (mms !== scenario.mmNames.length) {
    fail(`${scenario.mmNames.length} mm names (expected ${mms}, as many as are introduced)`);
  }
}

type Introduced = 'none' | 'task' | 'mm' | 'both';

/** Checks one action against the numbers of `tasks` and `mms` introduced so far; says what it introduces. */
function validateAction(action: Action, cpus: number, tasks: number, mms: number, i: number): Introduced {
  const check = (what: string, value: number, min: number, max: number): void => {
    if (Number.isInteger(value) && value >= min && value <= max) return;
    number(`action ${i + 1} (${action.op}): ${what}`, value, min, max);
  };
  if (action.op !== 'advance') check('cpu', action.cpu, 0, cpus - 1);
  switch (action.op) {
    case 'switch':
      if (action.task !== IDLE) check('task', action.task, 0, tasks - 1);
      return 'none';
    case 'step':
      check('count', action.count, 1, MAX_STEPS_PER_ACTION);
      return 'none';
    case 'tick':
    case 'work':
    case 'exit':
    case 'exec-fail':
      return 'none';
    case 'exec':
      check('new mm', action.mm, mms, mms);
      return 'mm';
    case 'fork-thread':
      check('new task', action.task, tasks, tasks);
      if (action.home !== null) check('home', action.home, 0, cpus - 1);
      return 'task';
    case 'fork-process':
      check('new task', action.task, tasks, tasks);
      check('new mm', action.mm, mms, mms);
      if (action.home !== null) check('home', action.home, 0, cpus - 1);
      return 'both';
    case 'migrate':
      check('task', action.task, 0, tasks - 1);
      return 'none';
    case 'advance':
      check('ns', action.ns, 0, MAX_ADVANCE_NS);
      return 'none';
    case 'flush':
      check('index', action.index, 0, MAX_FLUSH_INDEX);
      return 'none';
    case 'stale':
      check('age', action.age, 1, MAX_STALE_AGE);
      return 'none';
    default:
      return fail(`action ${i + 1}: unknown op ${quote(String((action as { op: unknown }).op))}`);
  }
}
