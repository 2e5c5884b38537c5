import { MAX_ACTIONS, MAX_ADVANCE_NS, MAX_STEPS_PER_ACTION } from '../abi.js';
import type { Cursor } from './cursor.js';
import { MAX_FLUSH_INDEX, MAX_STALE_AGE } from './limits.js';
import type { NameTable } from './name-table.js';
import { RESERVED_TASK_NAME } from './names.js';
import { type Action, IDLE } from './scenario.js';

const ACTION_WORDS =
  'switch, step, tick, work, exit, exec, exec-fail, fork, migrate, advance, flush or stale';
const FORKS = ['thread', 'process'] as const;

/**
 * Reads the actions, from below the `---` to the end of the text. `cpus` is their number; the tables hold the
 * names so far and get those that forks and execs introduce. Throws ScenarioError.
 */
export function parseActions(cursor: Cursor, cpus: number, tasks: NameTable, mms: NameTable): Action[] {
  const actions: Action[] = [];
  const last = cpus - 1;
  const cpu = (): number => cursor.number('cpu', 0, last);
  const home = (): number | null => (cursor.nextWord() ? cursor.currentNumber('home', 0, last) : null);

  while (cursor.nextLine()) {
    if (actions.length === MAX_ACTIONS) cursor.fail(`more than ${MAX_ACTIONS} actions`, 'fewer');
    const op = cursor.word();
    switch (op) {
      case 'switch':
        actions.push({ op, cpu: cpu(), task: switchTask(cursor, tasks) });
        break;
      case 'step': {
        const on = cpu();
        const count = cursor.nextWord() ? cursor.currentNumber('step count', 1, MAX_STEPS_PER_ACTION) : 1;
        actions.push({ op, cpu: on, count });
        break;
      }
      case 'tick':
      case 'work':
      case 'exit':
      case 'exec-fail':
        actions.push({ op, cpu: cpu() });
        break;
      case 'exec':
        actions.push({ op, cpu: cpu(), mm: mms.introduce(cursor) });
        break;
      case 'fork': {
        const on = cpu();
        const kind = cursor.oneOf('kind of fork', FORKS);
        const task = tasks.introduce(cursor);
        if (kind === 'thread') {
          actions.push({ op: 'fork-thread', cpu: on, task, home: home() });
        } else {
          const mm = mms.introduce(cursor);
          actions.push({ op: 'fork-process', cpu: on, task, mm, home: home() });
        }
        break;
      }
      case 'migrate':
        actions.push({ op, task: migrateTask(cursor, tasks), cpu: cpu() });
        break;
      case 'advance':
        actions.push({ op, ns: cursor.duration('duration', MAX_ADVANCE_NS) });
        break;
      case 'flush': {
        const on = cpu();
        const index = cursor.nextWord() ? cursor.currentNumber('store index', 0, MAX_FLUSH_INDEX) : 0;
        actions.push({ op, cpu: on, index });
        break;
      }
      case 'stale':
        actions.push({ op, cpu: cpu(), age: cursor.number('age', 1, MAX_STALE_AGE) });
        break;
      default:
        cursor.fail(`unknown action ${cursor.quoted()}`, ACTION_WORDS);
    }
    cursor.endLine();
  }
  return actions;
}

function switchTask(cursor: Cursor, tasks: NameTable): number {
  cursor.need('task', 'the name of a task further up, or idle');
  const word = cursor.word();
  if (word === 'idle') return IDLE;
  const task = tasks.indexOf(word);
  if (task !== undefined) return task;
  if (RESERVED_TASK_NAME.test(word))
    cursor.fail(`task name ${cursor.quoted()} is reserved`, "`idle` for the cpu's idle task");
  return tasks.used(cursor);
}

function migrateTask(cursor: Cursor, tasks: NameTable): number {
  cursor.need('task', 'the name of a task further up');
  const word = cursor.word();
  const task = tasks.indexOf(word);
  if (task !== undefined) return task;
  if (RESERVED_TASK_NAME.test(word)) {
    cursor.fail(`${cursor.quoted()} cannot migrate`, 'the name of a task further up, idle tasks stay');
  }
  return tasks.used(cursor);
}
